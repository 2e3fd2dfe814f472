/* Candidates: plans that are run by workers, so that one which ends raftsim ends a worker only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/shrink_parts.h"
#include "sim/workers.h"

/* ---- in a worker ---- */

struct trials {
    struct shrink *shrink;
    const char *file;
    const char *texts[BATCH]; /* NULL: not to be run */
    struct shrink_trial outcomes[BATCH];
    uint32_t jobs[BATCH]; /* job n is candidate jobs[n] */
    uint32_t job_count;
};

static void *open_run(void *context)
{
    (void)context;
    FILE *silent = freopen("/dev/null", "w", stderr); /* a candidate's death is no news */
    (void)silent;
    return run_new();
}

/* "<= 1s" was missed by more: "> 1s" is met. */
static void turn_round(const struct finding *finding, struct shrink_trial *outcome)
{
    static const char *const turned[] = {[BOUND_LE] = ">",
                                         [BOUND_LT] = ">=",
                                         [BOUND_GE] = "<",
                                         [BOUND_GT] = "<=",
                                         [BOUND_NE] = "=="};
    const struct bound *bound = finding->bound;
    const char *number = bound->text + strspn(bound->text, "<>=! ");
    const char *op = bound->op == BOUND_NULL ? ">=" : turned[bound->op];
    if (bound->op == BOUND_EQ)
        op = finding->got.number > bound->number ? ">" : "<";
    outcome->below = !finding->got.known || op[0] == '<';
    if (!finding->got.known)
        snprintf(outcome->turned, SHRINK_WORD, "== null");
    else if (bound->op == BOUND_NULL)
        snprintf(outcome->turned, SHRINK_WORD, ">= 0");
    else
        snprintf(outcome->turned, SHRINK_WORD, "%s %s", op, number);
}

static void note_missed(const struct run *run, struct shrink_trial *outcome)
{
    for (uint32_t i = 0; i < run->finding_count; i++) {
        const struct finding *finding = &run->findings[i];
        if (finding->held || !finding->bound || *outcome->key)
            continue;
        snprintf(outcome->key, SHRINK_WORD, "%s", finding->expectation->text);
        snprintf(outcome->wanted, SHRINK_WORD, "%s", finding->bound->text);
        snprintf(outcome->got, sizeof outcome->got, "%s", finding->got_text);
        turn_round(finding, outcome);
    }
}

static void note(const struct run *run, struct shrink_trial *outcome)
{
    const struct world *world = run->world;
    outcome->verdict = run->verdict;
    outcome->end = run->end;
    outcome->faults = world->deed_count;
    outcome->nodes = world->node_count;
    outcome->events = run->events;
    outcome->popped = world->popped;
    outcome->simulated_ns = run->simulated_ns;
    outcome->absent = run->liveness_absent;
    snprintf(outcome->why, sizeof outcome->why, "%s",
             run->verdict == VERDICT_UNDECIDED ? run->why : run->liveness_why);
    if (world->missed_item > 0)
        outcome->missed = run->scenario->items[world->missed_item - 1].key | 1;
    if (world->judge.broken) {
        snprintf(outcome->rule, SHRINK_WORD, "%s", world->judge.rule);
        outcome->broken_ns = world->judge.at_ns;
    }
    note_missed(run, outcome);
}

static void work(void *context, void *state, uint64_t job, struct bytes *result)
{
    const struct trials *trials = context;
    const char *text = trials->texts[trials->jobs[job]];
    struct shrink_trial outcome = {.refused = true};
    struct scenario scenario;
    struct error error;
    if (scenario_parse(&scenario, trials->file, text, strlen(text), &error) &&
        expectations_check(&scenario, &error)) {
        outcome.refused = false;
        struct run_options options = {.event_limit = trials->shrink->state->event_limit};
        run_execute(state, &scenario, scenario.seed, &options);
        note(state, &outcome);
    }
    scenario_close(&scenario);
    bytes_add(result, &outcome, sizeof outcome);
}

/* ---- in the parent ---- */

static void take(void *context, uint64_t job, const struct bytes *result)
{
    struct trials *trials = context;
    must(result->size == sizeof(struct shrink_trial));
    memcpy(&trials->outcomes[trials->jobs[job]], result->data, result->size);
}

static void lost(void *context, uint64_t job, const char *why)
{
    (void)context, (void)job, (void)why;
}

static enum workers_stop tick(void *context)
{
    const struct trials *trials = context;
    return shrink_goes_on(trials->shrink) ? WORKERS_GO_ON : WORKERS_ENOUGH;
}

static void run_trial(struct trials *trials)
{
    struct workers workers = {.count = trials->shrink->jobs,
                              .jobs = trials->job_count,
                              .context = trials,
                              .open = open_run,
                              .work = work,
                              .take = take,
                              .lost = lost,
                              .tick = tick};
    if (trials->job_count > 0)
        workers_run(&workers);
    trials->shrink->runs += trials->job_count;
}

static void trial_add(struct trials *trials, uint32_t candidate, const char *text)
{
    trials->texts[candidate] = text;
    trials->outcomes[candidate] = (struct shrink_trial){.refused = true};
    trials->jobs[trials->job_count++] = candidate;
}

struct shrink_trial shrink_probe(struct shrink *shrink, const char *file, const char *text)
{
    struct trials trials = {.shrink = shrink, .file = file};
    trial_add(&trials, 0, text);
    run_trial(&trials);
    return trials.outcomes[0];
}

bool shrink_goes_on(struct shrink *shrink)
{
    if (shrink->go_on && !shrink->ended_early && !shrink->go_on(shrink))
        shrink->ended_early = true;
    return !shrink->ended_early;
}

/* ---- a batch ---- */

/* A plan that was tried is not tried again, whatever came of it. */
static bool is_new(struct shrink *shrink, const char *text)
{
    XXH128_hash_t hash = XXH3_128bits(text, strlen(text));
    if (map_find(&shrink->state->tried, hash.low64, hash.high64))
        return false;
    map_put(&shrink->state->tried, hash.low64, hash.high64, 1);
    return true;
}

static uint32_t first_good(const struct shrink *shrink, const struct trials *trials, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (trials->texts[i] && goal_met(shrink, &trials->outcomes[i]))
            return i;
    return count;
}

static uint32_t run_batch(struct shrink *shrink, const struct batch *batch)
{
    struct trials trials = {.shrink = shrink, .file = shrink->file};
    char *texts[BATCH];
    for (uint32_t i = 0; i < batch->count; i++) {
        texts[i] = json_text(batch->plans[i]);
        if (is_new(shrink, texts[i]))
            trial_add(&trials, i, texts[i]);
    }
    run_trial(&trials);
    uint32_t good = first_good(shrink, &trials, batch->count);
    for (uint32_t i = 0; i < batch->count; i++)
        free(texts[i]);
    if (good < batch->count)
        shrink->outcome = trials.outcomes[good];
    return good;
}

static void keep(struct shrink *shrink, cJSON **plan)
{
    cJSON_Delete(shrink->plan);
    shrink->plan = *plan;
    *plan = NULL;
    shrink->state->edits++;
}

/* What fails with another seed fails as well, and the file says its seed. */
static bool try_seeds(struct shrink *shrink, const cJSON *plan)
{
    for (uint32_t seed = 1; seed <= shrink->state->patience;) {
        struct batch batch = {.count = 0};
        for (; seed <= shrink->state->patience && batch.count < BATCH; seed++) {
            cJSON *copy = cJSON_Duplicate(plan, true);
            char number[24];
            snprintf(number, sizeof number, "%u", seed);
            cJSON_ReplaceItemInObjectCaseSensitive(copy, "seed", cJSON_CreateRaw(number));
            batch.plans[batch.count++] = copy;
        }
        if (shrink_take(shrink, &batch) < BATCH)
            return true;
    }
    return false;
}

static bool reseed(struct shrink *shrink, const struct batch *batch, uint32_t *good)
{
    for (*good = 0; *good < batch->count && shrink_goes_on(shrink); ++*good)
        if (try_seeds(shrink, batch->plans[*good]))
            return true;
    *good = batch->count;
    return false;
}

uint32_t shrink_take(struct shrink *shrink, struct batch *batch)
{
    uint32_t good = batch->count, count = batch->count;
    if (shrink_goes_on(shrink))
        good = run_batch(shrink, batch);
    if (good < count)
        keep(shrink, &batch->plans[good]);
    else if (batch->reseeds && shrink->state->patience > 0)
        reseed(shrink, batch, &good);
    for (uint32_t i = 0; i < count; i++)
        cJSON_Delete(batch->plans[i]);
    *batch = (struct batch){.reseeds = batch->reseeds};
    return good < count ? good : BATCH;
}

bool shrink_try(struct shrink *shrink, cJSON *plan, bool reseeds)
{
    struct batch batch = {.plans = {plan}, .count = 1, .reseeds = reseeds};
    return shrink_take(shrink, &batch) == 0;
}
