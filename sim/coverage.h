/* Which states a run has reached: a message of a kind delivered to a node in a role while a kind
 * of fault is at work; and, to guide a search, changes of role under two of them. */
#ifndef SIM_COVERAGE_H
#define SIM_COVERAGE_H

#include "sim/world.h"

enum {
    COVERAGE_ROLES = RAFT_LEADER + 1,
    COVERAGE_FAULTS_MAX = 64,
    COVERAGE_STATES = COVERAGE_ROLES * RAFT_MSG_KINDS * COVERAGE_FAULTS_MAX,
    COVERAGE_PAIRS = COVERAGE_ROLES * COVERAGE_ROLES * COVERAGE_FAULTS_MAX * COVERAGE_FAULTS_MAX,
    COVERAGE_BITS = COVERAGE_STATES + COVERAGE_PAIRS
};

/* A set of states. */
struct coverage {
    uint64_t bits[COVERAGE_BITS / 64];
};

/* Watches one run. */
struct coverage_watch {
    const struct coverage *known; /* a loan: what need not be told again */
    struct coverage *seen;        /* what is new, kept clear between runs */
    uint32_t *fresh;              /* the new ones, as they came */
    uint32_t fresh_count;
    size_t fresh_room;
    uint32_t running[COVERAGE_FAULTS_MAX]; /* deeds under way, by action */
    uint64_t active;                       /* a bit for each action under way */
    uint64_t latest; /* of the action that began or ended last: its traces are still about */
};

/* Clears `seen` of the last run, and subscribes to the world. */
void coverage_open(struct coverage_watch *watch, struct world *world);
/* True: it was not there. */
bool coverage_add(struct coverage *coverage, uint32_t state);
static inline bool coverage_has(const struct coverage *coverage, uint32_t state)
{
    return coverage->bits[state / 64] >> (state % 64) & 1;
}

/* How many states of (role, message, fault) are there: of one action, or of a message kind. */
uint32_t coverage_of_fault(const struct coverage *coverage, size_t action);
uint32_t coverage_of_message(const struct coverage *coverage, enum raft_message_kind kind);

#endif
