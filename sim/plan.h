/* The plan at work: when its items begin and end, and what running deeds do to messages, writes
 * and steps. */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "sim/world.h"

/* Forgets the last run's deeds and counts; keeps the memory. */
void plan_open(struct world *world);
/* Schedules the items that have a time. Before anything else at time 0: so a fault that begins at
 * some instant precedes whatever else happens then. */
void plan_begin(struct world *world);
/* EVENT_BEGIN, EVENT_END, EVENT_DEED. */
void plan_event(struct world *world, const struct event *event);
/* Counts what `when` and `until` wait for; only kinds in world->when_kinds matter. */
void plan_observe(struct world *world, const struct record *record);
void plan_free(struct world *world);

/* What the running deeds make of a message, in order of their beginning. */
void plan_send(struct world *world, const struct raft_message *message, struct fate *fate);
/* How long the number-th write of the node takes, of which its disk says fsync_ns. */
uint64_t plan_write_ns(struct world *world, uint32_t node, uint64_t number, uint64_t fsync_ns);
/* How long the number-th step of the node takes. */
uint64_t plan_step_ns(struct world *world, uint32_t node, uint64_t number, uint64_t step_ns);

#endif
