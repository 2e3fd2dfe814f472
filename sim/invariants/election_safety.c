#include "sim/map.h"
#include "sim/observer.h"

struct leaders {
    struct map of; /* term -> leader, for ever: two of one term need not lead at the same time */
};

static void open(void *state, const struct world *world)
{
    struct leaders *leaders = state;
    (void)world;
    map_clear(&leaders->of);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct leaders *leaders = state;
    uint64_t first = *map_put(&leaders->of, record->term, 0, record->node);
    if (first != record->node)
        world_break(world, invariant_election_safety.name, (uint32_t)first, record->node,
                    "%s and %s were both elected in term %llu", world_name(world, (uint32_t)first),
                    world_name(world, record->node), (unsigned long long)record->term);
}

static void close(void *state)
{
    struct leaders *leaders = state;
    map_close(&leaders->of);
}

const struct invariant invariant_election_safety = {
    .name = "election-safety",
    .help = "at most one leader is elected in a term",
    .source = "Raft paper, figure 3: Election Safety",
    .kinds = RECORD_BIT(BECAME_LEADER),
    .state_size = sizeof(struct leaders),
    .open = open,
    .observe = observe,
    .close = close,
};
