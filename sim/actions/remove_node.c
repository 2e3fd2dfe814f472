#include "sim/actions/fields.h"

struct change {
    struct targets node;
};

static const struct field fields[] = {
    NODE_FIELD(struct change),

    {0},
};

const struct action action_remove_node = {
    .name = "remove-node",
    .help = "the node leaves the cluster",
    .fields = fields,
    .params_size = sizeof(struct change),
    .unbuilt = "membership changes are not built yet",
};
