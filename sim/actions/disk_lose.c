#include "sim/actions/fields.h"

struct disk_lose {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct disk_lose), {0}};

static bool begin(struct world *world, struct deed *deed)
{
    const struct disk_lose *lose = deed->params;
    if (!deed_aim(world, deed, &lose->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id))
        world->nodes[id].disk.lose = true;
    return true;
}

const struct action action_disk_lose = {
    .name = "disk-lose",
    .help = "the node's next crash loses a drawn part of the writes under way, the latest first",
    .fields = fields,
    .params_size = sizeof(struct disk_lose),
    .begin = begin,
};
