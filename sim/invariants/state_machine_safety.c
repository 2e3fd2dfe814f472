#include "sim/chain.h"
#include "sim/observer.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct chains *chains = chains_of(world);
    uint64_t known = chains->fresh_from - 1;
    uint64_t index = record->index < known ? record->index : known;
    if (index == 0 || chain_at(world, record->node, index) == chains->committed[index].chain)
        return;
    world_break(world, invariant_state_machine_safety.name, record->node, 0,
                "%s committed other entries up to index %llu than were committed before",
                world_name(world, record->node), (unsigned long long)index);
}

const struct invariant invariant_state_machine_safety = {
    .name = "state-machine-safety",
    .help = "no two nodes commit different entries at the same index",
    .source = "Raft paper, figure 3: State Machine Safety",
    .kinds = RECORD_BIT(COMMITTED),
    .observe = observe,
};
