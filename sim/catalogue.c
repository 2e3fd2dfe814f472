#include "sim/catalogue.h"

#include <string.h>

#include "sim/backend.h"
#include "sim/bind.h"
#include "sim/measure.h"
#include "sim/observer.h"

static cJSON *new_row(const char *name, const char *help)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "name", name);
    cJSON_AddStringToObject(row, "help", help);
    return row;
}

static void add(cJSON *row, const char *key, const char *text)
{
    if (text && *text)
        cJSON_AddStringToObject(row, key, text);
}

/* ---- actions ---- */

/* "required; a node, ..." */
static cJSON *parameter_row(const struct field *field)
{
    cJSON *row = new_row(field->name, field->help);
    if (field->required)
        cJSON_AddTrueToObject(row, "required");
    add(row, "type", field_kind_info(field->kind)->name);
    if (field->choices) {
        cJSON *choices = cJSON_AddArrayToObject(row, "choices");
        for (size_t i = 0; field->choices[i]; i++)
            cJSON_AddItemToArray(choices, cJSON_CreateString(field->choices[i]));
    }
    return row;
}

static cJSON *action_row(size_t index)
{
    const struct action *action = action_at(index);
    cJSON *row = new_row(action->name, action->help);
    add(row, "ends_by", action->ends_by);
    add(row, "not_built_yet", action->unbuilt);
    cJSON *parameters = cJSON_AddArrayToObject(row, "parameters");
    for (const struct field *field = action->fields; field && field->name; field++)
        cJSON_AddItemToArray(parameters, parameter_row(field));
    return row;
}

/* ---- what is measured and judged ---- */

static cJSON *metric_row(size_t index)
{
    static const char *const units[] = {[UNIT_MS] = "ms",
                                        [UNIT_COUNT] = "count",
                                        [UNIT_FRACTION] = "fraction",
                                        [UNIT_PER_MINUTE] = "a minute",
                                        [UNIT_PER_SECOND] = "a second"};
    const struct metric *metric = metric_at(index);
    static const char *const ahead[] = {
        [METRIC_RUN] = "", [METRIC_EPISODE] = "failover.", [METRIC_PARTITION] = "partition."};
    static const char *const of[] = {[METRIC_RUN] = "the run",
                                     [METRIC_EPISODE] = "each episode",
                                     [METRIC_PARTITION] = "each episode of a partition"};
    static const char *const also[][3] = {[METRIC_RUN] = {NULL},
                                          [METRIC_EPISODE] = {"startup", "failover[CAUSE]"},
                                          [METRIC_PARTITION] = {"partition[CAUSE]"}};
    struct text name = {0};
    text_add(&name, "%s%s", ahead[metric->kind], metric->name);
    cJSON *row = new_row(text_of(&name), metric->help);
    text_close(&name);
    add(row, "unit", units[metric->unit]);
    add(row, "of", of[metric->kind]);
    if (!also[metric->kind][0])
        return row;
    cJSON *names = cJSON_AddArrayToObject(row, "also_as");
    for (size_t i = 0; also[metric->kind][i]; i++) {
        text_add(&name, "%s.%s", also[metric->kind][i], metric->name);
        cJSON_AddItemToArray(names, cJSON_CreateString(text_of(&name)));
        text_close(&name);
    }
    return row;
}

static size_t cause_count(void)
{
    return CAUSE_COUNT;
}

static cJSON *cause_row(size_t index)
{
    static const char *const help[] = {
        [CAUSE_START] = "the run began, and nobody led yet",
        [CAUSE_CRASH] = "the leader was crashed, restarted or wiped",
        [CAUSE_PAUSE] = "the leader was paused or slowed",
        [CAUSE_ISOLATE] = "the leader was isolated",
        [CAUSE_PARTITION] = "a partition took the leader's quorum away",
        [CAUSE_LINK] = "a fault of links took the leader's quorum away",
        [CAUSE_DISK] = "the leader's disk held it",
        [CAUSE_CLOCK] = "a clock was changed",
        [CAUSE_REMOVAL] = "the leader was removed or replaced",
        [CAUSE_TRANSFER] = "leadership was handed over",
        [CAUSE_UNPLANNED] = "nothing was done to the leader"};
    return new_row(cause_name((enum cause)index), help[index]);
}

static cJSON *invariant_row(size_t index)
{
    const struct invariant *invariant = invariant_at(index);
    cJSON *row = new_row(invariant->name, invariant->help);
    add(row, "source", invariant->source);
    return row;
}

static cJSON *backend_row(size_t index)
{
    return new_row(backend_at(index)->name, backend_at(index)->help);
}

/* ---- raft options and presets ---- */

static cJSON *option_row(size_t index)
{
    return parameter_row(option_at(index));
}

/* A list of its lines. */
static void add_lines(cJSON *row, const char *key, const char *text)
{
    cJSON *lines = cJSON_AddArrayToObject(row, key);
    while (*text) {
        size_t size = strcspn(text, "\n");
        struct text line = {0};
        text_bytes(&line, text, size);
        cJSON_AddItemToArray(lines, cJSON_CreateString(text_of(&line)));
        text_close(&line);
        text += size + (text[size] == '\n');
    }
}

static cJSON *preset_row(size_t index)
{
    const struct preset *preset = preset_at(index);
    cJSON *row = new_row(preset->name, preset->help);
    for (size_t i = 0; i < preset_alias_count(); i++)
        if (strcmp(preset_alias_at(i)->preset, preset->name) == 0)
            add(row, "alias", preset_alias_at(i)->name);
    add(row, "approximation", preset->approximation);
    cJSON_AddItemToObject(row, "settings", cJSON_Parse(preset->settings));
    add_lines(row, "its_own_options", preset->names);
    add(row, "source", preset->source);
    return row;
}

/* ---- records, messages, distributions, targets ---- */

static size_t record_count(void)
{
    return RECORD_KINDS;
}

static cJSON *record_row(size_t index)
{
    static const char *const details[] = {[DETAIL_NONE] = "",
                                          [DETAIL_MESSAGE] = "",
                                          [DETAIL_LOSS] = "why it was lost",
                                          [DETAIL_ROLE] = "the role before",
                                          [DETAIL_NOTE] = "why",
                                          [DETAIL_START] = "how it started",
                                          [DETAIL_REASON] = "why",
                                          [DETAIL_ELECTOR] = "why",
                                          [DETAIL_CALL] = "a command, or a read",
                                          [DETAIL_OUTCOME] = "how it ended"};
    const struct record_info *info = record_info((enum record_kind)index);
    cJSON *row = new_row(info->name, info->help);
    add(row, "peer", info->peer);
    add(row, "index", info->index);
    add(row, "value", info->value);
    add(row, "detail", details[info->detail]);
    cJSON_AddBoolToObject(row, "hashed", info->hashed);
    return row;
}

static size_t message_count(void)
{
    return RAFT_MSG_KINDS;
}

static cJSON *message_row(size_t index)
{
    static const char *const help[] = {
        [RAFT_MSG_APPEND] = "entries, or none, and how far is committed",
        [RAFT_MSG_APPEND_REPLY] = "accepted up to an index, or refused",
        [RAFT_MSG_HEARTBEAT] = "the leader lives (the paper's is an empty append)",
        [RAFT_MSG_HEARTBEAT_REPLY] = "and is heard",
        [RAFT_MSG_VOTE] = "asks for a vote",
        [RAFT_MSG_VOTE_REPLY] = "grants or refuses it",
        [RAFT_MSG_PREVOTE] = "asks whether a vote would be granted",
        [RAFT_MSG_PREVOTE_REPLY] = "says so",
        [RAFT_MSG_SNAPSHOT] = "a state instead of entries that are no longer kept",
        [RAFT_MSG_SNAPSHOT_REPLY] = "says that it was taken",
        [RAFT_MSG_TIMEOUT_NOW] = "campaign now: a leadership transfer",
        [RAFT_MSG_PROPOSE] = "a command on its way to the leader",
        [RAFT_MSG_READ_INDEX] = "asks how far is committed, for a read",
        [RAFT_MSG_REPLICATE] = "records of partitions, from their leader to a follower",
        [RAFT_MSG_REPLICATE_REPLY] = "how far the follower holds them",
        [RAFT_MSG_PRODUCE] = "a client's record",
        [RAFT_MSG_PRODUCE_REPLY] = "whether it is stored",
        [RAFT_MSG_BROKER_HEARTBEAT] = "a broker says that it is there",
        [RAFT_MSG_READ_INDEX_REPLY] = "how far, once a quorum knows its leader",
    };
    return new_row(raft_message_name((enum raft_message_kind)index), help[index]);
}

static size_t law_count(void)
{
    return DISTRIBUTION_EMPIRICAL + 1;
}

static cJSON *law_row(size_t index)
{
    static const struct {
        const char *name, *help;
    } laws[] = {
#define X(id, name, help) {name, help},
        DISTRIBUTIONS(X)
#undef X
    };
    return new_row(laws[index].name, laws[index].help);
}

/* Targets that are no words: what stands in capitals is a name. */
static const struct {
    const char *form, *help;
} target_forms[] = {
    {"zone:NAME", "the nodes of the zone"},
    {"partition-leader:TOPIC/NUMBER", "the broker that leads the partition"},
};

static size_t target_count(void)
{
    return target_word_count() + countof(target_forms);
}

static cJSON *target_row(size_t index)
{
    size_t words = target_word_count();
    if (index >= words)
        return new_row(target_forms[index - words].form, target_forms[index - words].help);
    return new_row(target_word_at(index)->word, target_word_at(index)->help);
}

/* ---- partition electors ---- */

static void add_time(cJSON *row, const char *key, uint64_t ns)
{
    add(row, key, ns ? short_duration(ns).text : "never");
}

static cJSON *elector_row(size_t index)
{
    const struct elector_rules *rules = elector_at(index);
    const struct elector_options *options = &rules->options;
    cJSON *row = new_row(rules->name, rules->help);
    add_time(row, "check", options->check_ns);
    add_time(row, "timeout", options->timeout_ns);
    add_time(row, "heartbeat", options->heartbeat_ns);
    add_time(row, "replica_lag", options->lag_ns);
    add_time(row, "rebalance", options->rebalance_ns);
    add_time(row, "retry", options->retry_ns);
    add(row, "elr", options->elr ? "true" : "false");
    add(row, "initialise", options->at_start ? "at-start" : "with-leader");
    add(row, "source", rules->source);
    return row;
}

static const struct catalogue catalogues[] = {
    {"actions", "what a plan can do to the cluster", action_count, action_row},
    {"metrics", "what is measured of a run", metric_count, metric_row},
    {"causes", "what takes a leader away: failover[CAUSE]", cause_count, cause_row},
    {"invariants", "what must never be broken", invariant_count, invariant_row},
    {"backends", "whose raft can be simulated", backend_count, backend_row},
    {"presets", "the settings of real systems", preset_count, preset_row},
    {"options", "raft options of a cluster or a node", option_count, option_row},
    {"records", "what traces and conditions are made of", record_count, record_row},
    {"distributions", "how times may be drawn", law_count, law_row},
    {"messages", "kinds of message", message_count, message_row},
    {"targets", "words that stand for nodes", target_count, target_row},
    {"electors", "rules by which partition leaders are chosen", elector_count, elector_row},
};

size_t catalogue_count(void)
{
    return countof(catalogues);
}

const struct catalogue *catalogue_at(size_t index)
{
    must(index < countof(catalogues));
    return &catalogues[index];
}
