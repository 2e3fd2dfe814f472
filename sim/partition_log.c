#include "sim/partition_log.h"

#include <stdlib.h>
#include <string.h>

#include "sim/broker.h"

static struct acked *acked_of(struct partition_logs *logs, uint32_t record)
{
    size_t before = logs->acked_room;
    logs->acked = make_room(logs->acked, &logs->acked_room, record, sizeof *logs->acked);
    if (logs->acked_room > before)
        memset(logs->acked + before, 0, (logs->acked_room - before) * sizeof *logs->acked);
    return &logs->acked[record - 1];
}

/* Nearly always where a leader stored it last; a log that another wrote may have it elsewhere. */
static bool holds(struct partition_logs *logs, const struct replica *replica, uint32_t record)
{
    struct acked *acked = acked_of(logs, record);
    if (acked->offset < replica->end && replica->log[acked->offset].record == record)
        return true;
    for (uint64_t end = replica->end; end > 0; end--) {
        if (replica->log[end - 1].record != record)
            continue;
        acked->offset = (uint32_t)(end - 1);
        return true;
    }
    return false;
}

/* Up to where two logs are the same: chains are equal up to there and nowhere after. */
static uint64_t common_end(const struct replica *a, const struct replica *b)
{
    uint64_t low = 0, high = a->end < b->end ? a->end : b->end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (a->log[middle].chain == b->log[middle].chain)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Counts what is acknowledged, reaches beyond `safe`, and is not in the replica: each once. */
static void look_for_lost(struct partition_logs *logs, struct partition_log *log,
                          const struct replica *replica, uint64_t safe)
{
    uint32_t *link = &log->newest;
    while (*link) {
        struct acked *acked = &logs->acked[*link - 1];
        if (acked->highest < safe)
            return;
        if (holds(logs, replica, *link)) {
            link = &acked->before;
            continue;
        }
        logs->tally.now[COUNT_LOST]++;
        *link = acked->before;
    }
}

static void taken_over(struct partition_logs *logs, const struct world *world,
                       const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    struct partition_log *log = &logs->items[partition];
    if (log->leader && record->term < log->epoch)
        return;
    const struct replica *now = broker_replica(world, record->node, partition);
    if (log->leader && log->newest)
        look_for_lost(logs, log, now,
                      common_end(broker_replica(world, log->leader, partition), now));
    log->leader = (uint16_t)record->node;
    log->epoch = (uint32_t)record->term;
}

/* A leader that is none any more may have said so. */
static void acknowledged(struct partition_logs *logs, const struct world *world,
                         const struct record *record)
{
    uint32_t number = (uint32_t)record->value;
    struct partition_log *log = &logs->items[record->index];
    struct acked *acked = acked_of(logs, number);
    logs->tally.now[COUNT_ACKED]++;
    logs->tally.now[COUNT_WAITED_NS] +=
        world->now_ns - brokers_of(world)->records[number - 1].first_ns;
    must(log->leader != 0);
    if (!holds(logs, broker_replica(world, log->leader, (uint32_t)record->index), number)) {
        logs->tally.now[COUNT_LOST]++;
        return;
    }
    uint32_t highest = log->newest ? logs->acked[log->newest - 1].highest : 0;
    acked->before = log->newest;
    acked->highest = acked->offset > highest ? acked->offset : highest;
    log->newest = number;
}

/* Two brokers stored different records at one offset, each as the leader. */
static void stored(struct partition_logs *logs, const struct world *world,
                   const struct record *record)
{
    const uint64_t told = UINT64_C(1) << 63;
    const struct replica *replica = broker_replica(world, record->node, (uint32_t)record->index);
    uint32_t number = replica->log[record->value].record;
    uint64_t own = number | (uint64_t)record->node << 32;
    acked_of(logs, number)->offset = (uint32_t)record->value;
    uint64_t *first = map_put(&logs->stored, record->index, record->value, own);
    if (*first & told || (uint32_t)*first == number || *first >> 32 == record->node)
        return;
    *first |= told;
    logs->tally.now[COUNT_CONFLICTING]++;
}

void partition_logs_observe(void *state, struct world *world, const struct record *record)
{
    struct partition_logs *logs = state;
    if (record->kind == RECORD_APPENDED)
        stored(logs, world, record);
    else if (record->kind == RECORD_ACKED)
        acknowledged(logs, world, record);
    else if (record->kind == RECORD_PARTITION_LED)
        taken_over(logs, world, record);
    else
        logs->tally.now[COUNT_UNKNOWN]++;
}

void partition_logs_finish(void *state, const struct world *world)
{
    struct partition_logs *logs = state;
    for (uint32_t partition = 0; partition < logs->partition_count; partition++) {
        struct partition_log *log = &logs->items[partition];
        if (log->newest)
            look_for_lost(logs, log, broker_replica(world, log->leader, partition), 0);
    }
}

void partition_logs_open(void *state, const struct world *world)
{
    struct partition_logs *logs = state;
    uint32_t partitions = world->scenario->layout.partition_count;
    tally_open(&logs->tally, PRODUCE_COUNTS);
    logs->items = make_room(logs->items, &logs->room, partitions, sizeof *logs->items);
    memset(logs->items, 0, partitions * sizeof *logs->items);
    if (logs->acked_room > 0)
        memset(logs->acked, 0, logs->acked_room * sizeof *logs->acked);
    logs->partition_count = partitions;
    map_clear(&logs->stored);
}

void partition_logs_close(void *state)
{
    struct partition_logs *logs = state;
    tally_close(&logs->tally);
    free(logs->items);
    free(logs->acked);
    map_close(&logs->stored);
    *logs = (struct partition_logs){0};
}
