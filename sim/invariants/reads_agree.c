#include "sim/observer.h"
#include "sim/witness.h"

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    const struct history_fault *fault = &witness_of(world)->last;
    const struct call *call = witness_call(world, record);
    if (fault->disagrees)
        world_break(world, invariant_reads_agree.name, record->peer, 0,
                    "%s told client %u of %u command%s, in another order than was told before: "
                    "they part at %u",
                    world_name(world, record->peer), call->client, fault->shown,
                    fault->shown == 1 ? "" : "s", fault->wanted);
}

const struct invariant invariant_reads_agree = {
    .name = "reads-agree",
    .help = "all answers show the same order: of two, one is the beginning of the other",
    .source = "Raft paper, section 5.4.3: state machine safety",
    .of_reads = true,
    .kinds = RECORD_BIT(ANSWERED),
    .observe = observe,
};
