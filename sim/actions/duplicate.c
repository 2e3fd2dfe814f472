#include "sim/actions/fields.h"

struct duplicate {
    struct link_params link;
    struct choice choice;
};

static const struct field fields[] = {
    LINK_FIELDS(struct duplicate),
    CHOICE_FIELDS(struct duplicate),
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct duplicate *duplicate = deed->params;
    return deed_aim_links(world, deed, &duplicate->link) && deed_begin(world, deed, HARMS_NOBODY);
}

static void on_send(const struct deed *deed, const struct raft_message *message, struct fate *fate)
{
    const struct duplicate *duplicate = deed->params;
    if (choice_takes(&duplicate->choice, deed, message, fate->number))
        fate->copies++;
}

const struct action action_duplicate = {
    .name = "duplicate",
    .help = "each message on the links arrives twice with this probability",
    .ends_by = "removal",
    .fields = fields,
    .params_size = sizeof(struct duplicate),
    .begin = begin,
    .on_send = on_send,
};
