#include "sim/partition_episode.h"

#include <stdlib.h>

#include "sim/broker.h"

/* ---- episodes ---- */

static struct partition_episode *last(struct partition_episodes *episodes, uint32_t partition)
{
    return &episodes->items[episodes->states[partition].episode];
}

static void init(struct partition_episodes *episodes, uint32_t partition,
                 enum partition_cause cause, uint64_t begin_ns)
{
    struct partition_state *state = &episodes->states[partition];
    episodes->items[state->episode] = (struct partition_episode){
        .begin_ns = begin_ns,
        .decided_ns = UINT64_MAX,
        .elected_ns = UINT64_MAX,
        .published_ns = UINT64_MAX,
        .end_ns = UINT64_MAX,
        .produced_ns = UINT64_MAX,
        .partition = partition,
        .lost = state->leader,
        .cause = (uint8_t)cause,
        .outcome = PARTITION_OPEN,
    };
    state->open = true;
}

static void begin(struct partition_episodes *episodes, uint32_t partition,
                  enum partition_cause cause, uint64_t begin_ns)
{
    episodes->items =
        make_room(episodes->items, &episodes->room, episodes->count + 1, sizeof *episodes->items);
    episodes->states[partition].episode = episodes->count++;
    init(episodes, partition, cause, begin_ns);
}

/* What was decided while the leader served is being done now. */
static void begin_decided(struct partition_episodes *episodes, uint32_t partition, uint64_t now_ns)
{
    struct partition_state *state = &episodes->states[partition];
    bool decided = state->decided_ns != UINT64_MAX;
    begin(episodes, partition,
          decided ? (enum partition_cause)state->decided_cause : PARTITION_LOST_UNPLANNED,
          decided ? state->decided_ns : now_ns);
    last(episodes, partition)->decided_ns = state->decided_ns;
    state->decided_ns = UINT64_MAX;
}

static void stop(struct partition_episodes *episodes, uint32_t partition, uint64_t now_ns)
{
    struct partition_state *state = &episodes->states[partition];
    if (state->stopped)
        return;
    state->stopped = true;
    state->stopped_ns = now_ns;
    state->spurious_ns = UINT64_MAX;
    episodes->stopped_count++;
    episodes->stopped_ns += now_ns;
    episodes->tally.now[COUNT_LEADERLESS]++;
}

static void go_on(struct partition_episodes *episodes, uint32_t partition, uint64_t now_ns)
{
    struct partition_state *state = &episodes->states[partition];
    if (!state->stopped)
        return;
    state->stopped = false;
    episodes->tally.now[COUNT_LEADERLESS]--;
    if (!last(episodes, partition)->lost)
        return;
    episodes->stopped_count--;
    episodes->stopped_ns -= state->stopped_ns;
    episodes->tally.now[COUNT_UNAVAILABLE_NS] += now_ns - state->stopped_ns;
}

static void end(struct partition_episodes *episodes, uint32_t partition, uint64_t now_ns,
                enum partition_outcome outcome)
{
    struct partition_state *state = &episodes->states[partition];
    struct partition_episode *episode = last(episodes, partition);
    go_on(episodes, partition, now_ns);
    state->open = false;
    episode->end_ns = now_ns;
    episode->leader = state->leader;
    episode->outcome = (uint8_t)outcome;
}

/* ---- what happens ---- */

/* A decision about a leader that serves. */
static enum partition_cause cause_of_decision(const struct world *world, uint32_t leader,
                                              const struct record *decided)
{
    bool reached = link_up(world, leader, decided->node) && link_up(world, decided->node, leader);
    switch ((enum metadata_reason)decided->detail) {
    case METADATA_PREFERRED:
        return PARTITION_LOST_PREFERRED;
    case METADATA_MANUAL:
        return PARTITION_LOST_MANUAL;
    case METADATA_UNCLEAN:
        return reached ? PARTITION_LOST_UNCLEAN : PARTITION_LOST_ISOLATE;
    case METADATA_FENCED:
        return reached ? PARTITION_LOST_SESSION : PARTITION_LOST_ISOLATE;
    case METADATA_INITIAL:
        return PARTITION_LOST_START;
    case METADATA_NO_LEADER:
    case METADATA_NO_RECORD:
    case METADATA_TIMEOUT:
    case METADATA_STREAM:
    case METADATA_UNFENCED:
    case METADATA_REGISTERED:
    case METADATA_ISR_SHRINK:
    case METADATA_ISR_EXPAND:
    case METADATA_REASON_COUNT:
        break;
    }
    return reached ? PARTITION_LOST_SPURIOUS : PARTITION_LOST_ISOLATE;
}

/* The leader serves and can be reached, and nobody asked for another. */
static bool is_spurious(enum partition_cause cause)
{
    return cause == PARTITION_LOST_SPURIOUS || cause == PARTITION_LOST_SESSION ||
           cause == PARTITION_LOST_UNCLEAN;
}

static void count_spurious(struct partition_episodes *episodes, struct partition_state *state,
                           uint64_t now_ns)
{
    struct spurious *spurious = &episodes->spurious;
    episodes->tally.now[COUNT_SPURIOUS]++;
    spurious->count++;
    if (state->spurious_ns != UINT64_MAX) {
        spurious->gaps++;
        spurious->gaps_ns += now_ns - state->spurious_ns;
    }
    state->spurious_ns = now_ns;
}

static void decided(struct partition_episodes *episodes, const struct world *world,
                    const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    struct partition_state *state = &episodes->states[partition];
    episodes->tally.now[COUNT_ELECTIONS]++;
    episodes->tally.now[COUNT_UNCLEAN] += record->detail == METADATA_UNCLEAN;
    if (state->stopped) {
        struct partition_episode *episode = last(episodes, partition);
        if (episode->decided_ns == UINT64_MAX)
            episode->decided_ns = world->now_ns;
        return;
    }
    enum partition_cause cause = cause_of_decision(world, state->leader, record);
    if (is_spurious(cause))
        count_spurious(episodes, state, world->now_ns);
    if (state->open)
        return;
    state->decided_ns = world->now_ns;
    state->decided_cause = (uint8_t)cause;
}

/* Whoever leads without epochs goes on as if nothing had been changed. */
static bool is_kept(const struct world *world, const struct partition_state *state, uint32_t agreed)
{
    return !brokers_of(world)->rules->epochs && !state->stopped && state->leader == agreed;
}

static void changed(struct partition_episodes *episodes, const struct world *world,
                    const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    struct partition_state *state = &episodes->states[partition];
    if (record->term == state->agreed_epoch && record->peer == state->agreed)
        return;
    state->agreed_epoch = (uint32_t)record->term;
    state->agreed = (uint16_t)record->peer;
    if (!state->open)
        begin_decided(episodes, partition, world->now_ns);
    struct partition_episode *episode = last(episodes, partition);
    if (episode->decided_ns == UINT64_MAX)
        episode->decided_ns = state->decided_ns;
    state->decided_ns = UINT64_MAX;
    if (!record->peer)
        return;
    bool first = episode->elected_ns == UINT64_MAX;
    if (first)
        episode->elected_ns = world->now_ns;
    if (is_kept(world, state, record->peer)) {
        state->epoch = state->agreed_epoch;
        end(episodes, partition, world->now_ns, PARTITION_KEPT);
    }
    if (first)
        partition_publish(episodes, world, state->episode);
}

/* A broker that takes over in an epoch that is past is not the leader. */
static void led(struct partition_episodes *episodes, const struct world *world,
                const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    struct partition_state *state = &episodes->states[partition];
    if (state->leader && record->term < state->epoch)
        return;
    bool same = state->leader == record->node;
    episodes->tally.now[COUNT_LEADER_CHANGES] += state->leader && !same;
    state->leader = (uint16_t)record->node;
    state->epoch = (uint32_t)record->term;
    state->led = true;
    if (!state->open)
        return;
    bool resumed = same && last(episodes, partition)->elected_ns == UINT64_MAX;
    end(episodes, partition, world->now_ns, resumed ? PARTITION_RESUMED : PARTITION_ELECTED);
}

static void left(struct partition_episodes *episodes, const struct world *world,
                 const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    struct partition_state *state = &episodes->states[partition];
    if (!state->led || state->leader != record->node)
        return;
    state->led = false;
    if (!state->open && !world->nodes[record->node].running)
        begin(episodes, partition, PARTITION_LOST_CRASH, world->now_ns);
    else if (!state->open)
        begin_decided(episodes, partition, world->now_ns);
    stop(episodes, partition, world->now_ns);
}

static void paused(struct partition_episodes *episodes, const struct world *world, uint32_t node)
{
    for (uint32_t partition = 0; partition < episodes->partition_count; partition++) {
        struct partition_state *state = &episodes->states[partition];
        if (state->leader != node || !state->led || state->stopped)
            continue;
        if (!state->open)
            begin(episodes, partition, PARTITION_LOST_PAUSE, world->now_ns);
        stop(episodes, partition, world->now_ns);
    }
}

/* It leads on until it hears that another was agreed on. */
static void resumed(struct partition_episodes *episodes, const struct world *world, uint32_t node)
{
    for (uint32_t partition = 0; partition < episodes->partition_count; partition++) {
        struct partition_state *state = &episodes->states[partition];
        if (state->leader != node || !state->led || !state->stopped)
            continue;
        if (state->agreed == node)
            end(episodes, partition, world->now_ns, PARTITION_RESUMED);
        else
            go_on(episodes, partition, world->now_ns);
    }
}

static void appended(struct partition_episodes *episodes, const struct world *world,
                     const struct record *record)
{
    uint32_t partition = (uint32_t)record->index;
    const struct partition_state *state = &episodes->states[partition];
    struct partition_episode *episode = last(episodes, partition);
    if (!state->open && state->leader == record->node && episode->produced_ns == UINT64_MAX)
        episode->produced_ns = world->now_ns;
}

/* What is only counted. */
static void count(struct partition_episodes *episodes, const struct record *record)
{
    uint64_t *now = episodes->tally.now;
    now[COUNT_PROPOSALS] += record->kind == RECORD_METADATA_PROPOSED;
    now[COUNT_FENCED] += record->kind == RECORD_BROKER_FENCED;
    now[COUNT_REFUSED] +=
        record->kind == RECORD_ELECTOR_NOTE &&
        (record->detail == ELECTOR_NOTE_REFUSED || record->detail == ELECTOR_NOTE_NOT_PROPOSED);
}

void partition_episodes_observe(void *state, struct world *world, const struct record *record)
{
    struct partition_episodes *episodes = state;
    if (record->kind == RECORD_APPENDED)
        appended(episodes, world, record);
    else if (record->kind == RECORD_PARTITION_DECIDED)
        decided(episodes, world, record);
    else if (record->kind == RECORD_PARTITION_CHANGED)
        changed(episodes, world, record);
    else if (record->kind == RECORD_PARTITION_LED)
        led(episodes, world, record);
    else if (record->kind == RECORD_PARTITION_LEFT)
        left(episodes, world, record);
    else if (record->kind == RECORD_PAUSED)
        paused(episodes, world, record->node);
    else if (record->kind == RECORD_RESUMED)
        resumed(episodes, world, record->node);
    else
        count(episodes, record);
    if (episodes->queue_count > 0)
        partition_publish_review(episodes, world);
}

void partition_episodes_mark(void *state, const struct world *world, uint32_t mark)
{
    struct partition_episodes *episodes = state;
    uint64_t *now = episodes->tally.now, ended_ns = now[COUNT_UNAVAILABLE_NS];
    now[COUNT_UNAVAILABLE_NS] += episodes->stopped_count * world->now_ns - episodes->stopped_ns;
    tally_mark(&episodes->tally, mark);
    now[COUNT_UNAVAILABLE_NS] = ended_ns;
}

/* Every partition is in its first episode: it has no leader yet. */
void partition_episodes_open(void *state, const struct world *world)
{
    struct partition_episodes *episodes = state;
    uint32_t partitions = world->scenario->layout.partition_count;
    tally_open(&episodes->tally, PARTITION_COUNTS);
    episodes->tally.now[COUNT_LEADERLESS] = partitions;
    episodes->states =
        make_room(episodes->states, &episodes->state_room, partitions, sizeof *episodes->states);
    episodes->items =
        make_room(episodes->items, &episodes->room, partitions, sizeof *episodes->items);
    episodes->partition_count = episodes->count = partitions;
    episodes->queue_first = episodes->queue_count = 0;
    episodes->witness = RAFT_NONE;
    episodes->spurious = (struct spurious){0};
    episodes->stopped_count = episodes->stopped_ns = 0;
    for (uint32_t partition = 0; partition < partitions; partition++) {
        episodes->states[partition] = (struct partition_state){.decided_ns = UINT64_MAX,
                                                               .spurious_ns = UINT64_MAX,
                                                               .episode = partition,
                                                               .stopped = true};
        init(episodes, partition, PARTITION_LOST_START, 0);
    }
}

void partition_episodes_close(void *state)
{
    struct partition_episodes *episodes = state;
    tally_close(&episodes->tally);
    free(episodes->states);
    free(episodes->items);
    free(episodes->queue);
    *episodes = (struct partition_episodes){0};
}
