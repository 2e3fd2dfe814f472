/* One plan against another, seed by seed: what a metric's quantiles and mean were under A and under
 * B, by how much they differ and how sure that is, and what it comes to in a word. */
#ifndef SIM_COMPARE_H
#define SIM_COMPARE_H

#include "sim/compare_bootstrap.h"
#include "sim/compare_runs.h"
#include "sim/text.h"

/* What a change is to whoever waits for a leader. */
enum worth { WORTH_SAME, WORTH_BETTER, WORTH_WORSE, WORTH_MIXED };

/* A statistic under A and under B. The change of a quantile (of all) is not the quantile of the
 * changes (of each seed): both are here, under their own names. */
struct change {
    const char *name; /* "p50" .. "p999", "mean", "per-seed change, median" */
    struct value a, b, gap;
    bool bounded;                    /* there are enough samples for intervals */
    struct confidence paired, apart; /* 95 %; apart: had the seeds not been the same */
    enum worth worth;                /* by the paired 95 % interval */
    enum worth sure;                 /* by that of 99 %: what the verdict asks for */
};
enum change_row { CHANGE_P50, CHANGE_P90, CHANGE_P99, CHANGE_P999, CHANGE_MEAN, CHANGE_SEED };
enum { CHANGES = CHANGE_SEED + 1 };

enum { PHASES_MAX = 4 };

/* Pairs that changed alike and ended under both: how many, and what they changed by, together. */
struct movers {
    uint64_t pairs;
    double sum, phases[PHASES_MAX], terms;
};

/* How often something was so, under each. */
struct rate {
    const char *name, *of; /* "took more than one term", "episodes" */
    uint64_t hits[2], count[2];
    struct confidence bounds[2];
    uint64_t only[2]; /* pairs, or seeds, in which it was so under one alone */
    enum worth sure;  /* by the sign test of these, at 99 % */
};
enum rate_row { RATE_TERMS, RATE_DISRUPTED, RATE_BROKEN, RATE_UNENDED, RATES };

struct extreme {
    uint64_t seed;
    double a, b;
};

struct comparison {
    const struct runs *runs;
    uint32_t sides[2]; /* A and B */
    uint32_t metric;   /* these are positions in runs */
    uint32_t terms, phases[PHASES_MAX], disrupted;
    bool has_terms, has_phases; /* the metric is about episodes; it is the sum of their phases */
    struct sample samples[2];
    uint64_t unended[2];
    uint64_t seeds;           /* that ran under both */
    uint64_t pairs, unpaired; /* episodes of the same seed and the same place in it */
    bool more_is_better;
    struct change changes[CHANGES];
    struct movers all, gained, lost; /* gained: the metric became better */
    struct rate rates[RATES];
    uint64_t unplanned[2]; /* elections that nothing in the plan asked for, in so many days */
    double simulated_days[2];
    struct extreme fell, rose; /* the most changed episodes; seed UINT64_MAX: none */
    enum worth verdict;
};

extern const char *const phase_names[PHASES_MAX];

/* Asks the runs, before they are made, for all that a comparison of this metric looks at. Returns
 * the metric's position. */
uint32_t compare_ask(struct runs *runs, const char *metric);
/* Compares two sides in a metric that was asked for. compare_close when it is no longer needed. */
void compare_sides(struct comparison *comparison, const struct runs *runs, uint32_t metric,
                   uint32_t a, uint32_t b);
void compare_close(struct comparison *comparison);

/* "same", "better", "worse", "mixed" */
const char *worth_name(enum worth worth);

/* ---- compare_changes.c: from pairs to changes, rates and a verdict ---- */

/* `seeds`: the change of each seed that has a pair; it is sorted. */
void compare_changes(struct comparison *comparison, double *seeds, size_t count);

/* ---- compare_words.c ---- */

/* A number in the metric's unit, as tables show it. */
struct short_text metric_number(const struct metric *metric, double number);
/* "[-21.1, -14.7]", rounded outwards. */
struct short_text metric_bounds(const struct metric *metric, struct confidence bounds);
/* "B IS BETTER: p99 falls by 806 ms ...": the verdict and what moved. */
void compare_sentence(const struct comparison *comparison, struct text *text);

/* The metric of a plan whose user named none: of the cause that most episodes in the first runs
 * have, its total; startup when there are none. A loan of `name`. */
void compare_default_metric(const struct scenario *plan, uint64_t seed, struct text *name);

#endif
