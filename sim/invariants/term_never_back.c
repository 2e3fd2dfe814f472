#include "sim/observer.h"

/* Where a node starts from what its disk holds, older is right only if the disk is older too. */
static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    uint64_t before = record->value;
    if (record->kind == RECORD_STARTED)
        before = world->nodes[record->node].disk.durable.term;
    if (record->term < before)
        world_break(world, invariant_term_never_back.name, record->node, 0,
                    "%s went back from term %llu to term %llu", world_name(world, record->node),
                    (unsigned long long)before, (unsigned long long)record->term);
}

const struct invariant invariant_term_never_back = {
    .name = "term-never-back",
    .help = "a node's term never falls, but across a crash to what was durable",
    .source = "Raft paper, section 5.1",
    .kinds = RECORD_BIT(TERM) | RECORD_BIT(STARTED),
    .observe = observe,
};
