#include "sim/actions/fields.h"

struct reorder {
    struct link_params link;
    struct choice choice;
    struct distribution add;
    bool add_given;
};

static const struct field fields[] = {
    LINK_FIELDS(struct reorder),
    CHOICE_FIELDS(struct reorder),
    {.name = "add",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct reorder, add),
     .given = offsetof(struct reorder, add_given),
     .help = "time added to the latency of such a message; default: uniform 0 to 10ms"},
    {0},
};

static const struct distribution usual = {.kind = DISTRIBUTION_UNIFORM, .b = 10 * NS_PER_MS};

static bool begin(struct world *world, struct deed *deed)
{
    const struct reorder *reorder = deed->params;
    return deed_aim_links(world, deed, &reorder->link) && deed_begin(world, deed, HARMS_NOBODY);
}

static void on_send(const struct deed *deed, const struct raft_message *message, struct fate *fate)
{
    const struct reorder *reorder = deed->params;
    if (!choice_takes(&reorder->choice, deed, message, fate->number))
        return;
    uint64_t bits = deed_draw_message(deed, message, fate->number, DRAW_TIME);
    fate->delay_ns += distribution_sample(reorder->add_given ? &reorder->add : &usual, bits);
    fate->unordered = true;
}

const struct action action_reorder = {
    .name = "reorder",
    .help = "messages on the links, drawn with this probability, are late and may be overtaken",
    .ends_by = "removal",
    .fields = fields,
    .params_size = sizeof(struct reorder),
    .begin = begin,
    .on_send = on_send,
};
