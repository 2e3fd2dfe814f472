#include "sim/map.h"
#include "sim/observer.h"
#include "sim/promise.h"

struct writers {
    struct map first; /* (partition, leader epoch) -> broker */
};

static void open(void *state, const struct world *world)
{
    struct writers *writers = state;
    (void)world;
    map_clear(&writers->first);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct writers *writers = state;
    uint32_t partition = (uint32_t)record->index;
    uint64_t first = *map_put(&writers->first, partition, record->term, record->node);
    if (first != record->node)
        world_break(world, invariant_one_writer_per_epoch.name, record->node, (uint32_t)first,
                    "%s stores a client's record in %s in leader epoch %llu, in which %s did too",
                    world_name(world, record->node),
                    partition_name(world->scenario, partition).text,
                    (unsigned long long)record->term, world_name(world, (uint32_t)first));
}

static void close(void *state)
{
    struct writers *writers = state;
    map_close(&writers->first);
}

const struct invariant invariant_one_writer_per_epoch = {
    .name = "one-writer-per-epoch",
    .help = "in one leader epoch of a partition one broker alone stores clients' records",
    .source = "KIP-101: leader epochs",
    .of_topics = true,
    .kinds = RECORD_BIT(APPENDED),
    .state_size = sizeof(struct writers),
    .open = open,
    .observe = observe,
    .close = close,
};
