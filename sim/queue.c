#include "sim/queue.h"

#include <stdlib.h>

#include "sim/base.h"

enum { SLOT_BITS = 24, ARITY = 4 };
#define SLOT_MASK ((UINT64_C(1) << SLOT_BITS) - 1)
#define ORDERS_MAX (UINT64_C(1) << (64 - SLOT_BITS))

/* A list that outgrows the first becomes a heap; a heap that shrinks to the second, a list. Apart,
 * so that a queue of about one size does not change its shape back and forth. */
enum { LIST_MAX = 32, HEAP_MIN = 8 };

static inline bool before(const struct queue_key *a, const struct queue_key *b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    return ((wide)a->at_ns << 64 | a->order_slot) < ((wide)b->at_ns << 64 | b->order_slot);
#else
    return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order_slot < b->order_slot);
#endif
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

static void list_insert(struct queue_key *keys, size_t count, struct queue_key key)
{
    size_t hole = count;
    for (; hole > 0 && before(&keys[hole - 1], &key); hole--)
        keys[hole] = keys[hole - 1];
    keys[hole] = key;
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
}

static void become_list(struct queue *queue)
{
    for (size_t i = 1; i < queue->count; i++)
        list_insert(queue->keys, i, queue->keys[i]);
    queue->is_heap = false;
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
    if (queue->count <= HEAP_MIN)
        become_list(queue);
}

void queue_push_at(struct queue *queue, struct moment moment, struct event event)
{
    must(moment.order < ORDERS_MAX);
    uint32_t slot = take_slot(queue);
    queue->slots[slot] = event;
    struct queue_key key = {moment.at_ns, moment.order << SLOT_BITS | slot};
    if (queue->count == queue->room)
        queue->keys = make_room(queue->keys, &queue->room, queue->count + 1, sizeof *queue->keys);
    if (!queue->is_heap && queue->count == LIST_MAX)
        become_heap(queue);
    if (queue->is_heap)
        heap_insert(queue, key);
    else
        list_insert(queue->keys, queue->count++, key);
}

struct moment queue_push(struct queue *queue, uint64_t at_ns, struct event event)
{
    struct moment moment = {at_ns, queue_order(queue)};
    queue_push_at(queue, moment, event);
    return moment;
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
    *moment = (struct moment){key.at_ns, key.order_slot >> SLOT_BITS};
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
    queue->orders = 0;
}

void queue_close(struct queue *queue)
{
    free(queue->keys);
    free(queue->slots);
    free(queue->free_slots);
    *queue = (struct queue){0};
}
