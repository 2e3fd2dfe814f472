#include "sim/observer.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    if (record->index < record->value)
        world_break(world, invariant_commit_never_back.name, record->node, 0,
                    "%s took its commit index back from %llu to %llu",
                    world_name(world, record->node), (unsigned long long)record->value,
                    (unsigned long long)record->index);
}

const struct invariant invariant_commit_never_back = {
    .name = "commit-never-back",
    .help = "a running node's commit index never falls",
    .source = "Raft paper, figure 2: commitIndex increases monotonically",
    .kinds = RECORD_BIT(COMMITTED),
    .observe = observe,
};
