#include "sim/actions/fields.h"

struct disk_slow {
    struct targets node;
    struct distribution fsync;
    struct blocking blocking;
};

static const struct field fields[] = {
    NODE_FIELD(struct disk_slow),
    {.name = "fsync",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct disk_slow, fsync),
     .required = true,
     .help = "how long each write takes instead"},
    BLOCKING_FIELD(struct disk_slow),
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct disk_slow *slow = deed->params;
    if (!deed_aim(world, deed, &slow->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        blocking_begin(&slow->blocking, &world->nodes[id].disk);
        disk_changed(world, id);
    }
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    const struct disk_slow *slow = deed->params;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id)) {
        blocking_end(&slow->blocking, &world->nodes[id].disk);
        disk_changed(world, id);
    }
}

static uint64_t on_write(const struct deed *deed, uint32_t node, uint64_t number, uint64_t fsync_ns)
{
    const struct disk_slow *slow = deed->params;
    (void)fsync_ns;
    return distribution_sample(&slow->fsync, deed_draw(deed, node, 0, number));
}

const struct action action_disk_slow = {
    .name = "disk-slow",
    .help = "writes that the node begins take another time",
    .ends_by = "normal disk",
    .fields = fields,
    .params_size = sizeof(struct disk_slow),
    .begin = begin,
    .end = end,
    .on_write = on_write,
};
