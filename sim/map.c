#include "sim/map.h"

#include <stdlib.h>

#include "raft/chance.h"

/* Neighbours in `a` stand side by side: terms and indexes come in order. */
enum { MAP_ROOM_MIN = 64, NEIGHBOURS = 8 };

/* Zeroed slots belong to no generation, so the live one is never 0. */
static bool in_use(const struct map *map, const struct map_slot *slot)
{
    return slot->generation == map->generation + 1;
}

/* The slot of (a, b), or the free one where it belongs. */
static struct map_slot *seek(const struct map *map, uint64_t a, uint64_t b)
{
    size_t mask = map->room - 1;
    uint64_t block = chance_mix(chance_mix(a / NEIGHBOURS + 1) ^ b);
    size_t at = (size_t)(block * NEIGHBOURS + a % NEIGHBOURS) & mask;
    while (in_use(map, &map->slots[at]) && (map->slots[at].a != a || map->slots[at].b != b))
        at = (at + 1) & mask;
    return &map->slots[at];
}

static void grow(struct map *map)
{
    struct map old = *map;
    map->room = old.room ? old.room * 2 : MAP_ROOM_MIN;
    map->slots = allocate(map->room, sizeof *map->slots);
    for (size_t i = 0; i < old.room; i++)
        if (in_use(&old, &old.slots[i]))
            *seek(map, old.slots[i].a, old.slots[i].b) = old.slots[i];
    free(old.slots);
}

void map_clear(struct map *map)
{
    map->generation++;
    map->count = 0;
}

uint64_t *map_find(const struct map *map, uint64_t a, uint64_t b)
{
    if (map->count == 0)
        return NULL;
    struct map_slot *slot = seek(map, a, b);
    return in_use(map, slot) ? &slot->value : NULL;
}

uint64_t *map_put(struct map *map, uint64_t a, uint64_t b, uint64_t value)
{
    if (map->count * 2 >= map->room)
        grow(map);
    struct map_slot *slot = seek(map, a, b);
    if (in_use(map, slot))
        return &slot->value;
    *slot = (struct map_slot){a, b, value, map->generation + 1};
    map->count++;
    must(map->count < map->room);
    return &slot->value;
}

void map_close(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}
