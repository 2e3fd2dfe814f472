#include <stdlib.h>

#include "sim/metric.h"

enum row { LEADERLESS, AVAILABILITY, COMMIT_GAP, ROWS };

static const struct metric metrics[] = {
    [LEADERLESS] = {"leaderless_ms", "time without an effective leader", UNIT_MS, METRIC_RUN},
    [AVAILABILITY] = {"availability", "share of the time with an effective leader, start included",
                      UNIT_FRACTION, METRIC_RUN},
    [COMMIT_GAP] = {"commit_gap_ms",
                    "longest time in which nothing was committed though something was proposed",
                    UNIT_MS, METRIC_RUN},
};

/* Of a long run with many commits only the longest gaps matter: one a window and one in all. */
struct availability {
    struct intervals leaderless;
    bool proposed;      /* something was, ever */
    bool waiting;       /* something was proposed since the last commit */
    uint64_t since_ns;  /* the first such proposal */
    uint64_t committed; /* highest index committed by anyone */
    uint64_t *gaps_ns;  /* longest: [0] of the run, [1 + window] */
    size_t gap_room;
};

static void open(void *state, const struct world *world)
{
    struct availability *availability = state;
    size_t count = (size_t)world->scenario->window_count + 1;
    intervals_clear(&availability->leaderless);
    intervals_set(&availability->leaderless, true, 0);
    availability->proposed = availability->waiting = false;
    availability->committed = 0;
    availability->gaps_ns = make_room(availability->gaps_ns, &availability->gap_room, count,
                                      sizeof *availability->gaps_ns);
    for (size_t i = 0; i < count; i++)
        availability->gaps_ns[i] = 0;
}

static void keep_longest(uint64_t *gap_ns, uint64_t from_ns, uint64_t to_ns)
{
    if (to_ns > from_ns && to_ns - from_ns > *gap_ns)
        *gap_ns = to_ns - from_ns;
}

static void end_gap(struct availability *availability, const struct world *world)
{
    const struct scenario *scenario = world->scenario;
    uint64_t from_ns = availability->since_ns, to_ns = world->now_ns;
    keep_longest(&availability->gaps_ns[0], from_ns, to_ns);
    for (uint32_t i = 0; i < scenario->window_count; i++) {
        const struct window *window = &scenario->windows[i];
        keep_longest(&availability->gaps_ns[i + 1],
                     from_ns > window->from_ns ? from_ns : window->from_ns,
                     to_ns < window->to_ns ? to_ns : window->to_ns);
    }
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct availability *availability = state;
    if (record->kind == RECORD_EFFECTIVE) {
        intervals_set(&availability->leaderless, record->node == 0, record->at_ns);
    } else if (record->kind == RECORD_PROPOSED) {
        if (!availability->waiting)
            availability->since_ns = record->at_ns;
        availability->waiting = availability->proposed = true;
    } else if (record->kind == RECORD_END) {
        if (availability->waiting)
            end_gap(availability, world);
    } else if (record->index > availability->committed) {
        availability->committed = record->index;
        if (availability->waiting)
            end_gap(availability, world);
        availability->waiting = false;
    }
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    const struct availability *availability = state;
    (void)measures;
    if (row == COMMIT_GAP)
        return availability->proposed ? value_ms(availability->gaps_ns[period->window])
                                      : (struct value){0};
    uint64_t without = intervals_sum(&availability->leaderless, period->from_ns, period->to_ns);
    if (row == LEADERLESS)
        return value_ms(without);
    if (period->to_ns <= period->from_ns)
        return (struct value){0};
    return value_of(1.0 - (double)without / (double)(period->to_ns - period->from_ns));
}

static void close(void *state)
{
    struct availability *availability = state;
    intervals_close(&availability->leaderless);
    free(availability->gaps_ns);
}

const struct family family_availability = {
    .metrics = metrics,
    .count = ROWS,
    .kinds = RECORD_BIT(EFFECTIVE) | RECORD_BIT(PROPOSED) | RECORD_BIT(COMMITTED) | RECORD_BIT(END),
    .state_size = sizeof(struct availability),
    .open = open,
    .observe = observe,
    .value = value,
    .close = close,
};
