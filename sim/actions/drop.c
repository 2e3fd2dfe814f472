#include "sim/actions/fields.h"

struct drop {
    struct link_params link;
    struct choice choice;
};

static const struct field fields[] = {
    {.name = "kinds",
     .kind = FIELD_KINDS,
     .offset = offsetof(struct drop, choice.kinds),
     .required = true,
     .help = "kinds of message"},
    LINK_FIELDS(struct drop),
    {.name = "probability",
     .kind = FIELD_PROBABILITY,
     .offset = offsetof(struct drop, choice.probability),
     .given = offsetof(struct drop, choice.probability_given),
     .help = "of each message, 0 to 1; default: 1"},
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct drop *drop = deed->params;
    return deed_aim_links(world, deed, &drop->link) && deed_begin(world, deed, HARMS_NOBODY);
}

static void on_send(const struct deed *deed, const struct raft_message *message, struct fate *fate)
{
    const struct drop *drop = deed->params;
    if (choice_takes(&drop->choice, deed, message, fate->number))
        fate->copies = 0;
}

const struct action action_drop = {
    .name = "drop",
    .help = "messages of these kinds are lost on the links",
    .ends_by = "removal",
    .fields = fields,
    .params_size = sizeof(struct drop),
    .begin = begin,
    .on_send = on_send,
};
