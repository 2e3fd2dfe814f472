#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/compare_report.h"
#include "sim/settings.h"
#include "sim/tree.h"

struct short_text side_name(const struct compare_report *report, uint32_t side)
{
    struct short_text name = {"A"};
    if (side > 0 && report->axis_count == 0)
        name.text[0] = 'B';
    else if (side > 0)
        snprintf(name.text, sizeof name.text, "%" PRIu32, side);
    return name;
}

void add_seed_command(const struct compare_report *report, uint32_t side, uint64_t seed,
                      struct text *text)
{
    const struct variant *variant = &report->variants[side];
    settings_add_command(&variant->settings, report->program, report->why, variant->file, text);
    text_add(text, " --seed %" PRIu64, seed);
}

static void add_number(cJSON *object, const char *name, double number)
{
    tree_add_value(object, name, (struct value){isfinite(number) != 0, number});
}

static void add_bounds(cJSON *object, const char *prefix, bool known, struct confidence bounds)
{
    char name[40];
    snprintf(name, sizeof name, "%slow", prefix);
    add_number(object, name, known ? bounds.low : (double)NAN);
    snprintf(name, sizeof name, "%shigh", prefix);
    add_number(object, name, known ? bounds.high : (double)NAN);
}

static cJSON *tree_of_side(const struct compare_report *report, uint32_t side)
{
    const struct variant *variant = &report->variants[side];
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", side_name(report, side).text);
    cJSON_AddStringToObject(object, "file", variant->file);
    cJSON *settings = cJSON_AddArrayToObject(object, "settings");
    for (uint32_t i = 0; i < variant->settings.count; i++)
        cJSON_AddItemToArray(settings, cJSON_CreateString(variant->items[i]));
    tree_add_hash(object, "plan", variant->scenario.digest);
    tree_add_hash(object, "trace_hash", report->runs->sides[side].hash);
    return object;
}

/* Names of changes as programs read them: "p999", "seed_p50". */
static const char *key_of(int row)
{
    static const char *const keys[CHANGES] = {"p50", "p90", "p99", "p999", "mean", "seed_p50"};
    return keys[row];
}

static cJSON *tree_of_changes(const struct comparison *c)
{
    cJSON *object = cJSON_CreateObject();
    for (int row = 0; row < CHANGES; row++) {
        const struct change *change = &c->changes[row];
        cJSON *one = cJSON_AddObjectToObject(object, key_of(row));
        if (row != CHANGE_SEED) {
            tree_add_value(one, "a", change->a);
            tree_add_value(one, "b", change->b);
        }
        tree_add_value(one, "change", change->gap);
        add_bounds(one, "", change->bounded, change->paired);
        if (row != CHANGE_SEED)
            add_bounds(one, "unpaired_", change->bounded, change->apart);
        cJSON_AddStringToObject(one, "worth", worth_name(change->worth));
        cJSON_AddStringToObject(one, "worth_99", worth_name(change->sure));
    }
    return object;
}

static cJSON *tree_of_movers(const struct comparison *c, const struct movers *movers)
{
    cJSON *object = cJSON_CreateObject();
    double pairs = (double)movers->pairs;
    tree_add_count(object, "pairs", movers->pairs);
    add_number(object, "mean", movers->sum / pairs);
    for (uint32_t i = 0; c->has_phases && i < PHASES_MAX; i++)
        add_number(object, phase_names[i], movers->phases[i] / pairs);
    if (c->has_terms)
        add_number(object, "terms", movers->terms / pairs);
    return object;
}

static cJSON *tree_of_rates(const struct comparison *c)
{
    static const char *const keys[RATES] = {"several_terms", "disrupted", "safety_broken",
                                            "never_elected"};
    cJSON *object = cJSON_CreateObject();
    for (int i = c->has_terms ? 0 : 1; i < RATES; i++) {
        const struct rate *rate = &c->rates[i];
        cJSON *one = cJSON_AddObjectToObject(object, keys[i]);
        cJSON_AddStringToObject(one, "of", rate->of);
        for (int which = 0; which < 2; which++) {
            cJSON *side = cJSON_AddObjectToObject(one, which ? "b" : "a");
            tree_add_count(side, "hits", rate->hits[which]);
            tree_add_count(side, "count", rate->count[which]);
            add_bounds(side, "", true, rate->bounds[which]);
            tree_add_count(side, "alone", rate->only[which]);
        }
        cJSON_AddStringToObject(one, "worth_99", worth_name(rate->sure));
    }
    return object;
}

static void add_extreme(cJSON *list, const struct compare_report *report,
                        const struct comparison *c, const struct extreme *extreme)
{
    if (extreme->seed == UINT64_MAX)
        return;
    cJSON *one = cJSON_CreateObject();
    tree_add_count(one, "seed", extreme->seed);
    add_number(one, "a", extreme->a);
    add_number(one, "b", extreme->b);
    for (int which = 0; which < 2; which++) {
        struct text command = {0};
        add_seed_command(report, c->sides[which], extreme->seed, &command);
        cJSON_AddStringToObject(one, which ? "why_b" : "why_a", text_of(&command));
        text_close(&command);
    }
    cJSON_AddItemToArray(list, one);
}

static cJSON *tree_of_comparison(const struct compare_report *report, const struct comparison *c)
{
    struct text sentence = {0};
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "a", side_name(report, c->sides[0]).text);
    cJSON_AddStringToObject(object, "b", side_name(report, c->sides[1]).text);
    cJSON_AddStringToObject(object, "metric", c->runs->metrics[c->metric].name);
    cJSON_AddStringToObject(object, "verdict", worth_name(c->verdict));
    compare_sentence(c, &sentence);
    cJSON_AddStringToObject(object, "sentence", text_of(&sentence));
    tree_add_count(object, "seeds", c->seeds);
    tree_add_count(object, "pairs", c->pairs);
    tree_add_count(object, "unpaired", c->unpaired);
    for (int which = 0; which < 2; which++) {
        tree_add_count(object, which ? "b_count" : "a_count", c->samples[which].count);
        tree_add_count(object, which ? "b_unended" : "a_unended", c->unended[which]);
    }
    cJSON_AddItemToObject(object, "changes", tree_of_changes(c));
    cJSON_AddItemToObject(object, "moved", tree_of_movers(c, &c->all));
    cJSON_AddItemToObject(object, "gained", tree_of_movers(c, &c->gained));
    cJSON_AddItemToObject(object, "lost", tree_of_movers(c, &c->lost));
    cJSON_AddItemToObject(object, "rates", tree_of_rates(c));
    for (int which = 0; which < 2; which++) {
        struct confidence bounds = count_interval(c->unplanned[which]);
        double days = c->simulated_days[which];
        cJSON *one = cJSON_AddObjectToObject(object, which ? "b_unplanned" : "a_unplanned");
        tree_add_count(one, "count", c->unplanned[which]);
        add_number(one, "days", days);
        add_number(one, "a_day", (double)c->unplanned[which] / days);
        add_bounds(one, "", true, (struct confidence){bounds.low / days, bounds.high / days});
    }
    cJSON *extremes = cJSON_AddArrayToObject(object, "most_changed");
    add_extreme(extremes, report, c, &c->fell);
    add_extreme(extremes, report, c, &c->rose);
    text_close(&sentence);
    return object;
}

void compare_json(const struct compare_report *report, FILE *out)
{
    const struct runs *runs = report->runs;
    struct text seeds = {0};
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "schema", "raftsim-compare/1");
    cJSON_AddStringToObject(object, "scenario", report->variants[0].scenario.name);
    text_add(&seeds, "%" PRIu64 "..%" PRIu64, runs->first, runs->last);
    cJSON_AddStringToObject(object, "seeds", text_of(&seeds));
    tree_add_count(object, "done", runs->done);
    cJSON *sides = cJSON_AddArrayToObject(object, "sides");
    for (uint32_t i = 0; i < runs->side_count; i++)
        cJSON_AddItemToArray(sides, tree_of_side(report, i));
    cJSON *comparisons = cJSON_AddArrayToObject(object, "comparisons");
    for (uint32_t i = 0; i < (runs->side_count - 1) * report->metric_count; i++)
        cJSON_AddItemToArray(comparisons, tree_of_comparison(report, &report->comparisons[i]));
    tree_print(object, out);
    cJSON_Delete(object);
    text_close(&seeds);
}
