#include "sim/verdict.h"

#include <stdio.h>
#include <string.h>

#include "sim/text.h"

static const char broken[] = "broken:";

bool bound_holds(const struct bound *bound, struct value value)
{
    if (!value.known)
        return bound->op == BOUND_NULL;
    switch (bound->op) {
    case BOUND_LE:
        return value.number <= bound->number;
    case BOUND_LT:
        return value.number < bound->number;
    case BOUND_GE:
        return value.number >= bound->number;
    case BOUND_GT:
        return value.number > bound->number;
    case BOUND_EQ:
        return !(value.number < bound->number) && !(value.number > bound->number);
    case BOUND_NE:
        return value.number < bound->number || value.number > bound->number;
    case BOUND_NULL:
        return false;
    }
    return false;
}

static bool in_ms(const struct metric *metric, const char *statistic)
{
    return metric->unit == UNIT_MS && !(statistic && strcmp(statistic, "count") == 0);
}

void value_text(char *text, size_t size, const struct metric *metric, const char *statistic,
                struct value value)
{
    if (!value.known)
        snprintf(text, size, "null");
    else if (in_ms(metric, statistic))
        snprintf(text, size, "%s ms", short_number(value.number, 1).text);
    else
        snprintf(text, size, "%s", short_number(value.number, 6).text);
}

/* ---- what is expected ---- */

bool expectation_resolve(const struct expectation *expectation, struct metric_ref *ref,
                         const char **statistic)
{
    char whole[128];
    *statistic = NULL;
    if (!expectation->statistic)
        return metric_resolve(expectation->metric, ref, NULL);
    snprintf(whole, sizeof whole, "%s.%s", expectation->metric, expectation->statistic);
    if (metric_resolve(whole, ref, NULL))
        return true;
    *statistic = expectation->statistic;
    return metric_resolve(expectation->metric, ref, NULL);
}

static bool check_units(const struct scenario *scenario, const struct expectation *expectation,
                        bool time, struct error *error)
{
    for (uint32_t i = 0; i < expectation->bound_count; i++) {
        const struct bound *bound = &expectation->bounds[i];
        if (bound->time == time || (bound->number <= 0 && bound->number >= 0))
            continue;
        return refuse_at(error, scenario, &expectation->place,
                         time ? "%s is a time: expected a bound with a unit, such as \"<= 500ms\", "
                                "got \"%s\""
                              : "%s has no unit: expected a bound such as \"<= 3\", got \"%s\"",
                         expectation->text, bound->text);
    }
    return true;
}

static bool check_metric(const struct scenario *scenario, const struct expectation *expectation,
                         struct error *error)
{
    struct metric_ref ref;
    struct suggestion nearest;
    const char *statistic;
    if (!expectation_resolve(expectation, &ref, &statistic)) {
        metric_resolve(expectation->metric, &ref, &nearest);
        return refuse_at(error, scenario, &expectation->place, "no metric is called \"%s\"%s",
                         expectation->metric, suggest_hint(&nearest).text);
    }
    if (statistic && !statistic_known(statistic))
        return refuse_at(error, scenario, &expectation->place,
                         "no statistic is called \"%s\": expected min, max, mean, count, first, "
                         "last, p1, p5, p10, p25, p50, p75, p90, p95, p99 or p999",
                         statistic);
    return check_units(scenario, expectation, in_ms(ref.metric, statistic), error);
}

static bool is_rule(const char *name)
{
    for (size_t i = 0; i < invariant_count(); i++)
        if (strcmp(invariant_at(i)->name, name) == 0)
            return true;
    return false;
}

static bool check_word(const struct scenario *scenario, const struct expectation *expectation,
                       struct error *error)
{
    const char *word = expectation->word;
    bool safety = strcmp(expectation->metric, "safety") == 0;
    if (!safety || strcmp(word, "holds") == 0) /* reading has refused all other words */
        return true;
    if (strncmp(word, broken, strlen(broken)) != 0)
        return refuse_at(error, scenario, &expectation->place,
                         "expected \"holds\" or \"broken:RULE\", got \"%s\"", word);
    const char *rule = word + strlen(broken);
    struct suggestion nearest = {.word = rule};
    for (size_t i = 0; i < invariant_count(); i++)
        suggest_try(&nearest, invariant_at(i)->name);
    if (is_rule(rule))
        return true;
    return refuse_at(error, scenario, &expectation->place, "no rule is called \"%s\"%s", rule,
                     suggest_hint(&nearest).text);
}

static bool check_all(const struct scenario *scenario, const struct expectations *expectations,
                      struct error *error)
{
    for (uint32_t i = 0; i < expectations->count; i++) {
        const struct expectation *expectation = &expectations->items[i];
        if (!(expectation->word ? check_word : check_metric)(scenario, expectation, error))
            return false;
    }
    return true;
}

static bool is_of_one_run(const struct expectation *expectation)
{
    struct metric_ref ref;
    const char *statistic;
    return !expectation->word && expectation_resolve(expectation, &ref, &statistic) && statistic &&
           (strcmp(statistic, "first") == 0 || strcmp(statistic, "last") == 0);
}

/* What one run breaks, and must break, another may not: that is expected of each. Runs have no
 * order, so nothing is the first of them. */
static bool check_sweep(const struct scenario *scenario, struct error *error)
{
    for (uint32_t i = 0; i < scenario->sweep_expect.count; i++) {
        const struct expectation *expectation = &scenario->sweep_expect.items[i];
        if (is_of_one_run(expectation))
            return refuse_at(error, scenario, &expectation->place,
                             "expected a statistic of all runs, such as min, max, mean or p99; the "
                             "first and the last stand in \"expect\"");
        if (strcmp(expectation->text, "linearizable") == 0)
            return refuse_at(error, scenario, &expectation->place,
                             "expected it of each run, in \"expect\"");
        if (expectation->word && strcmp(expectation->word, "holds") != 0)
            return refuse_at(error, scenario, &expectation->place,
                             "expected \"holds\" of a sweep, got \"%s\"; what each run must break "
                             "stands in \"expect\"",
                             expectation->word);
    }
    return true;
}

bool expectations_check(const struct scenario *scenario, struct error *error)
{
    return check_all(scenario, &scenario->expect, error) &&
           check_all(scenario, &scenario->sweep_expect, error) && check_sweep(scenario, error);
}

/* ---- what came of it ---- */

static struct finding *add_finding(struct run *run, const struct expectation *expectation)
{
    run->findings = make_room(run->findings, &run->finding_room, (size_t)run->finding_count + 1,
                              sizeof *run->findings);
    struct finding *finding = &run->findings[run->finding_count++];
    *finding = (struct finding){.expectation = expectation};
    return finding;
}

static void judge_word(struct run *run, const struct expectation *expectation)
{
    const struct judge *judge = &run->world->judge;
    struct finding *finding = add_finding(run, expectation);
    bool safety = strcmp(expectation->metric, "safety") == 0;
    const char *wanted = strncmp(expectation->word, broken, strlen(broken)) == 0
                             ? expectation->word + strlen(broken)
                             : NULL;
    if (safety) {
        finding->held = wanted ? judge->broken && strcmp(judge->rule, wanted) == 0 : !judge->broken;
        snprintf(finding->got_text, sizeof finding->got_text, "%s%s",
                 judge->broken ? broken : "holds", judge->broken ? judge->rule : "");
        return;
    }
    if (strcmp(expectation->metric, "linearizable") == 0) {
        finding->held = strcmp(expectation->word, run->linearizable) == 0;
        snprintf(finding->got_text, sizeof finding->got_text, "%s", run->linearizable);
        return;
    }
    finding->held = run->liveness_absent == (strncmp(expectation->word, "absent", 6) == 0);
    snprintf(finding->got_text, sizeof finding->got_text, "%s",
             run->liveness_absent ? "absent" : "holds");
}

static void judge_bounds(struct run *run, const struct expectation *expectation)
{
    struct metric_ref ref;
    const char *statistic;
    bool known = expectation_resolve(expectation, &ref, &statistic);
    must(known);
    struct samples samples = measure_samples(run->measures, &ref, expectation->window);
    struct value value = sample_statistic(&samples, statistic);
    for (uint32_t i = 0; i < expectation->bound_count; i++) {
        struct finding *finding = add_finding(run, expectation);
        finding->bound = &expectation->bounds[i];
        finding->got = value;
        finding->held = bound_holds(finding->bound, value);
        value_text(finding->got_text, sizeof finding->got_text, ref.metric, statistic, value);
    }
}

static void judge_expectations(struct run *run)
{
    const struct expectations *expect = &run->scenario->expect;
    run->finding_count = run->missed_count = 0;
    for (uint32_t i = 0; i < expect->count; i++)
        (expect->items[i].word ? judge_word : judge_bounds)(run, &expect->items[i]);
    for (uint32_t i = 0; i < run->finding_count; i++)
        run->missed_count += !run->findings[i].held;
}

/* A known failure that is expected, and that came, is none. */
static bool is_expected(const struct run *run, const char *metric)
{
    for (uint32_t i = 0; i < run->finding_count; i++) {
        const struct finding *finding = &run->findings[i];
        if (finding->held && finding->expectation->word &&
            strcmp(finding->expectation->metric, metric) == 0)
            return true;
    }
    return false;
}

static bool is_undecided(struct run *run)
{
    const struct world *world = run->world;
    if (run->end == RUN_MISSED_TARGET) {
        const struct item *item = &run->scenario->items[world->missed_item - 1];
        snprintf(run->why, sizeof run->why, "%s, %s at %s, hit nothing", item->place.path,
                 item->action->name, short_at(world->now_ns).text);
        return true;
    }
    if (run->end != RUN_LIMIT)
        return false;
    if (world->popped >= world->event_limit)
        snprintf(run->why, sizeof run->why, "the limit of %s events was reached at %s",
                 short_count(world->event_limit).text, short_at(world->now_ns).text);
    else
        snprintf(run->why, sizeof run->why,
                 "the plan has no duration, and the limit of %s simulated was reached",
                 short_duration(world->end_ns).text);
    return true;
}

void verdict_find(struct run *run)
{
    judge_expectations(run);
    bool undecided = is_undecided(run);
    if (run->world->judge.broken && !is_expected(run, "safety"))
        run->verdict = VERDICT_SAFETY;
    else if (run->liveness_absent && !is_expected(run, "liveness"))
        run->verdict = VERDICT_LIVENESS;
    else if (run->end == RUN_MISSED_TARGET ||
             strcmp(run->linearizable, "unknown") ==
                 0) /* what did not happen was not put to the test */
        run->verdict = VERDICT_UNDECIDED;
    else if (run->missed_count > 0)
        run->verdict = VERDICT_EXPECTATION;
    else
        run->verdict = undecided ? VERDICT_UNDECIDED : VERDICT_PASS;
}
