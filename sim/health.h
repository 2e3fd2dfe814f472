/* Who reaches whom, who is effective and who serves: derived from records, shared by measures and
 * by the liveness rule. Definitions: ARCHITECTURE.md, "What is measured". */
#ifndef SIM_HEALTH_H
#define SIM_HEALTH_H

#include "sim/world.h"

struct health {
    uint32_t effective;       /* the leader that is effective now; 0: none */
    uint32_t serving;         /* the leader that serves now; 0: none */
    uint64_t effective_since_ns, serving_since_ns;
    bool owed;                /* progress is owed: quorum, links, disks, clocks are well */
    uint64_t owed_since_ns;   /* since when without interruption */
    const char *not_owed;     /* why not: "no quorum runs"; NULL when owed */
    uint64_t owed_within_ns;  /* how long a serving leader may take while owed */
    uint64_t due_ns;          /* liveness is broken if nobody serves until then; NS_MAX: not due */
};

/* Subscribes first of all observers: it emits `effective` and `serving` for the others. */
void health_open(struct world *world);
static inline const struct health *health_of(const struct world *world)
{
    return world->health;
}

/* Voters that run and that `id` can reach, `both`: and that can reach it; itself included. */
uint32_t health_reach(const struct world *world, uint32_t id, bool both, struct raft_set *reached);
/* Can `id` exchange messages both ways with a quorum of voters that run? */
bool health_has_quorum(const struct world *world, uint32_t id);

#endif
