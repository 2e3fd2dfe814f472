#include "sim/actions/fields.h"

struct drift {
    struct targets node;
    int64_t ppm;
};

static const struct field fields[] = {
    NODE_FIELD(struct drift),
    {.name = "ppm",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct drift, ppm),
     .required = true,
     .low = 999999,
     .high = 99000000,
     .help = "parts per million that the clock runs fast, or slow if negative"},
    {0},
};

/* A node drifts as the last of the running deeds says that holds it, else as the plan says. */
static void set_drift(struct world *world, uint32_t id)
{
    int64_t ppm = world->scenario->nodes[id].drift_ppm;
    for (uint32_t i = world->deed_count; i-- > 0;) {
        const struct deed *deed = &world->deeds[i];
        if (deed->action != &action_clock_drift || !deed->running ||
            !raft_set_has(&deed->nodes, id))
            continue;
        ppm = ((const struct drift *)deed->params)->ppm;
        break;
    }
    clock_drift(world, id, ppm);
}

static bool begin(struct world *world, struct deed *deed)
{
    const struct drift *drift = deed->params;
    if (!deed_aim(world, deed, &drift->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    deed_each(world, deed, set_drift);
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    deed_each(world, deed, set_drift);
}

const struct action action_clock_drift = {
    .name = "clock-drift",
    .help = "the node's clock runs fast or slow",
    .ends_by = "the drift that the plan gives it, or 0",
    .fields = fields,
    .params_size = sizeof(struct drift),
    .begin = begin,
    .end = end,
};
