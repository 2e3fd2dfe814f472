#include "sim/map.h"
#include "sim/observer.h"

struct votes {
    struct map given; /* (node, term) -> candidate, across restarts, for ever */
};

static void open(void *state, const struct world *world)
{
    struct votes *votes = state;
    (void)world;
    map_clear(&votes->given);
}

/* A vote exists when it was sent, or when a candidate's own is durable: before that a crash may
 * forget it and nobody can tell. */
static void count(struct votes *votes, struct world *world, const struct record *record)
{
    uint64_t first = *map_put(&votes->given, record->node, record->term, record->peer);
    if (first != record->peer)
        world_break(world, invariant_one_vote_per_term.name, record->node, 0,
                    "%s voted in term %llu for %s, and before that for %s",
                    world_name(world, record->node), (unsigned long long)record->term,
                    world_name(world, record->peer), world_name(world, (uint32_t)first));
}

static void observe(void *state, struct world *world, const struct record *record)
{
    bool grant = record->kind == RECORD_SENT && !record->reject;
    bool own = record->kind == RECORD_DURABLE && record->peer == record->node;
    if (grant || own)
        count(state, world, record);
}

static void close(void *state)
{
    struct votes *votes = state;
    map_close(&votes->given);
}

const struct invariant invariant_one_vote_per_term = {
    .name = "one-vote-per-term",
    .help = "a node votes for at most one candidate in a term, across restarts too",
    .source = "Raft paper, section 5.2",
    .kinds = RECORD_BIT(SENT) | RECORD_BIT(DURABLE),
    .messages = 1u << RAFT_MSG_VOTE_REPLY,
    .state_size = sizeof(struct votes),
    .open = open,
    .observe = observe,
    .close = close,
};
