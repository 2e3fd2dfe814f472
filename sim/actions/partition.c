#include "sim/actions/fields.h"

struct partition {
    struct sides sides;
    bool one_way;
};

static const struct field fields[] = {
    {.name = "sides",
     .kind = FIELD_SIDES,
     .offset = offsetof(struct partition, sides),
     .required = true,
     .help = "lists of nodes that reach only each other; nodes in several sides bridge them"},
    {.name = "one_way",
     .kind = FIELD_BOOL,
     .offset = offsetof(struct partition, one_way),
     .help = "only what the first side sends to the others is lost; default: false"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct partition *partition = deed->params;
    if (!deed_aim_sides(world, deed, &partition->sides, partition->one_way) ||
        !deed_begin(world, deed, CUTS_LINKS))
        return false;
    deed_cut(world, deed);
    return true;
}

const struct action action_partition = {
    .name = "partition",
    .help = "all links between different sides are cut; nodes in no side keep theirs",
    .ends_by = "healing",
    .fields = fields,
    .params_size = sizeof(struct partition),
    .begin = begin,
    .end = deed_mend,
};
