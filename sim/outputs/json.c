#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/output.h"
#include "sim/tree.h"

static void add_phase(cJSON *object, const char *name, uint64_t from_ns, uint64_t to_ns)
{
    bool reached = from_ns != UINT64_MAX && to_ns != UINT64_MAX && to_ns >= from_ns;
    tree_add_value(object, name,
                   (struct value){reached, reached ? (double)(to_ns - from_ns) / 1e6 : 0});
}

static const char *name_of(const struct scenario *scenario, uint32_t node)
{
    return scenario->nodes[node].name;
}

static void add_nodes(cJSON *object, const char *key, const struct scenario *scenario,
                      const struct raft_set *nodes)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (uint32_t id = raft_set_next(nodes, 0); id; id = raft_set_next(nodes, id))
        cJSON_AddItemToArray(list, cJSON_CreateString(name_of(scenario, id)));
}

static void add_violations(cJSON *object, const struct run *run)
{
    const struct judge *judge = &run->world->judge;
    cJSON *list = cJSON_AddArrayToObject(object, "violations");
    if (!judge->broken)
        return;
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "rule", judge->rule);
    tree_add_ms(item, "at_ms", judge->at_ns);
    add_nodes(item, "nodes", run->scenario, &judge->nodes);
    cJSON_AddStringToObject(item, "detail", judge->detail);
    cJSON_AddItemToArray(list, item);
}

static void add_expectations(cJSON *object, const struct run *run)
{
    cJSON *list = cJSON_AddArrayToObject(object, "expectations");
    for (uint32_t i = 0; i < run->finding_count; i++)
        cJSON_AddItemToArray(list, tree_of_finding(&run->findings[i]));
}

struct metrics_context {
    cJSON *object;
    struct measures *measures;
};

static void add_metric(void *context, const char *name, const struct metric_ref *ref)
{
    const struct metrics_context *metrics = context;
    if (ref->metric->kind == METRIC_RUN) {
        tree_add_value(metrics->object, name, measure_value(metrics->measures, ref, 0));
        return;
    }
    struct samples samples = measure_samples(metrics->measures, ref, 0);
    cJSON_AddItemToObject(metrics->object, name, tree_of_samples(&samples));
}

static const char *result_of(const struct campaign *campaign)
{
    if (campaign->won)
        return campaign->prevote ? "pre-vote won" : "leads";
    return campaign->ended ? failure_name(campaign->failure) : "not ended";
}

static cJSON *tree_of_campaign(const struct scenario *scenario, const struct campaign *campaign)
{
    cJSON *item = cJSON_CreateObject();
    tree_add_ms(item, "at_ms", campaign->at_ns);
    cJSON_AddStringToObject(item, "node", name_of(scenario, campaign->node));
    tree_add_count(item, "term", campaign->term);
    cJSON_AddBoolToObject(item, "prevote", campaign->prevote);
    cJSON_AddStringToObject(item, "trigger", trigger_name(campaign->trigger));
    add_nodes(item, "votes", scenario, &campaign->votes);
    cJSON_AddStringToObject(item, "result", result_of(campaign));
    return item;
}

static void add_phases(cJSON *item, const struct episode *episode)
{
    add_phase(item, "detect_ms", episode->begin_ns, episode->detect_ns);
    add_phase(item, "prevote_ms", episode->detect_ns, episode->prevote_ns);
    add_phase(item, "vote_ms", episode->prevote_ns, episode->elected_ns);
    add_phase(item, "announce_ms", episode->elected_ns, episode->announced_ns);
    add_phase(item, "commit_ms", episode->elected_ns, episode->committed_ns);
    add_phase(item, "elected_ms", episode->begin_ns, episode->elected_ns);
    add_phase(item, "total_ms", episode->begin_ns, episode->committed_ns);
}

static cJSON *tree_of_episode(const struct run *run, const struct episode *episode)
{
    static const char *const outcomes[] = {
        [OUTCOME_ELECTED] = "elected", [OUTCOME_RESUMED] = "resumed"};
    const struct campaign *campaigns;
    measures_campaigns(run->measures, &campaigns);
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "cause", cause_name(episode->cause));
    tree_add_text(item, "outcome", outcomes[episode->outcome]);
    tree_add_ms(item, "at_ms", episode->begin_ns);
    tree_add_text(item, "leader", episode->leader ? name_of(run->scenario, episode->leader) : NULL);
    tree_add_count(item, "term", episode->term);
    cJSON *list = cJSON_AddArrayToObject(item, "campaigns");
    for (uint32_t i = 0; i < episode->campaign_count; i++)
        cJSON_AddItemToArray(
            list, tree_of_campaign(run->scenario, &campaigns[episode->campaign_first + i]));
    add_phases(item, episode);
    return item;
}

static void add_episodes(cJSON *object, const struct run *run)
{
    const struct episode *episodes;
    uint32_t count = measures_episodes(run->measures, &episodes);
    cJSON *list = cJSON_AddArrayToObject(object, "episodes");
    for (uint32_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, tree_of_episode(run, &episodes[i]));
}

static void add_head(cJSON *object, const struct run *run)
{
    cJSON_AddStringToObject(object, "schema", "raftsim-run/1");
    cJSON_AddStringToObject(object, "scenario", run->scenario->name);
    tree_add_count(object, "seed", run->seed);
    cJSON_AddStringToObject(object, "backend", run->world->backend->name);
    tree_add_hash(object, "trace_hash", run->trace_hash);
    cJSON_AddStringToObject(object, "verdict", verdict_name(run->verdict));
    cJSON_AddNumberToObject(object, "exit_status", verdict_status(run->verdict));
    if (run->why[0])
        cJSON_AddStringToObject(object, "why", run->why);
    cJSON_AddStringToObject(object, "liveness", run->liveness_why);
    tree_add_ms(object, "simulated_ms", run->simulated_ns);
    tree_add_count(object, "events", run->events);
}

static void write_json(const struct report *report, FILE *out)
{
    const struct run *run = report->run;
    struct text replay = {0};
    cJSON *object = cJSON_CreateObject();
    must(object != NULL);
    add_head(object, run);
    add_violations(object, run);
    add_expectations(object, run);
    struct metrics_context context = {cJSON_AddObjectToObject(object, "metrics"), run->measures};
    metric_each(run->measures, add_metric, &context);
    add_episodes(object, run);
    tree_add_partitions(object, run);
    report_replay(report, &replay);
    cJSON_AddStringToObject(object, "replay", text_of(&replay));
    tree_print(object, out);
    cJSON_Delete(object);
    text_close(&replay);
}

const struct output output_json = {
    .name = "json",
    .help = "one object for programs, schema raftsim-run/1",
    .write = write_json,
};
