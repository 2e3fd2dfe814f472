#include "sim/sweep_page.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/partition_episode.h"
#include "sim/text.h"

static const char *const statistics[] = {"min", "p50", "p90", "p99", "p999", "max"};

static void print_cell(FILE *out, struct value value)
{
    if (!value.known)
        fprintf(out, "%10s", "-");
    else
        fprintf(out, "%10s", short_number(value.number, value.number < 100 ? 1 : 0).text);
}

/* A p99.9 of fewer than a thousand values would be their maximum under another name. */
static void print_row(FILE *out, const char *title, const struct pool *pool)
{
    struct samples samples = pool_samples(pool);
    fprintf(out, "  %-8s", title);
    for (size_t i = 0; i < countof(statistics); i++) {
        bool supported = strcmp(statistics[i], "p999") != 0 || samples.count >= 1000;
        print_cell(out, supported ? sample_statistic(&samples, statistics[i]) : (struct value){0});
    }
    fputc('\n', out);
}

static const struct pool *phase(const struct sweep *sweep, const char *group, const char *metric)
{
    struct text name = {0};
    text_add(&name, "%s.%s", group, metric);
    const struct pool *pool = sweep_find(sweep, text_of(&name));
    text_close(&name);
    return pool && pool->count > 0 ? pool : NULL;
}

static void print_means(const struct sweep *sweep, const char *group, FILE *out)
{
    static const char *const phases[] = {"detect_ms", "prevote_ms", "vote_ms", "commit_ms",
                                         "total_ms"};
    const char *join = "";
    fputs("  Percentiles do not add up; means do: ", out);
    for (size_t i = 0; i < countof(phases); i++) {
        const struct pool *pool = phase(sweep, group, phases[i]);
        struct samples samples = pool ? pool_samples(pool) : (struct samples){0};
        struct value mean = sample_statistic(&samples, "mean");
        join = i + 1 == countof(phases) ? " = " : i > 0 ? " + " : "";
        fprintf(out, "%s%s", join, mean.known ? short_number(mean.number, 0).text : "-");
    }
    fputc('\n', out);
}

static double nice_step(double range)
{
    double step = pow(10, floor(log10(range)));
    return range / step >= 5 ? step : range / step >= 2 ? step / 2 : step / 5;
}

static size_t count_below(const struct pool *pool, double limit)
{
    size_t low = 0, high = pool->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pool->items[middle] < limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void print_histogram(const struct pool *pool, FILE *out)
{
    enum { BINS_MAX = 12, BAR = 38 };
    double least = pool->items[0], most = pool->items[pool->count - 1];
    if (pool->count < 20 || most <= least)
        return;
    double step = nice_step(pool->items[pool->count * 99 / 100] - least + 1);
    double from = floor(least / step) * step;
    size_t widest = 1, below = 0;
    for (int bin = 0; bin < BINS_MAX; bin++) {
        size_t upto = count_below(pool, from + (bin + 1) * step);
        widest = upto - below > widest ? upto - below : widest;
        below = upto;
    }
    fputc('\n', out);
    below = 0;
    for (int bin = 0; bin < BINS_MAX && below < pool->count; bin++) {
        double upper = from + (bin + 1) * step;
        bool last = bin + 1 == BINS_MAX;
        size_t upto = last ? pool->count : count_below(pool, upper);
        int bar = (int)((upto - below) * BAR / widest);
        fprintf(out, "  %6s-%-6s %-*.*s %6.1f %%\n", short_number(from + bin * step, 0).text,
                last ? "" : short_number(upper, 0).text, BAR, bar < BAR ? bar : BAR,
                "######################################",
                100.0 * (double)(upto - below) / (double)pool->count);
        below = upto;
    }
}

/* Rows of a group of episodes: what they are called here, and the metric. */
struct group_row {
    const char *title, *metric;
};

static const struct pool *print_table(const struct sweep *sweep, const char *group,
                                      const struct group_row *rows, FILE *out)
{
    const struct pool *total = phase(sweep, group, "total_ms");
    if (!total)
        return NULL;
    fprintf(out, "\n%s, n = %s%s, in ms\n", group, short_count(total->count).text,
            total->unended ? " ended" : "");
    fprintf(out, "  %-8s%10s%10s%10s%10s%10s%10s\n", "", "min", "p50", "p90", "p99", "p99.9",
            "max");
    for (; rows->title; rows++) {
        const struct pool *pool = phase(sweep, group, rows->metric);
        if (pool)
            print_row(out, rows->title, pool);
    }
    if (total->unended)
        fprintf(out, "  %" PRIu64 " did not end: they count above every quantile\n",
                total->unended);
    return total;
}

static void print_group(const struct sweep *sweep, const char *group, FILE *out)
{
    static const struct group_row rows[] = {{"detect", "detect_ms"}, {"prevote", "prevote_ms"},
                                            {"vote", "vote_ms"},     {"commit", "commit_ms"},
                                            {"TOTAL", "total_ms"},   {0}};
    const struct pool *total = print_table(sweep, group, rows, out);
    if (!total)
        return;
    if (!total->unended)
        print_means(sweep, group, out);
    print_histogram(total, out);
}

static void print_partitions(const struct sweep *sweep, const char *group, FILE *out)
{
    static const struct group_row rows[] = {{"detect", "detect_ms"},   {"elect", "elect_ms"},
                                            {"publish", "publish_ms"}, {"produce", "produce_ms"},
                                            {"TOTAL", "total_ms"},     {0}};
    print_table(sweep, group, rows, out);
}

static void print_groups(const struct sweep *sweep, FILE *out)
{
    uint32_t shown = 0;
    for (enum cause cause = 0; cause < CAUSE_COUNT; cause++) {
        struct text group = {0};
        text_add(&group, "failover[%s]", cause_name(cause));
        shown += phase(sweep, text_of(&group), "total_ms") != NULL;
        print_group(sweep, text_of(&group), out);
        text_close(&group);
    }
    if (!shown)
        print_group(sweep, "startup", out);
    for (uint32_t cause = 0; cause < PARTITION_CAUSE_COUNT; cause++) {
        struct text group = {0};
        text_add(&group, "partition[%s]", partition_cause_name((enum partition_cause)cause));
        if (cause != PARTITION_LOST_START)
            print_partitions(sweep, text_of(&group), out);
        text_close(&group);
    }
}

static void print_terms(const struct sweep *sweep, FILE *out)
{
    fputs("\nWHY A TERM FAILED  ", out);
    uint64_t failed = 0;
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        if (!sweep->failures_by_cause[failure])
            continue;
        fprintf(out, "%s %s %s", failed ? "," : "", failure_name(failure),
                short_count(sweep->failures_by_cause[failure]).text);
        failed += sweep->failures_by_cause[failure];
    }
    fputs(failed ? "\n" : " none did\n", out);
    fprintf(out, "UNPLANNED ELECTIONS %s in %s h of simulated time\n",
            short_count(sweep->unplanned).text,
            short_number((double)sweep->simulated_ns / 3.6e12, 1).text);
}

static void print_expected(const struct sweep_report *report, FILE *out)
{
    if (report->finding_count == 0)
        return;
    fprintf(out, "\nEXPECTED of all runs                        wanted        got\n");
    for (uint32_t i = 0; i < report->finding_count; i++) {
        const struct finding *finding = &report->findings[i];
        fprintf(out, "  %-6s  %-34s %-13s %s\n", finding->held ? "held" : "MISSED",
                finding->expectation->text,
                finding->bound ? finding->bound->text : finding->expectation->word,
                finding->got_text);
    }
}

static void add_replay(struct text *text, const struct sweep_report *report, const char *command)
{
    text_shell(text, report->program);
    text_add(text, " %s ", command);
    text_shell(text, report->sweep->scenario->file);
    for (uint32_t i = 0; i < report->settings->count; i++) {
        text_add(text, " --set ");
        text_shell(text, report->settings->items[i]);
    }
}

static void print_failures(const struct sweep_report *report, FILE *out)
{
    struct text replay = {0};
    add_replay(&replay, report, "run");
    for (uint32_t i = 0; i < report->sweep->group_count; i++) {
        const struct failure_group *group = &report->sweep->groups[i];
        fprintf(out, "\n%s in %s runs: %s%s%s\n", verdict_name(group->verdict),
                short_count(group->runs).text, group->rule ? group->rule : "",
                group->rule ? ": " : "", group->detail);
        fprintf(out, "  %s --seed %" PRIu64 "\n", text_of(&replay), group->seed);
    }
    for (uint32_t i = 0; i < report->sweep->worst_count; i++) {
        const struct worst *worst = &report->sweep->worst[i];
        fprintf(out, "%s seed %-8" PRIu64 " %s ms, %u %s\n", i == 0 ? "\nWORST" : "     ",
                worst->seed, short_number(worst->total_ms, 0).text, worst->terms,
                worst->terms == 1 ? "term" : "terms");
    }
    if (report->sweep->worst_count > 0)
        fprintf(out, "      %s --seed %" PRIu64 "\n", text_of(&replay),
                report->sweep->worst[0].seed);
    text_close(&replay);
}

void sweep_page(const struct sweep_report *report, FILE *out)
{
    const struct sweep *sweep = report->sweep;
    fprintf(out, "%s: seeds %" PRIu64 "..%" PRIu64 "\n\n", sweep->scenario->name, sweep->first,
            sweep->last);
    fprintf(out, "%s runs   %s safe   %s live   %s undecided   %s missed an expectation\n",
            short_count(sweep->runs).text, short_count(sweep->runs - sweep->unsafe).text,
            short_count(sweep->runs - sweep->absent).text,
            short_count(sweep->verdicts[VERDICT_UNDECIDED]).text,
            short_count(sweep->verdicts[VERDICT_EXPECTATION]).text);
    print_groups(sweep, out);
    print_terms(sweep, out);
    print_expected(report, out);
    print_failures(report, out);
    fprintf(out, "\ntrace %016" PRIx64 " of all runs in any order   %s s, %s runs/s\n", sweep->hash,
            short_number(report->elapsed_s, 2).text,
            short_count((uint64_t)((double)sweep->runs / report->elapsed_s)).text);
}
