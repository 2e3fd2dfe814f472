/* One plan, many seeds: verdicts counted, measures pooled, failures kept with their seeds. */
#ifndef SIM_SWEEP_H
#define SIM_SWEEP_H

#include "sim/run.h"

/* The values of one metric over all runs. An unended episode counts above every quantile. */
struct pool {
    char *name;
    struct metric_ref ref;
    double *items; /* ascending once sweep_finish was called */
    size_t count, room;
    uint64_t unended;
};

/* Runs that failed alike: told once, by the least seed. */
struct failure_group {
    enum verdict verdict;
    const char *rule; /* safety; else NULL */
    uint64_t seed, runs;
    char detail[240];
};
enum { FAILURE_GROUPS_MAX = 64, WORST_MAX = 2 };

struct worst {
    uint64_t seed;
    double total_ms;
    uint32_t terms;
};

struct sweep {
    const struct scenario *scenario;
    uint64_t first, last, runs;
    uint64_t verdicts[VERDICT_COUNT];
    uint64_t unsafe, absent;
    uint64_t hash; /* of all runs, whatever their order */
    uint64_t simulated_ns, unplanned;
    uint64_t failures_by_cause[FAILURE_COUNT];
    struct pool *pools; /* by metric and cause; those without a name have nothing */
    size_t pool_count;
    struct pool *asked; /* one for each of sweep.expect */
    struct failure_group groups[FAILURE_GROUPS_MAX];
    uint32_t group_count;
    struct worst worst[WORST_MAX];
    uint32_t worst_count;
};

void sweep_open(struct sweep *sweep, const struct scenario *scenario);
/* Counts in a finished run. */
void sweep_add(struct sweep *sweep, struct run *run);
/* All runs are in: sorts what is pooled. */
void sweep_finish(struct sweep *sweep);
void sweep_close(struct sweep *sweep);

struct samples pool_samples(const struct pool *pool);
/* The pool of that full name, or NULL. */
const struct pool *sweep_find(const struct sweep *sweep, const char *name);
/* How sweep.expect came out: one for each bound; `findings` has room for 4 an expectation. */
uint32_t sweep_findings(const struct sweep *sweep, struct finding *findings);
/* The exit status: the gravest of all runs and of what was expected of them together. */
int sweep_status(const struct sweep *sweep, const struct finding *findings, uint32_t count);

#endif
