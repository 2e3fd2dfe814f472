#include "sim/actions/fields.h"

struct produce_stop {
    struct targets node;
    char *topic;
    uint64_t partition;
};

static const struct field fields[] = {
    {.name = "node",
     .kind = FIELD_TARGETS,
     .offset = offsetof(struct produce_stop, node),
     .help = "the broker"},
    {.name = "topic",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct produce_stop, topic),
     .help = "the topic's name"},
    {.name = "partition",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct produce_stop, partition),
     .help = "its number in the topic, from 0"},
    {0},
};

const struct action action_produce_stop = {
    .name = "produce-stop",
    .help = "clients stop producing to the partition",
    .ends_by = "resuming",
    .fields = fields,
    .params_size = sizeof(struct produce_stop),
    .unbuilt = "partition electors are not built yet",
};
