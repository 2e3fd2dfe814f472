#include "sim/chain.h"
#include "sim/health.h"
#include "sim/observer.h"

/* Does the disk hold the entry, as far as its node can know? What a disk lied about is judged by
 * what the node had when it was told. */
static bool holds(const struct world *world, uint32_t id, uint64_t index)
{
    const struct disk *disk = &world->nodes[id].disk;
    const struct committed *entry = &chains_of(world)->committed[index];
    if (disk->lied_count > 0)
        return chain_at(world, id, index) == entry->chain;
    const struct raft_durable *durable = &disk->durable;
    return index >= durable->first && index < durable->first + durable->count &&
           durable->entries[index - durable->first].term == entry->term;
}

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct chains *chains = chains_of(world);
    if (chains->fresh_from > chains->committed_last)
        return;
    const struct raft_members *members = health_members(world, record->node);
    struct raft_set holders = {{0}};
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (holds(world, id, record->index))
            raft_set_add(&holders, id);
    if (members_quorum(members, &holders))
        return;
    world_break(world, invariant_committed_on_quorum.name, record->node, 0,
                "%s committed entry %llu in term %llu; only %u disks hold it",
                world_name(world, record->node), (unsigned long long)record->index,
                (unsigned long long)record->term, raft_set_count(&holders));
}

const struct invariant invariant_committed_on_quorum = {
    .name = "committed-on-quorum",
    .help = "what is committed is on the disks of a quorum",
    .source = "Raft paper, section 5.4; etcd's QuorumLogInv",
    .kinds = RECORD_BIT(COMMITTED),
    .observe = observe,
};
