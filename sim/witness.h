/* Sees what clients send and are told, and keeps it for judges and measures, which look at what is
 * wrong with the last answer. Only in a plan in which some client reads. */
#ifndef SIM_WITNESS_H
#define SIM_WITNESS_H

#include "sim/call.h"
#include "sim/history.h"

struct witness {
    struct history history;
    struct history_fault last; /* of the last `answered` record */
};

/* Subscribes; before those who look at it. */
void witness_open(struct world *world);
void witness_close(struct world *world);

static inline const struct witness *witness_of(const struct world *world)
{
    return world->witness;
}

/* What the call of an `answered` record was, and the plan of its client. */
static inline const struct call *witness_call(const struct world *world,
                                              const struct record *record)
{
    return call_at(world, record->value);
}
static inline const struct client_plan *witness_plan(const struct world *world,
                                                     const struct call *call)
{
    return &world->scenario->clients[call->client - 1];
}

#endif
