#include "sim/observer.h"
#include "sim/promise.h"

/* Until the ISR of a new partition is written, nobody can say who is in it. */
static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    uint32_t partition = (uint32_t)record->index;
    const struct metadata *metadata = &brokers_of(world)->items[record->node].metadata;
    const struct metadata_partition *is = &metadata->partitions[partition];
    bool free = metadata_topic(metadata->layout, partition)->unclean || !is->has_isr || !is->leader;
    if (!free && !(metadata_bit(metadata->layout, partition, is->leader) & is->isr))
        world_break(world, invariant_leader_in_isr.name, is->leader, 0,
                    "%s leads %s from leader epoch %u on and is not among its replicas in sync",
                    world_name(world, is->leader), partition_name(world->scenario, partition).text,
                    is->leader_epoch);
}

const struct invariant invariant_leader_in_isr = {
    .name = "leader-in-isr",
    .help = "who leads a partition is in sync, unless its topic allows unclean elections",
    .source = "KIP-497: AlterIsr",
    .of_topics = true,
    .kinds = RECORD_BIT(PARTITION_CHANGED),
    .observe = observe,
};
