#include "sim/actions/fields.h"

struct forced {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct forced), {0}};

static void campaign(struct world *world, uint32_t id)
{
    node_input(world, id, (struct raft_input){.kind = RAFT_CAMPAIGN});
}

static bool begin(struct world *world, struct deed *deed)
{
    const struct forced *forced = deed->params;
    if (!deed_aim_running(world, deed, &forced->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    deed_each(world, deed, campaign);
    return true;
}

const struct action action_campaign = {
    .name = "campaign",
    .help = "the node's election timer fires now",
    .fields = fields,
    .params_size = sizeof(struct forced),
    .begin = begin,
};
