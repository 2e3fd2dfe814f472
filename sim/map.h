/* A table from two numbers to one, for judges and measures: emptied at no cost, never walked
 * through, so that no order of a hash can enter a result. */
#ifndef SIM_MAP_H
#define SIM_MAP_H

#include "sim/base.h"

struct map_slot {
    uint64_t a, b, value;
    uint64_t generation;
};

/* {0} is an empty map. */
struct map {
    struct map_slot *slots;
    size_t room, count;
    uint64_t generation;
};

/* Forgets all and keeps the memory. */
void map_clear(struct map *map);
/* The value of (a, b), or NULL; good until the next map_put. */
uint64_t *map_find(const struct map *map, uint64_t a, uint64_t b);
/* The value of (a, b), which becomes `value` if there was none; good until the next map_put. */
uint64_t *map_put(struct map *map, uint64_t a, uint64_t b, uint64_t value);
void map_close(struct map *map);

#endif
