#include "sim/actions/fields.h"

struct flap {
    struct targets node;
    struct link_params link;
    struct distribution down, up;
};

static const struct field fields[] = {
    {.name = "node",
     .kind = FIELD_TARGETS,
     .offset = offsetof(struct flap, node),
     .help = "its links to all other nodes; instead of from and to"},
    LINK_FIELDS(struct flap),
    {.name = "down",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct flap, down),
     .required = true,
     .help = "how long the links are down each time"},
    {.name = "up",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct flap, up),
     .required = true,
     .help = "how long they are up in between"},
    {0},
};

/* Odd turns are down. A time of 0 would turn for ever at one instant. */
static void wake_later(struct world *world, struct deed *deed)
{
    const struct flap *flap = deed->params;
    uint64_t bits = deed_draw(deed, 0, DRAW_TURN, deed->turns);
    uint64_t wait_ns = distribution_sample(deed->turns & 1 ? &flap->down : &flap->up, bits);
    deed_wake_at(world, deed, world->now_ns + (wait_ns > 0 ? wait_ns : 1));
}

static bool aim(struct world *world, struct deed *deed)
{
    const struct flap *flap = deed->params;
    if (flap->node.count > 0)
        return deed_aim(world, deed, &flap->node) && deed_aim_around(world, deed);
    return deed_aim_links(world, deed, &flap->link);
}

static bool begin(struct world *world, struct deed *deed)
{
    if (!aim(world, deed) || !deed_begin(world, deed, CUTS_LINKS))
        return false;
    deed_cut(world, deed);
    wake_later(world, deed);
    return true;
}

static void wake(struct world *world, struct deed *deed)
{
    if (deed->turns & 1)
        deed_mend(world, deed);
    else
        deed_cut(world, deed);
    wake_later(world, deed);
}

const struct action action_flap = {
    .name = "flap",
    .help = "the links go down and up in turn",
    .ends_by = "the links staying up",
    .fields = fields,
    .params_size = sizeof(struct flap),
    .begin = begin,
    .end = deed_mend,
    .wake = wake,
};
