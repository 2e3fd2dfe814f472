#include "sim/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/partition_episode.h"

/* Places a metric has: of the run or the first episode, of the others, of those of one cause. */
enum {
    CAUSES_MAX = (int)CAUSE_COUNT > (int)PARTITION_CAUSE_COUNT ? (int)CAUSE_COUNT
                                                               : (int)PARTITION_CAUSE_COUNT,
    PLACES = 2 + CAUSES_MAX
};

static size_t place_of(const struct metric_ref *ref)
{
    size_t which = ref->one_cause ? 2 + (size_t)ref->cause : !ref->startup;
    return ref->index * PLACES + which;
}

void sweep_open(struct sweep *sweep, const struct scenario *scenario)
{
    *sweep = (struct sweep){.scenario = scenario, .first = UINT64_MAX};
    sweep->pool_count = metric_count() * PLACES;
    sweep->pools = allocate(sweep->pool_count, sizeof *sweep->pools);
    sweep->asked = allocate(scenario->sweep_expect.count, sizeof *sweep->asked);
    for (uint32_t i = 0; i < scenario->sweep_expect.count; i++) {
        const struct expectation *expectation = &scenario->sweep_expect.items[i];
        const char *statistic;
        bool known =
            expectation->word || expectation_resolve(expectation, &sweep->asked[i].ref, &statistic);
        must(known);
    }
}

static void add_samples(struct pool *pool, const struct samples *samples)
{
    pool->items =
        make_room(pool->items, &pool->room, pool->count + samples->count, sizeof *pool->items);
    if (samples->count > 0)
        memcpy(pool->items + pool->count, samples->items, samples->count * sizeof *pool->items);
    pool->count += samples->count;
    pool->unended += samples->unended;
}

struct adding {
    struct sweep *sweep;
    struct measures *measures;
};

/* Messages by kind are for single runs: pooled over thousands they would only take memory. */
static void add_metric(void *context, const char *name, const struct metric_ref *ref)
{
    const struct adding *adding = context;
    if (strncmp(name, "messages.", 9) == 0 && strchr(name + 9, '.'))
        return;
    struct pool *pool = &adding->sweep->pools[place_of(ref)];
    if (!pool->name) {
        pool->name = copy_text(name);
        pool->ref = *ref;
    }
    struct samples samples = measure_samples(adding->measures, ref, 0);
    add_samples(pool, &samples);
}

static void add_asked(struct sweep *sweep, struct run *run)
{
    for (uint32_t i = 0; i < sweep->scenario->sweep_expect.count; i++) {
        const struct expectation *expectation = &sweep->scenario->sweep_expect.items[i];
        if (expectation->word)
            continue;
        struct samples samples =
            measure_samples(run->measures, &sweep->asked[i].ref, expectation->window);
        add_samples(&sweep->asked[i], &samples);
    }
}

static const char *detail_of(const struct run *run)
{
    switch (run->verdict) {
    case VERDICT_SAFETY:
        return run->world->judge.detail;
    case VERDICT_LIVENESS:
        return run->liveness_why;
    case VERDICT_EXPECTATION:
        for (uint32_t i = 0; i < run->finding_count; i++)
            if (!run->findings[i].held)
                return run->findings[i].expectation->text;
        return "";
    case VERDICT_NONDETERMINISTIC:
    case VERDICT_UNDECIDED:
    case VERDICT_PASS:
    case VERDICT_COUNT:
        break;
    }
    return run->why;
}

/* Alike: the same verdict and rule; of missed expectations, the same first one. */
static void add_failure(struct sweep *sweep, const struct run *run)
{
    const char *rule = run->verdict == VERDICT_SAFETY ? run->world->judge.rule : NULL;
    const char *detail = detail_of(run);
    uint32_t at = 0;
    for (; at < sweep->group_count; at++) {
        const struct failure_group *group = &sweep->groups[at];
        if (group->verdict == run->verdict && group->rule == rule &&
            (run->verdict != VERDICT_EXPECTATION || strcmp(group->detail, detail) == 0))
            break;
    }
    if (at == FAILURE_GROUPS_MAX)
        return;
    struct failure_group *group = &sweep->groups[at];
    if (at == sweep->group_count) {
        *group = (struct failure_group){.verdict = run->verdict, .rule = rule, .seed = run->seed};
        snprintf(group->detail, sizeof group->detail, "%s", detail);
        sweep->group_count++;
    }
    group->runs++;
}

static void add_worst(struct sweep *sweep, const struct worst *worst)
{
    uint32_t at = sweep->worst_count;
    while (at > 0 && sweep->worst[at - 1].total_ms < worst->total_ms)
        at--;
    if (at == WORST_MAX)
        return;
    if (sweep->worst_count < WORST_MAX)
        sweep->worst_count++;
    for (uint32_t i = sweep->worst_count - 1; i > at; i--)
        sweep->worst[i] = sweep->worst[i - 1];
    sweep->worst[at] = *worst;
}

/* The longest failover of the run, for the list of the worst; failures of terms by cause. */
static void add_episodes(struct sweep *sweep, const struct run *run)
{
    const struct episode *episodes;
    const struct term_begun *terms;
    struct worst worst = {.seed = run->seed};
    uint32_t count = measures_episodes(run->measures, &episodes);
    for (uint32_t i = 0; i < count; i++) {
        const struct episode *one = &episodes[i];
        sweep->unplanned += one->cause == CAUSE_UNPLANNED;
        if (one->cause == CAUSE_START || one->committed_ns == UINT64_MAX)
            continue;
        double total_ms = (double)(one->committed_ns - one->begin_ns) / (double)NS_PER_MS;
        if (total_ms > worst.total_ms)
            worst = (struct worst){run->seed, total_ms, one->terms};
    }
    if (worst.total_ms > 0)
        add_worst(sweep, &worst);
    count = measures_terms(run->measures, &terms);
    for (uint32_t i = 0; i < count; i++)
        if (term_failed(&terms[i]))
            sweep->failures_by_cause[terms[i].failure]++;
}

void sweep_add(struct sweep *sweep, struct run *run)
{
    struct adding adding = {sweep, run->measures};
    sweep->runs++;
    sweep->first = run->seed < sweep->first ? run->seed : sweep->first;
    sweep->last = run->seed > sweep->last ? run->seed : sweep->last;
    sweep->verdicts[run->verdict]++;
    sweep->unsafe += run->world->judge.broken;
    sweep->absent += run->liveness_absent;
    sweep->hash += chance_mix(run->trace_hash ^ chance_mix(run->seed));
    sweep->simulated_ns += run->simulated_ns;
    if (run->verdict != VERDICT_PASS)
        add_failure(sweep, run);
    metric_each(run->measures, add_metric, &adding);
    add_asked(sweep, run);
    add_episodes(sweep, run);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void sort(struct pool *pool)
{
    if (pool->count > 1)
        qsort(pool->items, pool->count, sizeof *pool->items, ascending);
}

void sweep_finish(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->pool_count; i++)
        sort(&sweep->pools[i]);
    for (uint32_t i = 0; i < sweep->scenario->sweep_expect.count; i++)
        sort(&sweep->asked[i]);
}

void sweep_close(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->pool_count; i++) {
        free(sweep->pools[i].name);
        free(sweep->pools[i].items);
    }
    for (uint32_t i = 0; i < sweep->scenario->sweep_expect.count; i++)
        free(sweep->asked[i].items);
    free(sweep->pools);
    free(sweep->asked);
}

struct samples pool_samples(const struct pool *pool)
{
    return (struct samples){
        .count = (uint32_t)pool->count, .unended = (uint32_t)pool->unended, .items = pool->items};
}

const struct pool *sweep_find(const struct sweep *sweep, const char *name)
{
    for (size_t i = 0; i < sweep->pool_count; i++)
        if (sweep->pools[i].name && strcmp(sweep->pools[i].name, name) == 0)
            return &sweep->pools[i];
    return NULL;
}

/* "safety": "holds" and "liveness": "holds", of all runs. */
static void find_word(const struct sweep *sweep, struct finding *finding)
{
    bool safety = strcmp(finding->expectation->metric, "safety") == 0;
    uint64_t runs = sweep->verdicts[safety ? VERDICT_SAFETY : VERDICT_LIVENESS];
    finding->held = runs == 0;
    snprintf(finding->got_text, sizeof finding->got_text, "%s",
             runs == 0 ? "holds"
             : safety  ? "broken"
                       : "absent");
}

static uint32_t find_bounds(const struct sweep *sweep, uint32_t number, struct finding *findings)
{
    const struct expectation *expectation = &sweep->scenario->sweep_expect.items[number];
    struct samples samples = pool_samples(&sweep->asked[number]);
    struct metric_ref ref;
    const char *statistic;
    bool known = expectation_resolve(expectation, &ref, &statistic);
    must(known);
    struct value got = sample_statistic(&samples, statistic);
    for (uint32_t i = 0; i < expectation->bound_count; i++) {
        const struct bound *bound = &expectation->bounds[i];
        findings[i] = (struct finding){expectation, bound, got, bound_holds(bound, got), ""};
        value_text(findings[i].got_text, sizeof findings[i].got_text, ref.metric, statistic, got);
    }
    return expectation->bound_count;
}

uint32_t sweep_findings(const struct sweep *sweep, struct finding *findings)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sweep->scenario->sweep_expect.count; i++) {
        const struct expectation *expectation = &sweep->scenario->sweep_expect.items[i];
        if (!expectation->word) {
            count += find_bounds(sweep, i, &findings[count]);
            continue;
        }
        findings[count] = (struct finding){.expectation = expectation};
        find_word(sweep, &findings[count++]);
    }
    return count;
}

int sweep_status(const struct sweep *sweep, const struct finding *findings, uint32_t count)
{
    bool missed = sweep->verdicts[VERDICT_EXPECTATION] > 0;
    for (uint32_t i = 0; i < count; i++)
        missed = missed || !findings[i].held;
    for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
        if (sweep->verdicts[verdict] > 0 && verdict < VERDICT_EXPECTATION)
            return verdict_status(verdict);
    if (missed)
        return verdict_status(VERDICT_EXPECTATION);
    return verdict_status(sweep->verdicts[VERDICT_UNDECIDED] ? VERDICT_UNDECIDED : VERDICT_PASS);
}
