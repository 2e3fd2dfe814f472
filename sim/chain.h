/* What the logs hold, by hash, so that any two prefixes compare in one step.
 *
 * Entry i of a log has a chain: a hash of the chain before it, its term and its id. Two logs with
 * the same chain at an index hold the same entries up to there. */
#ifndef SIM_CHAIN_H
#define SIM_CHAIN_H

#include "sim/map.h"
#include "sim/world.h"

/* A node's log: the chain at each index, 0 before the first entry. */
struct log_chain {
    uint64_t *chains; /* [index] */
    size_t room;
    uint64_t last;
    uint64_t last_before; /* as it was before the last change */
    uint64_t lost_from;   /* least index of a write that the last crash lost; 0: none */
    uint64_t led_term;    /* of its latest leadership */
    uint64_t conflict;    /* least index of the last change whose chain is not the one of all */
};

/* An entry when it was first committed anywhere. */
struct committed {
    uint64_t chain;
    uint64_t term;    /* of the log entry */
    uint64_t by_term; /* of the node that committed it */
};

struct chains {
    struct log_chain *logs; /* [node] */
    uint32_t log_room;
    struct map entries;          /* (index, term) -> chain: one of all logs, for ever */
    struct committed *committed; /* [index] */
    size_t committed_room;
    uint64_t committed_last;
    uint64_t fresh_from; /* the last `committed` record made these new: from here to the last */
};

/* Subscribes; before the invariants, which look at what it keeps. */
void chains_open(struct world *world);
void chains_close(struct world *world);
static inline const struct chains *chains_of(const struct world *world)
{
    return world->chains;
}

/* The chain of a node's log at an index; 0: the log does not reach it. */
uint64_t chain_at(const struct world *world, uint32_t node, uint64_t index);

#endif
