#include "sim/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const phase_names[PHASES_MAX] = {"detect", "prevote", "vote", "commit"};

/* ---- what is asked ---- */

/* "failover[crash].detect_ms" of "failover[crash].total_ms" */
static void name_beside(struct text *name, const char *metric, const char *other)
{
    const char *point = strrchr(metric, '.');
    text_clear(name);
    text_bytes(name, metric, (size_t)(point - metric) + 1);
    text_add(name, "%s", other);
}

static bool has_phases(const struct metric_ref *ref)
{
    return ref->metric->kind == METRIC_EPISODE && strcmp(ref->metric->name, "total_ms") == 0;
}

uint32_t compare_ask(struct runs *runs, const char *metric)
{
    struct text name = {0};
    uint32_t position = runs_ask(runs, metric);
    const struct metric_ref *ref = &runs->metrics[position].ref;
    runs_ask(runs, "leaders.disrupted");
    if (ref->metric->kind == METRIC_EPISODE) {
        name_beside(&name, metric, "terms");
        runs_ask(runs, text_of(&name));
    }
    for (uint32_t i = 0; has_phases(ref) && i < PHASES_MAX; i++) {
        name_beside(&name, metric, phase_names[i]);
        text_add(&name, "_ms");
        runs_ask(runs, text_of(&name));
    }
    text_close(&name);
    return position;
}

/* Where a metric of the same episodes is, or UINT32_MAX. */
static uint32_t find_beside(const struct runs *runs, uint32_t metric, const char *other)
{
    for (uint32_t i = 0; i < runs->metric_count; i++)
        if (runs->metrics[i].table == runs->metrics[metric].table &&
            strcmp(runs->metrics[i].ref.metric->name, other) == 0)
            return i;
    return UINT32_MAX;
}

void compare_default_metric(const struct scenario *plan, uint64_t seed, struct text *name)
{
    enum { TRIES = 8 };
    uint32_t counts[CAUSE_COUNT] = {0};
    enum cause most = CAUSE_START;
    struct run *run = run_new();
    for (uint64_t i = 0; i < TRIES; i++) {
        const struct episode *episodes;
        run_execute(run, plan, seed + i, NULL);
        uint32_t count = measures_episodes(run->measures, &episodes);
        for (uint32_t at = 1; at < count; at++)
            counts[episodes[at].cause]++;
    }
    run_free(run);
    for (enum cause cause = 0; cause < CAUSE_COUNT; cause++)
        if (cause != CAUSE_START && counts[cause] > counts[most])
            most = cause;
    if (counts[most] == 0)
        text_add(name, "startup.total_ms");
    else
        text_add(name, "failover[%s].total_ms", cause_name(most));
}

/* ---- pairs ---- */

static double value_at(const struct comparison *c, int which, uint32_t metric, uint64_t seed,
                       uint32_t row)
{
    return runs_value(c->runs, c->sides[which], metric, seed, row);
}

static void add_values(struct comparison *c, int which, uint64_t seed)
{
    struct sample *sample = &c->samples[which];
    uint32_t rows = runs_rows(c->runs, c->sides[which], c->metric, seed);
    sample->items =
        make_room(sample->items, &sample->room, sample->count + rows, sizeof *sample->items);
    for (uint32_t row = 0; row < rows; row++) {
        double value = value_at(c, which, c->metric, seed, row);
        if (isnan(value))
            continue;
        sample->items[sample->count++] = (struct drawn){value, (uint32_t)(seed - c->runs->first)};
        c->unended[which] += isinf(value) != 0;
    }
}

/* Unended under both is no change. */
static double change_of(double a, double b)
{
    return isinf(a) && isinf(b) ? 0 : b - a;
}

static void note_extreme(struct extreme *extreme, const struct extreme *one)
{
    if (extreme->seed == UINT64_MAX ||
        fabs(change_of(one->a, one->b)) > fabs(change_of(extreme->a, extreme->b)))
        *extreme = *one;
}

static void move(struct movers *movers, const struct comparison *c, uint64_t seed, uint32_t row)
{
    movers->pairs++;
    movers->sum += value_at(c, 1, c->metric, seed, row) - value_at(c, 0, c->metric, seed, row);
    for (uint32_t i = 0; c->has_phases && i < PHASES_MAX; i++)
        movers->phases[i] +=
            value_at(c, 1, c->phases[i], seed, row) - value_at(c, 0, c->phases[i], seed, row);
    if (c->has_terms)
        movers->terms += value_at(c, 1, c->terms, seed, row) - value_at(c, 0, c->terms, seed, row);
}

static void note_pair(struct comparison *c, uint64_t seed, uint32_t row, double gap)
{
    struct extreme one = {seed, value_at(c, 0, c->metric, seed, row),
                          value_at(c, 1, c->metric, seed, row)};
    if (gap != 0)
        note_extreme(gap < 0 ? &c->fell : &c->rose, &one);
    if (isinf(one.a) || isinf(one.b))
        return;
    move(&c->all, c, seed, row);
    if (gap != 0)
        move((gap > 0) == c->more_is_better ? &c->gained : &c->lost, c, seed, row);
    if (!c->has_terms)
        return;
    bool a = value_at(c, 0, c->terms, seed, row) > 1, b = value_at(c, 1, c->terms, seed, row) > 1;
    c->rates[RATE_TERMS].only[0] += a && !b;
    c->rates[RATE_TERMS].only[1] += b && !a;
}

/* Episodes are pairs by their order within the seed. The mean change of these; NaN: no pair. */
static double pair_up(struct comparison *c, uint64_t seed)
{
    uint32_t a_rows = runs_rows(c->runs, c->sides[0], c->metric, seed);
    uint32_t b_rows = runs_rows(c->runs, c->sides[1], c->metric, seed);
    uint32_t rows = a_rows < b_rows ? a_rows : b_rows, pairs = 0;
    double sum = 0;
    c->unpaired += a_rows + b_rows - 2 * rows;
    for (uint32_t row = 0; row < rows; row++) {
        double a = value_at(c, 0, c->metric, seed, row), b = value_at(c, 1, c->metric, seed, row);
        if (isnan(a) || isnan(b)) {
            c->unpaired += isnan(a) && isnan(b) ? 0 : 1;
            continue;
        }
        sum += change_of(a, b);
        pairs++;
        note_pair(c, seed, row, change_of(a, b));
    }
    c->pairs += pairs;
    return pairs ? sum / pairs : (double)NAN;
}

static void count_rate(struct rate *rate, bool a, bool b)
{
    bool so[2] = {a, b};
    for (int which = 0; which < 2; which++) {
        rate->count[which]++;
        rate->hits[which] += so[which];
        rate->only[which] += so[which] && !so[!which];
    }
}

static bool has_unended(const struct comparison *c, int which, uint64_t seed)
{
    for (uint32_t row = 0; row < runs_rows(c->runs, c->sides[which], c->metric, seed); row++)
        if (isinf(value_at(c, which, c->metric, seed, row)))
            return true;
    return false;
}

static void count_rates(struct comparison *c, uint64_t seed, uint64_t simulated_ns[2])
{
    const struct run_facts *a = &c->runs->sides[c->sides[0]].facts[seed - c->runs->first];
    const struct run_facts *b = &c->runs->sides[c->sides[1]].facts[seed - c->runs->first];
    for (int which = 0; which < 2; which++) {
        c->unplanned[which] += (which ? b : a)->unplanned;
        simulated_ns[which] += (which ? b : a)->simulated_ns;
    }
    count_rate(&c->rates[RATE_DISRUPTED], value_at(c, 0, c->disrupted, seed, 0) > 0,
               value_at(c, 1, c->disrupted, seed, 0) > 0);
    count_rate(&c->rates[RATE_BROKEN], a->broken, b->broken);
    count_rate(&c->rates[RATE_UNENDED], has_unended(c, 0, seed), has_unended(c, 1, seed));
    for (int which = 0; c->has_terms && which < 2; which++)
        for (uint32_t row = 0; row < runs_rows(c->runs, c->sides[which], c->terms, seed); row++) {
            double terms = value_at(c, which, c->terms, seed, row);
            c->rates[RATE_TERMS].count[which] += isfinite(terms) != 0;
            c->rates[RATE_TERMS].hits[which] += isfinite(terms) && terms > 1;
        }
}

/* ---- all of it ---- */

static bool grows_better(const char *name)
{
    static const char *const names[] = {"availability", "produce.acked"};
    for (size_t i = 0; i < countof(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void find_metrics(struct comparison *c)
{
    const struct metric_ref *ref = &c->runs->metrics[c->metric].ref;
    c->more_is_better = grows_better(ref->metric->name);
    c->has_phases = has_phases(ref);
    c->has_terms = ref->metric->kind == METRIC_EPISODE;
    c->terms = find_beside(c->runs, c->metric, "terms");
    for (uint32_t i = 0; i < PHASES_MAX; i++) {
        struct text name = {0};
        text_add(&name, "%s_ms", phase_names[i]);
        c->phases[i] = find_beside(c->runs, c->metric, text_of(&name));
        text_close(&name);
    }
    for (uint32_t i = 0; i < c->runs->metric_count; i++)
        if (strcmp(c->runs->metrics[i].name, "leaders.disrupted") == 0)
            c->disrupted = i;
}

void compare_sides(struct comparison *c, const struct runs *runs, uint32_t metric, uint32_t a,
                   uint32_t b)
{
    *c = (struct comparison){.runs = runs,
                             .sides = {a, b},
                             .metric = metric,
                             .fell = {.seed = UINT64_MAX},
                             .rose = {.seed = UINT64_MAX}};
    find_metrics(c);
    double *seeds = allocate(runs->last - runs->first + 1, sizeof *seeds);
    size_t count = 0;
    uint64_t simulated_ns[2] = {0};
    for (uint64_t seed = runs->first; seed <= runs->last; seed++) {
        if (!runs_has(runs, seed))
            continue;
        c->seeds++;
        add_values(c, 0, seed);
        add_values(c, 1, seed);
        count_rates(c, seed, simulated_ns);
        seeds[count] = pair_up(c, seed);
        count += isnan(seeds[count]) ? 0 : 1;
    }
    for (int which = 0; which < 2; which++)
        c->simulated_days[which] = (double)simulated_ns[which] / (24.0 * 3600 * (double)NS_PER_S);
    compare_changes(c, seeds, count);
    free(seeds);
}

void compare_close(struct comparison *c)
{
    free(c->samples[0].items);
    free(c->samples[1].items);
    *c = (struct comparison){0};
}

const char *worth_name(enum worth worth)
{
    static const char *const names[] = {"same", "better", "worse", "mixed"};
    return names[worth];
}
