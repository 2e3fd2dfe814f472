#include "sim/options.h"

#include <stdlib.h>

/* Timers are given in ticks or as ranges of time, never both ways at once. */
enum way { WAY_ANY, WAY_TICKS, WAY_RANGES };

struct option {
    struct field field;
    enum way way;
    void (*apply)(struct node_options *options, const struct option_change *change);
};

enum { TICKS_MAX = 1000000, BACKOFF_MAX = 16, INFLIGHT_MAX = 1000000 };

static void apply_flavor(struct node_options *options, const struct option_change *change)
{
    options->raft.flavor = (enum raft_flavor)change->bits;
}

static void apply_tick(struct node_options *options, const struct option_change *change)
{
    options->raft.tick_ns = change->bits;
}

static void apply_election_ticks(struct node_options *options, const struct option_change *change)
{
    options->raft.election_base = options->raft.election_min = change->bits;
    options->raft.election_max = 2 * change->bits - 1;
}

static void apply_min_election_ticks(struct node_options *options,
                                     const struct option_change *change)
{
    options->raft.election_min = change->bits;
}

static void apply_max_election_ticks(struct node_options *options,
                                     const struct option_change *change)
{
    options->raft.election_max = change->bits - 1;
}

static void apply_heartbeat(struct node_options *options, const struct option_change *change)
{
    options->raft.heartbeat = change->bits;
}

static void apply_election_timeout(struct node_options *options, const struct option_change *change)
{
    options->raft.election_base = options->raft.election_min = change->bits;
    options->raft.election_max = change->high;
}

/* Given in time even where timers are ticks: a table of options knows no "ticks or time". */
static void apply_candidate_timeout(struct node_options *options,
                                    const struct option_change *change)
{
    uint64_t unit = timer_unit_ns(&options->raft);
    options->raft.candidate_min = change->bits / unit;
    options->raft.candidate_max = change->high / unit;
}

static void apply_timeout_grain(struct node_options *options, const struct option_change *change)
{
    options->raft.grain = change->bits;
}

static void apply_backoff(struct node_options *options, const struct option_change *change)
{
    options->raft.backoff = (uint32_t)change->bits;
}

static void apply_pre_vote(struct node_options *options, const struct option_change *change)
{
    options->raft.pre_vote = change->bits;
}

static void apply_check_quorum(struct node_options *options, const struct option_change *change)
{
    options->raft.check_quorum = change->bits;
}

static void apply_sticky(struct node_options *options, const struct option_change *change)
{
    options->raft.sticky = change->bits;
}

static void apply_priority(struct node_options *options, const struct option_change *change)
{
    options->raft.priority = (int64_t)change->bits;
}

static void apply_step_down(struct node_options *options, const struct option_change *change)
{
    options->raft.step_down_on_removal = change->bits;
}

static void apply_read(struct node_options *options, const struct option_change *change)
{
    options->raft.read = (enum raft_read_way)change->bits;
}

static void apply_read_lease(struct node_options *options, const struct option_change *change)
{
    options->raft.read_lease_ns = change->bits;
}

static void apply_async_storage(struct node_options *options, const struct option_change *change)
{
    options->raft.async_storage = change->bits;
}

static void apply_self_vote(struct node_options *options, const struct option_change *change)
{
    options->raft.self_vote_durable = change->bits;
}

static void apply_leader_writes_first(struct node_options *options,
                                      const struct option_change *change)
{
    options->raft.leader_writes_first = change->bits;
}

static void apply_max_inflight(struct node_options *options, const struct option_change *change)
{
    options->raft.inflight_max = change->bits;
}

static void apply_max_entries(struct node_options *options, const struct option_change *change)
{
    options->raft.entries_max = change->bits;
}

static void apply_missed_ticks(struct node_options *options, const struct option_change *change)
{
    options->burst = change->bits;
}

/* high: given; else it is drawn. */
static void apply_tick_phase(struct node_options *options, const struct option_change *change)
{
    options->tick_phase_ns = change->bits;
    options->tick_phase_given = change->high;
}

static void set_host(struct node_options *options, enum host_fault fault, bool on)
{
    uint32_t bit = UINT32_C(1) << fault;
    options->host = on ? options->host | bit : options->host & ~bit;
}

#define X(id, key, help)                                                                           \
    static void apply_##id(struct node_options *options, const struct option_change *change)       \
    {                                                                                              \
        set_host(options, HOST_##id, change->bits);                                                \
    }
HOST_FAULTS(X)
#undef X

static const char *const flavors[] = {[RAFT_ETCD] = "etcd",
                                      [RAFT_RAFT_RS] = "raft-rs",
                                      [RAFT_PAPER] = "paper",
                                      [RAFT_PAPER + 1] = NULL};
static const char *const self_votes[] = {"at-once", "durable", NULL};
static const char *const reads[] = {[RAFT_READ_INDEX] = "index",
                                    [RAFT_READ_LEASE] = "lease",
                                    [RAFT_READ_LOCAL] = "local",
                                    [RAFT_READ_LOCAL + 1] = NULL};
static const char *const missed_ticks[] = {"skip", "burst", NULL};

#define ROW_OF(way, how, ...)                                                                      \
    {                                                                                              \
        {__VA_ARGS__}, way, how                                                                    \
    }
#define TICKS(key, how, text)                                                                      \
    ROW_OF(WAY_TICKS, how, .name = key, .kind = FIELD_COUNT, .low = 1, .high = TICKS_MAX,          \
           .help = text)
#define SWITCH(key, how, text) ROW_OF(WAY_ANY, how, .name = key, .kind = FIELD_BOOL, .help = text)
#define CHOICE(key, list, how, text)                                                               \
    ROW_OF(WAY_ANY, how, .name = key, .kind = FIELD_CHOICE, .choices = list, .help = text)
#define LIMIT(key, most, how, text)                                                                \
    ROW_OF(WAY_ANY, how, .name = key, .kind = FIELD_COUNT, .high = most, .help = text)
#define VALUE(key, what, way, how, text) ROW_OF(way, how, .name = key, .kind = what, .help = text)

static const struct option options_table[] = {
    CHOICE("flavor", flavors, apply_flavor, "whose details the protocol follows"),
    VALUE("tick", FIELD_DURATION, WAY_TICKS, apply_tick, "what all timers count, such as 100ms"),
    TICKS("election_ticks", apply_election_ticks,
          "E: timeouts are drawn from E to 2E - 1 ticks; leases and quorum checks last E"),
    TICKS("min_election_ticks", apply_min_election_ticks, "least timeout in ticks, instead of E"),
    TICKS("max_election_ticks", apply_max_election_ticks,
          "timeouts stay below so many ticks, instead of 2E"),
    TICKS("heartbeat_ticks", apply_heartbeat, "ticks between a leader's heartbeats"),
    VALUE("election_timeout", FIELD_RANGE, WAY_RANGES, apply_election_timeout,
          "[min, max], both included; leases and quorum checks last min"),
    VALUE("heartbeat", FIELD_DURATION, WAY_RANGES, apply_heartbeat,
          "time between a leader's heartbeats"),
    VALUE("candidate_timeout", FIELD_RANGE, WAY_ANY, apply_candidate_timeout,
          "[min, max] for candidates, instead of the election timeout; whole ticks, if any"),
    VALUE("timeout_grain", FIELD_DURATION, WAY_RANGES, apply_timeout_grain,
          "timeouts are rounded to the nearest multiple of this, such as 1ms; default: 1ns"),
    LIMIT("backoff", BACKOFF_MAX, apply_backoff,
          "a candidate's range doubles with each failed term, at most so often; 0: never"),
    SWITCH("pre_vote", apply_pre_vote, "candidates ask first whether they could win"),
    SWITCH("check_quorum", apply_check_quorum,
           "leaders that reach no quorum step down; voters that hear a leader refuse others"),
    SWITCH("sticky", apply_sticky, "voters that hear a leader refuse others, in any case"),
    VALUE("priority", FIELD_INTEGER, WAY_ANY, apply_priority,
          "raft-rs: refuses candidates of a lower one, unless their log is longer"),
    SWITCH("step_down_on_removal", apply_step_down, "a removed or demoted leader steps down"),
    CHOICE(
        "read", reads, apply_read,
        "how reads are answered: \"index\", the leader asks a quorum whether it leads; \"lease\", "
        "it trusts check_quorum; \"local\", any node as it is; default: index"),
    VALUE(
        "read_lease", FIELD_DURATION, WAY_ANY, apply_read_lease,
        "lease: trusts only so long after it last asked a quorum (TiKV); default: no limit (etcd)"),
    SWITCH("async_storage", apply_async_storage, "only votes and acknowledgements wait for disks"),
    CHOICE("self_vote", self_votes, apply_self_vote,
           "when a candidate's own vote counts: at once, or when it is on disk"),
    SWITCH("leader_writes_first", apply_leader_writes_first,
           "a leader writes its entries before it sends them, not meanwhile"),
    LIMIT("max_inflight", INFLIGHT_MAX, apply_max_inflight,
          "appends unacknowledged to one follower; 0: no limit"),
    LIMIT("max_entries", INFLIGHT_MAX, apply_max_entries, "entries in one append; 0: no limit"),
    ROW_OF(WAY_ANY, apply_tick_phase, .name = "tick_phase", .kind = FIELD_SPECIAL,
           .schema = "tick_phase",
           .help = "where in a tick the node's ticks fall: \"random\", or a duration"),
    CHOICE("missed_ticks", missed_ticks, apply_missed_ticks,
           "after a pause, ticks that were missed are skipped, or made up in a burst"),
#define X(id, key, text) SWITCH(key, apply_##id, text),
    HOST_FAULTS(X)
#undef X
};

const char *host_fault_key(enum host_fault fault)
{
#define X(id, key, help) key,
    static const char *const keys[] = {HOST_FAULTS(X)};
#undef X
    return keys[fault];
}

size_t option_count(void)
{
    return countof(options_table);
}

const struct field *option_at(size_t index)
{
    must(index < countof(options_table));
    return &options_table[index].field;
}

static const struct option *option_of(const struct option_change *change)
{
    size_t row = 0;
    while (row < countof(options_table) && &options_table[row].field != change->field)
        row++;
    must(row < countof(options_table));
    return &options_table[row];
}

static void drop_timers(struct node_options *options)
{
    struct raft_options *raft = &options->raft;
    options->burst = options->tick_phase_given = false;
    raft->tick_ns = raft->heartbeat = 0;
    raft->election_min = raft->election_max = raft->election_base = 0;
    raft->candidate_min = raft->candidate_max = raft->grain = 0;
}

void options_apply(struct node_options *options, const struct option_changes *changes)
{
    if (changes->preset)
        *options = (struct node_options){0};
    bool in_ticks = options->raft.tick_ns > 0;
    for (uint32_t i = 0; i < changes->count; i++) {
        const struct option *option = option_of(&changes->items[i]);
        if (option->way == (in_ticks ? WAY_RANGES : WAY_TICKS)) {
            drop_timers(options);
            in_ticks = !in_ticks;
        }
        option->apply(options, &changes->items[i]);
    }
}

/* The way of the timers after the changes, which were applied to the options. */
static bool are_ticks(const struct node_options *options, const struct option_changes *changes)
{
    for (uint32_t i = changes->count; i-- > 0;) {
        enum way way = option_of(&changes->items[i])->way;
        if (way != WAY_ANY)
            return way == WAY_TICKS;
    }
    return options->raft.tick_ns > 0;
}

static bool check_one_way(const struct option_changes *changes, struct error *error)
{
    const struct option_change *by_way[] = {
        [WAY_ANY] = NULL, [WAY_TICKS] = NULL, [WAY_RANGES] = NULL};
    for (uint32_t i = changes->preset_count; i < changes->count; i++)
        by_way[option_of(&changes->items[i])->way] = &changes->items[i];
    if (by_way[WAY_TICKS] && by_way[WAY_RANGES])
        return refuse(error,
                      "expected timers in ticks or as ranges of time, got both \"%s\" and \"%s\"",
                      by_way[WAY_TICKS]->field->name, by_way[WAY_RANGES]->field->name);
    return true;
}

static bool check_candidate(const struct raft_options *raft, const struct option_changes *changes,
                            struct error *error)
{
    for (uint32_t i = 0; raft->tick_ns && i < changes->count; i++) {
        const struct option_change *change = &changes->items[i];
        if (option_of(change)->apply == apply_candidate_timeout &&
            (change->bits % raft->tick_ns || change->high % raft->tick_ns))
            return refuse(error, "expected a \"candidate_timeout\" of whole ticks");
    }
    if (raft->candidate_max && raft->candidate_min == 0)
        return refuse(error, "expected a \"candidate_timeout\" above 0");
    return true;
}

/* Sums of a few timeouts, and their doublings, must stay far below NS_MAX. */
static bool check_sizes(const struct raft_options *raft, struct error *error)
{
    uint64_t unit = timer_unit_ns(raft);
    uint64_t most =
        raft->election_max > raft->candidate_max ? raft->election_max : raft->candidate_max;
    uint64_t limit = (NS_MAX >> 4 >> raft->backoff) / unit;
    if (most > limit || raft->heartbeat > limit)
        return refuse(error, "expected shorter timeouts");
    return true;
}

static bool check_ticks(const struct node_options *options, struct error *error)
{
    const struct raft_options *raft = &options->raft;
    if (raft->tick_ns == 0)
        return refuse(error, "expected \"tick\" above 0 beside the ticks");
    if (raft->election_base == 0 || raft->heartbeat == 0)
        return refuse(error, "expected \"election_ticks\" and \"heartbeat_ticks\" beside \"tick\"");
    if (raft->election_min < raft->election_base)
        return refuse(error, "expected \"min_election_ticks\" of at least \"election_ticks\"");
    if (raft->election_max < raft->election_min)
        return refuse(error, "expected \"max_election_ticks\" above the least timeout");
    if (raft->heartbeat >= raft->election_base)
        return refuse(error, "expected \"heartbeat_ticks\" below \"election_ticks\"");
    if (options->tick_phase_given && options->tick_phase_ns >= raft->tick_ns)
        return refuse(error, "expected a \"tick_phase\" below \"tick\"");
    return true;
}

static bool check_ranges(const struct node_options *options, struct error *error)
{
    const struct raft_options *raft = &options->raft;
    if (options->burst || options->tick_phase_given)
        return refuse(error, "expected \"tick\" beside \"missed_ticks\" or \"tick_phase\"");
    if (raft->election_min == 0)
        return refuse(error, "expected an \"election_timeout\" above 0");
    if (raft->heartbeat == 0)
        return refuse(error, "expected \"heartbeat\" above 0 beside \"election_timeout\"");
    if (raft->heartbeat >= raft->election_min)
        return refuse(error, "expected \"heartbeat\" below the least election timeout");
    if (raft->grain > raft->election_min)
        return refuse(error, "expected a \"timeout_grain\" of at most the least election timeout");
    return true;
}

bool options_check(const struct node_options *options, const struct option_changes *changes,
                   struct error *error)
{
    const struct raft_options *raft = &options->raft;
    if (!check_one_way(changes, error))
        return false;
    if (are_ticks(options, changes) ? !check_ticks(options, error) : !check_ranges(options, error))
        return false;
    if ((options->host >> HOST_OUTPUT_AT_TICKS & 1) && !raft->tick_ns)
        return refuse(error, "expected \"tick\" beside \"output_at_ticks\"");
    if (raft->priority && raft->flavor != RAFT_RAFT_RS)
        return refuse(error, "expected \"flavor\": \"raft-rs\" beside \"priority\"");
    if (raft->read == RAFT_READ_LEASE && !raft->check_quorum)
        return refuse(error, "expected \"check_quorum\": true beside \"read\": \"lease\"");
    if (raft->read_lease_ns && raft->read != RAFT_READ_LEASE)
        return refuse(error, "expected \"read\": \"lease\" beside \"read_lease\"");
    if (raft->leader_writes_first && raft->async_storage)
        return refuse(error, "expected \"async_storage\": false beside \"leader_writes_first\"");
    return check_candidate(raft, changes, error) && check_sizes(raft, error);
}

void options_close(struct option_changes *changes)
{
    free(changes->items);
    *changes = (struct option_changes){0};
}
