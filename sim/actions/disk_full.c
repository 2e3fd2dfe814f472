#include "sim/actions/fields.h"

struct disk_full {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct disk_full), {0}};

static bool begin(struct world *world, struct deed *deed)
{
    const struct disk_full *full = deed->params;
    if (!deed_aim(world, deed, &full->node) || !deed_begin(world, deed, STOPS_NODES))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        world->nodes[id].disk.full++;
        disk_changed(world, id);
    }
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        world->nodes[id].disk.full--;
        disk_changed(world, id);
    }
}

const struct action action_disk_full = {
    .name = "disk-full",
    .help = "the next write of the node fails, and it stops",
    .ends_by = "room on the disk: it starts again",
    .fields = fields,
    .params_size = sizeof(struct disk_full),
    .begin = begin,
    .end = end,
};
