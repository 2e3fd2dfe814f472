/* Clients: they propose commands to the node that they believe leads. */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "sim/world.h"

/* Forgets the last run; client i of the plan is number i + 1, number 0 is the `propose` action. */
void clients_open(struct world *world);
/* Schedules each client's first command. */
void clients_begin(struct world *world);
/* EVENT_CLIENT: a client proposes. EVENT_PROPOSE: a command reaches its node. */
void client_event(struct world *world, struct event *event);

/* The node that a client who knows no leader asks at its `turn`: those beside it first; who asks
 * any, only those. */
uint32_t client_next(const struct world *world, const struct client_plan *plan, uint64_t turn);
/* The one-way latency between a client of that plan and a node. */
const struct distribution *client_latency(const struct world *world, const struct client_plan *plan,
                                          uint32_t to);

#endif
