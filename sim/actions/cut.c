#include "sim/actions/fields.h"

struct cut {
    struct link_params link;
};

static const struct field fields[] = {LINK_FIELDS(struct cut), {0}};

static bool begin(struct world *world, struct deed *deed)
{
    const struct cut *cut = deed->params;
    if (!deed_aim_links(world, deed, &cut->link) || !deed_begin(world, deed, CUTS_LINKS))
        return false;
    deed_cut(world, deed);
    return true;
}

const struct action action_cut = {
    .name = "cut",
    .help = "the links are down: all sent on them is lost",
    .ends_by = "mending",
    .fields = fields,
    .params_size = sizeof(struct cut),
    .begin = begin,
    .end = deed_mend,
};
