#include <stdlib.h>

#include "sim/metric.h"

/* Failures in the order of their rows: one metric for each. */
#define FAILURE_METRICS(X)                                                                         \
    X(LEASE, "lease", "voters still in lease")                                                     \
    X(LOG, "log", "the candidate's log was older")                                                 \
    X(UNREACHABLE, "unreachable", "voters unreachable or messages lost")                           \
    X(OVERTAKEN, "overtaken", "overtaken by a higher term")                                        \
    X(STOPPED, "stopped", "the candidate stopped")                                                 \
    X(PRIORITY, "priority", "the candidate's priority was lower")

enum row {
    LAST,
    BEGUN,
    FAILED,
    PER_MINUTE,
    SPLIT_VOTES,
    CAMPAIGNS,
#define X(id, name, help) FAILED_##id,
    FAILURE_METRICS(X)
#undef X
        ROWS
};

static const struct metric metrics[] = {
    [LAST] = {"term.last", "highest term of any node at the end", UNIT_COUNT, METRIC_RUN},
    [BEGUN] = {"terms.begun", "terms in which some node became a candidate", UNIT_COUNT,
               METRIC_RUN},
    [FAILED] = {"terms.failed", "terms begun that elected nobody", UNIT_COUNT, METRIC_RUN},
    [PER_MINUTE] = {"terms.per_minute", "terms begun a simulated minute", UNIT_PER_MINUTE,
                    METRIC_RUN},
    [SPLIT_VOTES] = {"split_votes", "terms that failed because candidates shared the voters",
                     UNIT_COUNT, METRIC_RUN},
    [CAMPAIGNS] = {"campaigns", "campaigns begun, pre-votes too", UNIT_COUNT, METRIC_RUN},
#define X(id, name, help)                                                                          \
    [FAILED_##id] = {"terms.failed." name, "terms that failed: " help, UNIT_COUNT, METRIC_RUN},
    FAILURE_METRICS(X)
#undef X
};

static const enum failure failures[ROWS] = {[SPLIT_VOTES] = FAILURE_SPLIT,
#define X(id, name, help) [FAILED_##id] = FAILURE_##id,
                                            FAILURE_METRICS(X)
#undef X
};

/* Where the highest term grew: windows ask what it was at their end. */
struct terms {
    struct growth {
        uint64_t at_ns, term;
    } * items;
    size_t count, room;
};

static void grow(struct terms *terms, uint64_t at_ns, uint64_t term)
{
    if (terms->count > 0 && terms->items[terms->count - 1].term >= term)
        return;
    terms->items = make_room(terms->items, &terms->room, terms->count + 1, sizeof *terms->items);
    terms->items[terms->count++] = (struct growth){at_ns, term};
}

static void open(void *state, const struct world *world)
{
    struct terms *terms = state;
    (void)world;
    terms->count = 0;
    grow(terms, 0, 0);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)world;
    grow(state, record->at_ns, record->term);
}

/* The end of the whole run belongs to it; that of a window does not. */
static struct value last_term(const struct terms *terms, const struct period *period)
{
    uint64_t term = 0;
    for (size_t i = 0; i < terms->count; i++)
        if (terms->items[i].at_ns < period->to_ns || period->window == 0)
            term = terms->items[i].term;
    return value_of((double)term);
}

static struct value count_campaigns(const struct measures *measures, const struct period *period)
{
    const struct campaign *campaigns;
    uint32_t all = measures_campaigns(measures, &campaigns), count = 0;
    for (uint32_t i = 0; i < all; i++)
        count += period->window == 0 || period_has(period, campaigns[i].at_ns);
    return value_of(count);
}

static bool counts(const struct term_begun *term, enum row row)
{
    if (row == BEGUN || row == PER_MINUTE)
        return true;
    return term_failed(term) && (row == FAILED || term->failure == failures[row]);
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    const struct term_begun *terms;
    uint32_t all = measures_terms(measures, &terms), count = 0;
    if (row == LAST)
        return last_term(state, period);
    if (row == CAMPAIGNS)
        return count_campaigns(measures, period);
    for (uint32_t i = 0; i < all; i++)
        if (period->window == 0 || period_has(period, terms[i].at_ns))
            count += counts(&terms[i], (enum row)row);
    if (row != PER_MINUTE)
        return value_of(count);
    double minutes = (double)(period->to_ns - period->from_ns) / (60.0 * (double)NS_PER_S);
    return minutes > 0 ? value_of(count / minutes) : (struct value){0};
}

static void close(void *state)
{
    free(((struct terms *)state)->items);
}

const struct family family_terms = {
    .metrics = metrics,
    .count = ROWS,
    .kinds = RECORD_BIT(TERM) | RECORD_BIT(STARTED),
    .state_size = sizeof(struct terms),
    .open = open,
    .observe = observe,
    .value = value,
    .close = close,
};
