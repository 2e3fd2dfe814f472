/* Timers as the tick-driven libraries keep them, computed instead of counted: etcd calls tick()
 * ten times a second; here a node's ticks fall at phase + k * tick of its own clock, and a step
 * that comes late makes up for those that have passed, each due one in its order, before it does
 * anything else. Without ticks the unit is a nanosecond. */
#include "raft/chance.h"
#include "raft/core.h"

void timer_open(struct core *core, uint64_t phase_ns)
{
    struct timer *timer = &core->timer;
    const struct raft_options *options = &core->options;
    timer->tick_ns = options->tick_ns ? options->tick_ns : 1;
    timer->first_ns = timer->next_ns = options->tick_ns ? phase_ns : 1;
    timer->units_max = (UINT64_C(1) << 62) / timer->tick_ns; /* no sum of two can overflow */
    timer->deadline_ns = UINT64_MAX;
    must(options->heartbeat > 0 && options->heartbeat < timer->units_max);
    must(options->election_base > 0 && options->election_base < timer->units_max);
    must(options->election_min > 0 && options->election_max < timer->units_max);
    must(options->candidate_max < timer->units_max);
    must(options->grain < timer->units_max);
    must(timer->first_ns < UINT64_C(1) << 62);
}

/* Several units have passed since it was looked at last. */
uint64_t timer_pass(struct core *core)
{
    struct timer *timer = &core->timer;
    must(core->input->now_ns >= timer->next_ns);
    uint64_t late_ns = core->input->now_ns - timer->next_ns;
    uint64_t units = 1 + (core->options.tick_ns ? late_ns / timer->tick_ns : late_ns);
    timer->next_ns += units * timer->tick_ns;
    timer->now += units;
    return timer->now;
}

/* To the nearest multiple, as LogCabin rounds to milliseconds: the ends of a range come half as
 * often as what is between them. Never to nothing. */
static uint64_t rounded(uint64_t timeout, uint64_t grain)
{
    uint64_t grains = (timeout + grain / 2) / grain;
    return grains > 0 ? grains * grain : grain;
}

/* The range of the next timeout; a candidate's may be its own, and widens with each attempt. */
void timer_draw(struct core *core)
{
    const struct raft_options *options = &core->options;
    struct timer *timer = &core->timer;
    uint64_t low = options->election_min, high = options->election_max;
    bool candidate = core->view.role == RAFT_CANDIDATE || core->view.role == RAFT_PRE_CANDIDATE;
    if (candidate && options->candidate_max) {
        low = options->candidate_min;
        high = options->candidate_max;
    }
    must(low <= high);
    uint64_t span = high - low;
    for (uint32_t n = 1; candidate && n < core->attempts && n <= options->backoff; n++)
        span = span * 2 < timer->units_max ? span * 2 : span;
    if (timer->draws == 0)
        timer->stream = chance_draw(core->input->chance_key, core->view.term);
    core->view.timeout =
        chance_between(chance_draw(timer->stream, timer->draws++), low, low + span);
    if (options->grain)
        core->view.timeout = rounded(core->view.timeout, options->grain);
    timer->changed = true;
}

void timer_set(struct core *core, uint64_t timeout)
{
    uint64_t most = core->timer.units_max;
    core->view.timeout = timeout < most ? timeout : most;
    core->timer.changed = true;
}

/* A leader's election timer matters only to a quorum check or a transfer that may have to end. */
static bool leader_watches(const struct core *core)
{
    return core->options.check_quorum || core->view.transferee;
}

/* The unit at which something will be done next, if nothing comes in before. */
static uint64_t due(const struct core *core)
{
    const struct timer *timer = &core->timer;
    if (core->view.role == RAFT_LEADER) {
        uint64_t beat = timer->heartbeat_start + core->options.heartbeat;
        uint64_t check = timer->election_start + core->options.election_base;
        return leader_watches(core) && check < beat ? check : beat;
    }
    if (!core->promotable)
        return UINT64_MAX;
    /* A timeout that was shortened below what has elapsed ends with the next tick. */
    uint64_t end = timer->election_start + core->view.timeout;
    uint64_t soonest = timer->now + (core->options.tick_ns != 0);
    return end > soonest ? end : soonest;
}

/* A leader asks after its quorum before it sends heartbeats (etcd: tickHeartbeat). */
static void leader_due(struct core *core)
{
    struct timer *timer = &core->timer;
    if (leader_watches(core) && timer->now - timer->election_start >= core->options.election_base) {
        timer_restart(core);
        if (core->options.check_quorum)
            role_check_quorum(core);
        if (core->view.role == RAFT_LEADER)
            leader_abort_transfer(core);
    }
    if (core->view.role != RAFT_LEADER)
        return;
    if (timer->now - timer->heartbeat_start >= core->options.heartbeat) {
        timer->heartbeat_start = timer->now;
        leader_heartbeat(core);
    }
}

static void fire(struct core *core)
{
    if (core->view.role == RAFT_LEADER) {
        leader_due(core);
        return;
    }
    must(core->promotable);
    timer_restart(core);
    election_hup(core, RAFT_NOTE_CAMPAIGN_TIMEOUT);
}

/* Ticks missed are made up one by one, as a ticker that bursts would; a timer without ticks fires
 * once, late. */
void timer_run(struct core *core)
{
    struct timer *timer = &core->timer;
    uint64_t now = timer_now(core), next_ns = timer->next_ns;
    must(timer->due <= now);
    timer->changed = true;
    if (!core->options.tick_ns) {
        fire(core);
        return;
    }
    timer->next_ns = UINT64_MAX; /* until all is made up for, time stands at each due tick */
    for (uint64_t next = timer->due; next <= now; next = due(core)) {
        timer->now = next;
        fire(core);
    }
    timer->now = now;
    timer->next_ns = next_ns;
}

void timer_arm(struct core *core)
{
    struct timer *timer = &core->timer;
    timer_now(core);
    timer->due = due(core);
    timer->changed = false;
    timer->deadline_ns =
        timer->due == UINT64_MAX ? UINT64_MAX : timer->first_ns + (timer->due - 1) * timer->tick_ns;
}
