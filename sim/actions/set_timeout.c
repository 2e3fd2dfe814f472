#include "sim/actions/fields.h"

struct set_timeout {
    struct targets node;
    uint64_t to_ns;
};

static const struct field fields[] = {
    NODE_FIELD(struct set_timeout),
    {.name = "to",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct set_timeout, to_ns),
     .required = true,
     .help = "its election timeout until the next one is drawn; rounded up to whole ticks"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct set_timeout *timeout = deed->params;
    if (!deed_aim_running(world, deed, &timeout->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        uint64_t unit_ns = world->nodes[id].options.tick_ns;
        uint64_t units = unit_ns ? (timeout->to_ns + unit_ns - 1) / unit_ns : timeout->to_ns;
        node_input(world, id, (struct raft_input){.kind = RAFT_SET_TIMEOUT, .value = units});
    }
    return true;
}

const struct action action_set_timeout = {
    .name = "set-timeout",
    .help = "the node's present election timeout is this one",
    .fields = fields,
    .params_size = sizeof(struct set_timeout),
    .begin = begin,
};
