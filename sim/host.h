/* Host loops that do wrong around a correct core: what becomes of what a step wants (see
 * HOST_FAULTS in sim/options.h). */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include "sim/world.h"

static inline bool host_has(const struct node *node, enum host_fault fault)
{
    return node->host >> fault & 1;
}

/* The messages of the step that the node has just taken, in world->output, at its host's mercy. */
void host_send(struct world *world, struct node *node, enum raft_input_kind input);
/* The step's messages are thrown away. */
void host_discard(struct world *world);
/* A message has waited for its write, which is durable now. Takes the packet. */
void host_release(struct world *world, struct node *node, struct packet *packet);

/* EVENT_SEND: the host's sender may go on. */
void host_event(struct world *world, struct event *event);
/* The process is gone, and what its sender held with it. */
void host_stop(struct world *world, struct node *node);

#endif
