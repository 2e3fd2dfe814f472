/* When things were last heard of, in lists ordered by that time: to find the silent ones costs what
 * is silent, not what there is. Things and lists are numbered from 0. */
#ifndef RAFT_SILENCE_H
#define RAFT_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raft/must.h"

#define SILENCE_NONE UINT32_MAX

struct silence_item {
    uint64_t heard_ns;
    uint32_t previous, next; /* in its list; SILENCE_NONE at the ends */
    uint32_t list;           /* SILENCE_NONE: nothing was heard of it */
};

struct silence_list {
    uint32_t first, last; /* longest and shortest silence; SILENCE_NONE: empty */
};

struct silence {
    struct silence_item *items;
    struct silence_list *lists;
    uint32_t item_count, list_count;
    size_t item_room, list_room;
};

/* Empties it; {0} or what an earlier use left is taken. */
void silence_open(struct silence *silence, uint32_t items, uint32_t lists);
void silence_close(struct silence *silence);
/* Something was heard of the item, which is in this list from now on. No list hears of the past. */
void silence_heard(struct silence *silence, uint32_t item, uint32_t list, uint64_t now_ns);
/* As if nothing had ever been heard of it. */
void silence_forget(struct silence *silence, uint32_t item);

static inline bool silence_knows(const struct silence *silence, uint32_t item)
{
    must(item < silence->item_count);
    return silence->items[item].list != SILENCE_NONE;
}

/* The item of the list that was silent for longest, or SILENCE_NONE. */
static inline uint32_t silence_first(const struct silence *silence, uint32_t list)
{
    must(list < silence->list_count);
    return silence->lists[list].first;
}

/* When a known item was last heard of. */
static inline uint64_t silence_since(const struct silence *silence, uint32_t item)
{
    must(silence_knows(silence, item));
    return silence->items[item].heard_ns;
}

#endif
