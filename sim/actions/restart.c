#include "sim/actions/fields.h"

struct restart {
    struct targets node;
    struct option_changes *set;
};

static const struct field fields[] = {
    NODE_FIELD(struct restart),
    {.name = "set",
     .kind = FIELD_OPTIONS,
     .offset = offsetof(struct restart, set),
     .help = "raft options that it comes back with"},
    {0},
};

/* One node after the other: a whole list is not down at once. */
static bool begin(struct world *world, struct deed *deed)
{
    const struct restart *restart = deed->params;
    if (!deed_aim(world, deed, &restart->node) || !deed_begin(world, deed, STOPS_NODES))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        node_take_down(world, id);
        node_change(world, id, restart->set);
        node_let_up(world, id);
    }
    return true;
}

const struct action action_restart = {
    .name = "restart",
    .help = "the node stops and starts again at once from its disk",
    .fields = fields,
    .params_size = sizeof(struct restart),
    .begin = begin,
};
