#include "sim/queue.h"

#include <stdlib.h>

#include "sim/base.h"

enum { SLOT_BITS = 24, ARITY = 4 };
#define SLOT_MASK ((UINT64_C(1) << SLOT_BITS) - 1)
#define ORDERS_MAX (UINT64_C(1) << (64 - SLOT_BITS))

static inline bool before(const struct queue_key *a, const struct queue_key *b)
{
    return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order_slot < b->order_slot);
}

static void sift_up(struct queue_key *heap, size_t hole, struct queue_key key)
{
    while (hole > 0) {
        size_t parent = (hole - 1) / ARITY;
        if (!before(&key, &heap[parent]))
            break;
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = key;
}

static size_t least_child(const struct queue_key *heap, size_t first, size_t count)
{
    size_t end = first + ARITY < count ? first + ARITY : count, least = first;
    for (size_t child = first + 1; child < end; child++)
        if (before(&heap[child], &heap[least]))
            least = child;
    return least;
}

static void sift_down(struct queue_key *heap, size_t count, struct queue_key key)
{
    size_t hole = 0;
    for (size_t first = 1; first < count; first = hole * ARITY + 1) {
        size_t child = least_child(heap, first, count);
        if (!before(&heap[child], &key))
            break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = key;
}

static uint32_t take_slot(struct queue *queue)
{
    if (queue->free_count > 0)
        return queue->free_slots[--queue->free_count];
    if (queue->slots_used == queue->slot_room) {
        size_t room = queue->slot_room;
        queue->slots = make_room(queue->slots, &queue->slot_room, room + 1, sizeof *queue->slots);
        queue->free_slots = make_room(queue->free_slots, &room, room + 1, sizeof(uint32_t));
        must(room == queue->slot_room && room <= SLOT_MASK);
    }
    return (uint32_t)queue->slots_used++;
}

uint64_t queue_order(struct queue *queue)
{
    must(queue->orders < ORDERS_MAX);
    return queue->orders++;
}

/* A pop leaves the root open: most events schedule another, which then needs one sift, not two. */
void queue_push_at(struct queue *queue, struct moment moment, struct event event)
{
    uint32_t slot = take_slot(queue);
    queue->slots[slot] = event;
    struct queue_key key = {moment.at_ns, moment.order << SLOT_BITS | slot};
    if (queue->open_root) {
        queue->open_root = false;
        sift_down(queue->heap, queue->count, key);
        return;
    }
    queue->heap =
        make_room(queue->heap, &queue->room, queue->count + 1, sizeof *queue->heap);
    sift_up(queue->heap, queue->count++, key);
}

struct moment queue_push(struct queue *queue, uint64_t at_ns, struct event event)
{
    struct moment moment = {at_ns, queue_order(queue)};
    queue_push_at(queue, moment, event);
    return moment;
}

bool queue_pop(struct queue *queue, struct moment *moment, struct event *event)
{
    if (queue->open_root) {
        queue->open_root = false;
        queue->count--;
        if (queue->count > 0)
            sift_down(queue->heap, queue->count, queue->heap[queue->count]);
    }
    if (queue->count == 0)
        return false;
    struct queue_key key = queue->heap[0];
    uint32_t slot = (uint32_t)(key.order_slot & SLOT_MASK);
    *moment = (struct moment){key.at_ns, key.order_slot >> SLOT_BITS};
    *event = queue->slots[slot];
    queue->free_slots[queue->free_count++] = slot;
    queue->open_root = true;
    return true;
}

void queue_clear(struct queue *queue, void (*drop)(void *context, struct event *event),
                 void *context)
{
    for (size_t i = queue->open_root ? 1 : 0; i < queue->count; i++)
        drop(context, &queue->slots[queue->heap[i].order_slot & SLOT_MASK]);
    queue->count = queue->slots_used = queue->free_count = 0;
    queue->open_root = false;
    queue->orders = 0;
}

void queue_close(struct queue *queue)
{
    free(queue->heap);
    free(queue->slots);
    free(queue->free_slots);
    *queue = (struct queue){0};
}
