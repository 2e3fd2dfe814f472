#include <stdlib.h>
#include <string.h>

#include "sim/observer.h"
#include "sim/promise.h"

struct watermarks {
    uint64_t *last; /* [partition * stride + position]: as its leaders said and nothing cut */
    size_t room;
};

static void open(void *state, const struct world *world)
{
    struct watermarks *watermarks = state;
    const struct metadata_layout *layout = &world->scenario->layout;
    size_t count = (size_t)layout->partition_count * layout->stride;
    watermarks->last =
        make_room(watermarks->last, &watermarks->room, count, sizeof *watermarks->last);
    if (count > 0)
        memset(watermarks->last, 0, count * sizeof *watermarks->last);
}

static void judge(struct world *world, const struct record *record, uint64_t before)
{
    uint32_t partition = (uint32_t)record->index;
    const struct replica *replica = broker_replica(world, record->node, partition);
    uint64_t now = replica->high_watermark;
    if (now < before || now > replica->end)
        world_break(world, invariant_high_watermark_never_back.name, record->node, 0,
                    "%s leads %s in epoch %llu and its high watermark was %llu and is %llu; its "
                    "log ends at %llu",
                    world_name(world, record->node),
                    partition_name(world->scenario, partition).text,
                    (unsigned long long)record->term, (unsigned long long)before,
                    (unsigned long long)now, (unsigned long long)replica->end);
}

static void forget(struct watermarks *watermarks, const struct world *world, uint32_t node)
{
    const struct metadata_layout *layout = &world->scenario->layout;
    size_t count = (size_t)layout->partition_count * layout->stride;
    for (size_t i = 0; i < count; i++)
        if (layout->replicas[i] == node)
            watermarks->last[i] = 0;
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct watermarks *watermarks = state;
    const struct metadata_layout *layout = &world->scenario->layout;
    if (record->kind == RECORD_STARTED) {
        if (record->detail == START_WIPED)
            forget(watermarks, world, record->node);
        return;
    }
    uint16_t bit = metadata_bit(layout, (uint32_t)record->index, record->node);
    uint64_t *last = &watermarks->last[record->index * layout->stride + (size_t)__builtin_ctz(bit)];
    if (record->kind == RECORD_TRUNCATED) {
        if (*last > record->value)
            *last = record->value;
        return;
    }
    judge(world, record, *last);
    *last = broker_replica(world, record->node, (uint32_t)record->index)->high_watermark;
}

static void close(void *state)
{
    struct watermarks *watermarks = state;
    free(watermarks->last);
}

const struct invariant invariant_high_watermark_never_back = {
    .name = "high-watermark-never-back",
    .help = "what may be read of a broker's log never becomes less, unless its log is cut, and is "
            "in it",
    .source = "Kafka, Partition.java: maybeIncrementLeaderHW",
    .of_topics = true,
    .kinds = RECORD_BIT(HIGH_WATERMARK) | RECORD_BIT(PARTITION_LED) | RECORD_BIT(TRUNCATED) |
             RECORD_BIT(STARTED),
    .state_size = sizeof(struct watermarks),
    .open = open,
    .observe = observe,
    .close = close,
};
