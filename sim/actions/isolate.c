#include "sim/actions/fields.h"

struct isolate {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct isolate), {0}};

static bool begin(struct world *world, struct deed *deed)
{
    const struct isolate *isolate = deed->params;
    if (!deed_aim(world, deed, &isolate->node) || !deed_aim_around(world, deed) ||
        !deed_begin(world, deed, CUTS_LINKS))
        return false;
    deed_cut(world, deed);
    return true;
}

const struct action action_isolate = {
    .name = "isolate",
    .help = "all links between these nodes and the others are cut; those among them stay",
    .ends_by = "rejoining",
    .fields = fields,
    .params_size = sizeof(struct isolate),
    .begin = begin,
    .end = deed_mend,
};
