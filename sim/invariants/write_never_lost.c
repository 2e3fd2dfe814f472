#include "sim/observer.h"
#include "sim/witness.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct history_fault *fault = &witness_of(world)->last;
    const struct call *call = witness_call(world, record);
    if (fault->lost)
        world_break(world, invariant_write_never_lost.name, record->peer, 0,
                    "%s told client %u of %u command%s, and command %llu is not among them, which "
                    "was acknowledged",
                    world_name(world, record->peer), call->client, fault->shown,
                    fault->shown == 1 ? "" : "s", (unsigned long long)fault->lost);
}

const struct invariant invariant_write_never_lost = {
    .name = "write-never-lost",
    .help =
        "a command that was acknowledged is in every log that is shown to a later read and reaches "
        "its place",
    .source = "Raft paper, section 8",
    .of_reads = true,
    .kinds = RECORD_BIT(ANSWERED),
    .observe = observe,
};
