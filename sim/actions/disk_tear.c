#include "sim/actions/fields.h"

struct disk_tear {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct disk_tear), {0}};

static bool begin(struct world *world, struct deed *deed)
{
    const struct disk_tear *tear = deed->params;
    if (!deed_aim(world, deed, &tear->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id))
        world->nodes[id].disk.tear = true;
    return true;
}

const struct action action_disk_tear = {
    .name = "disk-tear",
    .help = "the node's next crash leaves the first write that it loses half done",
    .fields = fields,
    .params_size = sizeof(struct disk_tear),
    .begin = begin,
};
