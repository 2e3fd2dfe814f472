/* Nodes of the part "cluster": their names, their zones, and who votes. */
#include <stdio.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/scenario_read.h"

enum { NAME_ROOM = 32 };

/* ---- names ---- */

bool check_name(const struct reader *reader, const cJSON *value, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-.";
    size_t size = strlen(name);
    if (size == 0 || size >= NAME_ROOM || strspn(name, plain) != size)
        return refuse_key(
            reader, value,
            "expected a name of at most 31 letters, digits, \".\", \"_\" and \"-\", got %s",
            text_shown(name).text);
    uint64_t ns;
    bool taken = duration_parse(name, &ns);
    for (size_t i = 0; i < target_word_count(); i++)
        taken = taken || strcmp(target_word_at(i)->word, name) == 0;
    if (taken)
        return refuse_key(reader, value, "expected another name: %s is a word of its own",
                          text_shown(name).text);
    return true;
}

/* ---- nodes ---- */

static void make_nodes(struct scenario *scenario, uint32_t count)
{
    scenario->nodes = allocate((size_t)count + 1, sizeof *scenario->nodes);
    scenario->link_classes =
        allocate((size_t)(count + 1) * (count + 1), sizeof *scenario->link_classes);
}

static bool name_nodes(struct reader *reader, const cJSON *list)
{
    struct scenario *scenario = reader->scenario;
    for (const cJSON *name = list->child; name; name = name->next) {
        if (!cJSON_IsString(name))
            return refuse_got(reader, name, "the name of a node");
        if (!check_name(reader, name, name->valuestring))
            return false;
        if (scenario_node(scenario, name->valuestring))
            return refuse_value(reader, name, "two nodes are called %s",
                                text_shown(name->valuestring).text);
        scenario->nodes[++scenario->node_count].name = copy_text(name->valuestring);
    }
    return true;
}

bool read_nodes(struct reader *reader, const cJSON *value, void *member)
{
    static const struct field field = {.kind = FIELD_COUNT, .low = 1, .high = RAFT_NODES_MAX};
    (void)member;
    struct scenario *scenario = reader->scenario;
    uint32_t listed;
    if (cJSON_IsArray(value)) {
        if (!bind_list(reader, value, RAFT_NODES_MAX, &listed))
            return false;
        make_nodes(scenario, listed);
        return name_nodes(reader, value);
    }
    uint64_t count;
    if (!bind_value(reader, &field, value, &count))
        return false;
    make_nodes(scenario, (uint32_t)count);
    while (scenario->node_count < count) {
        char name[16];
        snprintf(name, sizeof name, "n%u", scenario->node_count + 1);
        scenario->nodes[++scenario->node_count].name = copy_text(name);
    }
    return true;
}

static bool read_zone(struct reader *reader, const cJSON *value, struct zone *zone, uint32_t number)
{
    struct scenario *scenario = reader->scenario;
    if (!check_name(reader, value, value->string) || !bind_nodes(reader, value, &zone->nodes))
        return false;
    for (uint32_t id = raft_set_next(&zone->nodes, 0); id; id = raft_set_next(&zone->nodes, id)) {
        if (scenario->nodes[id].zone)
            return refuse_value(reader, value, "node %s is in zone \"%s\" already",
                                scenario->nodes[id].name,
                                scenario->zones[scenario->nodes[id].zone - 1].name);
        scenario->nodes[id].zone = number;
    }
    zone->name = copy_text(value->string);
    return true;
}

bool read_zones(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    if (!cJSON_IsObject(value))
        return refuse_got(reader, value, "an object {name: nodes}");
    scenario->zones = allocate((size_t)cJSON_GetArraySize(value), sizeof *scenario->zones);
    for (const cJSON *zone = value->child; zone; zone = zone->next) {
        uint32_t number = scenario->zone_count + 1;
        if (!read_zone(reader, zone, &scenario->zones[number - 1], number))
            return false;
        scenario->zone_count = number;
    }
    return true;
}

/* ---- members ---- */

bool read_voters(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    const struct field field = {
        .kind = FIELD_COUNT, .low = 1, .high = reader->scenario->node_count};
    struct raft_set *voters = &reader->scenario->members.voters;
    uint64_t count;
    if (!json_number(value))
        return bind_nodes(reader, value, voters);
    if (!bind_value(reader, &field, value, &count))
        return false;
    for (uint32_t id = 1; id <= count; id++)
        raft_set_add(voters, id);
    return true;
}

/* So many: the first that do not vote, or the last of all when it is not said who votes. */
static bool count_learners(struct reader *reader, const cJSON *value)
{
    struct scenario *scenario = reader->scenario;
    struct raft_members *members = &scenario->members;
    uint32_t voters = raft_set_count(&members->voters);
    const struct field field = {
        .kind = FIELD_COUNT, .low = 0, .high = scenario->node_count - voters};
    uint64_t count;
    if (!bind_value(reader, &field, value, &count))
        return false;
    uint32_t id = voters ? 1 : scenario->node_count + 1 - (uint32_t)count;
    for (; count; id++)
        if (!raft_set_has(&members->voters, id)) {
            raft_set_add(&members->learners, id);
            count--;
        }
    return true;
}

bool read_learners(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    struct raft_members *members = &scenario->members;
    if (json_number(value))
        return count_learners(reader, value);
    if (cJSON_IsArray(value) && !value->child)
        return true;
    if (!bind_nodes(reader, value, &members->learners))
        return false;
    for (uint32_t id = 1; id <= scenario->node_count; id++)
        if (raft_set_has(&members->learners, id) && raft_set_has(&members->voters, id))
            return refuse_value(reader, value, "node %s is a voter already",
                                scenario->nodes[id].name);
    return true;
}

bool complete_members(struct reader *reader, const cJSON *cluster)
{
    struct raft_members *members = &reader->scenario->members;
    const cJSON *said = json_member(cluster, "voters");
    for (uint32_t id = 1; id <= reader->scenario->node_count && !said; id++)
        if (!raft_set_has(&members->learners, id))
            raft_set_add(&members->voters, id);
    uint32_t count = raft_set_count(&members->voters);
    if (count == 0)
        return refuse_value(reader, json_member(cluster, "learners"),
                            "expected at least one node that votes");
    if (count > RAFT_VOTERS_MAX)
        return refuse_value(reader, said ? said : json_member(cluster, "nodes"),
                            "expected at most %d voters, got %u; \"voters\" says who votes",
                            RAFT_VOTERS_MAX, count);
    return true;
}
