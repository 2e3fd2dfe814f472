#include "sim/queue.h"

#include <stdlib.h>

#include "sim/base.h"

enum { ARITY = 4 };
#define SLOT_MASK ((UINT64_C(1) << QUEUE_SLOT_BITS) - 1)
#define ORDERS_MAX (UINT64_C(1) << (64 - QUEUE_SLOT_BITS))

static void sift_up(struct queue_key *heap, size_t hole, struct queue_key key)
{
    while (hole > 0) {
        size_t parent = (hole - 1) / ARITY;
        if (!queue_before(&key, &heap[parent]))
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
        if (queue_before(&heap[child], &heap[least]))
            least = child;
    return least;
}

static void sift_down(struct queue_key *heap, size_t count, struct queue_key key)
{
    size_t hole = 0;
    for (size_t first = 1; first < count; first = hole * ARITY + 1) {
        size_t child = least_child(heap, first, count);
        if (!queue_before(&heap[child], &key))
            break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = key;
}

uint32_t queue_new_slot(struct queue *queue)
{
    if (queue->slots_used == queue->slot_room) {
        size_t room = queue->slot_room;
        queue->slots = make_room(queue->slots, &queue->slot_room, room + 1, sizeof *queue->slots);
        queue->free_slots = make_room(queue->free_slots, &room, room + 1, sizeof(uint32_t));
        must(room == queue->slot_room && room <= SLOT_MASK);
    }
    return (uint32_t)queue->slots_used++;
}

/* Earliest first is already a heap. */
static void become_heap(struct queue *queue)
{
    for (size_t i = 0, j = queue->count; i + 1 < j--; i++) {
        struct queue_key key = queue->keys[i];
        queue->keys[i] = queue->keys[j];
        queue->keys[j] = key;
    }
    queue->is_heap = true;
    queue->list_room = 0;
}

static size_t list_room(const struct queue *queue)
{
    return queue->room < QUEUE_LIST_MAX ? queue->room : QUEUE_LIST_MAX;
}

static void become_list(struct queue *queue)
{
    for (size_t i = 1; i < queue->count; i++)
        queue_list_insert(queue->keys, i, queue->keys[i]);
    queue->is_heap = false;
    queue->list_room = list_room(queue);
}

/* A pop leaves the root open: most events schedule another, which then needs one sift, not two. */
static void heap_insert(struct queue *queue, struct queue_key key)
{
    if (!queue->open_root) {
        sift_up(queue->keys, queue->count++, key);
        return;
    }
    queue->open_root = false;
    sift_down(queue->keys, queue->count, key);
}

static void close_root(struct queue *queue)
{
    queue->open_root = false;
    queue->count--;
    if (queue->count > 0)
        sift_down(queue->keys, queue->count, queue->keys[queue->count]);
    if (queue->count <= QUEUE_HEAP_MIN)
        become_list(queue);
}

void queue_insert(struct queue *queue, struct queue_key key)
{
    must(queue->orders < ORDERS_MAX);
    queue->keys = make_room(queue->keys, &queue->room, queue->count + 1, sizeof *queue->keys);
    if (!queue->is_heap && queue->count == QUEUE_LIST_MAX)
        become_heap(queue);
    if (queue->is_heap) {
        heap_insert(queue, key);
        return;
    }
    queue->list_room = list_room(queue);
    queue_list_insert(queue->keys, queue->count++, key);
}

bool queue_pop(struct queue *queue, struct moment *moment, struct event *event)
{
    if (queue->open_root)
        close_root(queue);
    if (queue->count == 0)
        return false;
    struct queue_key key = queue->is_heap ? queue->keys[0] : queue->keys[--queue->count];
    queue->open_root = queue->is_heap;
    uint32_t slot = (uint32_t)(key.order_slot & SLOT_MASK);
    *moment = (struct moment){key.at_ns, key.order_slot >> QUEUE_SLOT_BITS};
    *event = queue->slots[slot];
    queue->free_slots[queue->free_count++] = slot;
    return true;
}

void queue_clear(struct queue *queue, void (*drop)(void *context, struct event *event),
                 void *context)
{
    for (size_t i = queue->open_root ? 1 : 0; i < queue->count; i++)
        drop(context, &queue->slots[queue->keys[i].order_slot & SLOT_MASK]);
    queue->count = queue->slots_used = queue->free_count = 0;
    queue->is_heap = queue->open_root = false;
    queue->list_room = list_room(queue);
    queue->orders = 0;
}

void queue_close(struct queue *queue)
{
    free(queue->keys);
    free(queue->slots);
    free(queue->free_slots);
    *queue = (struct queue){0};
}
