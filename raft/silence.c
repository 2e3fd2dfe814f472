#include "raft/silence.h"

#include <stdlib.h>

#include "raft/room.h"

void silence_open(struct silence *silence, uint32_t items, uint32_t lists)
{
    silence->items = room_for(silence->items, &silence->item_room, items, sizeof *silence->items);
    silence->lists = room_for(silence->lists, &silence->list_room, lists, sizeof *silence->lists);
    silence->item_count = items;
    silence->list_count = lists;
    for (uint32_t i = 0; i < items; i++)
        silence->items[i].list = SILENCE_NONE;
    for (uint32_t i = 0; i < lists; i++)
        silence->lists[i] = (struct silence_list){SILENCE_NONE, SILENCE_NONE};
}

void silence_close(struct silence *silence)
{
    free(silence->items);
    free(silence->lists);
    *silence = (struct silence){0};
}

void silence_forget(struct silence *silence, uint32_t item)
{
    if (!silence_knows(silence, item))
        return;
    struct silence_item *is = &silence->items[item];
    struct silence_list *list = &silence->lists[is->list];
    if (is->previous == SILENCE_NONE)
        list->first = is->next;
    else
        silence->items[is->previous].next = is->next;
    if (is->next == SILENCE_NONE)
        list->last = is->previous;
    else
        silence->items[is->next].previous = is->previous;
    is->list = SILENCE_NONE;
}

void silence_heard(struct silence *silence, uint32_t item, uint32_t list, uint64_t now_ns)
{
    silence_forget(silence, item);
    must(list < silence->list_count);
    struct silence_list *in = &silence->lists[list];
    must(in->last == SILENCE_NONE || silence->items[in->last].heard_ns <= now_ns);
    silence->items[item] = (struct silence_item){now_ns, in->last, SILENCE_NONE, list};
    if (in->last == SILENCE_NONE)
        in->first = item;
    else
        silence->items[in->last].next = item;
    in->last = item;
}
