#include "sim/observer.h"

struct asked {
    uint32_t node;  /* whose step a pre-vote request began; 0: none */
    uint64_t event; /* which event that is */
};

static void open(void *state, const struct world *world)
{
    struct asked *asked = state;
    (void)world;
    asked->node = 0;
}

/* A node whose own timeout fell due at that instant campaigns first: that is not the request's
 * doing. */
static void observe(void *state, struct world *world, const struct record *record)
{
    struct asked *asked = state;
    if (record->kind == RECORD_DELIVERED)
        *asked = (struct asked){record->node, world->popped};
    else if (record->kind == RECORD_CAMPAIGN)
        asked->node = 0;
    else if (record->node == asked->node && world->popped == asked->event)
        world_break(world, invariant_prevote_harmless.name, record->node, 0,
                    "a pre-vote request changed the term or the vote of %s, in term %llu",
                    world_name(world, record->node), (unsigned long long)record->term);
}

const struct invariant invariant_prevote_harmless = {
    .name = "prevote-harmless",
    .help = "a pre-vote request changes neither the term nor the vote of who is asked",
    .source = "Ongaro's thesis, section 9.6",
    .kinds = RECORD_BIT(DELIVERED) | RECORD_BIT(CAMPAIGN) | RECORD_BIT(TERM) | RECORD_BIT(VOTED),
    .messages = 1u << RAFT_MSG_PREVOTE,
    .state_size = sizeof(struct asked),
    .open = open,
    .observe = observe,
};
