#include "sim/actions/fields.h"

struct hold {
    struct link_params link;
    struct choice choice;
};

static const struct field fields[] = {
    LINK_FIELDS(struct hold),
    CHOICE_FIELDS(struct hold),
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct hold *hold = deed->params;
    return deed_aim_links(world, deed, &hold->link) && deed_begin(world, deed, HARMS_NOBODY);
}

static void end(struct world *world, struct deed *deed)
{
    deed_let_go(world, deed, NULL);
}

/* Of several that hold a message back, the one that ends last keeps it. */
static void on_send(const struct deed *deed, const struct raft_message *message, struct fate *fate)
{
    const struct hold *hold = deed->params;
    if (!choice_takes(&hold->choice, deed, message, fate->number))
        return;
    if (fate->held && fate->held_to_ns >= deed->end_ns)
        return;
    fate->held = deed->number + 1;
    fate->held_to_ns = deed->end_ns;
}

const struct action action_hold = {
    .name = "hold",
    .help = "messages on the links are kept back, and sent on in order at the end",
    .ends_by = "sending them on",
    .fields = fields,
    .params_size = sizeof(struct hold),
    .begin = begin,
    .end = end,
    .on_send = on_send,
};
