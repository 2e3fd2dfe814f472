#include "sim/actions/fields.h"

struct disk_lie {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct disk_lie), {0}};

static bool begin(struct world *world, struct deed *deed)
{
    const struct disk_lie *lie = deed->params;
    if (!deed_aim(world, deed, &lie->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        world->nodes[id].disk.lies++;
        disk_changed(world, id);
    }
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        if (--world->nodes[id].disk.lies == 0)
            disk_settle(world, id);
        disk_changed(world, id);
    }
}

const struct action action_disk_lie = {
    .name = "disk-lie",
    .help = "the disk says that writes are durable at once; a crash before the end loses them",
    .ends_by = "making them durable",
    .fields = fields,
    .params_size = sizeof(struct disk_lie),
    .begin = begin,
    .end = end,
};
