/* Episodes of partitions, for programs. */
#include "sim/partition_episode.h"
#include "sim/tree.h"

enum { EPISODES_MAX = 1000 };

static void add_phase(cJSON *object, const char *name, uint64_t from_ns, uint64_t to_ns)
{
    bool reached = from_ns != UINT64_MAX && to_ns != UINT64_MAX && to_ns >= from_ns;
    tree_add_value(object, name,
                   (struct value){reached, reached ? (double)(to_ns - from_ns) / 1e6 : 0});
}

static void add_node(cJSON *object, const char *name, const struct scenario *scenario,
                     uint32_t node)
{
    tree_add_text(object, name, node ? scenario->nodes[node].name : NULL);
}

static cJSON *tree_of_episode(const struct scenario *scenario,
                              const struct partition_episode *episode)
{
    static const char *const outcomes[] = {[PARTITION_OPEN] = "open",
                                           [PARTITION_ELECTED] = "elected",
                                           [PARTITION_RESUMED] = "resumed",
                                           [PARTITION_KEPT] = "kept"};
    uint32_t topic = scenario->layout.topic_of[episode->partition];
    bool before = episode->lost && episode->decided_ns <= episode->begin_ns;
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "topic", scenario->topic_names[topic]);
    tree_add_count(item, "partition", episode->partition - scenario->topics[topic].first);
    cJSON_AddStringToObject(item, "cause",
                            partition_cause_name((enum partition_cause)episode->cause));
    cJSON_AddStringToObject(item, "outcome", outcomes[episode->outcome]);
    tree_add_ms(item, "at_ms", episode->begin_ns);
    add_node(item, "lost", scenario, episode->lost);
    add_node(item, "leader", scenario, episode->leader);
    add_phase(item, "detect_ms", before ? UINT64_MAX : episode->begin_ns, episode->decided_ns);
    add_phase(item, "elect_ms", episode->decided_ns, episode->elected_ns);
    add_phase(item, "publish_ms", episode->elected_ns, episode->published_ns);
    add_phase(item, "produce_ms", episode->end_ns, episode->produced_ns);
    add_phase(item, "total_ms", episode->begin_ns, episode->end_ns);
    return item;
}

void tree_add_partitions(cJSON *object, const struct run *run)
{
    const struct partition_episode *episodes;
    uint32_t count = measures_partitions(run->measures, &episodes);
    if (!count)
        return;
    cJSON *partitions = cJSON_AddObjectToObject(object, "partitions");
    tree_add_count(partitions, "episode_count", count);
    cJSON *list = cJSON_AddArrayToObject(partitions, "episodes");
    for (uint32_t i = 0; i < count && i < EPISODES_MAX; i++)
        cJSON_AddItemToArray(list, tree_of_episode(run->scenario, &episodes[i]));
}
