/* Sequences of commands, as state machines hold them: each sequence is a number, kept once for all
 * who hold it, so that two are compared by their numbers and cost what is new in them. */
#ifndef SIM_PREFIX_H
#define SIM_PREFIX_H

#include "sim/map.h"

/* 0: nothing yet. */
struct prefix {
    uint64_t command; /* the last of it */
    uint32_t parent;  /* the same without it */
    uint32_t length;
};

/* {0} is empty. */
struct prefixes {
    struct prefix *items; /* [number]; items[0] is the empty one, once there is another */
    size_t room;
    uint32_t count;       /* numbers given out are 1 .. count */
    struct map firsts;    /* (command, 0) -> the first that ended with it */
    struct map extension; /* (number, command) -> the number of both */
};

/* Forgets all and keeps the memory. */
void prefixes_clear(struct prefixes *prefixes);
void prefixes_close(struct prefixes *prefixes);
/* The sequence with a command behind it. A command that is in it already changes nothing: one that
 * the network doubled takes effect once (Raft paper, section 8). */
uint32_t prefix_extend(struct prefixes *prefixes, uint32_t prefix, uint64_t command);
/* The first `length` commands of it. It costs what it cuts off. */
uint32_t prefix_cut(const struct prefixes *prefixes, uint32_t prefix, uint32_t length);

static inline uint32_t prefix_length(const struct prefixes *prefixes, uint32_t prefix)
{
    return prefix ? prefixes->items[prefix].length : 0;
}

#endif
