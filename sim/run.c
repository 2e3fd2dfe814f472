#include "sim/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/chain.h"
#include "sim/verdict.h"
#include "sim/witness.h"

const char *verdict_name(enum verdict verdict)
{
#define X(id, name, status) name,
    static const char *const names[] = {VERDICTS(X)};
#undef X
    return names[verdict];
}

int verdict_status(enum verdict verdict)
{
#define X(id, name, status) status,
    static const int statuses[] = {VERDICTS(X)};
#undef X
    return statuses[verdict];
}

struct run *run_new(void)
{
    struct run *run = allocate(1, sizeof *run);
    run->world = world_new();
    run->measures = measures_new();
    run->invariant_states = allocate(invariant_count(), sizeof *run->invariant_states);
    for (size_t i = 0; i < invariant_count(); i++)
        run->invariant_states[i] = allocate(1, invariant_at(i)->state_size);
    return run;
}

void run_free(struct run *run)
{
    for (size_t i = 0; i < invariant_count(); i++) {
        if (invariant_at(i)->close)
            invariant_at(i)->close(run->invariant_states[i]);
        free(run->invariant_states[i]);
    }
    free(run->invariant_states);
    free(run->findings);
    measures_free(run->measures);
    health_close(run->world);
    chains_close(run->world);
    witness_close(run->world);
    world_free(run->world);
    free(run);
}

static void subscribe_invariants(struct run *run)
{
    for (size_t i = 0; i < invariant_count(); i++) {
        const struct invariant *invariant = invariant_at(i);
        if (!invariant_judges(invariant, run->scenario))
            continue;
        if (invariant->open)
            invariant->open(run->invariant_states[i], run->world);
        world_subscribe(run->world, invariant->kinds,
                        (struct subscription){.observe = invariant->observe,
                                              .state = run->invariant_states[i],
                                              .messages = invariant->messages});
    }
}

/* Each observer may lean on those before it; health is among the last because the records that it
 * emits follow the one that they come from. */
void run_prepare(struct run *run, const struct scenario *scenario, uint64_t seed,
                 const struct run_options *options)
{
    struct world *world = run->world;
    run->scenario = scenario;
    run->seed = seed;
    run->why[0] = '\0';
    world->forced_backend = options ? options->backend : NULL;
    world_open(world, scenario, seed);
    if (options && options->event_limit)
        world->event_limit = options->event_limit;
    if (options && options->time_limit_ns)
        world->time_limit_ns = options->time_limit_ns;
    chains_open(world);
    witness_open(world);
    subscribe_invariants(run);
    measures_open(run->measures, world);
    run->edge_ns = measures_next_edge_ns(run->measures);
    if (options && options->subscribe)
        options->subscribe(options->context, world);
    health_open(world);
    liveness_open(&run->liveness, world);
    world_begin(world);
}

bool run_step(struct run *run)
{
    struct world *world = run->world;
    run->end = world_step(world);
    if (run->end != RUN_GOES_ON)
        return false;
    if (world->now_ns >= run->edge_ns) {
        measures_edge(run->measures);
        run->edge_ns = measures_next_edge_ns(run->measures);
    }
    if (world->now_ns >= health_of(world)->due_ns)
        liveness_due(&run->liveness, world);
    return true;
}

void run_judge(struct run *run)
{
    struct world *world = run->world;
    measures_finish(run->measures, world);
    run->trace_hash = trace_hash_value(&world->hash);
    run->events = world->events;
    run->simulated_ns = world->now_ns;
    run->liveness_absent = run->liveness.absent;
    liveness_text(&run->liveness, world, run->liveness_why, sizeof run->liveness_why);
    run_check_linearizable(run);
    verdict_find(run);
}

static double wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void run_execute(struct run *run, const struct scenario *scenario, uint64_t seed,
                 const struct run_options *options)
{
    double began_ms = wall_ms();
    run_prepare(run, scenario, seed, options);
    while (run_step(run))
        ;
    run_judge(run);
    run->wall_ms = wall_ms() - began_ms;
}
