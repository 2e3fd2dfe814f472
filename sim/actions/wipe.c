#include "sim/actions/fields.h"

struct wipe {
    struct targets node;
    struct option_changes *set;
};

static const struct field fields[] = {
    NODE_FIELD(struct wipe),
    {.name = "set",
     .kind = FIELD_OPTIONS,
     .offset = offsetof(struct wipe, set),
     .help = "raft options that it comes back with"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct wipe *wipe = deed->params;
    if (!deed_aim(world, deed, &wipe->node) || !deed_begin(world, deed, STOPS_NODES))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        node_take_down(world, id);
        node_wipe(world, id);
        node_change(world, id, wipe->set);
        node_let_up(world, id);
    }
    return true;
}

const struct action action_wipe = {
    .name = "wipe",
    .help = "the node stops, loses all that its disk held, and starts again at once, empty",
    .fields = fields,
    .params_size = sizeof(struct wipe),
    .begin = begin,
};
