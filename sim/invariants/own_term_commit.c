#include "sim/observer.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct node *node = &world->nodes[record->node];
    if (node->role != RAFT_LEADER)
        return;
    uint64_t term = world->backend->entry(node->raft, record->index).term;
    if (term != node->term)
        world_break(world, invariant_own_term_commit.name, record->node, 0,
                    "%s, leader of term %llu, committed entry %llu of term %llu by counting",
                    world_name(world, record->node), (unsigned long long)node->term,
                    (unsigned long long)record->index, (unsigned long long)term);
}

const struct invariant invariant_own_term_commit = {
    .name = "own-term-commit",
    .help = "a leader commits by counting only entries of its own term",
    .source = "Raft paper, section 5.4.2 and figure 8",
    .kinds = RECORD_BIT(COMMITTED),
    .observe = observe,
};
