#include <string.h>

#include "sim/compare_report.h"

enum { AXES_WIDTH_MAX = 24, NUMBER_WIDTH = 5 };

/* "pre_vote" of "cluster.raft.pre_vote" */
static const char *last_key(const char *path)
{
    const char *point = strrchr(path, '.');
    return point ? point + 1 : path;
}

static size_t axis_width(const struct compare_report *report, uint32_t axis)
{
    size_t width = text_width(last_key(report->axes[axis]));
    for (uint32_t side = 1; side < report->runs->side_count; side++) {
        size_t here = text_width(report->variants[side].values[axis]);
        width = here > width ? here : width;
    }
    return width + 2;
}

/* Do the axes fit beside the figures? Otherwise each side has a line of its own before them. */
static bool is_narrow(const struct compare_report *report)
{
    size_t width = 0;
    for (uint32_t axis = 0; axis < report->axis_count; axis++)
        width += axis_width(report, axis);
    return width <= AXES_WIDTH_MAX;
}

/* The slowest quantile that all sides have enough seeds for, else the mean. */
static int slow_row(const struct compare_report *report, uint32_t metric)
{
    for (int row = CHANGE_P99; row > CHANGE_P50; row--) {
        bool all = true;
        for (uint32_t side = 1; side < report->runs->side_count; side++)
            all = all && report->comparisons[(side - 1) * report->metric_count + metric]
                             .changes[row]
                             .bounded;
        if (all)
            return row;
    }
    return CHANGE_MEAN;
}

static void add_axes(struct text *text, const struct compare_report *report, uint32_t side)
{
    const struct variant *variant = &report->variants[side];
    size_t column = NUMBER_WIDTH;
    if (is_narrow(report)) {
        for (uint32_t axis = 0; axis < report->axis_count; axis++) {
            text_add(text, "%s", variant->values[axis]);
            text_column(text, column += axis_width(report, axis), 1);
        }
        return;
    }
    for (uint32_t axis = 0; axis < report->axis_count; axis++)
        text_add(text, "%s=%s  ", last_key(report->axes[axis]), variant->values[axis]);
    text_add(text, "\n");
    text_column(text, column, 0);
}

static void add_value(struct text *text, const struct metric *metric, struct value value, int width)
{
    text_add(text, "%*s", width, value.known ? metric_number(metric, value.number).text : "-");
}

static void add_figures(struct text *text, const struct comparison *c, int slow)
{
    const struct metric *metric = c->runs->metrics[c->metric].ref.metric;
    const struct change *change = &c->changes[slow];
    add_value(text, metric, c->changes[CHANGE_P50].b, 8);
    add_value(text, metric, change->b, 9);
    add_value(text, metric, change->gap, 10);
    text_add(text, "  %-20s %s", change->bounded ? metric_bounds(metric, change->paired).text : "",
             worth_name(c->verdict));
}

static void print_head(const struct compare_report *report, uint32_t metric, int slow, FILE *out)
{
    const struct comparison *first = &report->comparisons[metric];
    const struct metric *of = first->runs->metrics[metric].ref.metric;
    struct text text = {0};
    size_t column = NUMBER_WIDTH;
    fprintf(out, "\n%s\n", first->runs->metrics[first->metric].name);
    for (uint32_t axis = 0; is_narrow(report) && axis < report->axis_count; axis++) {
        text_column(&text, column, 0);
        text_add(&text, "%s", last_key(report->axes[axis]));
        column += axis_width(report, axis);
    }
    text_column(&text, column, 0);
    text_add(&text, "%8s%9s%10s  %-20s %s\n", "p50", first->changes[slow].name, "- A", "95 %",
             "all in all");
    text_add(&text, "  A  ");
    if (is_narrow(report))
        text_add(&text, "%-*s", (int)(column - NUMBER_WIDTH), "as it is");
    add_value(&text, of, first->changes[CHANGE_P50].a, 8);
    add_value(&text, of, first->changes[slow].a, 9);
    fprintf(out, "%s\n", text_of(&text));
    text_close(&text);
}

static void print_rates_of(const struct compare_report *report, FILE *out)
{
    for (uint32_t side = 1; side < report->runs->side_count; side++) {
        const struct comparison *c = &report->comparisons[(side - 1) * report->metric_count];
        for (int i = RATE_DISRUPTED; i < RATES; i++) {
            const struct rate *rate = &c->rates[i];
            if (rate->hits[1] > 0)
                fprintf(out, "  %s: %s in %s of %s runs (A: %s)\n", side_name(report, side).text,
                        rate->name, short_count(rate->hits[1]).text,
                        short_count(rate->count[1]).text, short_count(rate->hits[0]).text);
        }
    }
}

void compare_matrix(const struct compare_report *report, FILE *out)
{
    for (uint32_t metric = 0; metric < report->metric_count; metric++) {
        int slow = slow_row(report, metric);
        print_head(report, metric, slow, out);
        for (uint32_t side = 1; side < report->runs->side_count; side++) {
            struct text text = {0};
            text_add(&text, "%3s  ", side_name(report, side).text);
            add_axes(&text, report, side);
            add_figures(&text, &report->comparisons[(side - 1) * report->metric_count + metric],
                        slow);
            fprintf(out, "%s\n", text_of(&text));
            text_close(&text);
        }
    }
    print_rates_of(report, out);
}
