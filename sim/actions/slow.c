#include "sim/actions/fields.h"

struct slow {
    struct targets node;
    uint64_t factor; /* 0: not given */
    struct distribution add;
};

static const struct field fields[] = {
    NODE_FIELD(struct slow),
    {.name = "factor",
     .kind = FIELD_FACTOR,
     .offset = offsetof(struct slow, factor),
     .help = "times the cluster's step, or 100us where that takes no time; default: 1"},
    {.name = "add",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct slow, add),
     .help = "time added to each step; default: 0"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct slow *slow = deed->params;
    return deed_aim(world, deed, &slow->node) && deed_begin(world, deed, HARMS_NOBODY);
}

enum { USUAL_STEP_NS = 100000 }; /* nothing times a factor would slow nobody */

/* step_ns times a fixed-point factor (2^32 = 1), without overflow. */
static uint64_t times(uint64_t step_ns, uint64_t factor)
{
    uint64_t high = chance_high(step_ns, factor);
    if (high >= NS_MAX >> 32)
        return NS_MAX;
    return high << 32 | step_ns * factor >> 32;
}

static uint64_t on_step(const struct deed *deed, uint32_t node, uint64_t number, uint64_t step_ns)
{
    const struct slow *slow = deed->params;
    uint64_t bits = deed_draw(deed, node, 0, number);
    if (slow->factor)
        step_ns = times(step_ns ? step_ns : USUAL_STEP_NS, slow->factor);
    step_ns += distribution_sample(&slow->add, bits);
    return step_ns < NS_MAX ? step_ns : NS_MAX;
}

const struct action action_slow = {
    .name = "slow",
    .help = "each step of the node takes longer; meanwhile what reaches it waits",
    .ends_by = "normal speed",
    .fields = fields,
    .params_size = sizeof(struct slow),
    .begin = begin,
    .on_step = on_step,
};
