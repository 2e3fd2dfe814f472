#include "sim/scenario_read.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/backend.h"
#include "sim/input.h"
#include "sim/settings.h"

static bool read_schema(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    return cJSON_IsString(value) || refuse_got(reader, value, "a text");
}

/* What begins within it is checked later, and relies on its being above 0. */
static bool read_duration(struct reader *reader, const cJSON *value, void *member)
{
    return bind_duration(reader, value, member) &&
           (*(uint64_t *)member > 0 || refuse_value(reader, value, "expected a duration above 0"));
}

#define PART(key, how, definition, text)                                                           \
    .name = key, .kind = FIELD_SPECIAL, .read = how, .schema = definition, .help = text
#define AT(member) .offset = offsetof(struct scenario, member)

const struct field scenario_fields[] = {
    {PART("$schema", read_schema, "text", "for editors; it changes nothing")},
    {.name = "name", .kind = FIELD_TEXT, AT(name), .help = "default: the file's name"},
    {.name = "description",
     .kind = FIELD_TEXT,
     AT(description),
     .help = "one sentence: what the plan shows"},
    {PART("seed", bind_seed, "seed", "of all chance; default: 1"), AT(seed)},
    {PART("duration", read_duration, "duration", "simulated time; default: until the run's limits"),
     AT(duration_ns), .given = offsetof(struct scenario, duration_given)},
    {PART("cluster", read_cluster, "cluster", "the nodes and what they run"), .required = true},
    {PART("network", read_network, "network", "latency, loss and order of messages")},
    {PART("disk", read_disk, "disk", "how long writes take")},
    {PART("clock", read_clock, "clocks", "nodes whose clocks are wrong")},
    {PART("topics", read_topics, "topics", "what brokers store, by partitions")},
    {PART("elector", read_elector, "elector", "how partition leaders are chosen")},
    {PART("clients", read_clients, "clients", "who proposes commands, reads, or produces records")},
    {PART("timeline", read_timeline, "timeline", "what is done to the cluster, and when")},
    {PART("chaos", read_chaos, "chaos", "what is done again and again")},
    {PART("until", read_condition, "condition", "ends the run early"), AT(until)},
    {PART("windows", read_windows, "windows", "times that expectations may be about")},
    {PART("expect", read_expect, "expect", "what must hold of a run"), AT(expect)},
    {PART("sweep", read_sweep, "sweep", "seeds, and what must hold of all their runs")},
    {0},
};

/* ---- a whole file ---- */

/* "scenarios/split-vote.json" -> "split-vote" */
static char *name_of_file(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *name = copy_text(slash ? slash + 1 : file);
    char *end = strrchr(name, '.');
    if (end && end != name)
        *end = '\0';
    return name;
}

static void complete(struct scenario *scenario)
{
    if (!scenario->name)
        scenario->name = name_of_file(scenario->file);
    if (!scenario->description)
        scenario->description = copy_text("");
    if (!scenario->backend)
        scenario->backend = copy_text("raft");
    if (!scenario->class_count)
        network_default(scenario);
    if (scenario->layout.partition_count)
        elector_default(scenario);
}

static void keep_text(struct scenario *scenario, const struct json *json)
{
    scenario->text = json_text(json->root);
    scenario->digest = XXH3_64bits(scenario->text, strlen(scenario->text));
}

static bool bind_scenario(struct scenario *scenario, const struct json *json, struct error *error)
{
    struct reader reader = {json, scenario, error};
    scenario->seed = 1;
    keep_text(scenario, json);
    if (!bind_fields(&reader, json->root, scenario_fields, scenario))
        return false;
    complete(scenario);
    return true;
}

/* scenario->file is set. */
static bool read_text(struct scenario *scenario, const struct text *text,
                      const struct settings *settings, struct error *error)
{
    struct json json;
    bool ok = json_open(&json, scenario->file, text_of(text), text->count, error) &&
              (!settings || settings_apply(&json, settings, error)) &&
              bind_scenario(scenario, &json, error);
    json_close(&json);
    return ok;
}

bool scenario_parse(struct scenario *scenario, const char *file, const char *text, size_t size,
                    struct error *error)
{
    struct text copy = {0};
    *scenario = (struct scenario){.file = copy_text(file)};
    text_bytes(&copy, text, size);
    bool ok = read_text(scenario, &copy, NULL, error);
    text_close(&copy);
    return ok;
}

bool scenario_read(struct scenario *scenario, const char *file, const struct settings *settings,
                   struct error *error)
{
    struct text text = {0};
    *scenario = (struct scenario){.file = copy_text(file)};
    bool ok = input_read(file, SCAN_SIZE_MAX, &text, error) &&
              read_text(scenario, &text, settings, error);
    text_close(&text);
    return ok;
}

/* ---- the end ---- */

static void close_nodes(struct scenario *scenario)
{
    for (uint32_t id = 1; id <= scenario->node_count; id++) {
        free(scenario->nodes[id].name);
        free(scenario->nodes[id].first_terms);
    }
    for (uint32_t i = 0; i < scenario->zone_count; i++)
        free(scenario->zones[i].name);
    free(scenario->nodes);
    free(scenario->zones);
}

static void close_network(struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->class_count; i++)
        distribution_close(&scenario->classes[i].latency);
    free(scenario->classes);
    free(scenario->link_classes);
}

static void close_rest(struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->client_count; i++)
        distribution_close(&scenario->clients[i].every);
    for (uint32_t i = 0; i < scenario->client_count; i++)
        distribution_close(&scenario->clients[i].read.every);
    for (uint32_t i = 0; i < scenario->window_count; i++)
        free(scenario->windows[i].name);
    free(scenario->clients);
    free(scenario->windows);
    distribution_close(&scenario->fsync);
    distribution_close(&scenario->step_time);
    expectations_close(&scenario->expect);
    expectations_close(&scenario->sweep_expect);
}

void scenario_close(struct scenario *scenario)
{
    close_nodes(scenario);
    close_network(scenario);
    topics_close(scenario);
    items_close(scenario);
    close_rest(scenario);
    free(scenario->text);
    free(scenario->file);
    free(scenario->name);
    free(scenario->description);
    free(scenario->preset);
    free(scenario->backend);
    *scenario = (struct scenario){0};
}
