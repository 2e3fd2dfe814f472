#include "sim/observer.h"
#include "sim/witness.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct history_fault *fault = &witness_of(world)->last;
    const struct call *call = witness_call(world, record);
    const struct client_plan *plan = witness_plan(world, call);
    if (fault->forgot_own && plan->read.consistency != CONSISTENCY_EVENTUAL)
        world_break(
            world, invariant_read_your_writes.name, record->peer, 0,
            "%s told client %u of %u command%s, without its own that was acknowledged at place %u",
            world_name(world, record->peer), call->client, fault->shown,
            fault->shown == 1 ? "" : "s",
            witness_of(world)->history.calls[record->value - 1].own_written);
}

const struct invariant invariant_read_your_writes = {
    .name = "read-your-writes",
    .help = "a read shows all commands of its own client that were acknowledged before it was "
            "sent, unless "
            "it asks for less",
    .source = "Terry et al. 1994, Session guarantees",
    .of_reads = true,
    .kinds = RECORD_BIT(ANSWERED),
    .observe = observe,
};
