#include <string.h>

#include "sim/bind.h"

static const struct target_word words[] = {
    {"leader", "the running leader of the highest term", TARGET_LEADER, NULL},
    {"controller", "the same: the Raft leader directs the brokers", TARGET_LEADER, NULL},
    {"follower", "a running follower, drawn", TARGET_FOLLOWER, NULL},
    {"candidate", "a running candidate, drawn", TARGET_CANDIDATE, NULL},
    {"random", "a running node, drawn", TARGET_RANDOM, NULL},
    {"minority", "so many voters, drawn, that the rest still has a quorum", TARGET_MINORITY, NULL},
    {"majority", "a quorum of voters, drawn", TARGET_MAJORITY, NULL},
    {"all", "every node", TARGET_ALL, NULL},
    {"others", "all nodes that the item's other targets leave out", TARGET_OTHERS, NULL},
};

static const char zone_prefix[] = "zone:";
static const char partition_prefix[] = "partition-leader:";

size_t target_word_count(void)
{
    return countof(words);
}

const struct target_word *target_word_at(size_t index)
{
    must(index < countof(words));
    return &words[index];
}

static const struct target_word *find_word(const char *name)
{
    for (size_t i = 0; i < countof(words); i++)
        if (strcmp(words[i].word, name) == 0)
            return &words[i];
    return NULL;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- nodes by name ---- */

static const struct zone *find_zone(const struct scenario *scenario, const char *name)
{
    for (uint32_t i = 0; i < scenario->zone_count; i++)
        if (strcmp(scenario->zones[i].name, name) == 0)
            return &scenario->zones[i];
    return NULL;
}

static void suggest_nodes(const struct scenario *scenario, struct suggestion *suggestion)
{
    for (uint32_t id = 1; id <= scenario->node_count; id++)
        suggest_try(suggestion, scenario->nodes[id].name);
    for (uint32_t i = 0; i < scenario->zone_count; i++) {
        struct text name = {0};
        text_add(&name, "%s%s", zone_prefix, scenario->zones[i].name);
        suggest_try(suggestion, text_of(&name));
        text_close(&name);
    }
}

static bool refuse_name(const struct reader *reader, const cJSON *value, const char *name,
                        bool with_words)
{
    struct suggestion suggestion = {.word = name};
    suggest_nodes(reader->scenario, &suggestion);
    for (size_t i = 0; with_words && i < countof(words); i++)
        suggest_try(&suggestion, words[i].word);
    bool is_text = cJSON_IsString(value) && strcmp(value->valuestring, name) == 0;
    return (is_text ? refuse_value
                    : refuse_key)(reader, value, "expected a node, got %s, which is none%s",
                                  text_shown(name).text, suggest_hint(&suggestion).text);
}

static bool name_find(const struct scenario *scenario, const char *name, struct raft_set *nodes)
{
    uint32_t id = scenario_node(scenario, name);
    const struct zone *zone = NULL;
    if (has_prefix(name, zone_prefix))
        zone = find_zone(scenario, name + strlen(zone_prefix));
    if (zone)
        *nodes = zone->nodes;
    else if (id)
        raft_set_add(nodes, id);
    return zone || id;
}

bool bind_name(struct reader *reader, const cJSON *value, const char *name, struct raft_set *nodes)
{
    *nodes = (struct raft_set){0};
    return name_find(reader->scenario, name, nodes) || refuse_name(reader, value, name, false);
}

/* A name that is alone in its list: two of the same say that something else was meant. */
static bool add_nodes(struct reader *reader, const cJSON *value, const struct raft_set *more,
                      struct raft_set *nodes)
{
    bool adds = false;
    for (uint32_t id = raft_set_next(more, 0); id; id = raft_set_next(more, id)) {
        adds = adds || !raft_set_has(nodes, id);
        raft_set_add(nodes, id);
    }
    return adds ||
           refuse_value(reader, value, "%s is in this list already", json_shown(value).text);
}

static bool add_named(struct reader *reader, const cJSON *value, struct raft_set *nodes)
{
    struct raft_set more;
    if (!cJSON_IsString(value))
        return refuse_got(reader, value, "a node or \"zone:NAME\"");
    return bind_name(reader, value, value->valuestring, &more) &&
           add_nodes(reader, value, &more, nodes);
}

bool bind_nodes(struct reader *reader, const cJSON *value, struct raft_set *member)
{
    uint32_t count;
    if (cJSON_IsString(value))
        return add_named(reader, value, member);
    if (!cJSON_IsArray(value))
        return refuse_got(reader, value, field_kind_info(FIELD_NODES)->expected);
    if (!bind_list(reader, value, 0, &count))
        return false;
    for (const cJSON *name = value->child; name; name = name->next)
        if (!add_named(reader, name, member))
            return false;
    return true;
}

/* ---- targets ---- */

/* Named nodes of one list are one target; `items` has room for as many targets as values. */
static struct target *named_target(struct targets *targets)
{
    for (uint32_t i = 0; i < targets->count; i++)
        if (targets->items[i].kind == TARGET_NODES)
            return &targets->items[i];
    targets->items[targets->count] = (struct target){.kind = TARGET_NODES};
    return &targets->items[targets->count++];
}

static bool add_word(struct reader *reader, const cJSON *value, const struct target_word *word,
                     struct targets *targets)
{
    for (uint32_t i = 0; i < targets->count; i++)
        if (targets->items[i].kind == word->kind)
            return refuse_value(reader, value, "%s is in this list already",
                                json_shown(value).text);
    targets->items[targets->count++] = (struct target){.kind = word->kind};
    return true;
}

static bool add_partition(struct reader *reader, const cJSON *value, const char *name,
                          struct targets *targets)
{
    struct target target = {.kind = TARGET_PARTITION_LEADER};
    if (!bind_partition(reader, value, name, &target.partition))
        return false;
    for (uint32_t i = 0; i < targets->count; i++)
        if (targets->items[i].kind == target.kind &&
            targets->items[i].partition == target.partition)
            return refuse_value(reader, value, "%s is in this list already",
                                json_shown(value).text);
    targets->items[targets->count++] = target;
    return true;
}

static bool add_target(struct reader *reader, const cJSON *value, struct targets *targets)
{
    struct raft_set nodes = {0};
    if (!cJSON_IsString(value))
        return refuse_got(reader, value, field_kind_info(FIELD_TARGETS)->expected);
    const char *name = value->valuestring;
    if (has_prefix(name, partition_prefix))
        return add_partition(reader, value, name + strlen(partition_prefix), targets);
    const struct target_word *word = find_word(name);
    if (word)
        return add_word(reader, value, word, targets);
    if (!name_find(reader->scenario, name, &nodes))
        return refuse_name(reader, value, name, true);
    return add_nodes(reader, value, &nodes, &named_target(targets)->nodes);
}

bool bind_targets(struct reader *reader, const cJSON *value, struct targets *member)
{
    uint32_t count = 1;
    if (cJSON_IsArray(value) && !bind_list(reader, value, 0, &count))
        return false;
    must(member->items == NULL);
    member->items = allocate(count, sizeof *member->items);
    if (!cJSON_IsArray(value))
        return add_target(reader, value, member);
    for (const cJSON *target = value->child; target; target = target->next)
        if (!add_target(reader, target, member))
            return false;
    return true;
}

bool bind_sides(struct reader *reader, const cJSON *value, struct sides *member)
{
    uint32_t count;
    if (!cJSON_IsArray(value) || cJSON_GetArraySize(value) < 2)
        return refuse_got(reader, value, field_kind_info(FIELD_SIDES)->expected);
    if (!bind_list(reader, value, RAFT_NODES_MAX, &count))
        return false;
    must(member->items == NULL);
    member->items = allocate(count, sizeof *member->items);
    for (const cJSON *side = value->child; side; side = side->next)
        if (!bind_targets(reader, side, &member->items[member->count++]))
            return false;
    return true;
}

/* ---- kinds of message ---- */

static bool add_kind(struct reader *reader, const cJSON *value, uint32_t *kinds)
{
    struct suggestion suggestion = {.word = cJSON_IsString(value) ? value->valuestring : ""};
    for (uint32_t kind = 0; kind < RAFT_MSG_KINDS; kind++) {
        const char *name = raft_message_name((enum raft_message_kind)kind);
        suggest_try(&suggestion, name);
        if (strcmp(name, suggestion.word) != 0)
            continue;
        if (raft_message_of_brokers((uint8_t)kind) && !reader->scenario->layout.partition_count)
            return refuse_value(reader, value, "brokers send %s: the plan has no \"topics\"",
                                text_shown(name).text);
        if (*kinds >> kind & 1)
            return refuse_value(reader, value, "%s is in this list already", text_shown(name).text);
        *kinds |= UINT32_C(1) << kind;
        return true;
    }
    return refuse_value(reader, value, "expected %s, got %s%s",
                        field_kind_info(FIELD_KINDS)->expected, json_shown(value).text,
                        suggest_hint(&suggestion).text);
}

bool bind_kinds(struct reader *reader, const cJSON *value, uint32_t *member)
{
    uint32_t count;
    if (!cJSON_IsArray(value))
        return add_kind(reader, value, member);
    if (!bind_list(reader, value, 0, &count))
        return false;
    for (const cJSON *kind = value->child; kind; kind = kind->next)
        if (!add_kind(reader, kind, member))
            return false;
    return true;
}
