#include <math.h>
#include <stdlib.h>

#include "sim/compare.h"

/* 99 % instead of 95 %, of a normal law. */
#define STRICTER (2.5758293035489004 / 1.9599639845400543)
#define TAIL_99 .005

static enum worth worth_of(const struct comparison *c, struct confidence bounds)
{
    if (bounds.low > 0)
        return c->more_is_better ? WORTH_BETTER : WORTH_WORSE;
    if (bounds.high < 0)
        return c->more_is_better ? WORTH_WORSE : WORTH_BETTER;
    return WORTH_SAME;
}

static void judge(const struct comparison *c, struct change *change, struct confidence strict)
{
    change->worth = change->bounded ? worth_of(c, change->paired) : WORTH_SAME;
    change->sure = change->bounded ? worth_of(c, strict) : WORTH_SAME;
}

static struct value finite(double number)
{
    return (struct value){isfinite(number) != 0, number};
}

/* ---- quantiles of all episodes ---- */

static void find_quantiles(struct comparison *c)
{
    static const char *const names[] = {"p50", "p90", "p99", "p99.9"};
    struct quantile_gap gaps[] = {{.share = 50, .of = 100},
                                  {.share = 90, .of = 100},
                                  {.share = 99, .of = 100},
                                  {.share = 999, .of = 1000}};
    sample_sort(&c->samples[0]);
    sample_sort(&c->samples[1]);
    bootstrap_gaps(&c->samples[0], &c->samples[1], (uint32_t)(c->runs->last - c->runs->first + 1),
                   gaps, countof(gaps));
    for (size_t i = 0; i < countof(gaps); i++) {
        struct change *change = &c->changes[CHANGE_P50 + i];
        double a = sample_quantile(&c->samples[0], gaps[i].share, gaps[i].of);
        double b = sample_quantile(&c->samples[1], gaps[i].share, gaps[i].of);
        *change = (struct change){.name = names[i],
                                  .a = finite(a),
                                  .b = finite(b),
                                  .gap = finite(b - a),
                                  .bounded = gaps[i].bounded && isfinite(b - a),
                                  .paired = gaps[i].paired,
                                  .apart = gaps[i].apart};
        judge(c, change, gaps[i].strict);
    }
}

/* ---- the mean of all episodes ---- */

static double mean_of_sample(const struct sample *sample)
{
    double sum = 0;
    for (size_t i = 0; i < sample->count; i++)
        sum += sample->items[i].value;
    return sum / (double)sample->count;
}

/* How much each cluster pulls its sample's mean up. */
static void add_pull(double *pulls, const struct sample *sample, double mean, double sign)
{
    for (size_t i = 0; i < sample->count; i++)
        pulls[sample->items[i].cluster] +=
            sign * (sample->items[i].value - mean) / (double)sample->count;
}

static double sum_of_squares(const double *items, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += items[i] * items[i];
    return sum;
}

/* Of means of clusters, by linearisation; with one episode a seed it is the paired t interval. */
static void find_mean(struct comparison *c)
{
    size_t clusters = (size_t)(c->runs->last - c->runs->first + 1);
    struct change *mean = &c->changes[CHANGE_MEAN];
    double a = mean_of_sample(&c->samples[0]), b = mean_of_sample(&c->samples[1]);
    *mean = (struct change){.name = "mean", .a = finite(a), .b = finite(b), .gap = finite(b - a)};
    mean->bounded = mean->gap.known && c->seeds >= BOOTSTRAP_CLUSTERS_LEAST;
    if (!mean->bounded)
        return;
    double *pulls = allocate(clusters, sizeof *pulls);
    double *others = allocate(clusters, sizeof *others);
    add_pull(pulls, &c->samples[0], a, -1);
    add_pull(others, &c->samples[1], b, 1);
    double apart = sum_of_squares(pulls, clusters) + sum_of_squares(others, clusters);
    add_pull(pulls, &c->samples[1], b, 1);
    double paired = sum_of_squares(pulls, clusters);
    double scale = (double)c->seeds / (double)(c->seeds - 1), t = student_t(c->seeds - 1);
    double half = t * sqrt(scale * paired), half_apart = t * sqrt(scale * apart);
    mean->paired = (struct confidence){b - a - half, b - a + half};
    mean->apart = (struct confidence){b - a - half_apart, b - a + half_apart};
    judge(c, mean, (struct confidence){b - a - STRICTER * half, b - a + STRICTER * half});
    free(pulls);
    free(others);
}

/* ---- the median of the changes ---- */

static void find_seed_change(struct comparison *c, double *seeds, size_t count)
{
    struct change *change = &c->changes[CHANGE_SEED];
    struct ranks ranks, strict;
    *change = (struct change){.name = "per-seed change, median"};
    statistics_sort(seeds, count);
    if (count > 0)
        change->gap = finite(seeds[quantile_rank(count, 1, 2) - 1]);
    change->bounded = change->gap.known && quantile_ranks(count, 1, 2, TAIL_95, &ranks) &&
                      quantile_ranks(count, 1, 2, TAIL_99, &strict);
    if (!change->bounded)
        return;
    change->paired = (struct confidence){seeds[ranks.low - 1], seeds[ranks.high - 1]};
    judge(c, change, (struct confidence){seeds[strict.low - 1], seeds[strict.high - 1]});
}

/* ---- rates ---- */

/* Of those in which it was so under one alone, half would be under each if nothing had changed. */
static enum worth sign_test(const struct rate *rate)
{
    struct ranks ranks;
    uint64_t a = rate->only[0], b = rate->only[1];
    if (!quantile_ranks(a + b, 1, 2, TAIL_99, &ranks) || (a < b ? a : b) >= ranks.low)
        return WORTH_SAME;
    return a < b ? WORTH_WORSE : WORTH_BETTER;
}

static void find_rates(struct comparison *c)
{
    static const char *const names[] = {"took more than one term", "deposed a serving leader",
                                        "safety broken", "never elected"};
    static const char *const of[] = {"episodes", "runs", "runs", "runs"};
    for (int i = 0; i < RATES; i++) {
        struct rate *rate = &c->rates[i];
        rate->name = names[i];
        rate->of = of[i];
        for (int which = 0; which < 2; which++)
            rate->bounds[which] = rate_interval(rate->hits[which], rate->count[which]);
        rate->sure = sign_test(rate);
    }
    /* One broken run is one too many. */
    struct rate *broken = &c->rates[RATE_BROKEN];
    if (broken->hits[0] != broken->hits[1])
        broken->sure = broken->hits[0] < broken->hits[1] ? WORTH_WORSE : WORTH_BETTER;
}

/* ---- the verdict ---- */

static enum worth both(enum worth one, enum worth other)
{
    if (one == WORTH_SAME || one == other)
        return other;
    return other == WORTH_SAME ? one : WORTH_MIXED;
}

/* Broken safety and lost elections weigh more than any time; then what moved among all episodes;
 * what most seeds do decides alone only if nothing else moved. */
static enum worth verdict_of(const struct comparison *c)
{
    enum worth verdict = both(c->rates[RATE_BROKEN].sure, c->rates[RATE_UNENDED].sure);
    if (verdict != WORTH_SAME)
        return verdict;
    for (int i = CHANGE_P50; i <= CHANGE_MEAN; i++)
        verdict = both(verdict, c->changes[i].sure);
    verdict = both(verdict, c->rates[RATE_DISRUPTED].sure);
    if (verdict == WORTH_SAME)
        verdict = both(c->changes[CHANGE_SEED].sure, c->rates[RATE_TERMS].sure);
    return verdict;
}

void compare_changes(struct comparison *c, double *seeds, size_t count)
{
    find_quantiles(c);
    find_mean(c);
    find_seed_change(c, seeds, count);
    find_rates(c);
    c->verdict = verdict_of(c);
}
