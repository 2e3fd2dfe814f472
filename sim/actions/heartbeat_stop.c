#include "sim/actions/fields.h"

struct heartbeat_stop {
    struct targets node;
};

static const struct field fields[] = {NODE_FIELD(struct heartbeat_stop), {0}};

static bool check(const struct reader *reader, const cJSON *item, const void *params)
{
    (void)params;
    return bind_has_topics(reader, item);
}

static bool begin(struct world *world, struct deed *deed)
{
    const struct heartbeat_stop *stop = deed->params;
    if (!deed_aim(world, deed, &stop->node) || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    deed_each(world, deed, broker_silence);
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    deed_each(world, deed, broker_unsilence);
}

const struct action action_heartbeat_stop = {
    .name = "heartbeat-stop",
    .help = "the broker's heartbeats stop: to the controller, to its elector, and on its streams",
    .ends_by = "resuming",
    .fields = fields,
    .params_size = sizeof(struct heartbeat_stop),
    .check = check,
    .begin = begin,
    .end = end,
};
