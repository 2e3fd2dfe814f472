#include "sim/compare_runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/metric.h"

void runs_open(struct runs *runs, uint64_t first, uint64_t last)
{
    *runs = (struct runs){.first = first, .last = last};
}

void runs_add_side(struct runs *runs, const struct scenario *plan)
{
    must(runs->side_count < SIDES_MAX);
    struct side *side = &runs->sides[runs->side_count++];
    side->plan = plan;
    if (plan)
        columns_open(&side->columns, plan);
}

static bool same_group(const struct metric_ref *a, const struct metric_ref *b)
{
    return a->metric->kind == b->metric->kind && a->startup == b->startup &&
           a->one_cause == b->one_cause && (!a->one_cause || a->cause == b->cause);
}

uint32_t runs_ask(struct runs *runs, const char *name)
{
    struct metric_ref ref;
    for (uint32_t i = 0; i < runs->metric_count; i++)
        if (strcmp(runs->metrics[i].name, name) == 0)
            return i;
    bool known = metric_resolve(name, &ref, NULL);
    must(known);
    must(runs->metric_count < METRICS_MAX);
    uint32_t table = 0;
    while (table < runs->table_count && !same_group(&runs->tables[table].group, &ref))
        table++;
    if (table == runs->table_count)
        runs->tables[runs->table_count++].group = ref;
    runs->metrics[runs->metric_count] =
        (struct asked_metric){copy_text(name), ref, table, runs->tables[table].width++};
    return runs->metric_count++;
}

/* ---- in a worker ---- */

/* A world of its own for each side: it finds its memory as it left it. */
static void *open_worlds(void *context)
{
    struct runs *runs = context;
    struct run **worlds = allocate(runs->side_count, sizeof(struct run *));
    for (uint32_t i = 0; i < runs->side_count; i++)
        worlds[i] = runs->sides[i].plan ? run_new() : NULL;
    return worlds;
}

static void run_seed(void *context, void *state, uint64_t job, struct bytes *result)
{
    struct runs *runs = context;
    struct run **worlds = state;
    for (uint32_t i = 0; i < runs->side_count; i++) {
        const struct side *side = &runs->sides[i];
        uint64_t size = 0;
        size_t head = result->size;
        if (!side->plan)
            continue;
        bytes_add(result, &size, sizeof size);
        run_execute(worlds[i], side->plan, runs->first + side->shift + job, NULL);
        columns_pack(&side->columns, worlds[i], result);
        size = result->size - head - sizeof size;
        memcpy(result->data + head, &size, sizeof size);
    }
}

/* ---- in the parent ---- */

double *runs_add_row(struct runs *runs, uint32_t side, uint32_t table, uint64_t seed)
{
    struct side_rows *rows = &runs->sides[side].rows[table];
    uint64_t job = seed - runs->first;
    size_t width = runs->tables[table].width;
    rows->items =
        make_room(rows->items, &rows->room, (rows->count + 1) * width, sizeof *rows->items);
    if (rows->runs[job].count++ == 0)
        rows->runs[job].first = rows->count;
    return rows->items + rows->count++ * width;
}

static double *add_row(struct side *side, struct runs *runs, uint32_t table, uint64_t job)
{
    return runs_add_row(runs, (uint32_t)(side - runs->sides), table, runs->first + job);
}

/* A row of all columns of one kind. */
struct source {
    const struct column *columns;
    uint32_t count;
    const double *values;
};

static double value_in(const struct source *source, uint32_t index)
{
    for (uint32_t i = 0; i < source->count; i++)
        if (source->columns[i].ref.index == index)
            return source->values[i];
    return NAN; /* a plan without topics has none of their metrics */
}

static void fill(double *row, const struct runs *runs, uint32_t table, const struct source *source)
{
    for (uint32_t i = 0; i < runs->metric_count; i++)
        if (runs->metrics[i].table == table)
            row[runs->metrics[i].column] = value_in(source, runs->metrics[i].ref.index);
}

static void take_run_metrics(struct runs *runs, struct side *side, uint64_t job,
                             const double *values)
{
    struct source source = {side->columns.run, side->columns.run_count, values};
    for (uint32_t table = 0; table < runs->table_count; table++)
        if (runs->tables[table].group.metric->kind == METRIC_RUN)
            fill(add_row(side, runs, table, job), runs, table, &source);
}

static void take_episode(struct runs *runs, struct side *side, uint64_t job, uint32_t position)
{
    struct episode_result one = unpack_episode(&runs->unpacking);
    struct source source = {side->columns.episode, side->columns.episode_count, one.values};
    struct episode episode = {.cause = one.cause};
    side->facts[job].unplanned += one.cause == CAUSE_UNPLANNED;
    for (uint32_t table = 0; table < runs->table_count; table++) {
        const struct metric_ref *group = &runs->tables[table].group;
        if (group->metric->kind != METRIC_EPISODE || !episode_counts(group, &episode, position))
            continue;
        double *row = add_row(side, runs, table, job);
        fill(row, runs, table, &source);
        for (uint32_t i = 0; one.outcome == OUTCOME_OPEN && i < runs->tables[table].width; i++)
            row[i] = INFINITY;
    }
}

static void take_partition(struct runs *runs, struct side *side, uint64_t job)
{
    struct episode_result one = unpack_partition(&runs->unpacking);
    struct source source = {side->columns.partition, side->columns.partition_count, one.values};
    struct partition_episode episode = {.cause = (uint8_t)one.cause};
    for (uint32_t table = 0; table < runs->table_count; table++) {
        const struct metric_ref *group = &runs->tables[table].group;
        if (group->metric->kind != METRIC_PARTITION || !partition_counts(group, &episode))
            continue;
        double *row = add_row(side, runs, table, job);
        fill(row, runs, table, &source);
        for (uint32_t i = 0; one.outcome == PARTITION_OPEN && i < runs->tables[table].width; i++)
            if (isnan(row[i]))
                row[i] = INFINITY;
    }
}

static void take_side(struct runs *runs, struct side *side, uint64_t job,
                      const struct bytes *packed)
{
    unpack_begin(&runs->unpacking, &side->columns, packed);
    struct result head = unpack_head(&runs->unpacking);
    side->facts[job] = (struct run_facts){.done = true,
                                          .broken = head.broken,
                                          .absent = head.absent,
                                          .verdict = head.verdict,
                                          .hash = head.trace_hash,
                                          .simulated_ns = head.simulated_ns};
    side->hash += chance_mix(head.trace_hash ^ chance_mix(head.seed));
    take_run_metrics(runs, side, job, head.values);
    for (uint32_t i = 0; i < head.episode_count; i++)
        take_episode(runs, side, job, i);
    for (uint32_t i = 0; i < head.partition_count; i++)
        take_partition(runs, side, job);
    for (uint32_t i = 0; i < head.asked_count; i++)
        unpack_asked(&runs->unpacking);
    unpack_end(&runs->unpacking);
}

static void take(void *context, uint64_t job, const struct bytes *result)
{
    struct runs *runs = context;
    size_t at = 0;
    for (uint32_t i = 0; i < runs->side_count; i++) {
        uint64_t size;
        if (!runs->sides[i].plan)
            continue;
        memcpy(&size, result->data + at, sizeof size);
        at += sizeof size;
        take_side(runs, &runs->sides[i], job,
                  &(struct bytes){.data = result->data + at, .size = size});
        at += size;
    }
    must(at == result->size);
    runs->done++;
}

static void lose(void *context, uint64_t job, const char *why)
{
    struct runs *runs = context;
    if (runs->lost++ == 0 || runs->first + job < runs->lost_seed) {
        runs->lost_seed = runs->first + job;
        snprintf(runs->lost_why, sizeof runs->lost_why, "%s", why);
    }
}

void runs_prepare(struct runs *runs)
{
    uint64_t seeds = runs->last - runs->first + 1;
    if (runs->sides[0].facts)
        return;
    for (uint32_t i = 0; i < runs->side_count; i++) {
        struct side *side = &runs->sides[i];
        side->facts = allocate(seeds, sizeof *side->facts);
        side->rows = allocate(runs->table_count, sizeof *side->rows);
        for (uint32_t table = 0; table < runs->table_count; table++)
            side->rows[table].runs = allocate(seeds, sizeof *side->rows[table].runs);
    }
}

void runs_execute(struct runs *runs, uint32_t jobs, enum workers_stop (*tick)(void *runs))
{
    runs_prepare(runs);
    workers_run(&(struct workers){.count = jobs,
                                  .jobs = runs->last - runs->first + 1,
                                  .context = runs,
                                  .open = open_worlds,
                                  .work = run_seed,
                                  .take = take,
                                  .lost = lose,
                                  .tick = tick});
}

void runs_close(struct runs *runs)
{
    for (uint32_t i = 0; i < runs->side_count; i++) {
        struct side *side = &runs->sides[i];
        for (uint32_t table = 0; side->rows && table < runs->table_count; table++) {
            free(side->rows[table].items);
            free(side->rows[table].runs);
        }
        free(side->rows);
        free(side->facts);
        if (side->plan)
            columns_close(&side->columns);
    }
    for (uint32_t i = 0; i < runs->metric_count; i++)
        free(runs->metrics[i].name);
    unpack_close(&runs->unpacking);
    *runs = (struct runs){0};
}

bool runs_has(const struct runs *runs, uint64_t seed)
{
    for (uint32_t i = 0; i < runs->side_count; i++)
        if (!runs->sides[i].facts[seed - runs->first].done)
            return false;
    return true;
}

uint32_t runs_rows(const struct runs *runs, uint32_t side, uint32_t metric, uint64_t seed)
{
    uint32_t table = runs->metrics[metric].table;
    return runs->sides[side].rows[table].runs[seed - runs->first].count;
}

double runs_value(const struct runs *runs, uint32_t side, uint32_t metric, uint64_t seed,
                  uint32_t row)
{
    const struct asked_metric *asked = &runs->metrics[metric];
    const struct side_rows *rows = &runs->sides[side].rows[asked->table];
    size_t at = rows->runs[seed - runs->first].first + row;
    return rows->items[at * runs->tables[asked->table].width + asked->column];
}
