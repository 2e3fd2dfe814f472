/* The runs of a sweep, by forked workers, into its store. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/interrupt.h"
#include "sim/sweep.h"

/* A save forces the disk: often enough that little is lost, seldom enough to cost nothing. */
#define SAVE_S 0.5

struct sweeping {
    const struct sweep_plan *plan;
    uint64_t *seeds; /* that have no result yet, ascending */
    size_t count, room;
    uint64_t next;  /* which seed of the range, while they are collected */
    uint64_t done;  /* runs made now */
    uint64_t there; /* results that were there already */
    double since_s, saved_s;
    bool failed;
};

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- which seeds ---- */

static void add_seed(struct sweeping *sweeping, uint64_t seed)
{
    sweeping->seeds =
        make_room(sweeping->seeds, &sweeping->room, sweeping->count + 1, sizeof *sweeping->seeds);
    sweeping->seeds[sweeping->count++] = seed;
}

/* All of the shard before `seed`, which has a result. */
static void pass_seed(void *context, uint64_t seed)
{
    struct sweeping *sweeping = context;
    uint64_t step = sweeping->plan->range.shards;
    for (; sweeping->next < seed; sweeping->next += step)
        add_seed(sweeping, sweeping->next);
    if (sweeping->next == seed) {
        sweeping->next += step;
        sweeping->there++;
    }
}

static bool find_seeds(struct sweeping *sweeping)
{
    const struct seed_range *range = &sweeping->plan->range;
    sweeping->next = range->first + range->shard;
    if (!store_each_seed(sweeping->plan->store, range->first, range->last, pass_seed, sweeping))
        return false;
    for (; sweeping->next <= range->last; sweeping->next += range->shards)
        add_seed(sweeping, sweeping->next);
    return true;
}

/* ---- in a worker ---- */

static void *open_run(void *context)
{
    (void)context;
    return run_new();
}

static void work(void *context, void *state, uint64_t job, struct bytes *result)
{
    const struct sweeping *sweeping = context;
    const struct columns *columns = sweeping->plan->columns;
    struct run *run = state;
    run_execute(run, columns->scenario, sweeping->seeds[job], NULL);
    columns_pack(columns, run, result);
}

/* ---- in the parent ---- */

static void take(void *context, uint64_t job, const struct bytes *result)
{
    struct sweeping *sweeping = context;
    (void)job;
    sweeping->done++;
    sweeping->failed = !store_add(sweeping->plan->store, result) || sweeping->failed;
}

static void lost(void *context, uint64_t job, const char *why)
{
    struct sweeping *sweeping = context;
    sweeping->done++;
    sweeping->failed =
        !store_add_died(sweeping->plan->store, sweeping->seeds[job], why) || sweeping->failed;
}

static void show_progress(const struct sweeping *sweeping, double passed_s)
{
    double rate = (double)sweeping->done / passed_s;
    double left_s = rate > 0 ? (double)(sweeping->count - sweeping->done) / rate : 0;
    fprintf(stderr, "\r%s of %s runs, %s runs/s, %s left \033[K",
            short_count(sweeping->there + sweeping->done).text,
            short_count(sweeping->there + sweeping->count).text, short_count((uint64_t)rate).text,
            short_duration((uint64_t)(left_s + 1) * NS_PER_S).text);
}

static enum workers_stop tick(void *context)
{
    struct sweeping *sweeping = context;
    const struct sweep_plan *plan = sweeping->plan;
    double passed_s = wall_s() - sweeping->since_s;
    if (plan->shows)
        show_progress(sweeping, passed_s);
    if (passed_s - sweeping->saved_s > SAVE_S) {
        sweeping->failed = !store_save(plan->store) || sweeping->failed;
        sweeping->saved_s = passed_s;
    }
    bool spent = plan->budget_s > 0 && passed_s >= plan->budget_s;
    return sweeping->failed || spent ? WORKERS_ENOUGH : WORKERS_GO_ON;
}

bool sweep_run(struct sweep_plan *plan)
{
    struct sweeping sweeping = {.plan = plan, .since_s = wall_s()};
    bool ok = store_ask(plan->store, plan->range.first, plan->range.last) && find_seeds(&sweeping);
    if (ok) {
        workers_run(&(struct workers){.count = plan->jobs,
                                      .jobs = sweeping.count,
                                      .context = &sweeping,
                                      .open = open_run,
                                      .work = work,
                                      .take = take,
                                      .lost = lost,
                                      .tick = tick});
        if (plan->shows)
            fputs("\r\033[K", stderr);
        ok = store_save(plan->store) && !sweeping.failed;
    }
    plan->made = sweeping.done;
    free(sweeping.seeds);
    return ok;
}
