#include "sim/actions/fields.h"

struct transfer {
    struct targets to;
};

static const struct field fields[] = {
    {.name = "to",
     .kind = FIELD_TARGETS,
     .offset = offsetof(struct transfer, to),
     .required = true,
     .help = "the new leader; of several nodes the first that does not lead"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct transfer *transfer = deed->params;
    uint32_t leader = world_leader(world);
    if (!leader || !deed_aim(world, deed, &transfer->to))
        return false;
    uint32_t to = raft_set_next(&deed->nodes, 0);
    if (to == leader && raft_set_next(&deed->nodes, to))
        to = raft_set_next(&deed->nodes, to);
    if (!deed_begin(world, deed, HARMS_NOBODY))
        return false;
    node_input(world, leader, (struct raft_input){.kind = RAFT_TRANSFER, .node = to});
    return true;
}

const struct action action_transfer = {
    .name = "transfer",
    .help = "the present leader is told to hand over its leadership",
    .fields = fields,
    .params_size = sizeof(struct transfer),
    .begin = begin,
};
