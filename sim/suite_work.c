/* What a worker does: one run of a scenario, and the words for it when it failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/evidence.h"
#include "sim/suite_parts.h"

/* Which failures this worker has put into words: of runs that fail alike, the least seed is told.
 */
struct told {
    uint32_t number; /* of the case */
    enum suite_kind kind;
    const char *key;
    uint64_t seed;
};

struct worker_state {
    struct run *run;
    struct evidence *evidence;
    struct told *told;
    size_t told_count, told_room;
};

void *suite_worker_open(void)
{
    struct worker_state *state = allocate(1, sizeof *state);
    state->run = run_new();
    state->evidence = evidence_new();
    return state;
}

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static enum suite_kind kind_of(enum verdict verdict)
{
    static const enum suite_kind kinds[VERDICT_COUNT] = {
        [VERDICT_NONDETERMINISTIC] = SUITE_NONDETERMINISTIC,
        [VERDICT_SAFETY] = SUITE_SAFETY,
        [VERDICT_LIVENESS] = SUITE_LIVENESS,
        [VERDICT_EXPECTATION] = SUITE_EXPECTATION,
        [VERDICT_UNDECIDED] = SUITE_UNDECIDED,
        [VERDICT_PASS] = SUITE_PASSED,
    };
    return kinds[verdict];
}

/* What makes runs of one kind alike. */
static const char *key_of(const struct run *run)
{
    switch (run->verdict) {
    case VERDICT_SAFETY:
        return run->world->judge.rule;
    case VERDICT_EXPECTATION:
        for (uint32_t i = 0; i < run->finding_count; i++)
            if (!run->findings[i].held)
                return run->findings[i].expectation->text;
        return "";
    case VERDICT_UNDECIDED:
        return run->end == RUN_MISSED_TARGET
                   ? run->scenario->items[run->world->missed_item - 1].place.path
                   : "a limit";
    case VERDICT_NONDETERMINISTIC:
    case VERDICT_LIVENESS:
    case VERDICT_PASS:
    case VERDICT_COUNT:
        break;
    }
    return "";
}

/* Is it the least seed so far of those that fail so? */
static bool is_news(struct worker_state *state, const struct told *now)
{
    for (size_t i = 0; i < state->told_count; i++) {
        struct told *before = &state->told[i];
        if (before->number != now->number || before->kind != now->kind ||
            strcmp(before->key, now->key) != 0)
            continue;
        bool less = now->seed < before->seed;
        before->seed = less ? now->seed : before->seed;
        return less;
    }
    state->told =
        make_room(state->told, &state->told_room, state->told_count + 1, sizeof *state->told);
    state->told[state->told_count] = *now;
    state->told[state->told_count++].key = copy_text(now->key);
    return true;
}

/* Lines for a person about the run that the report is of. */
static char *words_for(const struct suite *suite, const struct report *report, enum suite_kind kind)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    must(out != NULL);
    (kind == SUITE_CHANGED ? suite_write_change : suite_write_failure)(suite, report, out);
    bool written = fclose(out) == 0;
    must(written);
    return text;
}

static void watch(void *context, struct world *world)
{
    struct worker_state *state = context;
    evidence_open(state->evidence, world);
}

/* The own seed runs twice, side by side, and is compared with the accepted run. */
static enum suite_kind try_own(struct worker_state *state, const struct suite_case *one,
                               const struct report *report)
{
    struct run_options options = {.subscribe = watch, .context = state};
    uint64_t accepted;
    run_verify(state->run, &one->scenario, one->scenario.seed, &options);
    enum suite_kind kind = kind_of(state->run->verdict);
    bool changed = kind == SUITE_PASSED && golden_compare(report, &accepted) == GOLDEN_DIFFERS;
    return changed ? SUITE_CHANGED : kind;
}

static void pack(struct bytes *result, const struct suite_result *head, const char *key,
                 const char *detail)
{
    struct suite_result fixed = *head;
    fixed.key_size = (uint32_t)strlen(key) + 1;
    fixed.detail_size = detail ? (uint32_t)strlen(detail) + 1 : 0;
    bytes_add(result, &fixed, sizeof fixed);
    bytes_add(result, key, fixed.key_size);
    if (detail)
        bytes_add(result, detail, fixed.detail_size);
}

/* A seed of the sweep runs again when it failed, for the records that tell why. */
void suite_work(const struct suite *suite, void *worker, uint64_t job, struct bytes *result)
{
    struct worker_state *state = worker;
    struct run *run = state->run;
    struct told now = {.number = suite_case_of(suite, job)};
    const struct suite_case *one = &suite->cases[now.number];
    struct run_options options = {.subscribe = watch, .context = state};
    struct report report = suite_report(suite, run, state->evidence);
    struct suite_result head = {.own = job == one->first_job};
    uint64_t began_ns = wall_ns();
    char *detail = NULL;
    now.seed = suite_seed_of(one, job);
    if (head.own)
        head.kind = try_own(state, one, &report);
    else
        run_execute(run, &one->scenario, now.seed, NULL);
    if (!head.own)
        head.kind = kind_of(run->verdict);
    head.work_ns = wall_ns() - began_ns;
    now.kind = head.kind;
    now.key = key_of(run);
    if (head.kind != SUITE_PASSED && (head.own || is_news(state, &now))) {
        if (!head.own)
            run_execute(run, &one->scenario, now.seed, &options);
        detail = words_for(suite, &report, head.kind);
    }
    pack(result, &head, now.key, detail);
    if (!head.own)
        columns_pack(&one->columns, run, result);
    free(detail);
}
