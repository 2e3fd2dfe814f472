#include "sim/prefix.h"

#include <stdlib.h>

void prefixes_clear(struct prefixes *prefixes)
{
    prefixes->count = 0;
    map_clear(&prefixes->firsts);
    map_clear(&prefixes->extension);
}

void prefixes_close(struct prefixes *prefixes)
{
    free(prefixes->items);
    map_close(&prefixes->firsts);
    map_close(&prefixes->extension);
    *prefixes = (struct prefixes){0};
}

uint32_t prefix_cut(const struct prefixes *prefixes, uint32_t prefix, uint32_t length)
{
    while (prefix_length(prefixes, prefix) > length)
        prefix = prefixes->items[prefix].parent;
    return prefix;
}

static uint32_t add(struct prefixes *prefixes, uint32_t parent, uint64_t command)
{
    uint32_t number = ++prefixes->count;
    prefixes->items =
        make_room(prefixes->items, &prefixes->room, (size_t)number + 1, sizeof *prefixes->items);
    prefixes->items[number] = (struct prefix){command, parent, prefix_length(prefixes, parent) + 1};
    return number;
}

static bool holds(const struct prefixes *prefixes, uint32_t prefix, uint64_t command)
{
    while (prefix && prefixes->items[prefix].command != command)
        prefix = prefixes->items[prefix].parent;
    return prefix != 0;
}

/* Most often it is the first to hold the command, or follows whoever was. What is left are commands
 * that came twice, and histories that part: each is looked at once. */
uint32_t prefix_extend(struct prefixes *prefixes, uint32_t prefix, uint64_t command)
{
    const uint64_t *first = map_find(&prefixes->firsts, command, 0);
    if (!first) {
        uint32_t number = add(prefixes, prefix, command);
        map_put(&prefixes->firsts, command, 0, number);
        return number;
    }
    if (prefixes->items[*first].parent == prefix)
        return (uint32_t)*first;
    const uint64_t *known = map_find(&prefixes->extension, prefix, command);
    if (known)
        return (uint32_t)*known;
    bool twice = holds(prefixes, prefix, command);
    uint32_t number = twice ? prefix : add(prefixes, prefix, command);
    map_put(&prefixes->extension, prefix, command, number);
    return number;
}
