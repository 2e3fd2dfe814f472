#include "sim/metric.h"

enum row { COUNT, DISRUPTED, UNPLANNED, RESUMED, TWO_LEADERS, ROWS };

static const struct metric metrics[] = {
    [COUNT] = {"leaders.count", "elections won", UNIT_COUNT, METRIC_RUN},
    [DISRUPTED] = {"leaders.disrupted",
                   "effective leaders deposed by a higher term or by giving up, though they ran "
                   "and had a quorum",
                   UNIT_COUNT, METRIC_RUN},
    [UNPLANNED] = {"elections.unplanned", "leaders lost though nothing was done to them",
                   UNIT_COUNT, METRIC_RUN},
    [RESUMED] = {"leaders.resumed", "leaders that served again without an election", UNIT_COUNT,
                 METRIC_RUN},
    [TWO_LEADERS] = {"two_leaders_ms", "time with two running nodes in the role of leader", UNIT_MS,
                     METRIC_RUN},
};

struct leaders {
    struct tally tally;      /* by row: COUNT, DISRUPTED */
    struct raft_set leaders; /* running nodes in the role of leader */
    struct intervals two;
    uint32_t effective;
    bool by_transfer; /* the effective leader hands its leadership over */
};

static void open(void *state, const struct world *world)
{
    struct leaders *leaders = state;
    (void)world;
    tally_open(&leaders->tally, DISRUPTED + 1);
    intervals_clear(&leaders->two);
    leaders->leaders = (struct raft_set){{0}};
    leaders->effective = 0;
    leaders->by_transfer = false;
}

/* It runs and has its quorum, so that only a higher term or its own step can have ended it. */
static bool was_deposed(const struct leaders *leaders, const struct world *world)
{
    uint32_t leader = leaders->effective;
    return leader && !leaders->by_transfer && node_runs(world, leader) &&
           health_has_quorum(world, leader);
}

static void change_effective(struct leaders *leaders, const struct world *world,
                             const struct record *record)
{
    if (was_deposed(leaders, world))
        leaders->tally.now[DISRUPTED]++;
    leaders->effective = record->node;
    leaders->by_transfer = false;
}

static void review(struct leaders *leaders, const struct world *world, const struct record *record)
{
    const struct node *node = &world->nodes[record->node];
    raft_set_remove(&leaders->leaders, record->node);
    if (node_runs(world, record->node) && node->view->role == RAFT_LEADER)
        raft_set_add(&leaders->leaders, record->node);
    uint32_t first = raft_set_next(&leaders->leaders, 0);
    bool two = first && raft_set_next(&leaders->leaders, first);
    intervals_set(&leaders->two, two, record->at_ns);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct leaders *leaders = state;
    if (record->kind == RECORD_EFFECTIVE) {
        change_effective(leaders, world, record);
        return;
    }
    if (record->kind == RECORD_CAMPAIGN) {
        leaders->by_transfer |= record->detail == RAFT_NOTE_CAMPAIGN_TRANSFER;
        return;
    }
    leaders->tally.now[COUNT] += record->kind == RECORD_BECAME_LEADER;
    review(leaders, world, record);
}

static void mark(void *state, const struct world *world, uint32_t mark)
{
    (void)world;
    tally_mark(&((struct leaders *)state)->tally, mark);
}

static uint32_t count_episodes(const struct measures *measures, const struct period *period,
                               bool resumed)
{
    const struct episode *episodes;
    uint32_t all = measures_episodes(measures, &episodes), count = 0;
    for (uint32_t i = 0; i < all; i++) {
        if (period->window > 0 && !period_has(period, episodes[i].begin_ns))
            continue;
        count +=
            resumed ? episodes[i].outcome == OUTCOME_RESUMED : episodes[i].cause == CAUSE_UNPLANNED;
    }
    return count;
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    const struct leaders *leaders = state;
    if (row == TWO_LEADERS)
        return value_ms(intervals_sum(&leaders->two, period->from_ns, period->to_ns));
    if (row == UNPLANNED || row == RESUMED)
        return value_of(count_episodes(measures, period, row == RESUMED));
    return tally_value(&leaders->tally, measures, row, period);
}

static void close(void *state)
{
    struct leaders *leaders = state;
    tally_close(&leaders->tally);
    intervals_close(&leaders->two);
}

const struct family family_leaders = {
    .metrics = metrics,
    .count = ROWS,
    .kinds = RECORD_BIT(EFFECTIVE) | RECORD_BIT(CAMPAIGN) | RECORD_BIT(BECAME_LEADER) |
             RECORD_BIT(BECAME_FOLLOWER) | RECORD_BIT(CRASHED) | RECORD_BIT(PAUSED) |
             RECORD_BIT(RESUMED),
    .state_size = sizeof(struct leaders),
    .open = open,
    .observe = observe,
    .mark = mark,
    .value = value,
    .close = close,
};
