#include "sim/actions/fields.h"

struct heartbeat_stop {
    struct targets node;
    char *topic;
    uint64_t partition;
};

static const struct field fields[] = {
    {.name = "node",
     .kind = FIELD_TARGETS,
     .offset = offsetof(struct heartbeat_stop, node),
     .help = "the broker"},
    {.name = "topic",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct heartbeat_stop, topic),
     .help = "the topic's name"},
    {.name = "partition",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct heartbeat_stop, partition),
     .help = "its number in the topic, from 0"},
    {0},
};

const struct action action_heartbeat_stop = {
    .name = "heartbeat-stop",
    .help = "the broker's heartbeats to the controller stop",
    .ends_by = "resuming",
    .fields = fields,
    .params_size = sizeof(struct heartbeat_stop),
    .unbuilt = "partition electors are not built yet",
};
