#include "sim/actions/fields.h"

struct loss {
    struct link_params link;
    struct choice choice;
};

static const struct field fields[] = {
    LINK_FIELDS(struct loss),
    {.name = "probability",
     .kind = FIELD_PROBABILITY,
     .offset = offsetof(struct loss, choice.probability),
     .given = offsetof(struct loss, choice.probability_given),
     .required = true,
     .help = "of each message, 0 to 1; 1 cuts the link"},
    {.name = "kinds",
     .kind = FIELD_KINDS,
     .offset = offsetof(struct loss, choice.kinds),
     .help = "kinds of message; default: all"},
    {0},
};

static bool loses_all(const struct loss *loss)
{
    return loss->choice.probability == UINT64_MAX && loss->choice.kinds == 0;
}

static bool begin(struct world *world, struct deed *deed)
{
    const struct loss *loss = deed->params;
    bool all = loses_all(loss);
    if (!deed_aim_links(world, deed, &loss->link) ||
        !deed_begin(world, deed, all ? CUTS_LINKS : HARMS_NOBODY))
        return false;
    if (all)
        deed_cut(world, deed);
    return true;
}

static void on_send(const struct deed *deed, const struct raft_message *message, struct fate *fate)
{
    const struct loss *loss = deed->params;
    if (choice_takes(&loss->choice, deed, message, fate->number))
        fate->copies = 0;
}

const struct action action_loss = {
    .name = "loss",
    .help = "each message on the links is lost with this probability",
    .ends_by = "removal",
    .fields = fields,
    .params_size = sizeof(struct loss),
    .begin = begin,
    .end = deed_mend,
    .on_send = on_send,
};
