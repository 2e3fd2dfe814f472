/* v2.2.0 - v2.2.6: every 3 s each partition is looked at for produces that this node served.
 *
 * A partition whose leader is another node, or to which nobody produces, is never heard of: it is
 * re-elected in the first round later than the timeout, again and again. */
#include <stdlib.h>
#include <string.h>

#include "raft/elector_chronik.h"
#include "raft/room.h"

static void watch(struct chronik *chronik, uint32_t partition)
{
    if (chronik->watched[partition])
        return;
    chronik->watched[partition] = true;
    chronik->watch = room_for(chronik->watch, &chronik->watch_room, chronik->watch_count + 1u,
                              sizeof *chronik->watch);
    chronik->watch[chronik->watch_count++] = partition;
}

/* An elector that has nothing to do yet needs no memory for it. */
static void need(struct chronik *chronik)
{
    if (chronik->opened)
        return;
    uint32_t count = chronik->config.metadata->layout->partition_count;
    silence_open(&chronik->heard, count, 1);
    chronik->watched = room_for(chronik->watched, &chronik->watched_room, count, sizeof(bool));
    memset(chronik->watched, 0, count * sizeof(bool));
    for (uint32_t i = 0; i < count; i++)
        watch(chronik, i);
    chronik->opened = true;
}

/* The record is fresh even if what was proposed never commits; without one the next round tries
 * again. */
static void trigger(struct chronik *chronik, uint32_t partition, enum metadata_reason reason,
                    const struct elector_input *input, struct elector_output *output)
{
    if (chronik_elect(chronik, partition, reason, output)) {
        silence_heard(&chronik->heard, partition, 0, input->now_ns);
        return;
    }
    silence_forget(&chronik->heard, partition);
    watch(chronik, partition);
}

static void add_due(struct chronik *chronik, uint32_t partition)
{
    chronik->due =
        room_for(chronik->due, &chronik->due_room, chronik->due_count + 1u, sizeof *chronik->due);
    chronik->due[chronik->due_count++] = partition;
}

/* A leader that was once written is only ever replaced by another. */
static void look_at_watched(struct chronik *chronik)
{
    const struct metadata_partition *partitions = chronik->config.metadata->partitions;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < chronik->watch_count; i++) {
        uint32_t partition = chronik->watch[i];
        bool calm = partitions[partition].leader && silence_knows(&chronik->heard, partition);
        chronik->watched[partition] = !calm;
        if (calm)
            continue;
        chronik->watch[kept++] = partition;
        if (partitions[partition].assigned)
            add_due(chronik, partition);
    }
    chronik->watch_count = kept;
}

static bool is_late(const struct chronik *chronik, uint32_t partition, uint64_t now_ns)
{
    return now_ns - silence_since(&chronik->heard, partition) > chronik->config.options.timeout_ns;
}

/* Partitions that are not assigned are not there for the elector. */
static void look_at_late(struct chronik *chronik, uint64_t now_ns)
{
    const struct metadata_partition *partitions = chronik->config.metadata->partitions;
    uint32_t next;
    for (uint32_t i = silence_first(&chronik->heard, 0);
         i != SILENCE_NONE && is_late(chronik, i, now_ns); i = next) {
        next = chronik->heard.items[i].next;
        if (!chronik->watched[i] && partitions[i].assigned)
            add_due(chronik, i);
    }
}

static int ascending(const void *one, const void *other)
{
    uint32_t left = *(const uint32_t *)one, right = *(const uint32_t *)other;
    return (left > right) - (left < right);
}

/* Chronik's order is that of a hash map, which means nothing: here that of the partitions. */
static void check(struct chronik *chronik, const struct elector_input *input,
                  struct elector_output *output)
{
    const struct metadata_partition *partitions = chronik->config.metadata->partitions;
    chronik->due_count = 0;
    look_at_watched(chronik);
    look_at_late(chronik, input->now_ns);
    if (chronik->due_count)
        qsort(chronik->due, chronik->due_count, sizeof *chronik->due, ascending);
    for (uint32_t i = 0; i < chronik->due_count; i++) {
        uint32_t partition = chronik->due[i];
        enum metadata_reason reason = METADATA_TIMEOUT;
        if (!partitions[partition].leader)
            reason = METADATA_NO_LEADER;
        else if (!silence_knows(&chronik->heard, partition))
            reason = METADATA_NO_RECORD;
        trigger(chronik, partition, reason, input, output);
    }
}

void *chronik_poll_open(void *memory, const struct elector_config *config)
{
    return chronik_open(memory, config);
}

void chronik_poll_step(void *self, const struct elector_input *input, struct elector_output *output)
{
    struct chronik *chronik = self;
    chronik_initialise(chronik, input, output);
    if (input->kind == ELECTOR_PRODUCED) {
        need(chronik);
        silence_heard(&chronik->heard, input->partition, 0, input->now_ns);
    } else if (input->kind == ELECTOR_ELECT) {
        need(chronik);
        trigger(chronik, input->partition, METADATA_MANUAL, input, output);
    }
    if (chronik_check_due(chronik, input) && chronik_acts(chronik)) {
        need(chronik);
        check(chronik, input, output);
    }
    chronik_set_deadline(chronik, output);
}

const struct elector_rules elector_chronik_2_2_0 = {
    .name = "chronik-2.2.0",
    .help = "polls for served produces; every node that knows a Raft leader runs it",
    .source = "Chronik Stream 6d322e7, leader_election.rs",
    .liveness = ELECTOR_BY_PRODUCE,
    .gate = ELECTOR_WHO_KNOWS_A_LEADER,
    .options = {.check_ns = UINT64_C(3000000000), .timeout_ns = UINT64_C(10000000000)},
    .local_fallback = true,
    .proposes = true,
    .isr_order = true,
    .open = chronik_poll_open,
    .step = chronik_poll_step,
    .close = chronik_close,
};

const struct elector_rules elector_chronik_2_2_3 = {
    .name = "chronik-2.2.3",
    .help = "polls for served produces; only the Raft leader runs it",
    .source = "Chronik Stream b45d8c0, leader_election.rs",
    .liveness = ELECTOR_BY_PRODUCE,
    .gate = ELECTOR_WHO_LEADS,
    .options = {.check_ns = UINT64_C(3000000000), .timeout_ns = UINT64_C(10000000000)},
    .local_fallback = true,
    .prefers_leader = true,
    .proposes = true,
    .isr_order = true,
    .open = chronik_poll_open,
    .step = chronik_poll_step,
    .close = chronik_close,
};
