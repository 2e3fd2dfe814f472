#include "sim/actions/fields.h"

struct clock_leap {
    struct targets node;
    int64_t by_ns;
};

static const struct field fields[] = {
    NODE_FIELD(struct clock_leap),
    {.name = "by",
     .kind = FIELD_SIGNED_DURATION,
     .offset = offsetof(struct clock_leap, by_ns),
     .required = true,
     .help = "how far, \"3ms\" or \"-3ms\"; set back, a clock stands still until it has caught up"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct clock_leap *leap = deed->params;
    if (!deed_aim(world, deed, &leap->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id))
        clock_jump(world, id, leap->by_ns);
    return true;
}

const struct action action_clock_jump = {
    .name = "clock-jump",
    .help = "the node's clock jumps",
    .fields = fields,
    .params_size = sizeof(struct clock_leap),
    .begin = begin,
};
