#include "sim/actions/fields.h"

struct duplicate {
    struct link_params link;
    struct choice choice;
    struct distribution add;
};

static const struct field fields[] = {
    LINK_FIELDS(struct duplicate),
    CHOICE_FIELDS(struct duplicate),
    {.name = "add",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct duplicate, add),
     .help = "how much later the copy comes than a message would; default: 0s"},
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
    if (!choice_takes(&duplicate->choice, deed, message, fate->number))
        return;
    uint64_t bits = deed_draw_message(deed, message, fate->number, DRAW_TIME);
    fate->copies++;
    fate->copy_ns += distribution_sample(&duplicate->add, bits);
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
