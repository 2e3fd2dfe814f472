/* The same seeds under several plans, run by forked workers: the values that metrics had in each.
 *
 * Chance is keyed by seed and stable ids, so a seed's crash, timeouts and delays are the same under
 * each plan, and what differs is due to the plans. Nothing here depends on how many workers ran. */
#ifndef SIM_COMPARE_RUNS_H
#define SIM_COMPARE_RUNS_H

#include "sim/columns.h"

enum { SIDES_MAX = 64, METRICS_MAX = 32 };

/* Where a metric's values are: metrics about the same episodes share their rows. */
struct asked_metric {
    char *name;
    struct metric_ref ref;
    uint32_t table, column;
};

/* The rows of one run: an episode each, in the order of time; of a whole run it is one row. */
struct run_rows {
    size_t first;
    uint32_t count;
};

/* The rows of all runs of one side. */
struct side_rows {
    double *items; /* NaN: not reached, INFINITY: an episode that has not ended */
    size_t count, room;
    struct run_rows *runs; /* [seed - first] */
};

struct table {
    struct metric_ref group; /* metrics with the same kind, startup and cause are in it */
    uint32_t width;
};

struct run_facts {
    bool done, broken, absent;
    uint32_t verdict; /* enum verdict */
    uint32_t unplanned;
    uint64_t hash, simulated_ns;
};

struct side {
    const struct scenario *plan; /* NULL: it is not run, its values are given */
    struct columns columns;
    uint64_t shift;          /* it runs seed + shift where the others run seed */
    struct run_facts *facts; /* [seed - first] */
    struct side_rows *rows;  /* [table] */
    uint64_t hash;           /* of all its runs */
};

struct runs {
    uint64_t first, last;
    uint64_t done; /* seeds that every side has run: seeds[0 .. done) */
    uint64_t lost; /* at which raftsim itself ended */
    uint64_t lost_seed;
    char lost_why[48];
    uint32_t side_count, metric_count, table_count;
    struct side sides[SIDES_MAX];
    struct asked_metric metrics[METRICS_MAX];
    struct table tables[METRICS_MAX];
    struct unpacking unpacking;
};

/* Of seeds first..last; the plans must outlive it. */
void runs_open(struct runs *runs, uint64_t first, uint64_t last);
void runs_add_side(struct runs *runs, const struct scenario *plan);
/* Room for the results of all sides, when all was asked for; runs_execute sees to it. */
void runs_prepare(struct runs *runs);
/* A row of a run of a given side, to be filled: the metrics of `table`. Rows of a run come
 * together.
 */
double *runs_add_row(struct runs *runs, uint32_t side, uint32_t table, uint64_t seed);
/* Asks for a metric, once; returns its position in `metrics`. The name must be known. */
uint32_t runs_ask(struct runs *runs, const char *name);
/* Runs all seeds; 0 jobs: one for each processor. `tick` as that of workers, or NULL. */
void runs_execute(struct runs *runs, uint32_t jobs, enum workers_stop (*tick)(void *runs));
void runs_close(struct runs *runs);

/* Did every side run this seed to its end? */
bool runs_has(const struct runs *runs, uint64_t seed);
/* How many rows the metric has in the run, and its value in one of them. */
uint32_t runs_rows(const struct runs *runs, uint32_t side, uint32_t metric, uint64_t seed);
double runs_value(const struct runs *runs, uint32_t side, uint32_t metric, uint64_t seed,
                  uint32_t row);

#endif
