#include "sim/observer.h"
#include "sim/promise.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    uint32_t partition = (uint32_t)record->index;
    const struct metadata *metadata = &brokers_of(world)->items[record->node].metadata;
    const struct metadata_partition *is = &metadata->partitions[partition];
    uint16_t all = metadata_all(metadata->layout, partition);
    if (((is->isr | is->elr) & ~all) || (is->isr & is->elr))
        world_break(world, invariant_isr_within_replicas.name, record->node, 0,
                    "%s in partition epoch %u: of its replicas (bits %#x), in sync are %#x, and "
                    "eligible besides %#x",
                    partition_name(world->scenario, partition).text, is->partition_epoch, all,
                    is->isr, is->elr);
}

const struct invariant invariant_isr_within_replicas = {
    .name = "isr-within-replicas",
    .help = "in-sync and eligible leader replicas are replicas, and none is both",
    .source = "KIP-966: Eligible Leader Replicas",
    .of_topics = true,
    .kinds = RECORD_BIT(PARTITION_CHANGED),
    .observe = observe,
};
