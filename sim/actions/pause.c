#include "sim/actions/fields.h"

struct pause {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct pause), {0}};

static bool begin(struct world *world, struct deed *deed)
{
    const struct pause *pause = deed->params;
    if (!deed_aim(world, deed, &pause->node) || !deed_begin(world, deed, STOPS_NODES))
        return false;
    deed_each(world, deed, node_hold);
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    deed_each(world, deed, node_release);
}

const struct action action_pause = {
    .name = "pause",
    .help = "the node stands still and keeps its memory; what reaches it waits",
    .ends_by = "resuming",
    .fields = fields,
    .params_size = sizeof(struct pause),
    .begin = begin,
    .end = end,
};
