#include "sim/chain.h"
#include "sim/observer.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    uint64_t index = chains_of(world)->logs[record->node].conflict;
    if (index == 0)
        return;
    const struct node *node = &world->nodes[record->node];
    world_break(world, invariant_log_matching.name, record->node, 0,
                "entry %llu of term %llu in the log of %s, or one before it, is not what another "
                "log has there",
                (unsigned long long)index,
                (unsigned long long)world->backend->entry(node->raft, index).term,
                world_name(world, record->node));
}

const struct invariant invariant_log_matching = {
    .name = "log-matching",
    .help = "logs that share an entry of some index and term are the same up to it",
    .source = "Raft paper, figure 3: Log Matching",
    .kinds = RECORD_BIT(LOG),
    .observe = observe,
};
