/* The results of a sweep in an SQLite file: tables sweep, run, episode, partition_episode and asked
 * (store_schema says what each holds). What was saved outlives any end of the program.
 *
 * Every function but store_open returns false once something failed; store_error tells what. */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include <sqlite3.h>

#include "sim/columns.h"
#include "sim/text.h"

struct store;

/* How an attempt ended: a file that is none of ours is the user's mistake (exit 2), a disk that
 * does not take it is not (exit 74). */
enum store_end { STORE_OPEN, STORE_REFUSED, STORE_FAILED };

/* Opens or makes the store of a plan; path NULL: one that nobody else sees and that vanishes. It
 * is this process's alone until it is closed. `columns` must outlive it. */
enum store_end store_open(struct store **store, const char *path, const struct columns *columns,
                          const struct settings *settings, struct error *error);
/* Saves what is left; the file is then complete in itself. */
bool store_close(struct store *store, struct error *error);

/* The seeds that the report is about. */
bool store_ask(struct store *store, uint64_t first, uint64_t last);
/* Calls `each` with every seed of first..last that has a result, ascending. */
bool store_each_seed(struct store *store, uint64_t first, uint64_t last,
                     void (*each)(void *context, uint64_t seed), void *context);
/* Adds one run, as columns_pack packed it. */
bool store_add(struct store *store, const struct bytes *packed);
/* Adds a run that raftsim itself did not survive. */
bool store_add_died(struct store *store, uint64_t seed, const char *why);
/* What was added is safe from now on. */
bool store_save(struct store *store);

/* "pass" .. "nondeterministic", or "died". */
const char *store_verdict(uint32_t verdict);

const char *store_error(const struct store *store);
/* For those who ask with SQL of their own. */
sqlite3 *store_handle(const struct store *store);
/* Runs SQL without results, made as printf does. */
bool store_do(struct store *store, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prepares a question. */
sqlite3_stmt *store_prepare(struct store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* True while there is a row. */
bool store_step(struct store *store, sqlite3_stmt *statement);

/* ---- store_merge.c ---- */

/* What a store says of its plan. */
struct store_plan {
    char *file, *plan; /* the scenario's name as given, its text with all changes made */
    struct settings settings;
    char **items; /* what `settings` points to */
    uint64_t first, last;
};
/* Reads it; false: `error` names the file. The caller closes it, whatever came of it. */
bool store_plan_read(struct store_plan *plan, const char *path, struct error *error);
void store_plan_close(struct store_plan *plan);
/* Takes over what another store holds. Seeds that both have must agree in their hash: else false,
 * with `two_runs` set. */
bool store_absorb(struct store *store, const char *path, bool *two_runs, struct error *error);

/* ---- store_schema.c ---- */

enum { STORE_APPLICATION = 0x72667369, STORE_VERSION = 1 };
/* The tables, with a comment for each column. */
void store_schema(struct text *sql, const struct columns *columns);

#endif
