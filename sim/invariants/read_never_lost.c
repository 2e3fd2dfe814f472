#include "sim/observer.h"
#include "sim/promise.h"

static void open(void *state, const struct world *world)
{
    promise_book_open(state, world);
}

/* What could be read in this epoch, or one before it; NULL: nothing. One a leader epoch. */
static const struct promise *readable(const struct promises *promises, uint64_t epoch)
{
    size_t count = promises->count;
    while (count > 0 && promises->items[count - 1].epoch > epoch)
        count--;
    return count > 0 ? &promises->items[count - 1] : NULL;
}

static void tell(struct world *world, uint32_t partition, uint32_t node,
                 const struct promise *promise)
{
    const struct replica *replica = broker_replica(world, node, partition);
    world_break(world, invariant_read_never_lost.name, node, promise->node,
                "%s leads %s in epoch %u without the records before offset %llu that could be "
                "read at %s in epoch %u",
                world_name(world, node), partition_name(world->scenario, partition).text,
                replica->epoch, (unsigned long long)promise->end, world_name(world, promise->node),
                promise->epoch);
}

static void on_led(struct promises *promises, struct world *world, const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    const struct promise *promise = readable(promises, record->term);
    if (promise && !promise_kept(broker_replica(world, record->node, partition), promise))
        tell(world, partition, record->node, promise);
}

/* A new epoch begins with what could be read before it: its leader was seen to hold that. */
static void keep(struct promises *promises, struct promise promise)
{
    const struct promise *before = readable(promises, promise.epoch);
    size_t at = before ? (size_t)(before - promises->items) + 1 : 0;
    if (before && before->end > promise.end) {
        uint32_t epoch = promise.epoch;
        promise = *before;
        promise.epoch = epoch;
    }
    if (before && before->epoch == promise.epoch) {
        promises->items[at - 1] = promise;
        return;
    }
    promises->items =
        make_room(promises->items, &promises->room, promises->count + 1, sizeof *promises->items);
    for (size_t i = promises->count++; i > at; i--)
        promises->items[i] = promises->items[i - 1];
    promises->items[at] = promise;
}

static void on_high_watermark(struct promises *promises, struct world *world,
                              const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    const struct replica *replica = broker_replica(world, record->node, partition);
    if (record->value == 0 || record->value > replica->end)
        return;
    struct promise promise = promise_of(world, record->node, partition, record->value);
    uint32_t forgetful = promise_forgotten_by(world, partition, &promise);
    if (forgetful)
        tell(world, partition, forgetful, &promise);
    keep(promises, promise);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct promise_book *book = state;
    struct promises *promises = &book->partitions[record->index];
    if (record->kind == RECORD_PARTITION_CHANGED)
        promise_book_change(book, record);
    else if (promises->unclean)
        return;
    else if (record->kind == RECORD_PARTITION_LED)
        on_led(promises, world, record);
    else
        on_high_watermark(promises, world, record);
}

static void close(void *state)
{
    promise_book_close(state);
}

const struct invariant invariant_read_never_lost = {
    .name = "read-never-lost",
    .help = "what could be read of a partition is in the log of every later leader, until an "
            "unclean election of it",
    .source = "KIP-101: the high watermark",
    .of_topics = true,
    .kinds = RECORD_BIT(HIGH_WATERMARK) | RECORD_BIT(PARTITION_LED) | RECORD_BIT(PARTITION_CHANGED),
    .state_size = sizeof(struct promise_book),
    .open = open,
    .observe = observe,
    .close = close,
};
