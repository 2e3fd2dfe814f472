#include "sim/observer.h"
#include "sim/witness.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct history_fault *fault = &witness_of(world)->last;
    const struct call *call = witness_call(world, record);
    const struct client_plan *plan = witness_plan(world, call);
    if (fault->stale && plan->read.consistency == CONSISTENCY_LINEARIZABLE)
        world_break(
            world, invariant_read_never_stale.name, record->peer, 0,
            "%s told client %u of %u command%s; %u had been told of before the read was sent",
            world_name(world, record->peer), call->client, fault->shown,
            fault->shown == 1 ? "" : "s", fault->wanted);
}

const struct invariant invariant_read_never_stale = {
    .name = "read-never-stale",
    .help =
        "a read shows all that any client had been told when it was sent, unless it asks for less",
    .source = "Raft thesis, section 6.4",
    .of_reads = true,
    .kinds = RECORD_BIT(ANSWERED),
    .observe = observe,
};
