#include "sim/chain.h"
#include "sim/observer.h"

static void judge(struct world *world, uint32_t leader, uint64_t index)
{
    const struct committed *entry = &chains_of(world)->committed[index];
    if (index == 0 || chain_at(world, leader, index) == entry->chain)
        return;
    world_break(world, invariant_leader_completeness.name, leader, 0,
                "%s leads term %llu without entry %llu of term %llu, committed in term %llu",
                world_name(world, leader), (unsigned long long)world->nodes[leader].term,
                (unsigned long long)index, (unsigned long long)entry->term,
                (unsigned long long)entry->by_term);
}

/* The last entry committed in a term older than the leader's; its chain vouches for all before. */
static void on_election(struct world *world, const struct record *record)
{
    const struct chains *chains = chains_of(world);
    uint64_t index = chains->committed_last;
    while (index > 0 && chains->committed[index].by_term >= record->term)
        index--;
    if (index > 0)
        judge(world, record->node, index);
}

/* A leader elected before an older leader committed something owes that entry as well. */
static void on_commit(struct world *world, const struct record *record)
{
    const struct chains *chains = chains_of(world);
    if (chains->fresh_from > chains->committed_last)
        return;
    for (uint32_t id = 1; id <= world->node_count; id++) {
        const struct node *node = &world->nodes[id];
        if (node->running && node->role == RAFT_LEADER && node->term > record->term)
            judge(world, id, chains->committed_last);
    }
}

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    if (record->kind == RECORD_BECAME_LEADER)
        on_election(world, record);
    else
        on_commit(world, record);
}

const struct invariant invariant_leader_completeness = {
    .name = "leader-completeness",
    .help = "what was committed in a term is in the log of every leader of a later term",
    .source = "Raft paper, figure 3: Leader Completeness",
    .kinds = RECORD_BIT(BECAME_LEADER) | RECORD_BIT(COMMITTED),
    .observe = observe,
};
