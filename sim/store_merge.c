/* Stores that were made apart, as one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/store_parts.h"
#include "sim/tree.h"

/* ---- the plan of a store ---- */

static bool read_settings(struct store_plan *plan, const char *text)
{
    cJSON *list = cJSON_Parse(text);
    if (!cJSON_IsArray(list)) {
        cJSON_Delete(list);
        return false;
    }
    plan->items = allocate((size_t)cJSON_GetArraySize(list), sizeof *plan->items);
    for (const cJSON *item = list->child; item; item = item->next)
        plan->items[plan->settings.count++] = copy_text(cJSON_GetStringValue(item));
    plan->settings.items = (const char *const *)plan->items;
    cJSON_Delete(list);
    return true;
}

static char *column_copy(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return copy_text(text ? text : "");
}

/* Reads what a store says of itself, of whatever version it is. */
static bool read_row(struct store_plan *plan, sqlite3 *handle)
{
    static const char sql[] = "SELECT file, plan, settings, first_seed, last_seed FROM sweep";
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_ROW;
    if (ok) {
        const char *settings = (const char *)sqlite3_column_text(statement, 2);
        plan->file = column_copy(statement, 0);
        plan->plan = column_copy(statement, 1);
        plan->first = (uint64_t)sqlite3_column_int64(statement, 3);
        plan->last = (uint64_t)sqlite3_column_int64(statement, 4);
        ok = read_settings(plan, settings ? settings : "");
    }
    sqlite3_finalize(statement);
    return ok;
}

bool store_plan_read(struct store_plan *plan, const char *path, struct error *error)
{
    sqlite3 *handle = NULL;
    *plan = (struct store_plan){.file = NULL};
    bool ok = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              read_row(plan, handle);
    if (!ok && access(path, R_OK) != 0)
        refuse(error, "%s: cannot be read", path);
    else if (!ok && (sqlite3_errcode(handle) & 0xff) == SQLITE_BUSY)
        refuse(error, "%s: another raftsim is at work on this store", path);
    else if (!ok)
        refuse(error, "%s: is no store of raftsim", path);
    sqlite3_close(handle);
    return ok;
}

void store_plan_close(struct store_plan *plan)
{
    for (uint32_t i = 0; i < plan->settings.count; i++)
        free(plan->items[i]);
    free(plan->items);
    free(plan->file);
    free(plan->plan);
    *plan = (struct store_plan){.file = NULL};
}

/* ---- taking over ---- */

/* The least seed for which both have a result and the results differ. */
static bool differ(struct store *store, uint64_t *seed)
{
    sqlite3_stmt *statement =
        store_prepare(store, "SELECT p.seed FROM part.run p JOIN main.run m ON p.seed = m.seed "
                             "WHERE p.hash IS NOT m.hash AND p.hash NOT NULL AND m.hash NOT NULL "
                             "ORDER BY p.seed LIMIT 1");
    bool found = store_step(store, statement);
    if (found)
        *seed = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

/* Runs last: until then the episodes of seeds that are there already can be told from new ones. */
static bool copy(struct store *store)
{
    static const char *const tables[] = {"episode", "partition_episode", "asked", "run"};
    bool ok = store_do(store, "BEGIN");
    for (size_t i = 0; i < countof(tables) && ok; i++)
        ok = store_do(store,
                      "INSERT INTO main.%s SELECT * FROM part.%s p "
                      "WHERE NOT EXISTS (SELECT 1 FROM main.run m WHERE m.seed = p.seed)",
                      tables[i], tables[i]);
    return ok && store_do(store, "COMMIT");
}

static bool attach(struct store *store, const char *path)
{
    char *sql = sqlite3_mprintf("ATTACH %Q AS part", path);
    must(sql != NULL);
    bool ok = store_do(store, "%s", sql);
    sqlite3_free(sql);
    return ok;
}

/* Of the same plan and program? The rows of sweep say it all. */
static bool matches(struct store *store)
{
    sqlite3_stmt *statement = store_prepare(
        store, "SELECT 1 FROM main.sweep m, part.sweep p WHERE m.digest = p.digest AND "
               "m.raftsim = p.raftsim AND m.tables = p.tables AND "
               "m.trace_version = p.trace_version");
    bool same = store_step(store, statement);
    sqlite3_finalize(statement);
    return same;
}

bool store_absorb(struct store *store, const char *path, bool *two_runs, struct error *error)
{
    uint64_t seed = 0;
    *two_runs = false;
    if (!attach(store, path)) {
        *error = store->error;
        return false;
    }
    bool same = matches(store);
    if (same && !store->failed)
        *two_runs = differ(store, &seed);
    bool ok = same && !store->failed && !*two_runs && copy(store);
    if (*two_runs)
        refuse(error, "%s: seed %" PRIu64 " gave two different runs", path, seed);
    else if (!same && !store->failed)
        refuse(error, "%s: holds runs of another plan or of another version of raftsim", path);
    else if (!ok)
        *error = store->error;
    return store_do(store, "DETACH part") && ok;
}
