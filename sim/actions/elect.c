#include "sim/actions/fields.h"

struct elect {
    struct partitions partitions;
};

static const struct field fields[] = {PARTITION_FIELDS(struct elect, true), {0}};

static bool check(const struct reader *reader, const cJSON *item, const void *params)
{
    return bind_partitions(reader, item, &((const struct elect *)params)->partitions);
}

static bool begin(struct world *world, struct deed *deed)
{
    const struct elect *elect = deed->params;
    deed_aim_topic(world, deed, &elect->partitions);
    if (!deed_begin(world, deed, HARMS_NOBODY))
        return false;
    deed_each_partition(world, deed, partition_elect);
    return true;
}

const struct action action_elect = {
    .name = "elect",
    .help = "a person demands that a leader be elected for the partition",
    .fields = fields,
    .params_size = sizeof(struct elect),
    .check = check,
    .begin = begin,
};
