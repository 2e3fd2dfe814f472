#include <stdlib.h>

#include "sim/observer.h"
#include "sim/promise.h"

/* Where a record was when its leader acknowledged it; its client hears of that later, if ever. */
struct said {
    struct promise promise; /* end 0: not acknowledged, or nothing is owed for it */
    uint64_t stored;        /* offset + 1 where it was stored last */
};

struct acked {
    struct promise_book book; /* of what clients were told */
    struct said *said;        /* [record - 1] */
    size_t count, room;
};

static void open(void *state, const struct world *world)
{
    struct acked *acked = state;
    acked->count = 0;
    promise_book_open(&acked->book, world);
}

static struct said *said_of(struct acked *acked, uint64_t record)
{
    acked->said = make_room(acked->said, &acked->room, (size_t)record, sizeof *acked->said);
    for (; acked->count < record; acked->count++)
        acked->said[acked->count] = (struct said){0};
    return &acked->said[record - 1];
}

static void tell(struct world *world, uint32_t partition, uint32_t node,
                 const struct promise *promise)
{
    const struct replica *replica = broker_replica(world, node, partition);
    world_break(world, invariant_acked_never_lost.name, node, promise->node,
                "%s leads %s in epoch %u without record %u at offset %llu, which %s acknowledged "
                "with acks all in epoch %u",
                world_name(world, node), partition_name(world->scenario, partition).text,
                replica->epoch, promise->record, (unsigned long long)promise->end - 1,
                world_name(world, promise->node), promise->epoch);
}

/* It is there, though what is before it may be other records, which nobody acknowledged. */
static bool has_record(const struct replica *replica, const struct promise *promise)
{
    return promise->end <= replica->end && replica->log[promise->end - 1].record == promise->record;
}

/* One chain that is the same vouches for all before it; only where logs part they are walked. */
static void judge(struct acked *acked, struct world *world, uint32_t partition, uint32_t node)
{
    const struct promises *promises = &acked->book.partitions[partition];
    const struct replica *replica = broker_replica(world, node, partition);
    for (size_t i = promises->count; i > 0; i--) {
        const struct promise *promise = &promises->items[i - 1];
        if (promise->epoch > replica->epoch)
            continue;
        if (promise_kept(replica, promise))
            return;
        if (!has_record(replica, promise)) {
            tell(world, partition, node, promise);
            return;
        }
    }
}

static bool enough_in_sync(const struct world *world, uint32_t node, uint32_t partition)
{
    const struct metadata *metadata = &brokers_of(world)->items[node].metadata;
    uint16_t isr = metadata->partitions[partition].isr;
    return metadata_count(isr) >= metadata_topic(metadata->layout, partition)->min_insync;
}

/* Its end in the log, most often where it was stored last; 0: it is not there. */
static uint64_t end_of(const struct replica *replica, uint64_t record, uint64_t stored)
{
    if (stored > 0 && stored <= replica->end && replica->log[stored - 1].record == record)
        return stored;
    uint64_t end = replica->end;
    while (end > 0 && replica->log[end - 1].record != record)
        end--;
    return end;
}

/* The leader says that it is stored. What it says twice, of two offsets, it owes as said last; if
 * it does not have the record, it owes what nobody can keep. */
static void on_sent(struct acked *acked, const struct world *world, const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    const struct replica *replica = broker_replica(world, record->node, partition);
    bool all = brokers_of(world)->records[record->value - 1].acks == ACKS_ALL;
    if (record->reject || !all || !enough_in_sync(world, record->node, partition))
        return;
    struct said *said = said_of(acked, record->value);
    uint64_t end = end_of(replica, record->value, said->stored);
    said->promise = end > 0 ? promise_of(world, record->node, partition, end)
                            : (struct promise){.end = replica->end + 1,
                                               .epoch = replica->epoch,
                                               .record = (uint32_t)record->value,
                                               .node = record->node};
}

static void on_appended(struct acked *acked, const struct world *world, const struct record *record)
{
    const struct replica *replica = broker_replica(world, record->node, (uint32_t)record->index);
    said_of(acked, replica->log[record->value].record)->stored = record->value + 1;
}

static void keep(struct promises *promises, struct promise promise)
{
    size_t at = promises->count++;
    promises->items =
        make_room(promises->items, &promises->room, promises->count, sizeof *promises->items);
    for (; at > 0 && promises->items[at - 1].end > promise.end; at--)
        promises->items[at] = promises->items[at - 1];
    promises->items[at] = promise;
}

static void on_acked(struct acked *acked, struct world *world, const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    struct promise promise = said_of(acked, record->value)->promise;
    if (promise.end == 0)
        return;
    keep(&acked->book.partitions[partition], promise);
    uint32_t forgetful = promise_forgotten_by(world, partition, &promise);
    if (forgetful && !has_record(broker_replica(world, forgetful, partition), &promise))
        tell(world, partition, forgetful, &promise);
}

static void on_end(struct acked *acked, struct world *world)
{
    for (uint32_t i = 0; i < world->scenario->layout.partition_count; i++) {
        uint32_t leader = partition_leader(world, i);
        if (leader && !acked->book.partitions[i].unclean)
            judge(acked, world, i, leader);
    }
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct acked *acked = state;
    if (record->kind == RECORD_END)
        on_end(acked, world);
    else if (record->kind == RECORD_PARTITION_CHANGED)
        promise_book_change(&acked->book, record);
    else if (acked->book.partitions[record->index].unclean)
        return;
    else if (record->kind == RECORD_PARTITION_LED)
        judge(acked, world, (uint32_t)record->index, record->node);
    else if (record->kind == RECORD_APPENDED)
        on_appended(acked, world, record);
    else if (record->kind == RECORD_SENT)
        on_sent(acked, world, record);
    else
        on_acked(acked, world, record);
}

static void close(void *state)
{
    struct acked *acked = state;
    promise_book_close(&acked->book);
    free(acked->said);
}

const struct invariant invariant_acked_never_lost = {
    .name = "acked-never-lost",
    .help = "a record acknowledged with acks all while enough replicas were in sync stays at its "
            "offset in every later leader's log, until an unclean election of its partition",
    .source = "Kafka documentation, 4.7: Replication",
    .of_topics = true,
    .kinds = RECORD_BIT(APPENDED) | RECORD_BIT(SENT) | RECORD_BIT(ACKED) |
             RECORD_BIT(PARTITION_LED) | RECORD_BIT(PARTITION_CHANGED) | RECORD_BIT(END),
    .messages = 1u << RAFT_MSG_PRODUCE_REPLY,
    .state_size = sizeof(struct acked),
    .open = open,
    .observe = observe,
    .close = close,
};
