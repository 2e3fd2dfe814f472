#include "sim/actions/fields.h"

struct produce_stop {
    struct targets node;
    struct partitions partitions;
};

static const struct field fields[] = {
    {.name = "node",
     .kind = FIELD_TARGETS,
     .offset = offsetof(struct produce_stop, node),
     .help = "instead of a topic: the partitions that these brokers lead when it begins"},
    PARTITION_FIELDS(struct produce_stop, false),
    {0},
};

static bool check(const struct reader *reader, const cJSON *item, const void *params)
{
    const struct produce_stop *stop = params;
    if (!bind_partitions(reader, item, &stop->partitions))
        return false;
    if (stop->partitions.topic_given != (stop->node.count > 0))
        return true;
    return refuse_value(reader, item, "expected \"node\" or \"topic\", got %s",
                        stop->node.count ? "both" : "neither");
}

static void add_led(const struct world *world, struct deed *deed)
{
    for (uint32_t partition = 0; partition < world->scenario->layout.partition_count; partition++) {
        uint32_t leader = partition_leader(world, partition);
        if (leader && raft_set_has(&deed->nodes, leader))
            deed_add_partition(deed, partition);
    }
}

static bool begin(struct world *world, struct deed *deed)
{
    const struct produce_stop *stop = deed->params;
    if (stop->node.count && !deed_aim(world, deed, &stop->node))
        return false;
    if (stop->node.count)
        add_led(world, deed);
    else
        deed_aim_topic(world, deed, &stop->partitions);
    if (deed->partition_count == 0 || !deed_begin(world, deed, HARMS_NOBODY))
        return false;
    deed_each_partition(world, deed, partition_stop);
    return true;
}

static void end(struct world *world, struct deed *deed)
{
    deed_each_partition(world, deed, partition_resume);
}

const struct action action_produce_stop = {
    .name = "produce-stop",
    .help = "clients stop producing to the partition, or to those that the broker leads",
    .ends_by = "resuming",
    .fields = fields,
    .params_size = sizeof(struct produce_stop),
    .check = check,
    .begin = begin,
    .end = end,
};
