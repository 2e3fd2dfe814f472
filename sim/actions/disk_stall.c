#include "sim/actions/fields.h"

struct disk_stall {
    struct targets node;
    struct blocking blocking;
};

static const struct field fields[] = {
    NODE_FIELD(struct disk_stall),
    BLOCKING_FIELD(struct disk_stall),
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct disk_stall *stall = deed->params;
    if (!deed_aim(world, deed, &stall->node) || !deed_begin(world, deed, STOPS_NODES))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        world->nodes[id].disk.stalls++;
        blocking_begin(&stall->blocking, &world->nodes[id].disk);
        disk_changed(world, id);
    }
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    const struct disk_stall *stall = deed->params;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        world->nodes[id].disk.stalls--;
        blocking_end(&stall->blocking, &world->nodes[id].disk);
        disk_changed(world, id);
    }
}

const struct action action_disk_stall = {
    .name = "disk-stall",
    .help = "writes of the node do not get done",
    .ends_by = "getting them done",
    .fields = fields,
    .params_size = sizeof(struct disk_stall),
    .begin = begin,
    .end = end,
};
