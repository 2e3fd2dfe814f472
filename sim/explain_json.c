/* The same facts for programs: raftsim-explain/1. */
#include <inttypes.h>
#include <string.h>

#include "sim/explain_parts.h"
#include "sim/tree.h"

static void add_text(cJSON *object, const char *name, const struct text *text)
{
    cJSON_AddStringToObject(object, name, text_of(text));
}

/* [{what, text}, ..]: the words of the page. Empties the lines. */
static void add_lines(cJSON *object, const char *name, struct lines *lines)
{
    cJSON *list = cJSON_AddArrayToObject(object, name);
    for (uint32_t i = 0; i < lines->count; i++) {
        cJSON *line = cJSON_CreateObject();
        cJSON_AddStringToObject(line, "what", lines->items[i].label);
        add_text(line, "text", &lines->items[i].text);
        cJSON_AddItemToArray(list, line);
    }
    lines_close(lines);
}

static void add_at(cJSON *object, const char *name, uint64_t at_ns)
{
    if (at_ns == NONE_NS)
        cJSON_AddNullToObject(object, name);
    else
        tree_add_ms(object, name, at_ns);
}

static cJSON *tree_of_campaign(const struct explain *explain, uint32_t at)
{
    const struct campaign *campaign = &explain->page.campaigns[at];
    const struct call *call = &explain->watch->calls[at];
    cJSON *tree = cJSON_CreateObject();
    tree_add_ms(tree, "at_ms", campaign->at_ns);
    cJSON_AddStringToObject(tree, "node", name_of(explain, campaign->node));
    tree_add_count(tree, "term", campaign->term);
    cJSON_AddBoolToObject(tree, "prevote", campaign->prevote);
    cJSON_AddStringToObject(tree, "trigger", trigger_name(campaign->trigger));
    tree_add_ms(tree, "timeout_ms", call->drawn * call->unit_ns);
    add_at(tree, "heard_ms", call->heard ? call->heard_ns : NONE_NS);
    cJSON_AddBoolToObject(tree, "won", campaign->won);
    cJSON_AddStringToObject(tree, "failure", failure_name(campaign->failure));
    cJSON *ballots = cJSON_AddArrayToObject(tree, "ballots");
    for (uint32_t i = 0; i < call->count; i++) {
        const struct ballot *ballot = &explain->watch->ballots[call->first + i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "voter", name_of(explain, ballot->voter));
        cJSON_AddStringToObject(item, "answer", answer_counted(answer_of(campaign, ballot)));
        add_at(item, "sent_ms", ballot->sent_ns);
        add_at(item, "arrived_ms", ballot->arrived_ns);
        add_at(item, "answered_ms", ballot->answered_ns);
        add_at(item, "heard_ms", ballot->heard_ns);
        cJSON_AddItemToArray(ballots, item);
    }
    return tree;
}

static cJSON *tree_of_episode(const struct explain *explain, uint32_t at)
{
    enum { CAMPAIGNS_MAX = 100 };
    const struct episode *episode = &explain->page.episodes[at];
    struct lines lines = {0};
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddStringToObject(tree, "cause", cause_name(episode->cause));
    tree_add_ms(tree, "at_ms", episode->begin_ns);
    add_at(tree, "end_ms", episode->outcome == OUTCOME_OPEN ? NONE_NS : episode->end_ns);
    episode_lines(explain, at, &lines);
    add_lines(tree, "words", &lines);
    cJSON *campaigns = cJSON_AddArrayToObject(tree, "campaigns");
    for (uint32_t i = 0; i < episode->campaign_count && i < CAMPAIGNS_MAX; i++)
        if (explain->page.campaigns[episode->campaign_first + i].episode == at)
            cJSON_AddItemToArray(campaigns, tree_of_campaign(explain, episode->campaign_first + i));
    return tree;
}

static void add_episodes(const struct explain *explain, cJSON *tree)
{
    enum { EPISODES_MAX = 100 };
    cJSON *episodes = cJSON_AddArrayToObject(tree, "episodes");
    for (uint32_t i = 0; i < explain->page.episode_count && i < EPISODES_MAX; i++)
        cJSON_AddItemToArray(episodes, tree_of_episode(explain, i));
}

static cJSON *tree_of_advice(const struct advices *advices, const struct advice *advice)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *sets = cJSON_AddArrayToObject(tree, "set");
    for (uint32_t i = 0; i < advice->set_count; i++)
        cJSON_AddItemToArray(sets, cJSON_CreateString(advice->sets[i]));
    cJSON_AddBoolToObject(tree, "helps", advice->helps);
    cJSON_AddStringToObject(tree, "does", advice->why);
    tree_add_ms(tree, "without_ms", advice->here.without_ns);
    tree_add_ms(tree, "without_before_ms", advices->here.without_ns);
    tree_add_count(tree, "terms", advice->here.terms);
    tree_add_count(tree, "terms_before", advices->here.terms);
    if (!advice->helps)
        return tree;
    tree_add_count(tree, "seeds", advices->seeds);
    tree_add_count(tree, "seeds_better", advice->better);
    tree_add_ms(tree, "median_ms", advice->median_ns);
    tree_add_ms(tree, "median_before_ms", advices->median_ns);
    return tree;
}

static void add_advice(const struct explain *explain, cJSON *tree)
{
    struct advices advices;
    advices_find(explain, &advices);
    cJSON *list = cJSON_AddArrayToObject(tree, "advice");
    for (uint32_t i = 0; i < advices.count; i++)
        cJSON_AddItemToArray(list, tree_of_advice(&advices, &advices.items[i]));
}

static void add_instant(struct explain *explain, struct watch *watch, cJSON *tree)
{
    struct lines lines = {0};
    bool over = watch_go(watch, explain->options->at_ns);
    explain_episodes(explain);
    state_lines(explain, &lines);
    if (!over)
        watch_go(watch, NS_MAX);
    explain_episodes(explain);
    next_lines(explain, &lines);
    tree_add_ms(tree, "at_ms", explain->options->at_ns);
    add_lines(tree, "state", &lines);
}

static void add_run(const struct explain *explain, cJSON *tree)
{
    struct lines lines = {0};
    struct text text = {0};
    headline_text(explain, &text);
    add_text(tree, "headline", &text);
    text_clear(&text);
    gist_text(explain, &text);
    add_text(tree, "gist", &text);
    text_close(&text);
    violation_lines(explain, &lines);
    add_lines(tree, "violation", &lines);
    add_episodes(explain, tree);
    idle_lines(explain, &lines);
    add_lines(tree, "while_a_leader_served", &lines);
    partition_lines(explain, &lines);
    add_lines(tree, "partitions", &lines);
    add_advice(explain, tree);
}

void explain_json(const struct report *report, struct watch *watch,
                  const struct explain_options *options, FILE *out)
{
    struct explain explain = explain_of(report, watch, options);
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddStringToObject(tree, "schema", "raftsim-explain/1");
    cJSON_AddStringToObject(tree, "scenario", report->run->scenario->name);
    tree_add_count(tree, "seed", report->run->seed);
    if (options->at_given) {
        add_instant(&explain, watch, tree);
    } else {
        watch_go(watch, NS_MAX);
        explain_episodes(&explain);
        add_run(&explain, tree);
    }
    struct text replay = {0};
    report_replay(report, &replay);
    add_text(tree, "replay", &replay);
    text_close(&replay);
    tree_print(tree, out);
    cJSON_Delete(tree);
}
