#include "sim/actions/fields.h"

struct delay {
    struct link_params link;
    struct choice choice;
    struct distribution add;
};

static const struct field fields[] = {
    LINK_FIELDS(struct delay),
    {.name = "add",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct delay, add),
     .required = true,
     .help = "time added to the latency of each message"},
    CHOICE_FIELDS(struct delay),
    {0},
};

static bool begin(struct world *world, struct deed *deed)
{
    const struct delay *delay = deed->params;
    return deed_aim_links(world, deed, &delay->link) && deed_begin(world, deed, HARMS_NOBODY);
}

static void on_send(const struct deed *deed, const struct raft_message *message, struct fate *fate)
{
    const struct delay *delay = deed->params;
    if (!choice_takes(&delay->choice, deed, message, fate->number))
        return;
    uint64_t bits = deed_draw_message(deed, message, fate->number, DRAW_TIME);
    fate->delay_ns += distribution_sample(&delay->add, bits);
}

const struct action action_delay = {
    .name = "delay",
    .help = "messages on the links take longer",
    .ends_by = "removal",
    .fields = fields,
    .params_size = sizeof(struct delay),
    .begin = begin,
    .on_send = on_send,
};
