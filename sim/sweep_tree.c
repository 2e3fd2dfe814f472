#include <inttypes.h>

#include "sim/sweep_page.h"
#include "sim/tree.h"

static const char *const quantiles[QUANTILES] = {"p50", "p90", "p99", "p999"};

static void add_quantile(cJSON *object, const char *name, const struct estimate *estimate)
{
    struct text key = {0};
    bool rare = name == quantiles[QUANTILES - 1];
    /* A p99.9 of few samples would be their maximum under another name. */
    tree_add_value(object, name, rare && !estimate->bounded ? (struct value){0} : estimate->at);
    text_add(&key, "%s_interval", name);
    if (estimate->bounded) {
        cJSON *interval = cJSON_AddArrayToObject(object, text_of(&key));
        cJSON_AddItemToArray(interval, tree_of_value((struct value){true, estimate->low}));
        cJSON_AddItemToArray(interval, tree_of_value((struct value){true, estimate->high}));
    } else {
        cJSON_AddNullToObject(object, text_of(&key));
    }
    text_close(&key);
}

static cJSON *tree_of_summary(const struct summary *summary)
{
    cJSON *object = cJSON_CreateObject();
    tree_add_count(object, "count", summary->count);
    if (summary->unended)
        tree_add_count(object, "unended", summary->unended);
    tree_add_value(object, "min", summary->min);
    tree_add_value(object, "max", summary->max);
    tree_add_value(object, "mean", summary->mean);
    for (size_t i = 0; i < QUANTILES; i++)
        add_quantile(object, quantiles[i], &summary->quantiles[i]);
    return object;
}

static cJSON *tree_of_group(const struct sweep_report *report, const struct failure_group *group)
{
    struct text replay = {0};
    cJSON *item = cJSON_CreateObject();
    tree_add_count(item, "seed", group->seed);
    cJSON_AddStringToObject(item, "verdict", store_verdict(group->verdict));
    tree_add_text(item, "rule", group->rule);
    tree_add_count(item, "runs", group->runs);
    cJSON_AddStringToObject(item, "detail", group->detail);
    sweep_command(report, "run", &replay);
    text_add(&replay, " --seed %" PRIu64, group->seed);
    cJSON_AddStringToObject(item, "replay", text_of(&replay));
    text_close(&replay);
    return item;
}

static void add_range(cJSON *object, const struct seed_range *range)
{
    struct text text = {0};
    text_add(&text, "%" PRIu64 "..%" PRIu64, range->first, range->last);
    cJSON_AddStringToObject(object, "seeds", text_of(&text));
    text_clear(&text);
    text_add(&text, "%" PRIu64 "/%" PRIu64, range->shard + 1, range->shards);
    if (range->shards > 1)
        cJSON_AddStringToObject(object, "shard", text_of(&text));
    text_close(&text);
}

/* As a rate a day, with its interval. */
static void add_unplanned(cJSON *object, const struct sweep *sweep)
{
    cJSON *unplanned = cJSON_AddObjectToObject(object, "unplanned");
    double days = sweep->simulated_ms / 86400e3;
    struct confidence interval = count_interval(sweep->unplanned);
    bool known = days > 0;
    tree_add_count(unplanned, "count", sweep->unplanned);
    tree_add_value(unplanned, "simulated_days", (struct value){true, days});
    tree_add_value(unplanned, "per_day",
                   (struct value){known, known ? (double)sweep->unplanned / days : 0});
    tree_add_value(unplanned, "low", (struct value){known, known ? interval.low / days : 0});
    tree_add_value(unplanned, "high", (struct value){known, known ? interval.high / days : 0});
}

cJSON *sweep_tree(const struct sweep_report *report)
{
    const struct sweep *sweep = report->sweep;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "schema", "raftsim-sweep/1");
    cJSON_AddStringToObject(object, "scenario", sweep->scenario->name);
    add_range(object, &sweep->range);
    tree_add_count(object, "runs", sweep->runs);
    tree_add_hash(object, "trace_hash", sweep->hash);
    cJSON *verdicts = cJSON_AddObjectToObject(object, "verdicts");
    for (uint32_t verdict = 0; verdict <= VERDICT_DIED; verdict++)
        if (verdict < VERDICT_DIED || sweep->verdicts[verdict] > 0)
            tree_add_count(verdicts, store_verdict(verdict), sweep->verdicts[verdict]);
    cJSON *list = cJSON_AddArrayToObject(object, "expectations");
    for (uint32_t i = 0; i < report->finding_count; i++)
        cJSON_AddItemToArray(list, tree_of_finding(&report->findings[i]));
    add_unplanned(object, sweep);
    cJSON *metrics = cJSON_AddObjectToObject(object, "metrics");
    for (size_t i = 0; i < sweep->summary_count; i++)
        cJSON_AddItemToObject(metrics, sweep->summaries[i].name,
                              tree_of_summary(&sweep->summaries[i]));
    list = cJSON_AddArrayToObject(object, "failures");
    for (size_t i = 0; i < sweep->group_count; i++)
        cJSON_AddItemToArray(list, tree_of_group(report, &sweep->groups[i]));
    tree_add_value(object, "elapsed_s", (struct value){true, report->elapsed_s});
    return object;
}
