#include "sim/observer.h"
#include "sim/witness.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct history_fault *fault = &witness_of(world)->last;
    const struct call *call = witness_call(world, record);
    const struct client_plan *plan = witness_plan(world, call);
    if (fault->went_back && plan->read.consistency != CONSISTENCY_EVENTUAL)
        world_break(world, invariant_read_never_back.name, record->peer, 0,
                    "%s told client %u of %u command%s, which had read %u before",
                    world_name(world, record->peer), call->client, fault->shown,
                    fault->shown == 1 ? "" : "s",
                    witness_of(world)->history.calls[record->value - 1].own_read);
}

const struct invariant invariant_read_never_back = {
    .name = "read-never-back",
    .help =
        "a read shows no less than an earlier read of the same client did, unless it asks for less",
    .source = "Terry et al. 1994, Session guarantees: monotonic reads",
    .of_reads = true,
    .kinds = RECORD_BIT(ANSWERED),
    .observe = observe,
};
