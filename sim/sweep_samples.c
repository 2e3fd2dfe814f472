/* Every metric's samples over all runs, some columns of the store at a time: memory is bounded by
 * the number of samples of a few metrics, whatever the number of runs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sweep.h"

/* So many values may be held at a time: 64 MB. */
enum { VALUES_MAX = 8 << 20, COLUMNS_MAX = 8 };

struct pool {
    double *items;
    size_t count, room;
    uint64_t unended;
};

/* Pools of one column: of episodes by cause, with the first episode of a run (number 0) apart. */
enum {
    FIRST = 0, /* startup; of the whole run: the only one */
    OF_CAUSE = 1,
    CAUSES_MAX = (int)CAUSE_COUNT > (int)PARTITION_CAUSE_COUNT ? (int)CAUSE_COUNT
                                                               : (int)PARTITION_CAUSE_COUNT,
    POOLS = OF_CAUSE + CAUSES_MAX
};

static const struct table {
    enum metric_kind kind;
    const char *name;
    const char *fixed; /* number, cause, outcome: what a row is about */
    uint32_t causes;
} tables[] = {
    {METRIC_RUN, "run", "0, '', ''", 0},
    {METRIC_EPISODE, "episode", "number, cause, outcome", CAUSE_COUNT},
    {METRIC_PARTITION, "partition_episode", "1, cause, outcome", PARTITION_CAUSE_COUNT},
};

/* The columns that one reading of a table goes through. */
struct batch {
    struct sweep *sweep;
    const struct table *table;
    const struct column *columns;
    uint32_t count;
    struct pool pools[COLUMNS_MAX][POOLS];
};

/* ---- one metric ---- */

static const struct {
    const char *name;
    uint64_t share, of;
} quantiles[QUANTILES] = {{"p50", 1, 2}, {"p90", 9, 10}, {"p99", 99, 100}, {"p999", 999, 1000}};

static struct estimate estimate_of(const struct samples *samples, size_t which)
{
    struct estimate estimate = {.at = sample_statistic(samples, quantiles[which].name)};
    uint64_t all = samples->count + samples->unended, low, high;
    if (!estimate.at.known ||
        !quantile_interval(all, quantiles[which].share, quantiles[which].of, &low, &high))
        return estimate;
    estimate.bounded = true;
    estimate.low = samples->items[low - 1];
    estimate.high = high <= samples->count ? samples->items[high - 1] : (double)INFINITY;
    return estimate;
}

/* 1, 2 or 5 times a power of ten, so that ten or so of them span the range. */
static double nice_step(double range)
{
    double step = 1e-6;
    while (step * 10 < range)
        step *= 10;
    return range / step >= 5 ? step : range / step >= 2 ? step / 2 : step / 5;
}

static void add_bins(struct summary *summary, const struct samples *samples)
{
    enum { FEWEST = 20 };
    if (samples->count < FEWEST || samples->items[samples->count - 1] <= samples->items[0])
        return;
    double least = samples->items[0], usual = samples->items[samples->count * 99ull / 100];
    double step = nice_step(usual - least + 1);
    summary->bin_step = step;
    summary->bin_from = floor(least / step) * step;
    for (uint32_t i = 0; i < samples->count; i++) {
        double bin = (samples->items[i] - summary->bin_from) / step;
        summary->bins[bin < BINS - 1 ? (size_t)bin : BINS - 1]++;
    }
}

/* What sweep.expect asks of this metric over whole runs. */
static void answer(struct sweep *sweep, const char *name, const struct samples *samples)
{
    const struct expectations *expect = &sweep->scenario->sweep_expect;
    for (uint32_t i = 0; i < expect->count; i++) {
        const struct expectation *one = &expect->items[i];
        struct metric_ref ref;
        const char *statistic;
        if (one->word || one->window > 0 || !expectation_resolve(one, &ref, &statistic))
            continue;
        size_t size = strlen(name);
        if (strncmp(one->text, name, size) == 0 &&
            (one->text[size] == '\0' || (statistic && one->text[size] == '.')))
            sweep->got[i] = sample_statistic(samples, statistic);
    }
}

static struct samples samples_of(struct pool *pool)
{
    must(pool->count <= UINT32_MAX && pool->unended <= UINT32_MAX);
    statistics_sort(pool->items, pool->count);
    return (struct samples){
        .count = (uint32_t)pool->count, .unended = (uint32_t)pool->unended, .items = pool->items};
}

static void summarise(struct sweep *sweep, const char *name, const struct metric_ref *ref,
                      struct pool *pool)
{
    struct samples samples = samples_of(pool);
    sweep->summaries = make_room(sweep->summaries, &sweep->summary_room, sweep->summary_count + 1,
                                 sizeof *sweep->summaries);
    struct summary *summary = &sweep->summaries[sweep->summary_count++];
    *summary = (struct summary){.name = copy_text(name),
                                .ref = *ref,
                                .count = samples.count,
                                .unended = samples.unended,
                                .min = sample_statistic(&samples, "min"),
                                .max = sample_statistic(&samples, "max"),
                                .mean = sample_statistic(&samples, "mean")};
    for (size_t i = 0; i < QUANTILES; i++)
        summary->quantiles[i] = estimate_of(&samples, i);
    if (ref->metric->unit == UNIT_MS)
        add_bins(summary, &samples);
    answer(sweep, name, &samples);
}

/* ---- reading a table ---- */

static uint32_t cause_of(const struct table *table, const char *text)
{
    for (uint32_t cause = 0; cause < table->causes; cause++) {
        const char *name = table->kind == METRIC_EPISODE
                               ? cause_name((enum cause)cause)
                               : partition_cause_name((enum partition_cause)cause);
        if (strcmp(name, text) == 0)
            return cause;
    }
    return 0;
}

/* An episode that is open has no value yet; of partitions, what it has reached has one. */
static void read_row(struct batch *batch, sqlite3_stmt *row)
{
    bool first = sqlite3_column_int(row, 0) == 0;
    uint32_t which =
        first ? FIRST
              : OF_CAUSE + cause_of(batch->table, (const char *)sqlite3_column_text(row, 1));
    bool open = strcmp((const char *)sqlite3_column_text(row, 2), "open") == 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct pool *pool = &batch->pools[i][which];
        bool known = sqlite3_column_type(row, 3 + (int)i) != SQLITE_NULL;
        if (open && (batch->table->kind == METRIC_EPISODE || !known)) {
            pool->unended++;
            continue;
        }
        if (!known)
            continue;
        pool->items = make_room(pool->items, &pool->room, pool->count + 1, sizeof *pool->items);
        pool->items[pool->count++] = sqlite3_column_double(row, 3 + (int)i);
    }
}

static bool read_rows(struct batch *batch)
{
    struct store *store = batch->sweep->store;
    const struct seed_range *range = &batch->sweep->range;
    struct text names = {0};
    for (uint32_t i = 0; i < batch->count; i++)
        text_add(&names, ", \"%s\"", batch->columns[i].name);
    /* Runs that raftsim did not survive have no values, not even in `run`. */
    sqlite3_stmt *row =
        store_prepare(store, "SELECT %s%s FROM %s WHERE seed BETWEEN %" PRIu64 " AND %" PRIu64 "%s",
                      batch->table->fixed, text_of(&names), batch->table->name, range->first,
                      range->last, batch->table->kind == METRIC_RUN ? " AND hash NOT NULL" : "");
    while (store_step(store, row))
        read_row(batch, row);
    bool ok = sqlite3_errcode(store_handle(store)) == SQLITE_DONE;
    sqlite3_finalize(row);
    text_close(&names);
    return ok;
}

/* ---- all scopes of a column ---- */

struct naming {
    struct batch *batch;
    uint32_t column;
};

static void join(struct pool *all, const struct pool *one)
{
    all->items = make_room(all->items, &all->room, all->count + one->count, sizeof *all->items);
    if (one->count > 0)
        memcpy(all->items + all->count, one->items, one->count * sizeof *one->items);
    all->count += one->count;
    all->unended += one->unended;
}

/* "failover.X" is of all causes together; "partition.X" of all but the start. */
static void summarise_all(struct naming *naming, const char *name, const struct metric_ref *ref)
{
    struct batch *batch = naming->batch;
    struct pool all = {0};
    bool said = false;
    for (uint32_t cause = 0; cause < batch->table->causes; cause++) {
        const struct pool *one = &batch->pools[naming->column][OF_CAUSE + cause];
        if (batch->table->kind == METRIC_PARTITION && cause == PARTITION_LOST_START)
            continue;
        said = said || one->count + one->unended > 0;
        join(&all, one);
    }
    if (said)
        summarise(batch->sweep, name, ref, &all);
    free(all.items);
}

/* Called with every name of every metric: those of this column are summarised. */
static void name_scope(void *context, const char *name, const struct metric_ref *ref)
{
    struct naming *naming = context;
    struct batch *batch = naming->batch;
    if (ref->index != batch->columns[naming->column].ref.index)
        return;
    bool all = ref->metric->kind != METRIC_RUN && !ref->startup && !ref->one_cause;
    struct pool *pool =
        &batch->pools[naming->column][ref->one_cause ? OF_CAUSE + ref->cause : FIRST];
    if (all)
        summarise_all(naming, name, ref);
    else if (ref->metric->kind == METRIC_RUN || pool->count + pool->unended > 0)
        summarise(batch->sweep, name, ref, pool);
}

static bool read_batch(struct batch *batch)
{
    bool ok = read_rows(batch);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct naming naming = {batch, i};
        if (ok)
            metric_names(name_scope, &naming);
        for (uint32_t which = 0; which < POOLS; which++)
            free(batch->pools[i][which].items);
    }
    return ok;
}

static uint64_t count_rows(struct sweep *sweep, const struct table *table)
{
    sqlite3_stmt *row = store_prepare(sweep->store, "SELECT count(*) FROM %s", table->name);
    uint64_t count = store_step(sweep->store, row) ? (uint64_t)sqlite3_column_int64(row, 0) : 0;
    sqlite3_finalize(row);
    return count;
}

static bool read_table(struct sweep *sweep, const struct table *table, const struct column *columns,
                       uint32_t count)
{
    uint64_t rows = count_rows(sweep, table);
    uint32_t at_a_time =
        rows > 0 && VALUES_MAX / rows < COLUMNS_MAX ? (uint32_t)(VALUES_MAX / rows) : COLUMNS_MAX;
    at_a_time = at_a_time > 0 ? at_a_time : 1;
    struct batch *batch = allocate(1, sizeof *batch);
    bool ok = true;
    for (uint32_t at = 0; at < count && ok; at += at_a_time) {
        uint32_t here = count - at < at_a_time ? count - at : at_a_time;
        *batch = (struct batch){sweep, table, columns + at, here, {{{0}}}};
        ok = read_batch(batch);
    }
    free(batch);
    return ok;
}

/* ---- what is about windows ---- */

static bool read_asked(struct sweep *sweep, uint32_t expectation)
{
    const struct expectation *one = &sweep->scenario->sweep_expect.items[expectation];
    const struct seed_range *range = &sweep->range;
    struct pool pool = {0};
    struct metric_ref ref;
    const char *statistic;
    sqlite3_stmt *row = store_prepare(
        sweep->store,
        "SELECT value FROM asked WHERE expectation = %u AND seed BETWEEN %" PRIu64 " AND %" PRIu64,
        expectation, range->first, range->last);
    while (store_step(sweep->store, row)) {
        if (sqlite3_column_type(row, 0) == SQLITE_NULL) {
            pool.unended++;
            continue;
        }
        pool.items = make_room(pool.items, &pool.room, pool.count + 1, sizeof *pool.items);
        pool.items[pool.count++] = sqlite3_column_double(row, 0);
    }
    bool ok = sqlite3_errcode(store_handle(sweep->store)) == SQLITE_DONE;
    sqlite3_finalize(row);
    struct samples samples = samples_of(&pool);
    bool known = expectation_resolve(one, &ref, &statistic);
    must(known);
    sweep->got[expectation] = sample_statistic(&samples, statistic);
    free(pool.items);
    return ok;
}

/* A metric that no run had anything to say about has a count of 0, and nothing else. */
static void answer_with_nothing(struct sweep *sweep)
{
    const struct expectations *expect = &sweep->scenario->sweep_expect;
    struct samples none = {0};
    for (uint32_t i = 0; i < expect->count; i++) {
        struct metric_ref ref;
        const char *statistic;
        if (!expect->items[i].word && expectation_resolve(&expect->items[i], &ref, &statistic))
            sweep->got[i] = sample_statistic(&none, statistic);
    }
}

bool sweep_summarise(struct sweep *sweep, const struct columns *columns)
{
    answer_with_nothing(sweep);
    bool ok =
        read_table(sweep, &tables[METRIC_RUN], columns->run, columns->run_count) &&
        read_table(sweep, &tables[METRIC_EPISODE], columns->episode, columns->episode_count) &&
        read_table(sweep, &tables[METRIC_PARTITION], columns->partition, columns->partition_count);
    for (uint32_t i = 0; i < columns->asked_count && ok; i++)
        ok = read_asked(sweep, columns->asked[i]);
    return ok;
}
