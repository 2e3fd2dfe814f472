#include "sim/actions/fields.h"

struct change {
    struct targets node;
    uint32_t as;
};

static const char *const kinds[] = {"voter", "learner", NULL};

static const struct field fields[] = {
    NODE_FIELD(struct change),
    {.name = "as",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct change, as),
     .choices = kinds,
     .help = "voter or learner; default: voter"},
    {0},
};

const struct action action_add_node = {
    .name = "add-node",
    .help = "the node joins the cluster",
    .fields = fields,
    .params_size = sizeof(struct change),
    .unbuilt = "membership changes are not built yet",
};
