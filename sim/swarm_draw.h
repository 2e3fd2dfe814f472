/* What schedules are drawn with: dice, the kinds of fault, clusters, and texts. */
#ifndef SIM_SWARM_DRAW_H
#define SIM_SWARM_DRAW_H

#include <cjson/cJSON.h>

#include "raft/chance.h"
#include "sim/scenario.h"

/* Draws in a row, from a stream of their own. */
struct dice {
    uint64_t key, count;
};

static inline uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high)
{
    return chance_between(chance_draw(dice->key, dice->count++), low, high);
}

/* True once in so many times. */
static inline bool dice_once_in(struct dice *dice, uint64_t times)
{
    return dice_between(dice, 1, times) == 1;
}

/* What the faults of a schedule are drawn from. */
struct draw {
    struct dice dice;
    const struct scenario *cluster;
    uint64_t timeout_ns; /* the greatest election timeout: all times are drawn by it */
    uint64_t span_ns;    /* faults begin before */
    uint64_t storm_ns;   /* most begin about then; NS_MAX: whenever */
};

/* ---- faults (sim/swarm_faults.c) ---- */

size_t swarm_fault_count(void);
/* The name of its action. */
const char *swarm_fault_name(size_t index);
/* Is it of use in that cluster? hosts: also one that breaks what Raft relies on. */
bool swarm_fault_suits(const struct scenario *cluster, bool hosts, size_t index);
/* Draws an item of that kind, all but its id. */
cJSON *swarm_fault_draw(struct draw *draw, size_t index);
/* When an item begins: sets "at", or "when" and "after". */
void draw_begin(struct draw *draw, cJSON *item);
/* How long it lasts: sets "for", or leaves it to last, if its action ends at all. */
void draw_length(struct draw *draw, cJSON *item, const char *action);

/* ---- clusters (sim/swarm_cluster.c) ---- */

/* Cluster, network, disks and clients. */
cJSON *swarm_cluster_draw(struct dice *dice);
/* Some hosts do wrong: changes the plan's cluster. */
void swarm_hosts_draw(struct dice *dice, cJSON *plan, const struct scenario *cluster);

/* ---- texts ---- */

/* Times to three digits, so that a schedule can be read. */
void put_time(cJSON *object, const char *name, uint64_t ns);
/* {"uniform": [low, high]} */
void put_range(cJSON *object, const char *name, uint64_t low_ns, uint64_t high_ns);
/* So many hundredths. */
void put_share(cJSON *object, const char *name, uint64_t percent);

#endif
