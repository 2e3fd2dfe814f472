#include "sim/observer.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct node *node = &world->nodes[record->node];
    if (record->index > record->value && record->index <= node->view->commit)
        return;
    world_break(world, invariant_applied_committed.name, record->node, 0,
                "%s applied entries up to %llu after %llu; committed are those up to %llu",
                world_name(world, record->node), (unsigned long long)record->index,
                (unsigned long long)record->value, (unsigned long long)node->view->commit);
}

const struct invariant invariant_applied_committed = {
    .name = "applied-committed",
    .help = "entries are applied in order, and only when they are committed",
    .source = "Raft paper, figure 2: rules for all servers",
    .kinds = RECORD_BIT(APPLIED),
    .observe = observe,
};
