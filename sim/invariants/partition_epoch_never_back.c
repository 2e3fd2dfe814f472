#include <stdlib.h>
#include <string.h>

#include "sim/observer.h"
#include "sim/promise.h"

/* Epochs as one broker last applied them, or as they were first said to be (incarnation 0). */
struct epochs {
    uint32_t incarnation, leader_epoch, partition_epoch;
};

struct history {
    struct epochs *items; /* [partition * (stride + 1) + position]; the last: as said */
    size_t room;
};

static void open(void *state, const struct world *world)
{
    struct history *history = state;
    const struct metadata_layout *layout = &world->scenario->layout;
    size_t count = (size_t)layout->partition_count * (layout->stride + 1);
    history->items = make_room(history->items, &history->room, count, sizeof *history->items);
    if (count > 0)
        memset(history->items, 0, count * sizeof *history->items);
}

/* A process that starts anew applies the log from its beginning. */
static void compare(struct world *world, struct epochs *before, uint32_t node, uint32_t partition,
                    struct epochs now)
{
    bool same = before->incarnation == now.incarnation;
    if (same &&
        (now.leader_epoch < before->leader_epoch || now.partition_epoch < before->partition_epoch))
        world_break(world, invariant_partition_epoch_never_back.name, node, 0,
                    "%s: in the metadata of %s, leader epoch %u and partition epoch %u become %u "
                    "and %u",
                    partition_name(world->scenario, partition).text, world_name(world, node),
                    before->leader_epoch, before->partition_epoch, now.leader_epoch,
                    now.partition_epoch);
    *before = now;
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct history *history = state;
    const struct metadata_layout *layout = &world->scenario->layout;
    const struct broker *broker = &brokers_of(world)->items[record->node];
    if (record->kind == RECORD_PARTITION_CHANGED) {
        size_t said = (size_t)record->index * (layout->stride + 1) + layout->stride;
        compare(world, &history->items[said], record->node, (uint32_t)record->index,
                (struct epochs){0, (uint32_t)record->term, (uint32_t)record->value});
        return;
    }
    for (size_t i = 0; i < broker->touched_count; i++) {
        uint32_t partition = broker->touched[i];
        uint32_t position = (uint32_t)__builtin_ctz(metadata_bit(layout, partition, record->node));
        const struct metadata_partition *known = &broker->metadata.partitions[partition];
        compare(world, &history->items[(size_t)partition * (layout->stride + 1) + position],
                record->node, partition,
                (struct epochs){world->nodes[record->node].incarnation, known->leader_epoch,
                                known->partition_epoch});
    }
}

static void close(void *state)
{
    struct history *history = state;
    free(history->items);
}

const struct invariant invariant_partition_epoch_never_back = {
    .name = "partition-epoch-never-back",
    .help = "leader epochs and partition epochs never fall, as agreed and as each broker knows",
    .source = "Kafka, PartitionRegistration.java: merge",
    .of_topics = true,
    .kinds = RECORD_BIT(METADATA_APPLIED) | RECORD_BIT(PARTITION_CHANGED),
    .state_size = sizeof(struct history),
    .open = open,
    .observe = observe,
    .close = close,
};
