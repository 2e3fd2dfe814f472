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
    EVENT_BROKER,  /* a timer of the node's broker; input: which, number: its number */
    EVENT_PRODUCE, /* a client's record `number` reaches the node */
    EVENT_ANSWER,  /* an answer to `number` reaches its client; input: enum produce_answer */
    EVENT_CALL,    /* of a client's call `number`; input: enum call_event (sim/call.h) */
    EVENT_SEND,    /* the sender of node's host may go on (sim/host.h) */
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

/* A list that outgrows the first becomes a heap; a heap that shrinks to the second, a list. Apart,
 * so that a queue of about one size does not change its shape back and forth. */
enum { QUEUE_LIST_MAX = 32, QUEUE_HEAP_MIN = 8, QUEUE_SLOT_BITS = 24 };

/* {0} is an empty queue. Few events are kept as a sorted list, the earliest last: a message soon
 * due then moves one or two keys. Many are a 4-ary heap whose root stays open after a pop until
 * the next push. */
struct queue {
    struct queue_key *keys;
    struct event *slots;
    uint32_t *free_slots;
    size_t count, room; /* of keys; count includes an open root */
    size_t slot_room, slots_used, free_count;
    size_t list_room; /* a list shorter than this has room for one more; 0: a heap */
    bool is_heap, open_root;
    uint64_t orders; /* orders given out */
};

/* Takes out the earliest event; false: there is none. */
bool queue_pop(struct queue *queue, struct moment *moment, struct event *event);

/* Empties the queue and keeps its memory for the next run. `drop` is called for each event. */
void queue_clear(struct queue *queue, void (*drop)(void *context, struct event *event),
                 void *context);
void queue_close(struct queue *queue);

/* The long way of a push: more room, or a heap. */
uint32_t queue_new_slot(struct queue *queue);
void queue_insert(struct queue *queue, struct queue_key key);

static inline bool queue_before(const struct queue_key *a, const struct queue_key *b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    return ((wide)a->at_ns << 64 | a->order_slot) < ((wide)b->at_ns << 64 | b->order_slot);
#else
    return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order_slot < b->order_slot);
#endif
}

static inline void queue_list_insert(struct queue_key *keys, size_t count, struct queue_key key)
{
    size_t hole = count;
    for (; hole > 0 && queue_before(&keys[hole - 1], &key); hole--)
        keys[hole] = keys[hole - 1];
    keys[hole] = key;
}

/* Takes the next order without scheduling anything: for timers that move later (see node.c). */
static inline uint64_t queue_order(struct queue *queue)
{
    return queue->orders++;
}

/* Takes a place for an event of that moment; the event is to be written there at once. */
static inline struct event *queue_place(struct queue *queue, struct moment moment)
{
    uint32_t slot =
        queue->free_count > 0 ? queue->free_slots[--queue->free_count] : queue_new_slot(queue);
    struct queue_key key = {moment.at_ns, moment.order << QUEUE_SLOT_BITS | slot};
    if (queue->count < queue->list_room)
        queue_list_insert(queue->keys, queue->count++, key);
    else
        queue_insert(queue, key);
    return &queue->slots[slot];
}

/* Schedules an event at a moment whose order was taken before. */
static inline void queue_push_at(struct queue *queue, struct moment moment, struct event event)
{
    *queue_place(queue, moment) = event;
}

/* Schedules an event; returns when it will happen. Always inline: an event given by value to a
 * call is copied twice. */
__attribute__((always_inline)) static inline struct moment
queue_push(struct queue *queue, uint64_t at_ns, struct event event)
{
    struct moment moment = {at_ns, queue_order(queue)};
    queue_push_at(queue, moment, event);
    return moment;
}

#endif
