/* The parts "topics" and "elector": partitions, and who chooses their leaders. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario_read.h"

enum { TOPIC_NAME_MAX = 249 /* Kafka's limit */ };

#define PART(key, how, definition, text)                                                           \
    .name = key, .kind = FIELD_SPECIAL, .read = how, .schema = definition, .help = text

/* ---- topics ---- */

/* One topic as it is given. */
struct topic {
    char *name;
    uint64_t partitions, replication_factor, min_insync;
    bool unclean;
};

const struct field topic_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct topic, name),
     .required = true,
     .help = "what clients and actions call it"},
    {.name = "partitions",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct topic, partitions),
     .required = true,
     .low = 1,
     .high = PARTITIONS_MAX,
     .help = "how many; partition p is on nodes p, p + 1, ... in turn, the first preferred"},
    {.name = "replication_factor",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct topic, replication_factor),
     .low = 1,
     .high = METADATA_REPLICAS_MAX,
     .help = "on how many nodes each partition is; default: 3, or all of fewer nodes"},
    {.name = "min_insync_replicas",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct topic, min_insync),
     .low = 1,
     .high = METADATA_REPLICAS_MAX,
     .help = "a produce with acks all needs so many replicas in sync; default: 1"},
    {.name = "unclean_leader_election",
     .kind = FIELD_BOOL,
     .offset = offsetof(struct topic, unclean),
     .help = "a replica out of sync may lead rather than none; default: false"},
    {0},
};

static bool check_topic_name(const struct reader *reader, const cJSON *value, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-.";
    size_t size = strlen(name);
    if (size > TOPIC_NAME_MAX || strspn(name, plain) != size)
        return refuse_value(
            reader, value,
            "expected a name of at most %d letters, digits, \".\", \"_\" and \"-\", got %s",
            TOPIC_NAME_MAX, text_shown(name).text);
    return scenario_topic(reader->scenario, name) == reader->scenario->layout.topic_count ||
           refuse_value(reader, value, "two topics are called %s", text_shown(name).text);
}

static bool check_topic(const struct reader *reader, const cJSON *value, const struct topic *topic)
{
    const struct scenario *scenario = reader->scenario;
    uint32_t before = scenario->layout.partition_count;
    if (!check_topic_name(reader, json_member(value, "name"), topic->name))
        return false;
    if (topic->replication_factor > scenario->node_count)
        return refuse_value(reader, json_member(value, "replication_factor"),
                            "expected at most %u, as many as there are nodes, got %u",
                            scenario->node_count, (unsigned)topic->replication_factor);
    if (topic->min_insync > topic->replication_factor)
        return refuse_value(reader, json_member(value, "min_insync_replicas"),
                            "expected at most %u, the replication factor, got %u",
                            (unsigned)topic->replication_factor, (unsigned)topic->min_insync);
    return before + topic->partitions <= PARTITIONS_MAX ||
           refuse_value(reader, json_member(value, "partitions"),
                        "expected at most %d partitions in all topics, got %u", PARTITIONS_MAX,
                        before + (unsigned)topic->partitions);
}

/* What was bound is the scenario's, so that it is freed after a refusal too. */
static void keep_topic(struct scenario *scenario, const struct topic *topic)
{
    struct metadata_layout *layout = &scenario->layout;
    scenario->topics[layout->topic_count] =
        (struct metadata_topic){.first = layout->partition_count,
                                .count = (uint32_t)topic->partitions,
                                .replication_factor = (uint32_t)topic->replication_factor,
                                .min_insync = (uint32_t)topic->min_insync,
                                .unclean = topic->unclean};
    scenario->topic_names[layout->topic_count++] = topic->name;
    layout->partition_count += (uint32_t)topic->partitions;
    if (topic->replication_factor > layout->stride)
        layout->stride = (uint32_t)topic->replication_factor;
}

static bool read_topic(struct reader *reader, const cJSON *value)
{
    uint32_t nodes = reader->scenario->node_count;
    struct topic topic = {.replication_factor = nodes < 3 ? nodes : 3, .min_insync = 1};
    if (bind_fields(reader, value, topic_fields, &topic) && check_topic(reader, value, &topic)) {
        keep_topic(reader->scenario, &topic);
        return true;
    }
    bind_close(topic_fields, &topic);
    return false;
}

/* Replica i of a topic's partition p is on node p + i, over all nodes in order, round and round. */
static void place_replicas(struct scenario *scenario, uint32_t topic)
{
    const struct metadata_topic *own = &scenario->topics[topic];
    uint32_t stride = scenario->layout.stride;
    for (uint32_t number = 0; number < own->count; number++) {
        uint32_t partition = own->first + number;
        scenario->topic_of[partition] = (uint16_t)topic;
        for (uint32_t i = 0; i < own->replication_factor; i++)
            scenario->replicas[(size_t)partition * stride + i] =
                (uint16_t)((number + i) % scenario->node_count + 1);
    }
}

static void lay_out(struct scenario *scenario)
{
    struct metadata_layout *layout = &scenario->layout;
    size_t partitions = layout->partition_count;
    scenario->topic_of = allocate(partitions, sizeof *scenario->topic_of);
    scenario->replicas = allocate(partitions * layout->stride, sizeof *scenario->replicas);
    layout->broker_count = scenario->node_count;
    layout->topics = scenario->topics;
    layout->topic_of = scenario->topic_of;
    layout->replicas = scenario->replicas;
    for (uint32_t topic = 0; topic < layout->topic_count; topic++)
        place_replicas(scenario, topic);
}

bool read_topics(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    uint32_t count;
    if (!bind_list(reader, value, TOPICS_MAX, &count))
        return false;
    scenario->topics = allocate(count, sizeof *scenario->topics);
    scenario->topic_names = allocate(count, sizeof *scenario->topic_names);
    for (const cJSON *topic = value->child; topic; topic = topic->next)
        if (!read_topic(reader, topic))
            return false;
    lay_out(scenario);
    return true;
}

void topics_close(struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->layout.topic_count; i++)
        free(scenario->topic_names[i]);
    free(scenario->topic_names);
    free(scenario->topics);
    free(scenario->topic_of);
    free(scenario->replicas);
}

/* ---- elector ---- */

static bool read_rules(struct reader *reader, const cJSON *value, void *member)
{
    struct scenario *scenario = member;
    struct suggestion suggestion = {.word = cJSON_IsString(value) ? value->valuestring : ""};
    const struct elector_rules *rules = elector_find(suggestion.word);
    for (size_t i = 0; i < elector_count() && !rules; i++)
        suggest_try(&suggestion, elector_at(i)->name);
    if (!rules)
        return refuse_value(reader, value,
                            "expected a rule set (see raftsim list electors), got %s%s",
                            json_shown(value).text, suggest_hint(&suggestion).text);
    scenario->elector = rules;
    scenario->elector_options = rules->options;
    return true;
}

static bool read_initialise(struct reader *reader, const cJSON *value, void *member)
{
    static const char *const choices[] = {"with-leader", "at-start", NULL};
    static const struct field field = {.kind = FIELD_CHOICE, .choices = choices};
    uint32_t choice = 0;
    bool ok = bind_value(reader, &field, value, &choice);
    *(bool *)member = choice;
    return ok;
}

#define TIME(key, member, text)                                                                    \
    {                                                                                              \
        .name = key, .kind = FIELD_DURATION,                                                       \
        .offset = offsetof(struct scenario, elector_options.member), .help = text                  \
    }

const struct field elector_fields[] = {
    {PART("rules", read_rules, "rules", "see raftsim list electors; default: fixed")},
    TIME("check", check_ns, "between two rounds of checks; 0s: none; default: the rules'"),
    TIME("timeout", timeout_ns,
         "silence after which a partition, stream or broker is lost; default: the rules'"),
    TIME("heartbeat", heartbeat_ns,
         "between heartbeats of a broker or stream; 0s: none; default: the rules'"),
    TIME("replica_lag", lag_ns,
         "a follower so far behind leaves the in-sync replicas; 0s: never; default: the rules'"),
    TIME("rebalance", rebalance_ns,
         "between two looks for preferred leaders; 0s: never; default: the rules'"),
    TIME("retry", retry_ns,
         "what was not taken is proposed again after so long; 0s: never; default: the rules'"),
    {.name = "elr",
     .kind = FIELD_BOOL,
     .offset = offsetof(struct scenario, elector_options.elr),
     .help = "eligible leader replicas (KIP-966); default: the rules'"},
    {PART("initialise", read_initialise, "initialise",
          "new partitions are proposed when an elector starts, or when a leader is there; default: "
          "the rules'"),
     .offset = offsetof(struct scenario, elector_options.at_start)},
    {0},
};

void elector_default(struct scenario *scenario)
{
    if (scenario->elector)
        return;
    scenario->elector = elector_find("fixed");
    must(scenario->elector != NULL);
    scenario->elector_options = scenario->elector->options;
}

bool read_elector(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    if (!scenario->layout.partition_count)
        return refuse_key(reader, value,
                          "expected \"topics\" beside it: it chooses who leads their "
                          "partitions");
    elector_default(scenario);
    if (!bind_fields(reader, value, elector_fields, scenario))
        return false;
    return scenario->elector_options.timeout_ns > 0 || !json_member(value, "timeout") ||
           refuse_value(reader, json_member(value, "timeout"), "expected a time above 0");
}
