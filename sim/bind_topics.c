/* Topics and partitions by name. */
#include <stdlib.h>
#include <string.h>

#include "sim/bind.h"
#include "sim/quantity.h"

static bool refuse_topic(const struct reader *reader, const cJSON *value, const char *name)
{
    const struct scenario *scenario = reader->scenario;
    struct suggestion suggestion = {.word = name};
    for (uint32_t i = 0; i < scenario->layout.topic_count; i++)
        suggest_try(&suggestion, scenario->topic_names[i]);
    return refuse_value(reader, value, "expected a topic, got %s, which is none%s",
                        text_shown(name).text, suggest_hint(&suggestion).text);
}

bool bind_topic(struct reader *reader, const cJSON *value, void *member)
{
    const struct scenario *scenario = reader->scenario;
    if (!cJSON_IsString(value))
        return refuse_got(reader, value, "the name of a topic");
    uint32_t topic = scenario_topic(scenario, value->valuestring);
    if (topic == scenario->layout.topic_count)
        return refuse_topic(reader, value, value->valuestring);
    *(uint32_t *)member = topic;
    return true;
}

static bool check_number(const struct reader *reader, const cJSON *value, uint32_t topic,
                         uint64_t number)
{
    const struct scenario *scenario = reader->scenario;
    uint32_t count = scenario->topics[topic].count;
    return number < count ||
           refuse_value(reader, value, "expected a partition of topic %s from 0 to %u, got %llu",
                        text_shown(scenario->topic_names[topic]).text, count - 1,
                        (unsigned long long)number);
}

bool bind_partition(struct reader *reader, const cJSON *value, const char *name,
                    uint32_t *partition)
{
    const struct scenario *scenario = reader->scenario;
    const char *slash = strrchr(name, '/');
    int64_t number;
    if (!slash || !whole_parse(slash + 1, &number) || number < 0)
        return refuse_got(reader, value, "\"partition-leader:TOPIC/NUMBER\"");
    struct text topic_name = {0};
    text_bytes(&topic_name, name, (size_t)(slash - name));
    uint32_t topic = scenario_topic(scenario, text_of(&topic_name));
    bool known = topic < scenario->layout.topic_count;
    bool ok = known ? check_number(reader, value, topic, (uint64_t)number)
                    : refuse_topic(reader, value, text_of(&topic_name));
    if (ok)
        *partition = scenario->topics[topic].first + (uint32_t)number;
    text_close(&topic_name);
    return ok;
}

bool bind_has_topics(const struct reader *reader, const cJSON *item)
{
    const cJSON *what = json_member(item, "do");
    return reader->scenario->layout.partition_count ||
           refuse_value(reader, what, "%s is about partitions: the plan has no \"topics\"",
                        json_shown(what).text);
}

bool bind_partitions(const struct reader *reader, const cJSON *item,
                     const struct partitions *partitions)
{
    const cJSON *number = json_member(item, "partition");
    if (!bind_has_topics(reader, item))
        return false;
    if (!partitions->number_given)
        return true;
    return partitions->topic_given
               ? check_number(reader, number, partitions->topic, partitions->number)
               : refuse_key(reader, number, "expected \"topic\" beside \"partition\"");
}
