/* v2.2.7 and later: no polling; a follower whose replication stream falls silent has a leader
 * elected, once, if that follower happens to be the Raft leader. */
#include <string.h>

#include "raft/elector_chronik.h"
#include "raft/room.h"

/* An elector that has nothing to do yet needs no memory for it. */
static void need(struct chronik *chronik)
{
    if (chronik->opened)
        return;
    const struct metadata_layout *layout = chronik->config.metadata->layout;
    size_t brokers = (size_t)layout->broker_count + 1;
    silence_open(&chronik->heard, layout->partition_count, layout->broker_count + 1);
    chronik->beat_ns =
        room_for(chronik->beat_ns, &chronik->beat_room, brokers, sizeof *chronik->beat_ns);
    memset(chronik->beat_ns, 0, brokers * sizeof *chronik->beat_ns);
    chronik->opened = true;
}

static void on_frame(struct chronik *chronik, const struct elector_input *input)
{
    need(chronik);
    must(input->broker <= chronik->config.metadata->layout->broker_count);
    if (input->partition != ELECTOR_ALL)
        silence_heard(&chronik->heard, input->partition, input->broker, input->now_ns);
    else if (chronik->config.rules->stream_refresh)
        chronik->beat_ns[input->broker] = input->now_ns;
}

static bool is_late(const struct chronik *chronik, uint64_t since_ns, uint64_t now_ns)
{
    return now_ns - since_ns > chronik->config.options.timeout_ns;
}

/* The entry goes with the first look at its silence, whatever comes of the election: if it is
 * refused, nobody tries again. */
static void check_broker(struct chronik *chronik, uint32_t broker,
                         const struct elector_input *input, struct elector_output *output)
{
    if (!is_late(chronik, chronik->beat_ns[broker], input->now_ns))
        return;
    uint32_t partition;
    while ((partition = silence_first(&chronik->heard, broker)) != SILENCE_NONE) {
        if (!is_late(chronik, silence_since(&chronik->heard, partition), input->now_ns))
            return;
        silence_forget(&chronik->heard, partition);
        chronik_elect(chronik, partition, METADATA_STREAM, output);
    }
}

void *chronik_stream_open(void *memory, const struct elector_config *config)
{
    return chronik_open(memory, config);
}

void chronik_stream_step(void *self, const struct elector_input *input,
                         struct elector_output *output)
{
    struct chronik *chronik = self;
    chronik_initialise(chronik, input, output);
    if (input->kind == ELECTOR_STREAM)
        on_frame(chronik, input);
    else if (input->kind == ELECTOR_ELECT)
        chronik_elect(chronik, input->partition, METADATA_MANUAL, output);
    if (chronik_check_due(chronik, input) && chronik->opened)
        for (uint32_t i = 0; i < chronik->heard.list_count; i++)
            check_broker(chronik, i, input, output);
    chronik_set_deadline(chronik, output);
}

const struct elector_rules elector_chronik_2_2_7 = {
    .name = "chronik-2.2.7",
    .help = "a silent replication stream triggers one election; streams' heartbeats count",
    .source = "Chronik Stream 0e9782b and 6285215, leader_election.rs and wal_replication.rs",
    .liveness = ELECTOR_BY_STREAM,
    .gate = ELECTOR_WHO_LEADS,
    .options = {.check_ns = UINT64_C(5000000000),
                .timeout_ns = UINT64_C(30000000000),
                .heartbeat_ns = UINT64_C(10000000000)},
    .prefers_leader = true,
    .proposes = true,
    .stream_refresh = true,
    .isr_order = true,
    .open = chronik_stream_open,
    .step = chronik_stream_step,
    .close = chronik_close,
};

const struct elector_rules elector_chronik_head = {
    .name = "chronik-head",
    .help = "as 2.2.7, but heartbeats do not count; elects the first replica, proposes nothing",
    .source = "Chronik Stream 1129dbe and later, leader_election.rs and wal_replication.rs",
    .liveness = ELECTOR_BY_STREAM,
    .gate = ELECTOR_WHO_LEADS,
    .options = {.check_ns = UINT64_C(5000000000),
                .timeout_ns = UINT64_C(30000000000),
                .heartbeat_ns = UINT64_C(10000000000)},
    .open = chronik_stream_open,
    .step = chronik_stream_step,
    .close = chronik_close,
};
