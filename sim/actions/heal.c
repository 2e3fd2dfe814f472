#include "sim/actions/fields.h"

struct heal {
    struct targets node;
};

static const struct field fields[] = {
    {.name = "node",
     .kind = FIELD_TARGETS,
     .offset = offsetof(struct heal, node),
     .help = "these become a healthy core, and all else stays broken; default: everything heals"},
    {0},
};

static bool heals(const struct deed *deed, const struct deed *other)
{
    return other->running && other->action->ends_by && other != deed;
}

/* Links first and all at once, so that nobody sees the network half healed. */
static void heal_links(struct world *world, const struct deed *heal)
{
    bool changed = false;
    for (uint32_t i = 0; i < world->deed_count; i++)
        if (heals(heal, &world->deeds[i]))
            changed |= deed_mend_core(world, &world->deeds[i], &heal->nodes);
    if (changed)
        world_emit(world, (struct record){.kind = RECORD_LINKS});
}

static void forgive_disk(struct world *world, uint32_t id)
{
    world->nodes[id].disk.lose = world->nodes[id].disk.tear = false;
}

static bool begin(struct world *world, struct deed *deed)
{
    const struct heal *heal = deed->params;
    struct target everyone = {.kind = TARGET_ALL};
    struct targets usual = {.count = 1, .items = &everyone};
    if (!deed_aim(world, deed, heal->node.count ? &heal->node : &usual) ||
        !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    heal_links(world, deed);
    for (uint32_t i = 0; i < world->deed_count; i++)
        if (heals(deed, &world->deeds[i]))
            deed_heal(world, &world->deeds[i], &deed->nodes);
    deed_each(world, deed, forgive_disk);
    return true;
}

const struct action action_heal = {
    .name = "heal",
    .help = "what other actions broke is whole again: nodes come up, links, disks, clocks are well",
    .fields = fields,
    .params_size = sizeof(struct heal),
    .begin = begin,
};
