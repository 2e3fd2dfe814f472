/* A node as a process: what it is told, what its steps do to the world, and its timer. */
#ifndef SIM_NODE_H
#define SIM_NODE_H

#include "sim/world.h"

/* Steps the backend and carries out what it wants, and all that follows at this instant. The input
 * is used up. */
void node_step(struct world *world, struct node *node, struct raft_input *input);

/* Must this event wait? True: it was kept (the node is held) or rescheduled (it is slow). */
bool node_put_off(struct world *world, struct node *node, struct event *event);
/* Always inline: every event that reaches a node asks. */
__attribute__((always_inline)) static inline bool
node_defers(struct world *world, struct node *node, struct event *event)
{
    bool may = node->holds > 0 || world->costly_steps || world->stepper_count > 0;
    return may && node_put_off(world, node, event);
}

/* EVENT_TIMER: not every one is due any more. */
void node_timer(struct world *world, struct event *event, struct moment moment);

/* Writes have become durable: the node, unless it is held, hears of them. */
void node_persisted(struct world *world, struct node *node);

/* A note of the step's becomes a record (sim/note.c). */
void node_say(struct world *world, struct node *node, const struct raft_note *note);

/* ---- sim/process.c ---- */

/* EVENT_INPUT. */
void node_late_input(struct world *world, struct event *event);

/* Prepares a node that has never started, with the plan's durable state. */
void node_open(struct world *world, uint32_t id);

/* Says so if the node stands still now, or goes on, and did not before. */
void node_standing(struct world *world, struct node *node);

#endif
