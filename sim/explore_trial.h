/* One schedule is tried; what came of it goes from a worker to its parent as bytes. */
#ifndef SIM_EXPLORE_TRIAL_H
#define SIM_EXPLORE_TRIAL_H

#include <cjson/cJSON.h>

#include "sim/coverage.h"
#include "sim/run.h"
#include "sim/workers.h"

enum explore_end {
    EXPLORE_HELD,
    EXPLORE_UNDECIDED, /* the limit of events was reached */
    EXPLORE_SAFETY,
    EXPLORE_LIVENESS,
    EXPLORE_DIED /* raftsim itself */
};

enum { CAUSE_SIZE = 160 };

/* What a worker keeps. */
struct testbed {
    const char *file; /* what messages call a schedule */
    uint64_t event_limit;
    struct run *run;
    struct coverage *seen;
    struct coverage_watch watch;
};

/* What came of one schedule; `fresh_count` states and `text_size` bytes follow it. */
struct trial {
    uint64_t events, simulated_ns, needs;
    enum explore_end end;
    uint32_t fresh_count;
    uint32_t text_size, faults;
    char rule[64], cause[CAUSE_SIZE], detail[240];
};

/* known: states that need not be told of; loans, as `file`. */
struct testbed *testbed_open(const char *file, const struct coverage *known, uint64_t event_limit);
/* Runs the schedule; of one that fails, leaves out what it does not need. */
void testbed_try(struct testbed *bed, const cJSON *schedule, struct bytes *result);
void testbed_close(struct testbed *bed);

#endif
