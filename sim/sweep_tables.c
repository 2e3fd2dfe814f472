#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/sweep_page.h"

/* Widths of cells: an interval fits below its quantile, and the page's 80 columns hold all. */
enum { TITLE = 8, LEAST = 8, CELL = 13, MOST = 9 };

/* Rows of a group of episodes: what they are called here, and the metric. */
struct group_row {
    const char *title, *metric;
};

struct short_text sweep_number(double number)
{
    return short_number(number, fabs(number) < 100 ? 1 : 0);
}

static void add_cell(struct text *text, int width, struct value value)
{
    text_add(text, "%*s", width, value.known ? sweep_number(value.number).text : "-");
}

static struct value shown_quantile(const struct summary *summary, size_t which)
{
    const struct estimate *estimate = &summary->quantiles[which];
    bool rare = which + 1 == QUANTILES;
    return rare && !estimate->bounded ? (struct value){0} : estimate->at;
}

static void print_row(FILE *out, const char *title, const struct summary *summary)
{
    struct text text = {0};
    text_add(&text, "  %-*s", TITLE, title);
    add_cell(&text, LEAST, summary->min);
    for (size_t i = 0; i < QUANTILES; i++)
        add_cell(&text, CELL, shown_quantile(summary, i));
    add_cell(&text, MOST, summary->max);
    fprintf(out, "%s\n", text_of(&text));
    text_close(&text);
}

/* Under each quantile its interval. */
static void print_intervals(FILE *out, const struct summary *summary)
{
    struct text text = {0};
    for (size_t i = 0; i < QUANTILES; i++) {
        const struct estimate *estimate = &summary->quantiles[i];
        struct text interval = {0};
        if (!estimate->bounded)
            continue;
        text_add(&interval, "[%s, ", sweep_number(estimate->low).text);
        text_add(&interval, "%s]",
                 isfinite(estimate->high) ? sweep_number(estimate->high).text : "none");
        size_t end = 2 + TITLE + LEAST + CELL * (i + 1), width = text_width(text_of(&interval));
        text_column(&text, end > width ? end - width : 0, text.count ? 1 : 0);
        text_add(&text, "%s", text_of(&interval));
        text_close(&interval);
    }
    if (text.count)
        fprintf(out, "%s\n", text_of(&text));
    text_close(&text);
}

static const struct summary *phase(const struct sweep *sweep, const char *group, const char *metric)
{
    struct text name = {0};
    text_add(&name, "%s.%s", group, metric);
    const struct summary *summary = sweep_find(sweep, text_of(&name));
    text_close(&name);
    return summary && summary->count + summary->unended > 0 ? summary : NULL;
}

static void print_means(const struct sweep *sweep, const char *group, FILE *out)
{
    static const char *const phases[] = {"detect_ms", "prevote_ms", "vote_ms", "commit_ms",
                                         "total_ms"};
    fputs("  Percentiles do not add up; means do: ", out);
    for (size_t i = 0; i < countof(phases); i++) {
        const struct summary *summary = phase(sweep, group, phases[i]);
        const char *join = i + 1 == countof(phases) ? " = " : i > 0 ? " + " : "";
        bool known = summary && summary->mean.known;
        fprintf(out, "%s%s", join, known ? short_number(summary->mean.number, 0).text : "-");
    }
    fputc('\n', out);
}

/* What the slowest hundredth had in common: where its time went. */
static void print_slowest(const struct sweep *sweep, const char *cause, const struct summary *total,
                          FILE *out)
{
    static const char *const phases[] = {"detect", "prevote", "vote", "commit"};
    enum { FEWEST = 500 };
    if (total->count < FEWEST || !total->quantiles[2].at.known)
        return;
    sqlite3_stmt *row = store_prepare(
        sweep->store,
        "SELECT avg(detect_ms), avg(prevote_ms), avg(vote_ms), avg(commit_ms) FROM episode "
        "WHERE seed BETWEEN %" PRIu64 " AND %" PRIu64
        " AND number > 0 AND cause = '%s' AND total_ms >= %.17g",
        sweep->range.first, sweep->range.last, cause, total->quantiles[2].at.number);
    if (store_step(sweep->store, row)) {
        fputs("  The slowest 1 %:", out);
        for (int i = 0; i < (int)countof(phases); i++)
            fprintf(out, "%s %s %s", i ? "," : "", phases[i],
                    sqlite3_column_type(row, i) == SQLITE_NULL
                        ? "-"
                        : short_number(sqlite3_column_double(row, i), 0).text);
        fputc('\n', out);
    }
    sqlite3_finalize(row);
}

/* A share that is small is told as a count. */
static void print_share(FILE *out, uint64_t runs, uint64_t all)
{
    double percent = 100.0 * (double)runs / (double)all;
    if (runs > 0 && percent < 0.95)
        fprintf(out, "%6s runs\n", short_count(runs).text);
    else
        fprintf(out, "%6.1f %%\n", percent);
}

static void print_histogram(const struct summary *summary, FILE *out)
{
    static const char bar[] = "######################################";
    uint64_t widest = 1, left = summary->count;
    if (summary->bin_step <= 0)
        return;
    for (size_t bin = 0; bin < BINS; bin++)
        widest = summary->bins[bin] > widest ? summary->bins[bin] : widest;
    fputc('\n', out);
    for (size_t bin = 0; bin < BINS && left > 0; bin++) {
        double from = summary->bin_from + (double)bin * summary->bin_step;
        bool last = bin + 1 == BINS;
        int length = (int)(summary->bins[bin] * (sizeof bar - 1) / widest);
        fprintf(out, "  %6s-%-6s  %-*.*s ", short_number(from, 3).text,
                last ? "" : short_number(from + summary->bin_step, 3).text, (int)sizeof bar - 1,
                length, summary->bins[bin] && !length ? "." : bar);
        print_share(out, summary->bins[bin], summary->count);
        left -= summary->bins[bin];
    }
}

static const struct summary *print_table(const struct sweep *sweep, const char *group,
                                         const struct group_row *rows, FILE *out)
{
    const struct summary *total = phase(sweep, group, "total_ms");
    if (!total)
        return NULL;
    fprintf(out, "\n%s, n = %s", group, short_count(total->count + total->unended).text);
    if (total->unended)
        fprintf(out, ", %s of them unended: above every quantile",
                short_count(total->unended).text);
    fprintf(out, "\n  %-*s%*s%*s%*s%*s%*s%*s\n", TITLE, "", LEAST, "min", CELL, "p50", CELL, "p90",
            CELL, "p99", CELL, "p99.9", MOST, "max");
    for (; rows->title; rows++) {
        const struct summary *summary = phase(sweep, group, rows->metric);
        if (summary)
            print_row(out, rows->title, summary);
    }
    print_intervals(out, total);
    return total;
}

static void print_group(const struct sweep *sweep, const char *group, const char *cause, FILE *out)
{
    static const struct group_row rows[] = {{"detect", "detect_ms"}, {"prevote", "prevote_ms"},
                                            {"vote", "vote_ms"},     {"commit", "commit_ms"},
                                            {"TOTAL", "total_ms"},   {0}};
    const struct summary *total = print_table(sweep, group, rows, out);
    if (!total)
        return;
    if (!total->unended)
        print_means(sweep, group, out);
    if (cause)
        print_slowest(sweep, cause, total, out);
    print_histogram(total, out);
}

static void print_partitions(const struct sweep *sweep, const char *group, FILE *out)
{
    static const struct group_row rows[] = {{"detect", "detect_ms"},   {"elect", "elect_ms"},
                                            {"publish", "publish_ms"}, {"produce", "produce_ms"},
                                            {"TOTAL", "total_ms"},     {0}};
    const struct summary *total = print_table(sweep, group, rows, out);
    if (total)
        print_histogram(total, out);
}

/* A sweep without any failover is about the start. */
void sweep_tables(const struct sweep_report *report, FILE *out)
{
    const struct sweep *sweep = report->sweep;
    uint32_t shown = 0;
    for (enum cause cause = 0; cause < CAUSE_COUNT; cause++) {
        struct text group = {0};
        text_add(&group, "failover[%s]", cause_name(cause));
        shown += phase(sweep, text_of(&group), "total_ms") != NULL;
        print_group(sweep, text_of(&group), cause_name(cause), out);
        text_close(&group);
    }
    if (!shown)
        print_group(sweep, "startup", NULL, out);
    for (uint32_t cause = 0; cause < PARTITION_CAUSE_COUNT; cause++) {
        struct text group = {0};
        text_add(&group, "partition[%s]", partition_cause_name((enum partition_cause)cause));
        if (cause != PARTITION_LOST_START)
            print_partitions(sweep, text_of(&group), out);
        text_close(&group);
    }
}
