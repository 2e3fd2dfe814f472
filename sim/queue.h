/* What is still to happen, soonest first; at one instant, in the order of scheduling.
 *
 * The order is total, so two runs of the same plan and seed pop the same events alike. */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

enum event_kind {
    EVENT_TIMER,   /* node's deadline */
    EVENT_DELIVER, /* packet reaches its node */
    EVENT_DURABLE, /* node's oldest pending write is on the disk; number: which */
    EVENT_START,   /* node's first start */
    EVENT_BEGIN,   /* item `number` of the plan is due */
    EVENT_END,     /* deed `number` ends */
    EVENT_DEED,    /* deed `number` asked to be woken (flap) */
    EVENT_CLIENT,  /* client `number` wants to propose */
    EVENT_PROPOSE, /* a client's command `number` reaches the node */
    EVENT_INPUT,   /* the plan tells the node something that had to wait */
    EVENT_ALARM,   /* an observer asked to be woken: no change of the world */
};

struct event {
    uint8_t kind;  /* enum event_kind */
    bool ready;    /* a slow node has spent the time that this step costs */
    uint8_t input; /* INPUT: enum raft_input_kind; number: its value or node */
    uint32_t node; /* TIMER, DURABLE, START, PROPOSE, INPUT */
    uint64_t number;
    struct packet *packet; /* DELIVER */
};

/* When an event happens: (at_ns, order) is unique and total. */
struct moment {
    uint64_t at_ns;
    uint64_t order;
};

struct queue_key {
    uint64_t at_ns;
    uint64_t order_slot; /* order << 24 | slot */
};

/* {0} is an empty queue. Few events are kept as a sorted list, the earliest last: a message soon
 * due then moves one or two keys. Many are a 4-ary heap whose root stays open after a pop until
 * the next push. */
struct queue {
    struct queue_key *keys;
    struct event *slots;
    uint32_t *free_slots;
    size_t count, room; /* of keys; count includes an open root */
    size_t slot_room, slots_used, free_count;
    bool is_heap, open_root;
    uint64_t orders; /* orders given out */
};

/* Schedules an event; returns when it will happen. */
struct moment queue_push(struct queue *queue, uint64_t at_ns, struct event event);

/* Takes the next order without scheduling anything: for timers that move later (see world). */
static inline uint64_t queue_order(struct queue *queue)
{
    return queue->orders++;
}

/* Schedules an event at a moment whose order was taken before. */
void queue_push_at(struct queue *queue, struct moment moment, struct event event);

/* Takes out the earliest event; false: there is none. */
bool queue_pop(struct queue *queue, struct moment *moment, struct event *event);

/* Empties the queue and keeps its memory for the next run. `drop` is called for each event. */
void queue_clear(struct queue *queue, void (*drop)(void *context, struct event *event),
                 void *context);
void queue_close(struct queue *queue);

#endif
