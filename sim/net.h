/* The network: directed links with latency, loss, order, and whatever the plan does to them. */
#ifndef SIM_NET_H
#define SIM_NET_H

#include "sim/world.h"

/* Prepares the tables for the scenario's nodes; all links are up. */
void net_open(struct world *world);
void net_free(struct world *world);

/* Sends a message now. `body`: label->body_size bytes, copied. */
void net_send(struct world *world, const struct raft_message *label, const void *body);

/* A packet that holds a copy of the message, for later; and back to the pool. */
struct packet *packet_new(struct world *world, const struct raft_message *label, const void *body);
void packet_free(struct world *world, struct packet *packet);

/* The message has left the core and goes no further: it was never sent. */
void net_never_sent(struct world *world, const struct raft_message *label, enum loss_reason reason);

/* EVENT_DELIVER. Takes the packet unless the node is held or slow. */
void net_deliver(struct world *world, struct event *event);

/* The message will not arrive. Takes the packet. */
void net_lose(struct world *world, struct packet *packet, enum loss_reason reason);

#endif
