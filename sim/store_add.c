/* Results into the tables: the parts of the store that a sweep's every run goes through. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/store_parts.h"

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    if (text[0])
        sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, at);
}

static void bind_number(sqlite3_stmt *statement, int at, double number)
{
    if (isnan(number))
        sqlite3_bind_null(statement, at);
    else
        sqlite3_bind_double(statement, at, number);
}

static void bind_values(sqlite3_stmt *statement, int first, const double *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bind_number(statement, first + (int)i, values[i]);
}

static bool insert(struct store *store, sqlite3_stmt *statement)
{
    store_step(store, statement);
    sqlite3_reset(statement);
    return !store->failed;
}

static double ms_of(uint64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

const char *store_verdict(uint32_t verdict)
{
    return verdict == VERDICT_DIED ? "died" : verdict_name((enum verdict)verdict);
}

enum { HASH_DIGITS = 16 };

static bool add_run(struct store *store, const struct result *result)
{
    sqlite3_stmt *run = store->run;
    char hash[HASH_DIGITS + 1] = "";
    for (int i = 0; i < HASH_DIGITS; i++)
        hash[i] = "0123456789abcdef"[result->trace_hash >> (60 - 4 * i) & 15];
    sqlite3_bind_int64(run, 1, (sqlite3_int64)result->seed);
    bind_text(run, 2, store_verdict(result->verdict));
    bind_text(run, 3, result->rule);
    bind_text(run, 4, result->detail);
    sqlite3_bind_int(run, 5, !result->broken);
    sqlite3_bind_int(run, 6, !result->absent);
    bind_text(run, 7, hash);
    bind_number(run, 8, ms_of(result->simulated_ns));
    bind_values(run, STORE_RUN_FIXED + 1, result->values, store->columns->run_count);
    return insert(store, run);
}

static const char *outcome_name(uint32_t outcome)
{
    static const char *const names[] = {
        [OUTCOME_OPEN] = "open", [OUTCOME_ELECTED] = "elected", [OUTCOME_RESUMED] = "resumed"};
    return names[outcome];
}

static bool add_episode(struct store *store, uint64_t seed, uint32_t number)
{
    sqlite3_stmt *episode = store->episode;
    struct episode_result result = unpack_episode(&store->unpacking);
    sqlite3_bind_int64(episode, 1, (sqlite3_int64)seed);
    sqlite3_bind_int64(episode, 2, number);
    bind_text(episode, 3, cause_name((enum cause)result.cause));
    bind_text(episode, 4, outcome_name(result.outcome));
    bind_number(episode, 5, ms_of(result.begin_ns));
    sqlite3_bind_int64(episode, 6, result.lost);
    sqlite3_bind_int64(episode, 7, result.leader);
    sqlite3_bind_int64(episode, 8, (sqlite3_int64)result.term);
    bind_values(episode, STORE_EPISODE_FIXED + 1, result.values, store->columns->episode_count);
    return insert(store, episode);
}

static const char *partition_outcome_name(uint32_t outcome)
{
    static const char *const names[] = {[PARTITION_OPEN] = "open",
                                        [PARTITION_ELECTED] = "elected",
                                        [PARTITION_RESUMED] = "resumed",
                                        [PARTITION_KEPT] = "kept"};
    return names[outcome];
}

static bool add_partition(struct store *store, uint64_t seed, uint32_t number)
{
    sqlite3_stmt *partition = store->partition;
    struct episode_result result = unpack_partition(&store->unpacking);
    sqlite3_bind_int64(partition, 1, (sqlite3_int64)seed);
    sqlite3_bind_int64(partition, 2, number);
    sqlite3_bind_int64(partition, 3, result.partition);
    bind_text(partition, 4, partition_cause_name((enum partition_cause)result.cause));
    bind_text(partition, 5, partition_outcome_name(result.outcome));
    bind_number(partition, 6, ms_of(result.begin_ns));
    sqlite3_bind_int64(partition, 7, result.lost);
    sqlite3_bind_int64(partition, 8, result.leader);
    bind_values(partition, STORE_PARTITION_FIXED + 1, result.values,
                store->columns->partition_count);
    return insert(store, partition);
}

static bool add_asked(struct store *store, uint64_t seed)
{
    struct asked_result result = unpack_asked(&store->unpacking);
    sqlite3_bind_int64(store->asked, 1, (sqlite3_int64)seed);
    sqlite3_bind_int64(store->asked, 2, (sqlite3_int64)result.expectation);
    bind_number(store->asked, 3, result.value);
    return insert(store, store->asked);
}

static bool begin(struct store *store)
{
    if (!store->open)
        store->open = store_do(store, "BEGIN");
    return store->open;
}

bool store_add(struct store *store, const struct bytes *packed)
{
    unpack_begin(&store->unpacking, store->columns, packed);
    struct result result = unpack_head(&store->unpacking);
    bool ok = begin(store) && add_run(store, &result);
    for (uint32_t i = 0; i < result.episode_count; i++)
        ok = add_episode(store, result.seed, i) && ok;
    for (uint32_t i = 0; i < result.partition_count; i++)
        ok = add_partition(store, result.seed, i) && ok;
    for (uint32_t i = 0; i < result.asked_count; i++)
        ok = add_asked(store, result.seed) && ok;
    unpack_end(&store->unpacking);
    return ok;
}

bool store_add_died(struct store *store, uint64_t seed, const char *why)
{
    if (!begin(store))
        return false;
    sqlite3_clear_bindings(store->run);
    sqlite3_bind_int64(store->run, 1, (sqlite3_int64)seed);
    bind_text(store->run, 2, store_verdict(VERDICT_DIED));
    bind_text(store->run, 4, why);
    return insert(store, store->run);
}

bool store_save(struct store *store)
{
    if (store->failed)
        return false;
    if (!store->open)
        return true;
    store->open = false;
    return store_do(store, "COMMIT");
}

bool store_ask(struct store *store, uint64_t first, uint64_t last)
{
    return store_do(store, "UPDATE sweep SET first_seed = %" PRIu64 ", last_seed = %" PRIu64, first,
                    last);
}

bool store_each_seed(struct store *store, uint64_t first, uint64_t last,
                     void (*each)(void *context, uint64_t seed), void *context)
{
    sqlite3_stmt *statement = store_prepare(
        store, "SELECT seed FROM run WHERE seed BETWEEN %" PRIu64 " AND %" PRIu64, first, last);
    while (store_step(store, statement))
        each(context, (uint64_t)sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    return !store->failed;
}
