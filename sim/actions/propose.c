#include "sim/actions/fields.h"

struct propose {
    struct targets node;
    uint64_t count; /* 0: not given */
};

static const struct field fields[] = {
    {.name = "node",
     .kind = FIELD_TARGETS,
     .offset = offsetof(struct propose, node),
     .help = "to whom; default: leader"},
    {.name = "count",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct propose, count),
     .low = 1,
     .high = 1000000,
     .help = "how many commands; default: 1"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct propose *propose = deed->params;
    struct target leader = {.kind = TARGET_LEADER};
    struct targets usual = {.count = 1, .items = &leader};
    uint64_t count = propose->count ? propose->count : 1;
    if (!deed_aim_running(world, deed, propose->node.count ? &propose->node : &usual) ||
        !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    for (uint64_t i = 0; i < count; i++)
        deed_each(world, deed, node_propose);
    return true;
}

const struct action action_propose = {
    .name = "propose",
    .help = "new commands are proposed to the node",
    .fields = fields,
    .params_size = sizeof(struct propose),
    .begin = begin,
};
