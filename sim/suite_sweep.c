/* What all seeds of a scenario missed together: how many runs are to blame, what they spent their
 * time on against all of them, and the worst. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/suite_parts.h"
#include "sim/sweep.h"

/* A bound that was missed, and the values in the store that its statistic was made of. */
struct missed {
    const struct suite *suite;
    const struct suite_case *one;
    const struct sweep *sweep;
    const struct finding *finding;
    struct metric_ref ref;
    const char *statistic;
    struct text from;  /* table and rows: "episode WHERE number > 0" */
    struct text value; /* the column */
    struct text wrong; /* which of the rows do not hold the bound by themselves */
    FILE *out;
};

bool suite_sweep_add(struct suite *suite, struct suite_case *one, const struct bytes *packed)
{
    struct error error;
    if (!one->store &&
        store_open(&one->store, NULL, &one->columns, suite->settings, &error) != STORE_OPEN) {
        snprintf(suite->store_error, sizeof suite->store_error, "%s", error.text);
        return false;
    }
    if (store_add(one->store, packed))
        return true;
    snprintf(suite->store_error, sizeof suite->store_error, "%s", store_error(one->store));
    return false;
}

/* ---- asking the store ---- */

static const char *operator_of(enum bound_op op)
{
    static const char *const operators[] = {[BOUND_LE] = "<=", [BOUND_LT] = "<", [BOUND_GE] = ">=",
                                            [BOUND_GT] = ">",  [BOUND_EQ] = "=", [BOUND_NE] = "<>"};
    return operators[op];
}

static uint32_t position_of(const struct missed *missed)
{
    return (uint32_t)(missed->finding->expectation - missed->one->scenario.sweep_expect.items);
}

/* Which rows the metric is about; an episode that has not ended has no value and holds nothing. */
static void find_rows(struct missed *missed)
{
    const struct metric_ref *ref = &missed->ref;
    const struct bound *bound = missed->finding->bound;
    bool run = ref->metric->kind == METRIC_RUN;
    const char *ends = run ? "NULL" : "outcome = 'open'";
    text_add(&missed->value, "\"%s\"", ref->metric->name);
    if (missed->finding->expectation->window) {
        text_clear(&missed->value);
        text_add(&missed->value, "value");
        text_add(&missed->from, "asked WHERE expectation = %u", position_of(missed));
        ends = "value IS NULL";
    } else if (run) {
        text_add(&missed->from, "run WHERE hash NOT NULL");
    } else if (ref->metric->kind == METRIC_EPISODE) {
        text_add(&missed->from, "episode WHERE number %s 0", ref->startup ? "=" : ">");
        if (ref->one_cause)
            text_add(&missed->from, " AND cause = '%s'", cause_name((enum cause)ref->cause));
    } else {
        text_add(&missed->from, "partition_episode WHERE cause %s '%s'",
                 ref->one_cause ? "=" : "<>",
                 partition_cause_name(ref->one_cause ? (enum partition_cause)ref->cause
                                                     : PARTITION_LOST_START));
    }
    if (bound->op == BOUND_NULL)
        text_add(&missed->wrong, "%s NOT NULL", text_of(&missed->value));
    else
        text_add(&missed->wrong, "(%s OR %s NOT NULL AND NOT %s %s %.17g)", ends,
                 text_of(&missed->value), text_of(&missed->value), operator_of(bound->op),
                 bound->number);
}

static const char *to_blame(enum bound_op op)
{
    switch (op) {
    case BOUND_LE:
    case BOUND_LT:
        return "over";
    case BOUND_GE:
    case BOUND_GT:
        return "under";
    case BOUND_EQ:
    case BOUND_NE:
    case BOUND_NULL:
        break;
    }
    return "not so";
}

static uint64_t write_blame(const struct missed *missed)
{
    struct store *store = missed->one->store;
    sqlite3_stmt *row = store_prepare(store, "SELECT count(DISTINCT seed) FROM %s AND %s",
                                      text_of(&missed->from), text_of(&missed->wrong));
    uint64_t runs = store_step(store, row) ? (uint64_t)sqlite3_column_int64(row, 0) : 0;
    sqlite3_finalize(row);
    if (runs > 0)
        fprintf(missed->out, "    %s run%s (%s %%) %s %s.", short_count(runs).text,
                runs == 1 ? "" : "s",
                short_number(100 * (double)runs / (double)missed->sweep->runs, 1).text,
                runs == 1 ? "is" : "are", to_blame(missed->finding->bound->op));
    return runs;
}

/* ---- where the time went ---- */

struct phase {
    const char *name, *column;
};

static void write_means(const struct missed *missed, const struct phase *phases)
{
    struct store *store = missed->one->store;
    struct text means = {0};
    for (const struct phase *phase = phases; phase->name; phase++)
        text_add(&means, "%savg(CASE WHEN %s THEN \"%s\" END), avg(\"%s\")",
                 phase == phases ? "" : ", ", text_of(&missed->wrong), phase->column,
                 phase->column);
    sqlite3_stmt *row =
        store_prepare(store, "SELECT %s FROM %s", text_of(&means), text_of(&missed->from));
    bool any = store_step(store, row);
    uint32_t shown = 0;
    fputs(" Their mean, against all, ms:\n       ", missed->out);
    for (int i = 0; any && phases[i].name; i++) {
        if (sqlite3_column_type(row, 2 * i) == SQLITE_NULL)
            continue;
        fprintf(missed->out, "%s%s %s (%s)", shown++ ? "   " : " ", phases[i].name,
                short_number(sqlite3_column_double(row, 2 * i), 0).text,
                short_number(sqlite3_column_double(row, 2 * i + 1), 0).text);
    }
    fputc('\n', missed->out);
    sqlite3_finalize(row);
    text_close(&means);
}

static void write_phases(const struct missed *missed)
{
    static const struct phase of_raft[] = {{"detect", "detect_ms"},
                                           {"prevote", "prevote_ms"},
                                           {"vote", "vote_ms"},
                                           {"commit", "commit_ms"},
                                           {0}};
    static const struct phase of_partitions[] = {
        {"detect", "detect_ms"}, {"elect", "elect_ms"}, {"publish", "publish_ms"}, {0}};
    enum metric_kind kind = missed->ref.metric->kind;
    bool timed = missed->ref.metric->unit == UNIT_MS && kind != METRIC_RUN &&
                 !missed->finding->expectation->window;
    if (timed)
        write_means(missed, kind == METRIC_EPISODE ? of_raft : of_partitions);
    else
        fputc('\n', missed->out);
}

/* The run that is farthest from what was wanted: what has not ended is farther than anything. */
static void write_worst(const struct missed *missed)
{
    struct store *store = missed->one->store;
    const char *value = text_of(&missed->value);
    struct text command = {0};
    char got[48];
    sqlite3_stmt *row = store_prepare(
        store, "SELECT seed, %s FROM %s AND %s ORDER BY %s IS NOT NULL, abs(%s - %.17g) DESC, seed",
        value, text_of(&missed->from), text_of(&missed->wrong), value, value,
        missed->finding->bound->number);
    if (store_step(store, row)) {
        bool known = sqlite3_column_type(row, 1) != SQLITE_NULL;
        value_text(got, sizeof got, missed->ref.metric, NULL,
                   (struct value){known, known ? sqlite3_column_double(row, 1) : 0});
        suite_command(missed->suite, missed->one, "run", &command);
        text_add(&command, " --seed %" PRIu64 "   # %s", (uint64_t)sqlite3_column_int64(row, 0),
                 known ? got : "it did not end");
        suite_write_command("worst", text_of(&command), missed->out);
    }
    sqlite3_finalize(row);
    text_close(&command);
}

/* ---- one bound ---- */

/* " [1643, 1711]": 95 % of a quantile that has enough samples. */
static void add_interval(const struct missed *missed, struct finding *finding)
{
    static const char *const names[QUANTILES] = {"p50", "p90", "p99", "p999"};
    const struct summary *summary = sweep_find(missed->sweep, finding->expectation->metric);
    size_t at = strlen(finding->got_text);
    for (size_t i = 0; summary && missed->statistic && i < QUANTILES; i++) {
        const struct estimate *estimate = &summary->quantiles[i];
        if (strcmp(names[i], missed->statistic) != 0 || !estimate->bounded ||
            finding->expectation->window)
            continue;
        snprintf(finding->got_text + at, sizeof finding->got_text - at, " [%s, %s]",
                 short_number(estimate->low, 1).text, short_number(estimate->high, 1).text);
    }
}

static void write_missed(struct missed *missed)
{
    struct finding shown = *missed->finding;
    bool known = expectation_resolve(shown.expectation, &missed->ref, &missed->statistic);
    must(known);
    add_interval(missed, &shown);
    suite_write_place(&missed->one->scenario, &shown.expectation->place, missed->out);
    fputs("  $.sweep.expect\n", missed->out);
    suite_write_finding(&shown, missed->out);
    find_rows(missed);
    bool counts = missed->statistic && strcmp(missed->statistic, "count") == 0;
    if (!counts && write_blame(missed) > 0) {
        write_phases(missed);
        write_worst(missed);
    }
    text_close(&missed->from);
    text_close(&missed->value);
    text_close(&missed->wrong);
}

/* ---- all of them ---- */

static void write_all(struct suite_case *one, const struct missed *common,
                      const struct finding *findings, uint32_t count)
{
    enum { SHOWN = 3 };
    uint32_t wrong = 0;
    struct text command = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (findings[i].held || !findings[i].bound)
            continue;
        struct missed missed = *common;
        missed.finding = &findings[i];
        if (wrong == 0)
            one->sweep_key = copy_text(findings[i].expectation->text);
        if (wrong++ < SHOWN)
            write_missed(&missed);
    }
    if (wrong > SHOWN)
        fprintf(common->out, "    and %u more\n", wrong - SHOWN);
    if (wrong > 0) {
        suite_command(common->suite, one, "sweep", &command);
        suite_write_command("again", text_of(&command), common->out);
    }
    text_close(&command);
}

static bool judge(const struct suite *suite, struct suite_case *one)
{
    const struct scenario *scenario = &one->scenario;
    struct finding *findings = allocate(scenario->sweep_expect.count * 4 + 1, sizeof *findings);
    uint64_t first = suite_seed_of(one, one->first_job + 1);
    struct seed_range range = {first, first + one->seeds - 1, 0, 1};
    struct sweep sweep;
    size_t size = 0;
    bool read = store_save(one->store) && sweep_read(&sweep, &one->columns, one->store, &range);
    if (read) {
        struct missed common = {.suite = suite, .one = one, .sweep = &sweep};
        common.out = open_memstream(&one->sweep_detail, &size);
        must(common.out != NULL);
        write_all(one, &common, findings, sweep_findings(&sweep, findings));
        bool written = fclose(common.out) == 0;
        must(written);
    }
    sweep_close(&sweep);
    free(findings);
    return read;
}

bool suite_sweep_finish(struct suite *suite, struct suite_case *one)
{
    struct error error;
    bool ok = !one->store || judge(suite, one);
    if (!ok)
        snprintf(suite->store_error, sizeof suite->store_error, "%s", store_error(one->store));
    if (one->store && !store_close(one->store, &error))
        ok = false;
    one->store = NULL;
    if (one->sweep_detail && !one->sweep_key) {
        free(one->sweep_detail);
        one->sweep_detail = NULL;
    }
    return ok;
}
