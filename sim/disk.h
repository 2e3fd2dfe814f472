/* A node's disk: writes become durable in order, one sync at a time for all that wait. */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "sim/world.h"

/* Prepares what the plan says is on the disk at the start. */
void disk_open(struct world *world, struct node *node);
void disk_free(struct disk *disk);

/* Issues a write. True: it is durable at once, or said to be, and its ticket counts as durable. */
bool disk_write(struct world *world, struct node *node, const struct raft_write *write);

/* The oldest write that is durable but that the node has not heard of; NULL: none. */
struct pending *disk_untold(const struct disk *disk);
/* The node has heard of the oldest write: it leaves the queue. */
void disk_told(struct disk *disk);

/* A message that may leave when the write of this ticket is durable. Takes the packet. */
void disk_wait(struct disk *disk, uint64_t ticket, struct packet *packet);

/* EVENT_DURABLE. */
void disk_event(struct world *world, const struct event *event);

/* The node crashes: what is not durable is lost, or torn, as the disk's state says. */
void disk_crash(struct world *world, struct node *node);

#endif
