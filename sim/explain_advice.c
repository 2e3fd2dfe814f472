/* What would have helped: each idea is run, on this seed and on others, before it is said. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explain_parts.h"
#include "sim/quantity.h"

/* Checked on other seeds: the few that help most here. Events that all those runs may take, so that
 * an explanation comes soon, whatever the plan; the same on every machine. */
enum { CHECKED_MAX = 4, SEEDS_LEAST = 5, SEEDS_MOST = 100, EVENTS_BUDGET = 2000000 };
enum { EVENTS_TIMES = 4, EVENTS_MORE = 100000 };

/* ---- what came of a run ---- */

static double metric_of(const struct run *run, const char *name)
{
    struct metric_ref ref;
    bool known = metric_resolve(name, &ref, NULL);
    must(known);
    return measure_value(run->measures, &ref, 0).number;
}

static void add_episode(const struct run *run, const struct episode *episode,
                        struct result *outcome)
{
    bool open = episode->outcome == OUTCOME_OPEN;
    uint64_t end_ns = open ? run->simulated_ns : episode->end_ns;
    bool planned = episode->cause == CAUSE_CRASH || episode->cause == CAUSE_PAUSE ||
                   episode->cause == CAUSE_ISOLATE || episode->cause == CAUSE_PARTITION ||
                   episode->cause == CAUSE_REMOVAL;
    outcome->planned += planned;
    outcome->without_ns += end_ns - episode->begin_ns;
    outcome->unended += open;
    outcome->episodes++;
}

static struct result outcome_of(const struct run *run, enum focus focus)
{
    const struct episode *episodes;
    const struct term_begun *terms;
    uint32_t count = measures_episodes(run->measures, &episodes);
    struct result outcome = {.broken = run->world->judge.broken,
                             .decided = run->verdict != VERDICT_UNDECIDED};
    outcome.terms = measures_terms(run->measures, &terms);
    if (focus == FOCUS_PARTITIONS) {
        outcome.without_ns =
            (uint64_t)(metric_of(run, "partition.unavailable_ms") * (double)NS_PER_MS);
        outcome.unended = (uint32_t)metric_of(run, "partition.leaderless");
        outcome.episodes = (uint32_t)metric_of(run, "partition.elections");
        return outcome;
    }
    for (uint32_t i = 0; i < count; i++)
        if ((i == 0) == (focus == FOCUS_START))
            add_episode(run, &episodes[i], &outcome);
    return outcome;
}

/* What is worst in this run is what advice is about. */
static enum focus focus_of(const struct run *run)
{
    struct result start = outcome_of(run, FOCUS_START), later = outcome_of(run, FOCUS_FAILOVER);
    bool topics = measures_of_topics(run->measures);
    struct result topic = topics ? outcome_of(run, FOCUS_PARTITIONS) : (struct result){0};
    if (start.unended)
        return FOCUS_START;
    if (topics && topic.without_ns > later.without_ns && topic.without_ns > 0)
        return FOCUS_PARTITIONS;
    if (later.episodes)
        return FOCUS_FAILOVER;
    return start.terms > 1 || later.broken ? FOCUS_START : FOCUS_NOTHING;
}

/* ---- runs ---- */

/* The scenario with the changes that were asked for, and the advice's own after them. */
static bool read_changed(const struct explain *explain, const struct advice *advice,
                         struct scenario *scenario)
{
    const struct settings *given = explain->page.report->settings;
    const char **items = allocate(given->count + ADVICE_SETS_MAX, sizeof *items);
    struct settings settings = {.items = items};
    struct error error;
    for (uint32_t i = 0; i < given->count; i++)
        items[settings.count++] = given->items[i];
    for (uint32_t i = 0; advice && i < advice->set_count; i++)
        items[settings.count++] = advice->sets[i];
    bool ok = scenario_read(scenario, explain->page.scenario->file, &settings, &error) &&
              expectations_check(scenario, &error);
    free(items);
    return ok;
}

static void execute(const struct explain *explain, struct run *run, const struct scenario *scenario,
                    uint64_t seed)
{
    uint64_t events = explain->page.report->run->events;
    struct run_options options = {.event_limit = events * EVENTS_TIMES + EVENTS_MORE};
    run_execute(run, scenario, seed, &options);
}

/* Fewer seeds for a long run, but never so few that luck could speak. */
static uint32_t seeds_to_run(const struct explain *explain)
{
    uint64_t events = explain->page.report->run->events + 1;
    uint64_t affordable = EVENTS_BUDGET / (events * (CHECKED_MAX + 1));
    uint64_t wanted = explain->options->seeds < SEEDS_MOST ? explain->options->seeds : SEEDS_MOST;
    uint64_t least = wanted < SEEDS_LEAST ? wanted : SEEDS_LEAST;
    return (uint32_t)(affordable > wanted ? wanted : affordable < least ? least : affordable);
}

static void run_seeds(const struct explain *explain, struct run *run, const struct advice *advice,
                      struct result *outcomes, const struct advices *advices)
{
    struct scenario scenario = {0};
    bool ok = read_changed(explain, advice, &scenario);
    must(ok);
    for (uint32_t i = 0; i < advices->seeds; i++) {
        uint64_t seed = (explain->page.report->run->seed + 1 + i) & WHOLE_MAX;
        execute(explain, run, &scenario, seed);
        outcomes[i] = outcome_of(run, advices->focus);
    }
    scenario_close(&scenario);
}

/* ---- better or not ---- */

/* A fault that no longer meets a leader, because another one leads, shows nothing of the setting.
 */
static bool comparable(const struct result *a, const struct result *b)
{
    return a->decided && b->decided && a->planned * 5 >= b->planned * 4;
}

static bool is_better(const struct result *a, const struct result *b)
{
    if (a->broken || b->broken || !comparable(a, b))
        return b->broken && !a->broken && a->decided;
    if (a->unended != b->unended)
        return a->unended < b->unended;
    return a->without_ns < b->without_ns;
}

/* By so much that a person would notice. */
static bool is_much_better(const struct result *a, const struct result *b)
{
    return is_better(a, b) && (a->broken != b->broken || a->unended < b->unended ||
                               a->without_ns * 100 <= b->without_ns * 85);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void medians(const struct result *outcomes, uint32_t count, uint64_t *without_ns,
                    uint32_t *terms)
{
    uint64_t times[SEEDS_MOST], numbers[SEEDS_MOST];
    for (uint32_t i = 0; i < count; i++) {
        times[i] = outcomes[i].without_ns;
        numbers[i] = outcomes[i].terms;
    }
    qsort(times, count, sizeof *times, by_number);
    qsort(numbers, count, sizeof *numbers, by_number);
    *without_ns = count ? times[(count - 1) / 2] : 0;
    *terms = count ? (uint32_t)numbers[(count - 1) / 2] : 0;
}

/* Most other seeds must gain, none may lose its safety, and the usual one must gain enough. */
static void judge(struct advice *advice, const struct advices *advices, const struct result *before,
                  const struct result *after)
{
    uint32_t worse = 0, broken = 0;
    for (uint32_t i = 0; i < advices->seeds; i++) {
        advice->better += is_better(&after[i], &before[i]);
        worse += is_better(&before[i], &after[i]);
        broken += after[i].broken && !before[i].broken;
        advice->broken += after[i].broken;
        advice->unended += after[i].unended;
        advice->episodes += after[i].episodes;
    }
    medians(after, advices->seeds, &advice->median_ns, &advice->terms);
    bool usual = advice->median_ns * 100 <= advices->median_ns * 90 ||
                 advice->unended < advices->unended || advices->here.broken;
    advice->helps = !broken && usual &&
                    (advice->unended <= advices->unended || advices->here.broken) &&
                    advice->better > 2 * worse && advice->better * 2 > advices->seeds;
}

/* ---- all of it ---- */

static bool try_here(const struct explain *explain, struct run *run, struct advice *advice,
                     enum focus focus)
{
    struct scenario scenario = {0};
    bool ok = read_changed(explain, advice, &scenario);
    if (ok) {
        execute(explain, run, &scenario, explain->page.report->run->seed);
        advice->same = run->trace_hash == explain->page.report->run->trace_hash;
        advice->here = outcome_of(run, focus);
    }
    scenario_close(&scenario);
    return ok && !advice->same;
}

/* Best first; among equals in the order of the table. */
static void sort(struct advices *advices)
{
    for (uint32_t i = 1; i < advices->count; i++)
        for (uint32_t k = i;
             k > 0 && is_better(&advices->items[k].here, &advices->items[k - 1].here); k--) {
            struct advice before = advices->items[k - 1];
            advices->items[k - 1] = advices->items[k];
            advices->items[k] = before;
        }
}

static bool has_all(const struct advice *more, const struct advice *less)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < less->set_count; i++)
        for (uint32_t k = 0; k < more->set_count; k++)
            found += strcmp(less->sets[i], more->sets[k]) == 0;
    return less->set_count < more->set_count && found == less->set_count;
}

/* Another one does as much with fewer changes. */
static bool adds_nothing(const struct advices *advices, uint32_t at)
{
    const struct advice *advice = &advices->items[at];
    for (uint32_t i = 0; i < at; i++)
        if (advices->items[i].helps && has_all(advice, &advices->items[i]) &&
            advice->median_ns * 10 >= advices->items[i].median_ns * 9)
            return true;
    return false;
}

static void check(const struct explain *explain, struct run *run, struct advices *advices)
{
    struct result before[SEEDS_MOST], after[SEEDS_MOST];
    uint32_t checked = 0;
    for (uint32_t i = 0; i < advices->count && checked < CHECKED_MAX; i++) {
        struct advice *advice = &advices->items[i];
        if (!is_much_better(&advice->here, &advices->here))
            continue;
        if (!checked++) {
            run_seeds(explain, run, NULL, before, advices);
            medians(before, advices->seeds, &advices->median_ns, &advices->terms);
            for (uint32_t k = 0; k < advices->seeds; k++) {
                advices->unended += before[k].unended;
                advices->episodes += before[k].episodes;
                advices->broken += before[k].broken;
            }
        }
        run_seeds(explain, run, advice, after, advices);
        judge(advice, advices, before, after);
        if (advice->helps && adds_nothing(advices, i))
            advice->helps = false;
    }
}

void advices_find(const struct explain *explain, struct advices *advices)
{
    const struct run *shown = explain->page.report->run;
    struct run *run = run_new();
    uint32_t count = 0;
    *advices = (struct advices){.focus = focus_of(shown)};
    advices->here = outcome_of(shown, advices->focus);
    advices->seeds = seeds_to_run(explain);
    if (advices->focus != FOCUS_NOTHING)
        advices_list(explain, advices);
    for (uint32_t i = 0; i < advices->count; i++)
        if (try_here(explain, run, &advices->items[i], advices->focus))
            advices->items[count++] = advices->items[i];
    advices->count = count;
    sort(advices);
    check(explain, run, advices);
    run_free(run);
}

/* ---- in words ---- */

/* What one run came to, as said after "This seed:". */
static void result_text(const struct result *result, enum focus focus, struct text *text)
{
    if (result->broken)
        text_add(text, "safety broken");
    else if (focus == FOCUS_START && result->unended)
        text_add(text, "never a leader");
    else if (focus == FOCUS_START)
        text_add(text, "the first leader serves after %s", length_text(result->without_ns).text);
    else if (!result->without_ns)
        text_add(text, focus == FOCUS_PARTITIONS ? "no partition ever without a leader"
                                                 : "never without a leader");
    else
        text_add(text, "%s%s without a leader",
                 focus == FOCUS_PARTITIONS ? "partitions in all " : "",
                 length_text(result->without_ns).text);
}

static void seeds_text(const struct advices *advices, const struct advice *advice,
                       struct text *text)
{
    text_add(text, " %u other seeds: ", advices->seeds);
    if (advices->here.broken) {
        text_add(text, "safety broken in %u instead of %u.", advice->broken, advices->broken);
        return;
    }
    text_add(text, "median %s instead of %s, better in %u.", length_text(advice->median_ns).text,
             length_text(advices->median_ns).text, advice->better);
    if (advices->unended)
        text_add(text, " Without a leader at the end: %s instead of %s.",
                 short_count(advice->unended).text, short_count(advices->unended).text);
    if (advice->episodes > advices->episodes && advices->focus == FOCUS_FAILOVER)
        text_add(text, " But leaders are lost more often: %s times instead of %s.",
                 short_count(advice->episodes).text, short_count(advices->episodes).text);
}

static void advice_text(const struct advices *advices, const struct advice *advice,
                        struct text *text)
{
    text_add(text, "%s. This seed: ", advice->why);
    result_text(&advice->here, advices->focus, text);
    text_add(text, " (was: ");
    result_text(&advices->here, advices->focus, text);
    text_add(text, ")");
    if (advice->here.terms != advices->here.terms && !advices->here.broken)
        text_add(text, ", %u term%s instead of %u", advice->here.terms,
                 advice->here.terms == 1 ? "" : "s", advices->here.terms);
    text_add(text, ".");
    if (advices->seeds)
        seeds_text(advices, advice, text);
}

static void command_line(const struct explain *explain, const struct advice *advice,
                         struct lines *lines)
{
    struct text *text = lines_add(lines, "");
    lines->items[lines->count - 1].command = true;
    report_command(explain->page.report, "run", text);
    text_add(text, " --seed %" PRIu64, explain->page.report->run->seed);
    for (uint32_t i = 0; i < advice->set_count; i++) {
        text_add(text, " --set ");
        text_shell(text, advice->sets[i]);
    }
}

static void sets_text(const struct advice *advice, struct text *text)
{
    for (uint32_t i = 0; i < advice->set_count; i++)
        text_add(text, "%s%s", i ? " and " : "", advice->sets[i]);
}

void advice_lines(const struct explain *explain, const struct advices *advices, struct lines *lines)
{
    uint32_t told = 0, others = 0;
    struct text rest = {0};
    for (uint32_t i = 0; i < advices->count; i++) {
        const struct advice *advice = &advices->items[i];
        if (!advice->helps) {
            text_add(&rest, "%s", others++ ? "; " : "");
            sets_text(advice, &rest);
            continue;
        }
        char label[16];
        snprintf(label, sizeof label, "%u", ++told);
        struct text *text = lines_add(lines, label);
        sets_text(advice, text);
        text_add(text, ": ");
        advice_text(advices, advice, text);
        command_line(explain, advice, lines);
    }
    if (!told)
        text_add(lines_add(lines, "none"), "No setting that was tried changes this enough, and on "
                                           "other seeds as well.");
    if (others)
        text_add(lines_add(lines, "tried"), "%s.", text_of(&rest));
    text_close(&rest);
}
