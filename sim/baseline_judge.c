#include <math.h>

#include "sim/baseline.h"

/* A change is sure when it is so many standard errors from 0: a check makes some 25 such tests, and
 * 1,000 checks of what has not changed are to raise less than one alarm together. */
#define SURE 4.75
/* Half of a 95 % interval, in standard errors. */
#define HALF 1.9599639845400543
/* Times that differ by less are alike to whoever waits for them. */
#define LEAST_MS 0.1

static bool is_sure(const struct change *change)
{
    double width = change->paired.high - change->paired.low;
    return change->bounded && change->sure != WORTH_SAME &&
           fabs(change->gap.number) >= SURE * width / (2 * HALF);
}

static bool is_large(const struct change *change, const struct metric *metric, double tolerance)
{
    double gap = fabs(change->gap.number);
    return gap > tolerance * fabs(change->a.number) && (metric->unit != UNIT_MS || gap >= LEAST_MS);
}

static void add_alarm(struct judgement *judgement, const struct alarm *alarm)
{
    must(judgement->alarm_count < ALARMS_MAX);
    judgement->alarms[judgement->alarm_count++] = *alarm;
    judgement->worse_count += alarm->worse;
}

static void judge_changes(struct judgement *judgement, const struct comparison *c, double tolerance)
{
    const struct asked_metric *metric = &c->runs->metrics[c->metric];
    for (int row = CHANGE_P50; row <= CHANGE_MEAN; row++) {
        const struct change *change = &c->changes[row];
        if (!is_sure(change) || !is_large(change, metric->ref.metric, tolerance))
            continue;
        double a = fabs(change->a.number);
        add_alarm(judgement,
                  &(struct alarm){.metric = metric->name,
                                  .statistic = change->name,
                                  .a = change->a.number,
                                  .b = change->b.number,
                                  .share = change->gap.number / a,
                                  .bounds = {change->paired.low / a, change->paired.high / a},
                                  .worse = change->sure == WORTH_WORSE});
    }
}

/* The sign test of those in which it was so under one alone, as sure as the others. */
static bool is_rate_sure(const struct rate *rate)
{
    double a = (double)rate->only[0], b = (double)rate->only[1];
    return fabs(a - b) >= SURE * sqrt(a + b) && a + b > 0;
}

static void judge_rates(struct judgement *judgement, const struct comparison *c, double tolerance)
{
    for (int i = c->has_terms ? 0 : 1; i < RATES; i++) {
        const struct rate *rate = &c->rates[i];
        double a = (double)rate->hits[0] / (double)rate->count[0];
        double b = (double)rate->hits[1] / (double)rate->count[1];
        bool times = i == RATE_TERMS;
        if (rate->count[0] == 0 || rate->count[1] == 0 || !is_rate_sure(rate) ||
            (times && fabs(b - a) <= tolerance))
            continue;
        add_alarm(judgement,
                  &(struct alarm){
                      .metric = rate->name, .a = a, .b = b, .share = b / a - 1, .worse = b > a});
    }
}

void baseline_judge(struct judgement *judgement, const struct runs *runs, const uint32_t *metrics,
                    uint32_t count, double tolerance)
{
    *judgement = (struct judgement){.same_runs = runs->sides[0].hash == runs->sides[1].hash};
    for (uint32_t i = 0; i < count; i++) {
        struct comparison c;
        compare_sides(&c, runs, metrics[i], 0, 1);
        judge_changes(judgement, &c, tolerance);
        if (i == 0) {
            judgement->pairs = c.pairs;
            judge_rates(judgement, &c, tolerance);
        }
        compare_close(&c);
    }
}
