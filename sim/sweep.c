#include "sim/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t verdict_of(const char *name)
{
    for (uint32_t verdict = 0; verdict < VERDICT_DIED; verdict++)
        if (strcmp(verdict_name((enum verdict)verdict), name) == 0)
            return verdict;
    return VERDICT_DIED;
}

static const char *text_at(sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);
    return text ? (const char *)text : "";
}

static uint64_t number_at(sqlite3_stmt *row, int column)
{
    return (uint64_t)sqlite3_column_int64(row, column);
}

/* "WHERE seed BETWEEN .." of the range. */
static const char *where(const struct sweep *sweep, struct text *text)
{
    text_clear(text);
    text_add(text, "WHERE seed BETWEEN %" PRIu64 " AND %" PRIu64, sweep->range.first,
             sweep->range.last);
    return text_of(text);
}

static bool read_all(const struct sweep *sweep)
{
    return sqlite3_errcode(store_handle(sweep->store)) == SQLITE_DONE;
}

/* The sum of the runs' hashes, each mixed with its seed: no order enters. */
static bool read_runs(struct sweep *sweep)
{
    struct text range = {0};
    sqlite3_stmt *row = store_prepare(
        sweep->store, "SELECT seed, verdict, safe, live, hash, simulated_ms FROM run %s",
        where(sweep, &range));
    while (store_step(sweep->store, row)) {
        uint32_t verdict = verdict_of(text_at(row, 1));
        sweep->runs++;
        sweep->verdicts[verdict]++;
        if (verdict == VERDICT_DIED)
            continue;
        sweep->unsafe += !sqlite3_column_int(row, 2);
        sweep->absent += !sqlite3_column_int(row, 3);
        uint64_t hash = strtoull(text_at(row, 4), NULL, 16);
        sweep->hash += chance_mix(hash ^ chance_mix(number_at(row, 0)));
        sweep->simulated_ms += sqlite3_column_double(row, 5);
    }
    bool ok = read_all(sweep);
    sqlite3_finalize(row);
    text_close(&range);
    return ok;
}

/* Runs alike are one group; of missed expectations those with the same first one. */
static bool read_groups(struct sweep *sweep)
{
    struct text range = {0};
    sqlite3_stmt *row = store_prepare(
        sweep->store,
        "SELECT verdict, rule, min(seed), count(*), detail FROM run %s AND verdict <> 'pass' "
        "GROUP BY verdict, rule, CASE verdict WHEN 'expectation' THEN detail END "
        "ORDER BY min(seed)",
        where(sweep, &range));
    while (store_step(sweep->store, row)) {
        sweep->groups = make_room(sweep->groups, &sweep->group_room, sweep->group_count + 1,
                                  sizeof *sweep->groups);
        bool ruled = sqlite3_column_type(row, 1) != SQLITE_NULL;
        sweep->groups[sweep->group_count++] =
            (struct failure_group){.verdict = verdict_of(text_at(row, 0)),
                                   .rule = ruled ? copy_text(text_at(row, 1)) : NULL,
                                   .seed = number_at(row, 2),
                                   .runs = number_at(row, 3),
                                   .detail = copy_text(text_at(row, 4))};
    }
    bool ok = read_all(sweep);
    sqlite3_finalize(row);
    text_close(&range);
    return ok;
}

/* The longest failovers, at most one a run. */
static bool read_worst(struct sweep *sweep)
{
    struct text range = {0};
    sqlite3_stmt *row = store_prepare(
        sweep->store,
        "SELECT seed, max(total_ms), terms FROM episode %s AND number > 0 AND total_ms NOT NULL "
        "GROUP BY seed ORDER BY 2 DESC, seed LIMIT %d",
        where(sweep, &range), WORST_MAX);
    while (store_step(sweep->store, row))
        sweep->worst[sweep->worst_count++] = (struct worst){
            number_at(row, 0), sqlite3_column_double(row, 1), (uint32_t)number_at(row, 2)};
    bool ok = read_all(sweep);
    sqlite3_finalize(row);
    row = store_prepare(sweep->store, "SELECT count(*) FROM episode %s AND cause = '%s'",
                        where(sweep, &range), cause_name(CAUSE_UNPLANNED));
    sweep->unplanned = store_step(sweep->store, row) ? number_at(row, 0) : 0;
    sqlite3_finalize(row);
    text_close(&range);
    return ok;
}

bool sweep_read(struct sweep *sweep, const struct columns *columns, struct store *store,
                const struct seed_range *range)
{
    *sweep =
        (struct sweep){.scenario = columns->scenario, .store = store, .range = *range, .runs = 0};
    sweep->got = allocate(sweep->scenario->sweep_expect.count, sizeof *sweep->got);
    return read_runs(sweep) && read_groups(sweep) && read_worst(sweep) &&
           sweep_summarise(sweep, columns);
}

void sweep_close(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->summary_count; i++)
        free(sweep->summaries[i].name);
    for (size_t i = 0; i < sweep->group_count; i++) {
        free(sweep->groups[i].rule);
        free(sweep->groups[i].detail);
    }
    free(sweep->summaries);
    free(sweep->groups);
    free(sweep->got);
}

const struct summary *sweep_find(const struct sweep *sweep, const char *name)
{
    for (size_t i = 0; i < sweep->summary_count; i++)
        if (strcmp(sweep->summaries[i].name, name) == 0)
            return &sweep->summaries[i];
    return NULL;
}

/* "safety": "holds" and "liveness": "holds", of all runs. */
static void find_word(const struct sweep *sweep, struct finding *finding)
{
    bool safety = strcmp(finding->expectation->metric, "safety") == 0;
    uint64_t runs = sweep->verdicts[safety ? VERDICT_SAFETY : VERDICT_LIVENESS];
    finding->held = runs == 0;
    snprintf(finding->got_text, sizeof finding->got_text, "%s",
             runs == 0 ? "holds"
             : safety  ? "broken"
                       : "absent");
}

static uint32_t find_bounds(const struct sweep *sweep, uint32_t number, struct finding *findings)
{
    const struct expectation *expectation = &sweep->scenario->sweep_expect.items[number];
    struct value got = sweep->got[number];
    struct metric_ref ref;
    const char *statistic;
    bool known = expectation_resolve(expectation, &ref, &statistic);
    must(known);
    for (uint32_t i = 0; i < expectation->bound_count; i++) {
        const struct bound *bound = &expectation->bounds[i];
        findings[i] = (struct finding){expectation, bound, got, bound_holds(bound, got), ""};
        value_text(findings[i].got_text, sizeof findings[i].got_text, ref.metric, statistic, got);
    }
    return expectation->bound_count;
}

uint32_t sweep_findings(const struct sweep *sweep, struct finding *findings)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sweep->scenario->sweep_expect.count; i++) {
        const struct expectation *expectation = &sweep->scenario->sweep_expect.items[i];
        if (!expectation->word) {
            count += find_bounds(sweep, i, &findings[count]);
            continue;
        }
        findings[count] = (struct finding){.expectation = expectation};
        find_word(sweep, &findings[count++]);
    }
    return count;
}

int sweep_status(const struct sweep *sweep, const struct finding *findings, uint32_t count)
{
    bool missed = sweep->verdicts[VERDICT_EXPECTATION] > 0;
    if (sweep->verdicts[VERDICT_DIED] > 0)
        return MUST_STATUS;
    for (uint32_t i = 0; i < count; i++)
        missed = missed || !findings[i].held;
    for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
        if (sweep->verdicts[verdict] > 0 && verdict < VERDICT_EXPECTATION)
            return verdict_status(verdict);
    if (missed)
        return verdict_status(VERDICT_EXPECTATION);
    return verdict_status(sweep->verdicts[VERDICT_UNDECIDED] ? VERDICT_UNDECIDED : VERDICT_PASS);
}
