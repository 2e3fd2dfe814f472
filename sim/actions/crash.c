#include "sim/actions/fields.h"

struct crash {
    struct targets node;
    struct option_changes *set;
};

static const struct field fields[] = {
    NODE_FIELD(struct crash),
    {.name = "set",
     .kind = FIELD_OPTIONS,
     .offset = offsetof(struct crash, set),
     .help = "raft options that it comes back with"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct crash *crash = deed->params;
    if (!deed_aim(world, deed, &crash->node) || !deed_begin(world, deed, STOPS_NODES))
        return false;
    deed_each(world, deed, node_take_down);
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    const struct crash *crash = deed->params;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        node_change(world, id, crash->set);
        node_let_up(world, id);
    }
}

const struct action action_crash = {
    .name = "crash",
    .help = "the node stops and forgets what its disk does not hold",
    .ends_by = "starting from its disk",
    .fields = fields,
    .params_size = sizeof(struct crash),
    .begin = begin,
    .end = end,
};
