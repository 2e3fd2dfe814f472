/* Who reaches whom, who is effective and who serves: derived from records, shared by measures and
 * by the liveness rule. Definitions: ARCHITECTURE.md, "What is measured". */
#ifndef SIM_HEALTH_H
#define SIM_HEALTH_H

#include "sim/world.h"

struct health {
    uint32_t effective; /* the leader that is effective now; 0: none */
    uint32_t serving;   /* the leader that serves now; 0: none */
    uint64_t effective_term, serving_term;
    uint64_t effective_since_ns, serving_since_ns;
    uint64_t due_ns;         /* when to ask whether a leader should serve; NS_MAX: not */
    struct raft_set leaders; /* running nodes in the role of leader, standing still or not */
};

/* Subscribes after all other observers: the records `effective` and `serving` that it emits then
 * follow the record that they come from, for every observer. Before: as the last step left it. */
void health_open(struct world *world);
void health_close(struct world *world);
static inline const struct health *health_of(const struct world *world)
{
    return world->health;
}

/* The members as node `id` knows them; the plan's if it is down. */
const struct raft_members *health_members(const struct world *world, uint32_t id);
/* Is it a majority of the voters, of both halves of a joint configuration? */
bool members_quorum(const struct raft_members *members, const struct raft_set *set);
/* Voters that run and that `id` can reach, `both`: and that can reach it; itself included. */
uint32_t health_reach(const struct world *world, uint32_t id, bool both, struct raft_set *reached);
/* Can `id` exchange messages both ways with a quorum of voters that run? */
bool health_has_quorum(const struct world *world, uint32_t id);
/* Can `id` reach a quorum of voters that run, whether or not they can answer? */
bool health_reaches_quorum(const struct world *world, uint32_t id);

#endif
