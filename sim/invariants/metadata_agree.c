#include <stdlib.h>

#include "sim/observer.h"
#include "sim/promise.h"

/* What the first broker to get there made of the log up to an index. */
struct agreed {
    uint64_t digest;
    uint32_t broker; /* 0: nobody has stopped at this index */
};

struct agreement {
    struct agreed *at; /* [index] */
    size_t count, room;
};

static void open(void *state, const struct world *world)
{
    struct agreement *agreement = state;
    (void)world;
    agreement->count = 0;
}

static struct agreed *agreed_at(struct agreement *agreement, uint64_t index)
{
    agreement->at =
        make_room(agreement->at, &agreement->room, (size_t)index + 1, sizeof *agreement->at);
    for (; agreement->count <= index; agreement->count++)
        agreement->at[agreement->count] = (struct agreed){0};
    return &agreement->at[index];
}

static void observe(void *state, struct world *world, const struct record *record)
{
    uint64_t digest = brokers_of(world)->items[record->node].metadata.digest;
    struct agreed *agreed = agreed_at(state, record->index);
    if (!agreed->broker)
        *agreed = (struct agreed){digest, record->node};
    if (agreed->digest != digest)
        world_break(world, invariant_metadata_agree.name, record->node, agreed->broker,
                    "%s and %s have applied the log up to index %llu and know different metadata",
                    world_name(world, record->node), world_name(world, agreed->broker),
                    (unsigned long long)record->index);
}

static void close(void *state)
{
    struct agreement *agreement = state;
    free(agreement->at);
}

const struct invariant invariant_metadata_agree = {
    .name = "metadata-agree",
    .help = "brokers that have applied the log up to the same index know the same metadata",
    .source = "Raft paper, figure 3: State Machine Safety",
    .of_topics = true,
    .kinds = RECORD_BIT(METADATA_APPLIED),
    .state_size = sizeof(struct agreement),
    .open = open,
    .observe = observe,
    .close = close,
};
