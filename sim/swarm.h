/* Schedules of faults, drawn from a seed as swarm testing does: of each one some kinds of fault are
 * left out and others are frequent. First faults at will; then a core, a quorum or more, is healed,
 * the rest stays broken, and progress is owed.
 *
 * A schedule is a plan in the user's own format. It depends on the seed and on `struct swarm`. */
#ifndef SIM_SWARM_H
#define SIM_SWARM_H

#include <cjson/cJSON.h>

#include "sim/scenario.h"

struct swarm {
    const char *file;  /* a loan: what messages call a schedule, and where samples are found */
    const cJSON *base; /* a loan: the cluster; NULL: drawn too */
    bool hosts;        /* also hosts and disks that do not keep what they promise */
};

/* The schedule of that seed. The caller owns it, as of the others. */
cJSON *swarm_draw(const struct swarm *swarm, uint64_t seed);
/* A schedule like this one, but for a few drawn changes. */
cJSON *swarm_change(const struct swarm *swarm, const cJSON *schedule, uint64_t seed);
/* A plan's cluster, network, disks, clocks, topics and clients: what happens there is left out. */
cJSON *swarm_base(const cJSON *plan);
/* Reads a schedule, which must be readable. The caller closes the scenario. */
void swarm_read(const char *file, const cJSON *schedule, struct scenario *scenario);

/* The greatest election timeout of its nodes, backoff not counted: schedules are drawn by it. */
uint64_t swarm_timeout_ns(const struct scenario *cluster);
/* Ends the safety phase: what is drawn begins before. NULL: the schedule has no such item. */
cJSON *swarm_heal(const cJSON *schedule);

#endif
