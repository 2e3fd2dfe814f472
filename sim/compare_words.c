#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/compare.h"

static int decimals_of(const struct metric *metric, double number)
{
    switch (metric->unit) {
    case UNIT_MS:
        return fabs(number) < 100000 ? 1 : 0;
    case UNIT_COUNT:
        return fabs(number) < 10000 ? 2 : 0;
    case UNIT_PER_MINUTE:
    case UNIT_PER_SECOND:
        return 3;
    case UNIT_FRACTION:
        break;
    }
    return 5;
}

static struct short_text fixed(double number, int decimals)
{
    struct short_text text;
    if (isinf(number))
        snprintf(text.text, sizeof text.text, "%s", number > 0 ? "never" : "-never");
    else
        snprintf(text.text, sizeof text.text, "%.*f", decimals, number == 0 ? 0 : number);
    return text;
}

struct short_text metric_number(const struct metric *metric, double number)
{
    return fixed(number, decimals_of(metric, number));
}

struct short_text metric_bounds(const struct metric *metric, struct confidence bounds)
{
    struct short_text text;
    int decimals = decimals_of(metric, fmax(fabs(bounds.low), fabs(bounds.high)));
    double scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    struct short_text low = fixed(floor(bounds.low * scale) / scale, decimals);
    struct short_text high = fixed(ceil(bounds.high * scale) / scale, decimals);
    snprintf(text.text, sizeof text.text, "[%.18s, %.18s]", low.text, high.text);
    return text;
}

/* "806 ms", "5.8 ms", "0.25": an amount in a sentence. */
static void add_amount(struct text *text, const struct metric *metric, double amount)
{
    int decimals = metric->unit != UNIT_MS ? 4 : amount < 100 ? 1 : 0;
    text_add(text, "%s%s", short_number(amount, decimals).text,
             metric->unit == UNIT_MS ? " ms" : "");
}

static const struct metric *metric_of(const struct comparison *c)
{
    return c->runs->metrics[c->metric].ref.metric;
}

/* "p99 falls by 806 ms" */
static void add_move(struct text *text, const struct comparison *c, const struct change *change)
{
    text_add(text, "%s %s by ",
             strcmp(change->name, "p50") == 0    ? "the median"
             : strcmp(change->name, "mean") == 0 ? "the mean"
                                                 : change->name,
             change->gap.number < 0 ? "falls" : "rises");
    add_amount(text, metric_of(c), fabs(change->gap.number));
}

/* The rows that a sentence names: the slow, the usual, and the mean when these are silent. */
static bool is_told(const struct comparison *c, int row)
{
    const struct change *changes = c->changes;
    if (changes[row].sure == WORTH_SAME)
        return false;
    bool slow = changes[CHANGE_P99].sure != WORTH_SAME,
         usual = changes[CHANGE_P50].sure != WORTH_SAME;
    return row == CHANGE_P99 || row == CHANGE_P50 || (row == CHANGE_P90 && !slow) ||
           (row == CHANGE_P999 && !slow) || (row == CHANGE_MEAN && !slow && !usual) ||
           c->verdict == WORTH_MIXED;
}

static uint32_t add_moves(struct text *text, const struct comparison *c, enum worth worth)
{
    static const int rows[] = {CHANGE_P99, CHANGE_P999, CHANGE_P90, CHANGE_P50, CHANGE_MEAN};
    uint32_t told = 0;
    for (size_t i = 0; i < countof(rows); i++)
        if (is_told(c, rows[i]) && c->changes[rows[i]].sure == worth) {
            text_add(text, "%s", told++ ? ", " : "");
            add_move(text, c, &c->changes[rows[i]]);
        }
    return told;
}

/* Of the seeds themselves, where it says something that the quantiles do not. */
static void add_seeds(struct text *text, const struct comparison *c, bool alone)
{
    const struct change *change = &c->changes[CHANGE_SEED];
    if (change->sure == WORTH_SAME || change->gap.number == 0 ||
        (!alone && change->sure == c->verdict))
        return;
    text_add(text, "%sthe usual seed %s ", alone ? "" : ", though ",
             change->gap.number < 0 ? "falls by" : "rises by");
    add_amount(text, metric_of(c), fabs(change->gap.number));
}

/* "safety breaks in 12 of 10,000 runs, under A in none" */
static bool add_rate(struct text *text, const struct rate *rate, const char *what)
{
    if (rate->sure == WORTH_SAME)
        return false;
    text_add(text, "%s in %s of %s %s, under A in %s", what, short_count(rate->hits[1]).text,
             short_count(rate->count[1]).text, rate->of,
             rate->hits[0] ? short_count(rate->hits[0]).text : "none");
    return true;
}

/* How large a change could be that was not seen. */
static void add_same(struct text *text, const struct comparison *c)
{
    static const int rows[] = {CHANGE_P50, CHANGE_P99};
    uint32_t told = 0;
    text_add(text, "no change is sure");
    for (size_t i = 0; i < countof(rows); i++) {
        const struct change *change = &c->changes[rows[i]];
        if (!change->bounded)
            continue;
        double most = fmax(fabs(change->paired.low), fabs(change->paired.high));
        text_add(text, "%s%s by at most ", told++ ? ", " : "; if any, ",
                 rows[i] == CHANGE_P50 ? "the median" : change->name);
        add_amount(text, metric_of(c), most);
    }
    if (!told)
        text_add(text, "; there are too few seeds for more");
}

static void add_what(struct text *text, const struct comparison *c)
{
    const struct rate *rates = c->rates;
    if (add_rate(text, &rates[RATE_BROKEN], "safety breaks") ||
        add_rate(text, &rates[RATE_UNENDED], "nobody is elected"))
        return;
    if (c->verdict == WORTH_SAME) {
        add_same(text, c);
        return;
    }
    uint32_t told = add_moves(text, c, WORTH_BETTER);
    if (told && c->verdict == WORTH_MIXED)
        text_add(text, "; but ");
    told += add_moves(text, c, WORTH_WORSE);
    if (told)
        add_seeds(text, c, false);
    else if (!add_rate(text, &rates[RATE_DISRUPTED], "a serving leader is deposed"))
        add_seeds(text, c, true);
}

void compare_sentence(const struct comparison *c, struct text *text)
{
    static const char *const words[] = {"THE SAME", "B IS BETTER", "B IS WORSE", "MIXED"};
    text_add(text, "%s: ", words[c->verdict]);
    add_what(text, c);
    text_add(text, ".");
}
