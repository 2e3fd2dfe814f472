#include "sim/interval.h"

#include <stdlib.h>

void intervals_clear(struct intervals *intervals)
{
    intervals->count = 0;
    intervals->open = false;
}

void intervals_set(struct intervals *intervals, bool so, uint64_t now_ns)
{
    if (so == intervals->open)
        return;
    intervals->open = so;
    if (!so) {
        must(intervals->count > 0);
        struct interval *last = &intervals->items[intervals->count - 1];
        last->to_ns = now_ns;
        /* What had no length was not so. */
        intervals->count -= last->from_ns == now_ns;
        return;
    }
    intervals->items = make_room(intervals->items, &intervals->room, intervals->count + 1,
                                 sizeof *intervals->items);
    intervals->items[intervals->count++] = (struct interval){now_ns, NS_MAX};
}

static uint64_t within(const struct interval *interval, uint64_t from_ns, uint64_t to_ns)
{
    uint64_t low = interval->from_ns > from_ns ? interval->from_ns : from_ns;
    uint64_t high = interval->to_ns < to_ns ? interval->to_ns : to_ns;
    return high > low ? high - low : 0;
}

uint64_t intervals_sum(const struct intervals *intervals, uint64_t from_ns, uint64_t to_ns)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < intervals->count; i++)
        sum += within(&intervals->items[i], from_ns, to_ns);
    return sum;
}

void intervals_close(struct intervals *intervals)
{
    free(intervals->items);
    *intervals = (struct intervals){0};
}
