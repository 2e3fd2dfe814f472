/* The part "cluster": its table, raft options and starts; sim/scenario_nodes.c has the nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/backend.h"
#include "sim/quantity.h"
#include "sim/scenario_read.h"

static bool read_all(struct reader *reader, const cJSON *value, void *member);
static bool read_backend(struct reader *reader, const cJSON *value, void *member);
static bool read_raft(struct reader *reader, const cJSON *value, void *member);
static bool read_overrides(struct reader *reader, const cJSON *value, void *member);
static bool read_start(struct reader *reader, const cJSON *value, void *member);
static bool read_log(struct reader *reader, const cJSON *value, void *member);

#define PART(key, how, definition, text)                                                           \
    .name = key, .kind = FIELD_SPECIAL, .read = how, .schema = definition, .help = text

const struct field cluster_fields[] = {
    {PART("nodes", read_all, "nodes_plan", "how many (n1, n2, ...), or their names"),
     .required = true},
    {PART("zones", read_zones, "zones", "{name: nodes}; zone:NAME then stands for them")},
    {PART("voters", read_voters, "members", "the first so many, or who; default: all others")},
    {PART("learners", read_learners, "members", "so many that do not vote, or who")},
    {PART("backend", read_backend, "text", "whose raft runs; default: raft, the built-in one")},
    {.name = "step",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct scenario, step_time),
     .help = "time that each step of a node takes; default: 0s"},
    {PART("raft", read_raft, "options", "raft options of all nodes; default: preset paper")},
    {PART("overrides", read_overrides, "overrides", "{node: raft options and start} for some")},
    {0},
};

const struct field override_fields[] = {
    {PART("start", read_start, "start", "when and with what the node starts; default: 0s")},
    {0},
};

const struct field start_fields[] = {
    {.name = "at",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct node_plan, start_ns),
     .help = "when it starts; default: 0s"},
    {.name = "term",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct node_plan, first_term),
     .high = UINT32_MAX,
     .help = "its durable term then; default: that of its last entry"},
    {PART("log", read_log, "log", "the terms of its durable entries then"),
     .offset = offsetof(struct node_plan, first_terms)},
    {0},
};

static struct node_options options_of(const struct node_plan *node)
{
    return (struct node_options){node->options, node->burst, node->tick_phase_given,
                                 node->tick_phase_ns, node->host};
}

static void keep_options(struct node_plan *node, const struct node_options *options)
{
    node->options = options->raft;
    node->burst = options->burst;
    node->tick_phase_given = options->tick_phase_given;
    node->tick_phase_ns = options->tick_phase_ns;
    node->host = options->host;
}

/* What all nodes run until "raft" and "overrides" say more. */
static bool read_all(struct reader *reader, const cJSON *value, void *member)
{
    struct scenario *scenario = reader->scenario;
    struct option_changes changes = {0};
    struct node_options options = {.burst = false};
    if (!read_nodes(reader, value, member))
        return false;
    preset_changes(preset_find("paper"), &changes);
    options_apply(&options, &changes);
    options_close(&changes);
    for (uint32_t id = 1; id <= scenario->node_count; id++)
        keep_options(&scenario->nodes[id], &options);
    scenario->preset = copy_text("paper");
    return true;
}

/* ---- raft options ---- */

static bool read_backend(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct suggestion suggestion = {.word = cJSON_IsString(value) ? value->valuestring : ""};
    for (size_t i = 0; i < backend_count(); i++)
        suggest_try(&suggestion, backend_at(i)->name);
    if (!backend_find(suggestion.word))
        return refuse_value(reader, value,
                            "expected a backend (see raftsim list backends), got %s%s",
                            json_shown(value).text, suggest_hint(&suggestion).text);
    return bind_text(reader, value, &reader->scenario->backend);
}

/* Whether other timers are in force than those of the preset before. */
static bool timers_differ(const struct raft_options *a, const struct raft_options *b)
{
    return a->tick_ns != b->tick_ns || a->heartbeat != b->heartbeat ||
           a->election_min != b->election_min || a->election_max != b->election_max;
}

static bool read_raft(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    struct option_changes changes = {0};
    struct node_options options = options_of(&scenario->nodes[1]), before = options;
    bool ok = bind_changes(reader, value, NULL, &changes) &&
              bind_applied(reader, value, &changes, &options);
    for (uint32_t id = 1; id <= scenario->node_count && ok; id++)
        keep_options(&scenario->nodes[id], &options);
    if (ok && (changes.preset || timers_differ(&options.raft, &before.raft))) {
        free(scenario->preset);
        scenario->preset = changes.preset ? copy_text(changes.preset->name) : NULL;
    }
    options_close(&changes);
    return ok;
}

static bool override_node(struct reader *reader, const cJSON *value,
                          const struct option_changes *changes, struct node_plan *node)
{
    struct node_options options = options_of(node);
    const cJSON *start = json_member(value, "start");
    if (changes->count && !bind_applied(reader, value, changes, &options))
        return false;
    keep_options(node, &options);
    return !start || bind_value(reader, override_fields, start, node);
}

static bool read_override(struct reader *reader, const cJSON *value)
{
    struct raft_set nodes;
    struct option_changes changes = {0};
    bool ok = bind_name(reader, value, value->string, &nodes) &&
              bind_changes(reader, value, override_fields, &changes);
    for (uint32_t id = raft_set_next(&nodes, 0); id && ok; id = raft_set_next(&nodes, id))
        ok = override_node(reader, value, &changes, &reader->scenario->nodes[id]);
    options_close(&changes);
    return ok;
}

static bool read_overrides(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    if (!cJSON_IsObject(value))
        return refuse_got(reader, value, "an object {node: raft options}");
    for (const cJSON *override = value->child; override; override = override->next)
        if (!read_override(reader, override))
            return false;
    return true;
}

/* ---- starts ---- */

/* `member` is the plan's first_terms; the count stands beside it, so the node is what is meant. */
static bool read_log(struct reader *reader, const cJSON *value, void *member)
{
    static const struct field field = {.kind = FIELD_COUNT, .low = 1, .high = UINT32_MAX};
    struct node_plan *node =
        (struct node_plan *)(void *)((char *)member - offsetof(struct node_plan, first_terms));
    uint32_t count;
    if (!bind_any_list(reader, value, LOG_MAX, &count))
        return false;
    node->first_terms = allocate(count, sizeof *node->first_terms);
    uint64_t before = 0;
    for (const cJSON *term = value->child; term; term = term->next) {
        uint64_t *next = &node->first_terms[node->first_count++];
        if (!bind_value(reader, &field, term, next))
            return false;
        if (*next < before)
            return refuse_value(reader, term,
                                "expected a term of at least %llu, that of the entry before",
                                (unsigned long long)before);
        before = *next;
    }
    return true;
}

static bool check_start(struct reader *reader, const cJSON *value, struct node_plan *node)
{
    const struct scenario *scenario = reader->scenario;
    uint64_t last = node->first_count ? node->first_terms[node->first_count - 1] : 0;
    const cJSON *term = json_member(value, "term");
    if (term && node->first_term < last)
        return refuse_value(reader, term,
                            "expected a term of at least %llu, that of its last entry",
                            (unsigned long long)last);
    if (!term)
        node->first_term = last;
    if (scenario->duration_given && node->start_ns >= scenario->duration_ns)
        return refuse_value(reader, value, "expected a start before the duration's end");
    return true;
}

static bool read_start(struct reader *reader, const cJSON *value, void *member)
{
    struct node_plan *node = member;
    free(node->first_terms);
    node->first_terms = NULL;
    node->first_count = 0;
    node->first_term = node->start_ns = 0;
    node->start = NODE_STARTS;
    if (cJSON_IsString(value) && strcmp(value->valuestring, "never") == 0) {
        node->start = NODE_NEVER;
        return true;
    }
    if (cJSON_IsObject(value))
        return bind_fields(reader, value, start_fields, node) && check_start(reader, value, node);
    if (cJSON_IsString(value) && duration_parse(value->valuestring, &node->start_ns))
        return check_start(reader, value, node);
    return refuse_got(
        reader, value,
        "\"never\", a duration such as \"2s\", or {\"at\": .., \"term\": .., \"log\": [..]}");
}

bool read_cluster(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    return bind_fields(reader, value, cluster_fields, reader->scenario) &&
           complete_members(reader, value);
}
