#include "sim/observer.h"
#include "sim/witness.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct history_fault *fault = &witness_of(world)->last;
    const struct call *call = witness_call(world, record);
    if (fault->phantom)
        world_break(world, invariant_read_was_proposed.name, record->peer, 0,
                    "%s told client %u of command %llu, which %s", world_name(world, record->peer),
                    call->client, (unsigned long long)fault->phantom,
                    fault->phantom > world->commands ? "nobody had sent"
                                                     : "its client was told is refused");
}

const struct invariant invariant_read_was_proposed = {
    .name = "read-was-proposed",
    .help = "an answer shows only commands that clients had sent, and none that was refused",
    .source = "Herlihy and Wing 1990: linearizability",
    .of_reads = true,
    .kinds = RECORD_BIT(ANSWERED),
    .observe = observe,
};
