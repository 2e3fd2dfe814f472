/* One plan, many seeds: what its store says of all of them together. Nothing here depends on the
 * order in which runs were made, nor on who made them. */
#ifndef SIM_SWEEP_H
#define SIM_SWEEP_H

#include "sim/statistics.h"
#include "sim/store.h"

/* Which seeds: every `shards`-th of first..last, beginning with first + shard. */
struct seed_range {
    uint64_t first, last;
    uint64_t shard, shards; /* 0 of 1: all */
};

/* A quantile with its distribution-free 95 % interval. */
struct estimate {
    struct value at;
    bool bounded; /* there are enough samples for an interval */
    double low, high;
};
enum { QUANTILES = 4 }; /* p50, p90, p99, p999 */
enum { BINS = 12 };

/* The samples of one metric over all runs; an unended episode counts above every quantile. */
struct summary {
    char *name; /* "failover[crash].total_ms" */
    struct metric_ref ref;
    uint64_t count, unended;
    struct value min, max, mean;
    struct estimate quantiles[QUANTILES];
    double bin_from, bin_step; /* step 0: too few samples for a picture */
    uint64_t bins[BINS];       /* the last holds all above it too */
};

/* Runs that failed alike (the same verdict and rule, or the same first missed expectation): told
 * once, by the least seed. */
struct failure_group {
    uint32_t verdict; /* enum verdict, or VERDICT_DIED */
    uint64_t seed, runs;
    char *rule; /* safety; else NULL */
    char *detail;
};

struct worst {
    uint64_t seed;
    double total_ms;
    uint32_t terms;
};
enum { WORST_MAX = 2 };

struct sweep {
    const struct scenario *scenario;
    struct store *store;
    struct seed_range range; /* that were asked for */
    uint64_t runs, verdicts[VERDICT_DIED + 1];
    uint64_t unsafe, absent;
    uint64_t hash; /* of all runs, whatever their order */
    double simulated_ms;
    uint64_t unplanned;
    struct summary *summaries; /* in the order of the table of metrics */
    size_t summary_count, summary_room;
    struct value *got; /* what each of sweep.expect came to; words: not known */
    struct failure_group *groups;
    size_t group_count, group_room;
    struct worst worst[WORST_MAX];
    uint32_t worst_count;
};

/* Reads all that the store has of the range: one metric's samples at a time. False: store_error. */
bool sweep_read(struct sweep *sweep, const struct columns *columns, struct store *store,
                const struct seed_range *range);
void sweep_close(struct sweep *sweep);

/* The summary of that full name, or NULL. */
const struct summary *sweep_find(const struct sweep *sweep, const char *name);
/* How sweep.expect came out: one for each bound; `findings` has room for 4 an expectation. */
uint32_t sweep_findings(const struct sweep *sweep, struct finding *findings);
/* The exit status: the gravest of all runs and of what was expected of them together. */
int sweep_status(const struct sweep *sweep, const struct finding *findings, uint32_t count);

/* ---- sweep_samples.c ---- */

/* Summarises every metric of the columns, and what sweep.expect asks of them. */
bool sweep_summarise(struct sweep *sweep, const struct columns *columns);

/* ---- sweep_run.c ---- */

struct sweep_plan {
    const struct columns *columns;
    struct store *store;
    struct seed_range range;
    uint32_t jobs;   /* workers; 0: one for each processor */
    double budget_s; /* begins no more runs after that; 0: no limit */
    bool shows;      /* a line of progress on stderr */
    uint64_t made;   /* told: runs that were made now */
};
/* Runs the seeds that the store does not have yet. False: the store failed. */
bool sweep_run(struct sweep_plan *plan);

#endif
