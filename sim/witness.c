#include "sim/witness.h"

#include <stdlib.h>

static void observe(void *state, struct world *world, const struct record *record)
{
    struct witness *witness = state;
    struct history *history = &witness->history;
    if (record->kind == RECORD_CALLED)
        history_called(history, record->value, (uint32_t)record->index,
                       record->detail == CALL_READ);
    else if (record->detail == CALL_OK)
        witness->last =
            history_answered(history, record->value, witness_call(world, record)->prefix);
    else if (record->detail == CALL_REFUSED)
        witness->last = history_refused(history, record->value);
    else
        witness->last = (struct history_fault){0};
}

void witness_open(struct world *world)
{
    if (!world->calls)
        return;
    if (!world->witness)
        world->witness = allocate(1, sizeof(struct witness));
    struct witness *witness = world->witness;
    history_open(&witness->history, &world->calls->prefixes);
    world_subscribe(world, RECORD_BIT(CALLED) | RECORD_BIT(ANSWERED),
                    (struct subscription){.observe = observe, .state = witness});
}

void witness_close(struct world *world)
{
    struct witness *witness = world->witness;
    if (!witness)
        return;
    history_close(&witness->history);
    free(witness);
    world->witness = NULL;
}
