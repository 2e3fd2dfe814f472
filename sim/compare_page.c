#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/compare_report.h"
#include "sim/page/page.h"

enum { COLUMNS = 80 };

/* Words from column `at` on, wrapped. */
static void wrap(FILE *out, size_t at, const char *words)
{
    struct text text = {0};
    text_wrap(&text, at, COLUMNS, words);
    fputs(text_of(&text), out);
    text_close(&text);
}

static void print_command(FILE *out, const char *label, const char *command)
{
    struct text text = {0};
    add_command(&text, label, command, COLUMNS);
    fputs(text_of(&text), out);
    text_close(&text);
}

/* ---- who is compared ---- */

static void add_side(struct text *text, const struct compare_report *report, uint32_t side)
{
    const struct variant *variant = &report->variants[side];
    bool other_file = strcmp(variant->file, report->variants[0].file) != 0;
    if (side == 0 || other_file)
        text_add(text, "%s: ", variant->scenario.name);
    if (side == 0 || other_file)
        settings_words(&variant->scenario, text);
    for (uint32_t i = side ? report->both : 0; i < variant->settings.count; i++) {
        text_add(text, "%s", i || other_file || side == 0 ? " " : "");
        text_shell(text, variant->items[i]);
    }
}

static void print_sides(const struct compare_report *report, FILE *out)
{
    const struct comparison *first = &report->comparisons[0];
    for (uint32_t i = 0; i < (report->axis_count ? 1 : report->runs->side_count); i++) {
        struct text text = {0};
        add_side(&text, report, i);
        struct text line = {0};
        text_add(&line, "%s", side_name(report, i).text);
        text_wrap(&line, 3, COLUMNS, text_of(&text));
        fputs(text_of(&line), out);
        text_close(&line);
        text_close(&text);
    }
    fprintf(out, "%s seeds, each under %s with the same faults, timeouts and delays\n",
            short_count(first->seeds).text, report->axis_count ? "every setting" : "A and under B");
}

/* ---- what was found ---- */

static struct short_text known_number(const struct metric *metric, struct value value, bool sign)
{
    struct short_text text = {"-"};
    if (value.known)
        snprintf(text.text, sizeof text.text, "%s%s", sign && value.number > 0 ? "+" : "",
                 metric_number(metric, value.number).text);
    return text;
}

static void print_change(const struct comparison *c, int row, FILE *out)
{
    const struct metric *metric = c->runs->metrics[c->metric].ref.metric;
    const struct change *change = &c->changes[row];
    if ((row == CHANGE_P999 && !change->bounded) || !(change->gap.known || change->a.known))
        return;
    fprintf(out, "  %-23s%8s%9s%9s  ", change->name,
            row == CHANGE_SEED ? "" : known_number(metric, change->a, false).text,
            row == CHANGE_SEED ? "" : known_number(metric, change->b, false).text,
            known_number(metric, change->gap, true).text);
    if (!change->bounded)
        fputs(c->unended[0] + c->unended[1] ? "unended, or too few\n" : "too few\n", out);
    else if (change->worth == WORTH_SAME)
        fprintf(out, "%s\n", metric_bounds(metric, change->paired).text);
    else
        fprintf(out, "%-19s %s\n", metric_bounds(metric, change->paired).text,
                worth_name(change->worth));
}

/* What the pairs are worth. */
static void print_apart(const struct comparison *c, FILE *out)
{
    const struct metric *metric = c->runs->metrics[c->metric].ref.metric;
    const struct change *change = &c->changes[CHANGE_P50];
    if (!change->bounded)
        return;
    double paired = change->paired.high - change->paired.low;
    double apart = change->apart.high - change->apart.low;
    fprintf(out, "  %-49s  %s", "p50, if A and B had had other seeds",
            metric_bounds(metric, change->apart).text);
    if (paired > 0 && apart > paired)
        fprintf(out, ", %s x as wide", short_number(apart / paired, 1).text);
    fputc('\n', out);
}

static void print_counts(const struct comparison *c, FILE *out)
{
    if (c->samples[0].count != c->samples[1].count || c->unpaired)
        fprintf(out, "  %s values under A, %s under B, %s without a partner\n",
                short_count(c->samples[0].count).text, short_count(c->samples[1].count).text,
                short_count(c->unpaired).text);
    if (c->unended[0] + c->unended[1])
        fprintf(out, "  %s under A and %s under B did not end: they count above every quantile\n",
                short_count(c->unended[0]).text, short_count(c->unended[1]).text);
}

static void print_table(const struct comparison *c, FILE *out)
{
    const char *name = c->runs->metrics[c->metric].name;
    int room = (int)text_width(name) < 25 ? 25 : (int)text_width(name) + 1;
    if (room > 25)
        fprintf(out, "\n%s\n%25s", name, "");
    else
        fprintf(out, "\n%-25s", name);
    fprintf(out, "%8s%9s%9s  %s\n", "A", "B", "B - A", "95 %");
    for (int row = 0; row < CHANGES; row++)
        print_change(c, row, out);
    print_apart(c, out);
    print_counts(c, out);
}

static void print_moved(const struct comparison *c, FILE *out)
{
    struct text text = {0};
    double pairs = (double)c->all.pairs;
    if (!c->has_phases || c->all.pairs == 0)
        return;
    text_add(&text, "Of %s pairs that ended under both the mean moved by %+.1f:",
             short_count(c->all.pairs).text, c->all.sum / pairs);
    for (int i = 0; i < PHASES_MAX; i++)
        text_add(&text, " %s %+.1f%s", phase_names[i], c->all.phases[i] / pairs,
                 i < PHASES_MAX - 1 ? "," : ".");
    fputc('\n', out);
    wrap(out, 0, text_of(&text));
    text_close(&text);
}

/* ", most of it in prevote", ", 0.9 terms fewer" */
static void add_reason(struct text *text, const struct comparison *c, const struct movers *movers)
{
    int most = 0;
    for (int i = 1; i < PHASES_MAX; i++)
        if (movers->phases[i] * movers->sum > movers->phases[most] * movers->sum)
            most = i;
    if (c->has_phases && movers->phases[most] / movers->sum >= 0.5)
        text_add(text, ", most of it in %s", phase_names[most]);
    double terms = c->has_terms ? movers->terms / (double)movers->pairs : 0;
    if (fabs(terms) >= 0.1)
        text_add(text, "; %s term%s %s", short_number(fabs(terms), 1).text,
                 strcmp(short_number(fabs(terms), 1).text, "1") == 0 ? "" : "s",
                 terms < 0 ? "fewer" : "more");
}

static void print_movers(const struct comparison *c, const struct movers *movers, FILE *out)
{
    const struct metric *metric = c->runs->metrics[c->metric].ref.metric;
    struct text text = {0};
    if (movers->pairs == 0)
        return;
    text_add(&text, "%s %% of the pairs %s by %s%s on average",
             short_number(100.0 * (double)movers->pairs / (double)c->pairs, 1).text,
             movers->sum < 0 ? "fall" : "rise",
             metric_number(metric, fabs(movers->sum) / (double)movers->pairs).text,
             metric->unit == UNIT_MS ? " ms" : "");
    add_reason(&text, c, movers);
    wrap(out, 2, text_of(&text));
    text_close(&text);
}

/* ---- rates ---- */

static struct short_text rate_text(const struct rate *rate, int which)
{
    struct short_text text;
    double share = (double)rate->hits[which] / (double)rate->count[which];
    if (rate->hits[which] == 0)
        snprintf(text.text, sizeof text.text, "0");
    else
        snprintf(text.text, sizeof text.text, "%.2f %% [%.2f, %.2f]", 100 * share,
                 floor(rate->bounds[which].low * 10000) / 100,
                 ceil(rate->bounds[which].high * 10000) / 100);
    return text;
}

/* A row of two columns, and a word. */
static void print_row(FILE *out, const char *name, const struct short_text cells[2],
                      enum worth worth)
{
    struct text text = {0};
    text_add(&text, "  %s", name);
    for (int which = 0; which < 2; which++) {
        text_column(&text, which ? 50 : 27, 1);
        text_add(&text, "%s", cells[which].text);
    }
    if (worth != WORTH_SAME) {
        text_column(&text, 74, 1);
        text_add(&text, "%s", worth_name(worth));
    }
    fprintf(out, "%s\n", text_of(&text));
    text_close(&text);
}

static void print_rates(const struct comparison *c, FILE *out)
{
    fputc('\n', out);
    print_row(out, "", (struct short_text[]){{"A"}, {"B"}}, WORTH_SAME);
    for (int i = c->has_terms ? 0 : 1; i < RATES; i++) {
        const struct rate *rate = &c->rates[i];
        if (rate->count[0] > 0 && rate->count[1] > 0)
            print_row(out, rate->name,
                      (struct short_text[]){rate_text(rate, 0), rate_text(rate, 1)}, rate->sure);
    }
}

/* Three digits of a number that may be of any size. */
static struct short_text short_rate(double number)
{
    if (number >= 100)
        return short_count((uint64_t)(number + 0.5));
    return short_number(number, number < 0.1 ? 4 : number < 10 ? 2 : 1);
}

/* Unplanned elections a day of simulated time; none seen: what they are below, in 95 of 100. */
static struct short_text daily_text(const struct comparison *c, int which)
{
    struct short_text text;
    uint64_t count = c->unplanned[which];
    double days = c->simulated_days[which];
    struct confidence bounds = count_interval(count);
    if (count == 0)
        snprintf(text.text, sizeof text.text, "0 (below %.12s)",
                 short_rate(count_below(0) / days).text);
    else
        snprintf(text.text, sizeof text.text, "%.10s [%.10s, %.10s]",
                 short_rate((double)count / days).text, short_rate(bounds.low / days).text,
                 short_rate(bounds.high / days).text);
    return text;
}

/* ---- where to look ---- */

static double size_of(const struct extreme *extreme)
{
    return extreme->seed == UINT64_MAX              ? -1
           : isinf(extreme->a) || isinf(extreme->b) ? (double)INFINITY
                                                    : fabs(extreme->b - extreme->a);
}

static void print_extremes(const struct compare_report *report, const struct comparison *c,
                           FILE *out)
{
    const struct metric *metric = c->runs->metrics[c->metric].ref.metric;
    const struct extreme *most = size_of(&c->fell) >= size_of(&c->rose) ? &c->fell : &c->rose;
    const struct extreme *both[] = {&c->fell, &c->rose};
    if (most->seed == UINT64_MAX)
        return;
    fputs("\nmost changed", out);
    for (int i = 0; i < 2; i++)
        if (both[i]->seed != UINT64_MAX)
            fprintf(out, "  seed %" PRIu64 "  %s -> %s", both[i]->seed,
                    metric_number(metric, both[i]->a).text, metric_number(metric, both[i]->b).text);
    fputc('\n', out);
    for (int which = 0; which < 2; which++) {
        struct text command = {0};
        add_seed_command(report, c->sides[which], most->seed, &command);
        print_command(out, which ? "  under B  " : "  under A  ", text_of(&command));
        text_close(&command);
    }
}

/* What a plan may leave out that a setting can break; the scenario that has it. */
static const struct untested {
    const char *actions[4];
    const char *what, *file;
} untested[] = {
    {{"isolate", "partition", "flap"}, "rejoining nodes", "follower-isolated-rejoins.json"},
    {{"cut", "drop", "hold"}, "partial links", "howard-abraham-s1.json"},
    {{"disk-stall", "disk-slow"}, "slow disks", "stalled-disk-leader.json"},
    {{"pause"}, "paused processes", "leader-paused.json"},
    {{"loss", "delay"}, "lost messages", "lossy-30-percent.json"},
    {{"clock-jump", "clock-drift"}, "wrong clocks", "fast-clock-follower.json"},
};

static bool is_tested(const struct scenario *plan, const struct untested *one)
{
    for (uint32_t item = 0; item < plan->item_count; item++)
        for (size_t i = 0; i < countof(one->actions) && one->actions[i]; i++)
            if (strcmp(plan->items[item].action->name, one->actions[i]) == 0)
                return true;
    return false;
}

static void print_untested(const struct scenario *plan, FILE *out)
{
    struct text what = {0}, files = {0};
    uint32_t count = 0;
    for (size_t i = 0; i < countof(untested); i++) {
        if (is_tested(plan, &untested[i]))
            continue;
        text_add(&what, "%s%s", count ? ", " : "Not tested here: ", untested[i].what);
        if (count++ < 2)
            text_add(&files, "%sscenarios/%s", files.count ? " and " : "", untested[i].file);
    }
    if (count) {
        text_add(&what, ". Try the same change on %s.", text_of(&files));
        fputc('\n', out);
        wrap(out, 0, text_of(&what));
    }
    text_close(&what);
    text_close(&files);
}

static void print_lost(const struct runs *runs, FILE *out)
{
    if (runs->lost)
        fprintf(out, "\nraftsim itself ended at %s of the seeds, first at seed %" PRIu64 " (%s)\n",
                short_count(runs->lost).text, runs->lost_seed, runs->lost_why);
}

static void print_undecided(const struct compare_report *report, FILE *out)
{
    for (uint32_t side = 0; side < report->runs->side_count; side++) {
        uint64_t undecided = 0;
        for (uint64_t i = 0; i <= report->runs->last - report->runs->first; i++)
            undecided += report->runs->sides[side].facts[i].done &&
                         report->runs->sides[side].facts[i].verdict == VERDICT_UNDECIDED;
        if (undecided)
            fprintf(out,
                    "undecided under %s: %s runs (a limit was reached, or an action hit nothing)\n",
                    side_name(report, side).text, short_count(undecided).text);
    }
}

static void print_comparison(const struct compare_report *report, const struct comparison *c,
                             FILE *out)
{
    struct text sentence = {0};
    compare_sentence(c, &sentence);
    fputc('\n', out);
    wrap(out, 0, text_of(&sentence));
    print_movers(c, &c->gained, out);
    print_movers(c, &c->lost, out);
    print_table(c, out);
    print_moved(c, out);
    print_rates(c, out);
    print_row(out, "unplanned, a day", (struct short_text[]){daily_text(c, 0), daily_text(c, 1)},
              WORTH_SAME);
    print_extremes(report, c, out);
    text_close(&sentence);
}

void compare_page(const struct compare_report *report, FILE *out)
{
    print_sides(report, out);
    if (report->axis_count)
        compare_matrix(report, out);
    else
        for (uint32_t i = 0; i < report->metric_count; i++)
            print_comparison(report, &report->comparisons[i], out);
    print_undecided(report, out);
    print_untested(&report->variants[0].scenario, out);
    print_lost(report->runs, out);
}
