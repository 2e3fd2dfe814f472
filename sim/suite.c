#include "sim/suite.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/suite_parts.h"

/* A suite that is being run. */
struct running {
    struct suite *suite;
    const struct suite_plan *plan;
};

const char *suite_kind_name(enum suite_kind kind)
{
#define X(id, name, status, junit) name,
    static const char *const names[] = {SUITE_KINDS(X)};
#undef X
    return names[kind];
}

int suite_kind_status(enum suite_kind kind)
{
#define X(id, name, status, junit) status,
    static const int statuses[] = {SUITE_KINDS(X)};
#undef X
    return statuses[kind];
}

/* Cases without jobs (refused) begin where the next one does. */
uint32_t suite_case_of(const struct suite *suite, uint64_t job)
{
    uint32_t low = 0, high = suite->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (suite->cases[middle].first_job <= job)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint64_t suite_seed_of(const struct suite_case *one, uint64_t job)
{
    uint64_t first = one->scenario.seeds_given ? one->scenario.sweep_first : 1;
    return job == one->first_job ? one->scenario.seed : first + (job - one->first_job - 1);
}

/* ---- what comes back ---- */

static struct suite_failure *failure_like(struct suite_case *one, enum suite_kind kind,
                                          const char *key)
{
    for (uint32_t i = 0; i < one->failure_count; i++)
        if (one->failures[i].kind == kind && strcmp(one->failures[i].key, key) == 0)
            return &one->failures[i];
    one->failures =
        make_room(one->failures, &one->failure_room, one->failure_count + 1, sizeof *one->failures);
    struct suite_failure *failure = &one->failures[one->failure_count++];
    *failure = (struct suite_failure){.kind = kind, .key = copy_text(key), .seed = UINT64_MAX};
    return failure;
}

/* The own seed is the one that is told of; else the least. */
static void add_failure(struct suite_failure *failure, uint64_t seed, bool own, const char *detail)
{
    failure->runs += !own;
    if (!own && (failure->own || seed > failure->seed))
        return;
    failure->own = own;
    failure->seed = seed;
    if (!detail)
        return;
    free(failure->detail);
    failure->detail = copy_text(detail);
}

static int graver_first(const void *a, const void *b)
{
    const struct suite_failure *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->own != y->own)
        return x->own ? -1 : 1;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    return strcmp(x->key, y->key);
}

static void finish(struct running *running, struct suite_case *one)
{
    if (!suite_sweep_finish(running->suite, one))
        return;
    if (one->failure_count > 1)
        qsort(one->failures, one->failure_count, sizeof *one->failures, graver_first);
    one->kind = one->sweep_detail ? SUITE_EXPECTATION : SUITE_PASSED;
    if (one->failure_count > 0 && one->failures[0].kind < one->kind)
        one->kind = one->failures[0].kind;
    one->over = true;
}

static void tell_next(struct running *running)
{
    struct suite *suite = running->suite;
    while (suite->told < suite->count && suite->cases[suite->told].over)
        running->plan->tell(running->plan->context, suite, suite->told++);
}

static void count_run(struct running *running, struct suite_case *one)
{
    running->suite->ended++;
    if (++one->ended < one->jobs)
        return;
    finish(running, one);
    tell_next(running);
}

static void take(void *context, uint64_t job, const struct bytes *result)
{
    struct running *running = context;
    struct suite_case *one = &running->suite->cases[suite_case_of(running->suite, job)];
    struct suite_result head;
    must(result->size >= sizeof head);
    memcpy(&head, result->data, sizeof head);
    size_t at = sizeof head;
    const char *key = (const char *)result->data + at;
    at += head.key_size;
    const char *detail = head.detail_size ? (const char *)result->data + at : NULL;
    at += head.detail_size;
    must(at <= result->size);
    one->work_ns += head.work_ns;
    if (head.kind != SUITE_PASSED)
        add_failure(failure_like(one, head.kind, key), suite_seed_of(one, job), head.own, detail);
    if (!head.own)
        suite_sweep_add(running->suite, one,
                        &(struct bytes){.data = result->data + at, .size = result->size - at});
    count_run(running, one);
}

/* A worker ended at this run, and with it nothing else. */
static void lost(void *context, uint64_t job, const char *why)
{
    struct running *running = context;
    struct suite_case *one = &running->suite->cases[suite_case_of(running->suite, job)];
    uint64_t seed = suite_seed_of(one, job);
    char *detail = suite_words_of_death(running->suite, one, seed, why);
    add_failure(failure_like(one, SUITE_FAULT, why), seed, job == one->first_job, detail);
    free(detail);
    count_run(running, one);
}

static void *open_worker(void *context)
{
    (void)context;
    return suite_worker_open();
}

static void work(void *context, void *worker, uint64_t job, struct bytes *result)
{
    const struct running *running = context;
    suite_work(running->suite, worker, job, result);
}

/* Scenarios differ, runs of one do not. */
static bool is_apart(void *context, uint64_t job)
{
    const struct running *running = context;
    return running->suite->cases[suite_case_of(running->suite, job)].first_job == job;
}

static enum workers_stop tick(void *context)
{
    const struct running *running = context;
    bool goes_on = !running->suite->store_error[0] &&
                   running->plan->tick(running->plan->context, running->suite);
    return goes_on ? WORKERS_GO_ON : WORKERS_ENOUGH;
}

static void close_sweep(struct suite_case *one)
{
    struct error error;
    if (one->store)
        store_close(one->store, &error);
    one->store = NULL;
    columns_close(&one->columns);
}

/* After an interrupt, what is over is told of, whatever came before it and is not. */
void suite_run(struct suite *suite, const struct suite_plan *plan)
{
    struct running running = {suite, plan};
    for (uint32_t i = 0; i < suite->count; i++)
        if (suite->cases[i].seeds > 0)
            columns_open(&suite->cases[i].columns, &suite->cases[i].scenario);
    tell_next(&running);
    if (suite->jobs > 0)
        workers_run(&(struct workers){.count = plan->workers,
                                      .jobs = suite->jobs,
                                      .context = &running,
                                      .open = open_worker,
                                      .work = work,
                                      .apart = is_apart,
                                      .take = take,
                                      .lost = lost,
                                      .tick = tick});
    for (; suite->told < suite->count; suite->told++)
        if (suite->cases[suite->told].over)
            plan->tell(plan->context, suite, suite->told);
    for (uint32_t i = 0; i < suite->count; i++)
        if (suite->cases[i].seeds > 0)
            close_sweep(&suite->cases[i]);
}

static void close_case(struct suite_case *one)
{
    for (uint32_t i = 0; i < one->failure_count; i++) {
        free(one->failures[i].key);
        free(one->failures[i].detail);
    }
    free(one->failures);
    free(one->sweep_key);
    free(one->sweep_detail);
    free(one->refusal);
    scenario_close(&one->scenario);
}

void suite_close(struct suite *suite)
{
    for (uint32_t i = 0; i < suite->count; i++)
        close_case(&suite->cases[i]);
    free(suite->cases);
}

/* ---- what came of all ---- */

uint32_t suite_count(const struct suite *suite, enum suite_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < suite->count; i++)
        count += suite->cases[i].kind == kind;
    return count;
}

uint32_t suite_failed(const struct suite *suite)
{
    return suite->count - suite_count(suite, SUITE_PASSED) - suite_count(suite, SUITE_NOT_RUN);
}

enum suite_kind suite_gravest(const struct suite *suite)
{
    for (enum suite_kind kind = 0; kind < SUITE_PASSED; kind++)
        if (suite_count(suite, kind) > 0)
            return kind;
    return SUITE_PASSED;
}
