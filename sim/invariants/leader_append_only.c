#include "sim/chain.h"
#include "sim/observer.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct log_chain *log = &chains_of(world)->logs[record->node];
    if (world->nodes[record->node].role != RAFT_LEADER || record->index > log->last_before)
        return;
    world_break(world, invariant_leader_append_only.name, record->node, 0,
                "%s, leader of term %llu, changed its log from entry %llu on; it ended at %llu",
                world_name(world, record->node),
                (unsigned long long)world->nodes[record->node].term,
                (unsigned long long)record->index, (unsigned long long)log->last_before);
}

const struct invariant invariant_leader_append_only = {
    .name = "leader-append-only",
    .help = "a leader never overwrites or deletes entries of its log",
    .source = "Raft paper, figure 3: Leader Append-Only",
    .kinds = RECORD_BIT(LOG),
    .observe = observe,
};
