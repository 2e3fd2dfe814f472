#include "sim/sweep_page.h"

#include <inttypes.h>
#include <string.h>

#include "sim/page/page.h"
#include "sim/settings.h"

enum { COLUMNS = 80 };

void sweep_command(const struct sweep_report *report, const char *command, struct text *text)
{
    settings_add_command(report->settings, report->program, command, report->file, text);
}

static void print_wrapped(FILE *out, const char *label, const char *words)
{
    struct text text = {0};
    size_t column = text_width(label);
    text_add(&text, "%s", label);
    text_wrap(&text, column, COLUMNS, words);
    fputs(text_of(&text), out);
    text_close(&text);
}

static void print_command(FILE *out, const char *label, const struct sweep_report *report,
                          const char *command, const char *rest)
{
    struct text words = {0}, text = {0};
    sweep_command(report, command, &words);
    text_add(&words, "%s", rest);
    add_command(&text, label, text_of(&words), COLUMNS);
    fputs(text_of(&text), out);
    text_close(&words);
    text_close(&text);
}

/* ---- what it is about ---- */

static void print_head(const struct sweep *sweep, FILE *out)
{
    const struct scenario *scenario = sweep->scenario;
    struct text text = {0};
    text_add(&text, "%s%s%s", scenario->name, scenario->description[0] ? ": " : "",
             scenario->description);
    print_wrapped(out, "", text_of(&text));
    text_clear(&text);
    settings_words(scenario, &text);
    text_add(&text, "; seeds %" PRIu64 "..%" PRIu64, sweep->range.first, sweep->range.last);
    if (sweep->range.shards > 1)
        text_add(&text, ", shard %" PRIu64 " of %" PRIu64, sweep->range.shard + 1,
                 sweep->range.shards);
    text_add(&text, "; times in ms, [..] = 95 %% interval");
    print_wrapped(out, "", text_of(&text));
    text_close(&text);
}

static void print_counts(const struct sweep_report *report, FILE *out)
{
    const struct sweep *sweep = report->sweep;
    uint64_t died = sweep->verdicts[VERDICT_DIED];
    uint32_t missed = 0;
    fprintf(out, "\n%s runs   %s safe   %s live   %s undecided   %s missed",
            short_count(sweep->runs).text, short_count(sweep->runs - sweep->unsafe - died).text,
            short_count(sweep->runs - sweep->absent - died).text,
            short_count(sweep->verdicts[VERDICT_UNDECIDED]).text,
            short_count(sweep->verdicts[VERDICT_EXPECTATION]).text);
    for (uint32_t i = 0; i < report->finding_count; i++)
        missed += !report->findings[i].held;
    if (missed)
        fprintf(out, "\n%u expectation%s of all runs MISSED", missed, missed == 1 ? "" : "s");
    if (died)
        fprintf(out, "\nraftsim itself DIED in %s", short_count(died).text);
    fputc('\n', out);
}

/* ---- terms ---- */

static void print_terms_per_failover(const struct sweep *sweep, FILE *out)
{
    struct text text = {0};
    sqlite3_stmt *row = store_prepare(
        sweep->store,
        "SELECT terms, count(*) FROM episode WHERE seed BETWEEN %" PRIu64 " AND %" PRIu64
        " AND number > 0 AND outcome = 'elected' GROUP BY terms ORDER BY terms",
        sweep->range.first, sweep->range.last);
    while (store_step(sweep->store, row))
        text_add(&text, "%s%d: %s", text.count ? ", " : "", sqlite3_column_int(row, 0),
                 short_count((uint64_t)sqlite3_column_int64(row, 1)).text);
    sqlite3_finalize(row);
    if (text.count)
        print_wrapped(out, "TERMS PER FAILOVER   ", text_of(&text));
    text_close(&text);
}

static uint64_t total_of(const struct sweep *sweep, const char *metric)
{
    const struct summary *summary = sweep_find(sweep, metric);
    return summary && summary->mean.known
               ? (uint64_t)(summary->mean.number * (double)summary->count + 0.5)
               : 0;
}

static void print_failed_terms(const struct sweep *sweep, FILE *out)
{
    static const struct {
        const char *metric;
        enum failure failure;
    } causes[] = {{"split_votes", FAILURE_SPLIT},
                  {"terms.failed.lease", FAILURE_LEASE},
                  {"terms.failed.log", FAILURE_LOG},
                  {"terms.failed.unreachable", FAILURE_UNREACHABLE},
                  {"terms.failed.overtaken", FAILURE_OVERTAKEN},
                  {"terms.failed.stopped", FAILURE_STOPPED},
                  {"terms.failed.priority", FAILURE_PRIORITY}};
    struct text text = {0};
    for (size_t i = 0; i < countof(causes); i++) {
        uint64_t count = total_of(sweep, causes[i].metric);
        if (count)
            text_add(&text, "%s%s %s", text.count ? ", " : "", failure_name(causes[i].failure),
                     short_count(count).text);
    }
    print_wrapped(out, "WHY A TERM FAILED    ", text.count ? text_of(&text) : "none did");
    text_close(&text);
}

/* As a rate with its interval, also when none was seen: that is what a long quiet sweep is for. */
static void print_unplanned(const struct sweep *sweep, FILE *out)
{
    struct text text = {0};
    double days = sweep->simulated_ms / 86400e3;
    text_add(&text, "%s in %s h of simulated time", short_count(sweep->unplanned).text,
             short_number(days * 24, 1).text);
    if (days > 0 && sweep->unplanned == 0) {
        text_add(&text, " (below %s a day, 95 %%)", sweep_number(count_below(0) / days).text);
    } else if (days > 0) {
        struct confidence interval = count_interval(sweep->unplanned);
        text_add(&text, ": %s a day", sweep_number((double)sweep->unplanned / days).text);
        text_add(&text, " [%s,", sweep_number(interval.low / days).text);
        text_add(&text, " %s]", sweep_number(interval.high / days).text);
    }
    print_wrapped(out, "UNPLANNED ELECTIONS  ", text_of(&text));
    text_close(&text);
}

/* ---- what was expected ---- */

/* "MISSED" is wider than "held": a wide key moves the rest to a line of its own. */
static void print_finding(const struct finding *finding, FILE *out)
{
    enum { KEY = 10, WANTED = 46, GOT = 61 };
    struct text text = {0};
    text_add(&text, "  %s", finding->held ? "held" : "MISSED");
    text_column(&text, KEY, 1);
    text_add(&text, "%s", finding->expectation->text);
    if (text_width(text_of(&text)) >= WANTED)
        text_add(&text, "\n");
    text_column(&text, WANTED, 1);
    text_add(&text, "%s", finding->bound ? finding->bound->text : finding->expectation->word);
    text_column(&text, GOT, 1);
    text_add(&text, "%s", finding->got_text);
    fprintf(out, "%s\n", text_of(&text));
    text_close(&text);
}

static void print_expected(const struct sweep_report *report, FILE *out)
{
    if (report->finding_count == 0)
        return;
    fprintf(out, "\n%-46s%-15s%s\n", "EXPECTED of all runs", "wanted", "got");
    for (int held = 0; held < 2; held++)
        for (uint32_t i = 0; i < report->finding_count; i++)
            if (report->findings[i].held == (held == 1))
                print_finding(&report->findings[i], out);
}

static void print_failures(const struct sweep_report *report, FILE *out)
{
    for (size_t i = 0; i < report->sweep->group_count; i++) {
        const struct failure_group *group = &report->sweep->groups[i];
        struct text text = {0}, rest = {0};
        text_add(&text, "%s in %s run%s: %s%s%s", store_verdict(group->verdict),
                 short_count(group->runs).text, group->runs == 1 ? "" : "s",
                 group->rule ? group->rule : "", group->rule ? ": " : "", group->detail);
        fputc('\n', out);
        print_wrapped(out, "", text_of(&text));
        text_add(&rest, " --seed %" PRIu64, group->seed);
        print_command(out, "  ", report, "run", text_of(&rest));
        text_close(&text);
        text_close(&rest);
    }
}

static void print_worst(const struct sweep_report *report, FILE *out)
{
    const struct sweep *sweep = report->sweep;
    struct text text = {0}, rest = {0};
    if (sweep->worst_count == 0)
        return;
    for (uint32_t i = 0; i < sweep->worst_count; i++) {
        const struct worst *worst = &sweep->worst[i];
        text_add(&text, "%sseed %" PRIu64 "  %s ms, %u term%s", i ? "     " : "", worst->seed,
                 sweep_number(worst->total_ms).text, worst->terms, worst->terms == 1 ? "" : "s");
    }
    fprintf(out, "\nWORST   %s\n", text_of(&text));
    text_add(&rest, " --seed %" PRIu64, sweep->worst[0].seed);
    print_command(out, "        ", report, "run", text_of(&rest));
    text_close(&text);
    text_close(&rest);
}

static void print_foot(const struct sweep_report *report, FILE *out)
{
    struct text left = {0};
    text_add(&left, "trace %016" PRIx64 " (same for any --jobs, --shard)", report->sweep->hash);
    text_column(&left, 54, 2);
    text_add(&left, "%s s", short_number(report->elapsed_s, 2).text);
    if (report->elapsed_s > 0)
        text_add(&left, ", %s runs/s",
                 short_count((uint64_t)((double)report->made / report->elapsed_s)).text);
    fprintf(out, "\n%s\n", text_of(&left));
    text_close(&left);
}

void sweep_page(const struct sweep_report *report, FILE *out)
{
    const struct sweep *sweep = report->sweep;
    print_head(sweep, out);
    print_counts(report, out);
    sweep_tables(report, out);
    fputc('\n', out);
    print_terms_per_failover(sweep, out);
    print_failed_terms(sweep, out);
    print_unplanned(sweep, out);
    print_expected(report, out);
    print_failures(report, out);
    print_worst(report, out);
    print_foot(report, out);
}
