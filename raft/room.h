/* Memory of arrays that grow and are kept. */
#ifndef RAFT_ROOM_H
#define RAFT_ROOM_H

#include <stddef.h>
#include <stdlib.h>

#include "raft/must.h"

/* The array with room for `need` items, moved if it had to grow: then by doubling, so that growing
 * one by one stays cheap. The caller frees it. Without memory there is nothing to do. */
static inline void *room_for(void *array, size_t *room, size_t need, size_t size)
{
    if (need <= *room && array)
        return array;
    size_t grown = *room * 2 < need ? need : *room * 2;
    *room = grown < 16 ? 16 : grown;
    array = realloc(array, *room * size);
    must(array != NULL);
    return array;
}

#endif
