#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/store_parts.h"
#include "sim/tree.h"

sqlite3 *store_handle(const struct store *store)
{
    return store->handle;
}

const char *store_error(const struct store *store)
{
    return store->error.text;
}

static bool fail(struct store *store)
{
    int code = sqlite3_extended_errcode(store->handle);
    if (store->failed)
        return false;
    store->failed = true;
    if ((code & 0xff) == SQLITE_FULL)
        refuse(&store->error,
               "%s: the disk is full; what was saved is kept, and the same command "
               "goes on from there",
               store->path ? store->path : "temporary store");
    else if ((code & 0xff) == SQLITE_BUSY)
        refuse(&store->error, "%s: another raftsim is at work on this store", store->path);
    else
        refuse(&store->error, "%s: %s", store->path ? store->path : "temporary store",
               sqlite3_errmsg(store->handle));
    return false;
}

/* ---- SQL ---- */

static char *format_sql(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    must(size >= 0);
    char *sql = allocate((size_t)size + 1, 1);
    vsnprintf(sql, (size_t)size + 1, format, arguments);
    return sql;
}

bool store_do(struct store *store, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sql = format_sql(format, arguments);
    va_end(arguments);
    int code = sqlite3_exec(store->handle, sql, NULL, NULL, NULL);
    free(sql);
    return code == SQLITE_OK || fail(store);
}

sqlite3_stmt *store_prepare(struct store *store, const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;
    va_start(arguments, format);
    char *sql = format_sql(format, arguments);
    va_end(arguments);
    if (sqlite3_prepare_v2(store->handle, sql, -1, &statement, NULL) != SQLITE_OK)
        fail(store);
    free(sql);
    return statement;
}

bool store_step(struct store *store, sqlite3_stmt *statement)
{
    int code = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fail(store);
    return code == SQLITE_ROW;
}

/* ---- opening ---- */

static bool is_new(struct store *store)
{
    sqlite3_stmt *statement = store_prepare(store, "SELECT count(*) FROM sqlite_schema");
    bool empty = store_step(store, statement) && sqlite3_column_int(statement, 0) == 0;
    sqlite3_finalize(statement);
    return empty;
}

static char *settings_text(const struct settings *settings)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; settings && i < settings->count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(settings->items[i]));
    char *text = cJSON_PrintUnformatted(list);
    must(text != NULL);
    cJSON_Delete(list);
    return text;
}

static uint64_t tables_digest(const struct store *store)
{
    struct text sql = {0};
    store_schema(&sql, store->columns);
    uint64_t digest = XXH3_64bits(text_of(&sql), sql.count);
    text_close(&sql);
    return digest;
}

static bool describe(struct store *store, const struct settings *settings)
{
    const struct scenario *scenario = store->columns->scenario;
    char *list = settings_text(settings);
    char *sql = sqlite3_mprintf(
        "INSERT INTO sweep VALUES (%Q, %Q, %Q, %Q, '%016llx', %Q, '%016llx', %d, 0, -1)",
        scenario->name, scenario->file, scenario->text, list, (unsigned long long)scenario->digest,
        RAFTSIM_VERSION, (unsigned long long)tables_digest(store), TRACE_HASH_VERSION);
    must(sql != NULL);
    bool ok = store_do(store, "%s", sql);
    sqlite3_free(sql);
    cJSON_free(list);
    return ok;
}

static bool make_tables(struct store *store, const struct settings *settings)
{
    struct text sql = {0};
    store_schema(&sql, store->columns);
    bool ok = store_do(store, "BEGIN") && store_do(store, "%s", text_of(&sql)) &&
              store_do(store, "PRAGMA application_id = %d", STORE_APPLICATION) &&
              store_do(store, "PRAGMA user_version = %d", STORE_VERSION) &&
              describe(store, settings) && store_do(store, "COMMIT");
    text_close(&sql);
    return ok;
}

static int pragma(struct store *store, const char *name)
{
    sqlite3_stmt *statement = store_prepare(store, "PRAGMA %s", name);
    int value = store_step(store, statement) ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
}

static const char *text_at(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text ? (const char *)text : "";
}

static bool is_digest(sqlite3_stmt *statement, int column, uint64_t digest)
{
    char text[20];
    snprintf(text, sizeof text, "%016" PRIx64, digest);
    return strcmp(text_at(statement, column), text) == 0;
}

/* Of this program and plan? */
static bool check_sweep(struct store *store, sqlite3_stmt *statement, struct error *error)
{
    const struct scenario *scenario = store->columns->scenario;
    if (strcmp(text_at(statement, 2), RAFTSIM_VERSION) != 0 ||
        sqlite3_column_int(statement, 4) != TRACE_HASH_VERSION ||
        !is_digest(statement, 3, tables_digest(store)))
        return refuse(error,
                      "%s: made by another raftsim (%.20s; this is %s): results of different "
                      "versions are not mixed; give another file",
                      store->path, text_at(statement, 2), RAFTSIM_VERSION);
    return is_digest(statement, 1, scenario->digest) ||
           refuse(error,
                  "%s: holds runs of another plan (%.60s, digest %.16s), and this is %.60s, digest "
                  "%016" PRIx64 "; give another file",
                  store->path, text_at(statement, 0), text_at(statement, 1), scenario->name,
                  scenario->digest);
}

static bool check_plan(struct store *store, struct error *error)
{
    sqlite3_stmt *statement =
        store_prepare(store, "SELECT scenario, digest, raftsim, tables, trace_version FROM sweep");
    bool ok = store_step(store, statement) ? check_sweep(store, statement, error)
                                           : refuse(error,
                                                    "%s: its table sweep is empty or not "
                                                    "that of this version",
                                                    store->path);
    sqlite3_finalize(statement);
    return ok;
}

static bool check(struct store *store, struct error *error)
{
    if (pragma(store, "application_id") != STORE_APPLICATION)
        return refuse(error, "%s: is a database, but no store of raftsim", store->path);
    int version = pragma(store, "user_version");
    if (version != STORE_VERSION)
        return refuse(error, "%s: its schema has version %d, and this raftsim knows %d",
                      store->path, version, STORE_VERSION);
    return check_plan(store, error);
}

/* One process at a time, and a file that is complete after every save. */
static bool set_up(struct store *store)
{
    return store_do(store, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 8192;"
                           "PRAGMA cache_size = -65536; PRAGMA temp_store = FILE") &&
           (store->path ? store_do(store, "BEGIN IMMEDIATE; COMMIT")
                        : store_do(store, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"));
}

static void add_marks(struct text *sql, const char *table, uint32_t count)
{
    text_add(sql, "INSERT INTO %s VALUES (?", table);
    for (uint32_t i = 1; i < count; i++)
        text_add(sql, ",?");
    text_add(sql, ")");
}

static sqlite3_stmt *prepare_insert(struct store *store, const char *table, uint32_t count)
{
    struct text sql = {0};
    add_marks(&sql, table, count);
    sqlite3_stmt *statement = store_prepare(store, "%s", text_of(&sql));
    text_close(&sql);
    return statement;
}

static bool prepare_inserts(struct store *store)
{
    const struct columns *columns = store->columns;
    store->run = prepare_insert(store, "run", STORE_RUN_FIXED + columns->run_count);
    store->episode = prepare_insert(store, "episode", STORE_EPISODE_FIXED + columns->episode_count);
    store->partition = prepare_insert(store, "partition_episode",
                                      STORE_PARTITION_FIXED + columns->partition_count);
    store->asked = prepare_insert(store, "asked", STORE_ASKED);
    return !store->failed;
}

/* SQLite tells a file that is none only when it is first read. */
static enum store_end blame(struct store *store, struct error *error)
{
    int code = sqlite3_errcode(store->handle);
    bool theirs = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
    if (code == SQLITE_NOTADB)
        refuse(error, "%s: is no store of raftsim (nor any SQLite file)", store->path);
    else
        *error = store->error;
    return theirs ? STORE_REFUSED : STORE_FAILED;
}

static void drop(struct store *store)
{
    sqlite3_finalize(store->run);
    sqlite3_finalize(store->episode);
    sqlite3_finalize(store->partition);
    sqlite3_finalize(store->asked);
    sqlite3_close(store->handle);
    unpack_close(&store->unpacking);
    free(store);
}

enum store_end store_open(struct store **opened, const char *path, const struct columns *columns,
                          const struct settings *settings, struct error *error)
{
    struct store *store = allocate(1, sizeof *store);
    enum store_end end = STORE_OPEN;
    *opened = NULL;
    store->columns = columns;
    store->path = path;
    /* One thread: no mutex. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path ? path : "", &store->handle, flags, NULL) != SQLITE_OK ||
        !set_up(store)) {
        if (!store->failed)
            fail(store);
        end = blame(store, error);
    } else if (is_new(store)) {
        if (store->failed || !make_tables(store, settings))
            end = blame(store, error);
    } else if (store->failed) {
        end = blame(store, error);
    } else if (!check(store, error)) {
        end = STORE_REFUSED;
    }
    if (end == STORE_OPEN && !prepare_inserts(store))
        end = blame(store, error);
    if (end == STORE_OPEN)
        *opened = store;
    else
        drop(store);
    return end;
}

bool store_close(struct store *store, struct error *error)
{
    bool ok = store_save(store);
    if (!ok)
        *error = store->error;
    drop(store);
    return ok;
}
