#include "sim/compare_bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "raft/chance.h"

enum { DRAWS = 2000, DRAWS_OF_MANY = 1000, MANY = 100000 };
#define TAIL_99 .005

static int by_value(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

void sample_sort(struct sample *sample)
{
    if (sample->count > 1)
        qsort(sample->items, sample->count, sizeof *sample->items, by_value);
}

double sample_quantile(const struct sample *sample, uint64_t share, uint64_t of)
{
    uint64_t rank = quantile_rank(sample->count, share, of);
    return rank ? sample->items[rank - 1].value : (double)NAN;
}

/* How often a cluster is drawn: a Poisson law of mean 1, whose sum is nearly their number. Draws
 * are 16 bits, the thresholds its cumulated shares of 2^16. */
static uint8_t times(uint16_t bits)
{
    return (uint8_t)((bits >= 24109) + (bits >= 48219) + (bits >= 60274) + (bits >= 64292) +
                     (bits >= 65296) + (bits >= 65497) + (bits >= 65531));
}

static void draw_weights(uint8_t *weights, uint32_t clusters, uint64_t draw)
{
    enum { A_DRAW = 4 };
    uint64_t key = chance_draw(UINT64_C(0x636f6d70617265), draw);
    for (uint32_t at = 0; at < clusters; at += A_DRAW) {
        uint64_t bits = chance_draw(key, at / A_DRAW);
        for (uint32_t i = 0; i < A_DRAW; i++)
            weights[at + i] = times((uint16_t)(bits >> 16 * i));
    }
}

/* What one sample gave in each draw: [quantile * draws + draw]. */
struct outcome {
    const struct sample *sample;
    uint16_t *sizes; /* how many of it each cluster has */
    double *quantiles;
};

struct bootstrap {
    const struct quantile_gap *gaps;
    uint32_t count, clusters, draws;
};

static void open_outcome(struct outcome *outcome, const struct sample *sample,
                         const struct bootstrap *plan)
{
    outcome->sample = sample;
    outcome->sizes = allocate(plan->clusters, sizeof *outcome->sizes);
    outcome->quantiles = allocate((size_t)plan->count * plan->draws, sizeof *outcome->quantiles);
    for (size_t i = 0; i < sample->count; i++)
        outcome->sizes[sample->items[i].cluster]++;
}

static void close_outcome(struct outcome *outcome)
{
    free(outcome->sizes);
    free(outcome->quantiles);
}

static void find_quantiles(struct outcome *outcome, const struct bootstrap *plan,
                           const uint8_t *weights, uint32_t draw)
{
    const struct drawn *items = outcome->sample->items;
    uint64_t all = 0, sum = 0;
    size_t at = 0;
    for (uint32_t i = 0; i < plan->clusters; i++)
        all += (uint64_t)weights[i] * outcome->sizes[i];
    for (uint32_t i = 0; i < plan->count; i++) {
        uint64_t rank = quantile_rank(all, plan->gaps[i].share, plan->gaps[i].of);
        while (sum < rank)
            sum += weights[items[at++].cluster];
        outcome->quantiles[(size_t)i * plan->draws + draw] =
            at > 0 ? items[at - 1].value : (double)NAN;
    }
}

/* The interval that leaves out the share `tail` of the ascending changes on each side. */
static struct confidence middle(const double *changes, uint32_t draws, double tail)
{
    uint32_t out = (uint32_t)(tail * draws);
    return (struct confidence){changes[out], changes[draws - 1 - out]};
}

/* The changes of one quantile, where b's draw is `shift` after a's. False: some draw has none. */
static bool find_changes(const double *a, const double *b, uint32_t draws, uint32_t shift,
                         double *changes)
{
    for (uint32_t draw = 0; draw < draws; draw++) {
        changes[draw] = b[(draw + shift) % draws] - a[draw];
        if (isnan(changes[draw]))
            return false;
    }
    statistics_sort(changes, draws);
    return true;
}

static bool is_supported(const struct sample *sample, const struct quantile_gap *gap)
{
    uint64_t low, high;
    return quantile_interval(sample->count, gap->share, gap->of, &low, &high);
}

static void fill_gap(const struct outcome *a, const struct outcome *b, struct quantile_gap *gap,
                     const double *quantiles[2], uint32_t draws)
{
    double *changes = allocate(draws, sizeof *changes);
    gap->bounded = is_supported(a->sample, gap) && is_supported(b->sample, gap) &&
                   find_changes(quantiles[0], quantiles[1], draws, 0, changes);
    if (gap->bounded) {
        gap->paired = middle(changes, draws, TAIL_95);
        gap->strict = middle(changes, draws, TAIL_99);
        gap->bounded = find_changes(quantiles[0], quantiles[1], draws, 1, changes);
        gap->apart = middle(changes, draws, TAIL_95);
    }
    free(changes);
}

void bootstrap_gaps(const struct sample *a, const struct sample *b, uint32_t clusters,
                    struct quantile_gap *gaps, uint32_t count)
{
    struct bootstrap plan = {gaps, count, clusters, clusters > MANY ? DRAWS_OF_MANY : DRAWS};
    struct outcome outcomes[2];
    must(count <= BOOTSTRAP_QUANTILES_MAX);
    for (uint32_t i = 0; i < count; i++)
        gaps[i].bounded = false;
    if (clusters < BOOTSTRAP_CLUSTERS_LEAST)
        return;
    uint8_t *weights = allocate((size_t)clusters + 3, sizeof *weights);
    open_outcome(&outcomes[0], a, &plan);
    open_outcome(&outcomes[1], b, &plan);
    for (uint32_t draw = 0; draw < plan.draws; draw++) {
        draw_weights(weights, clusters, draw);
        find_quantiles(&outcomes[0], &plan, weights, draw);
        find_quantiles(&outcomes[1], &plan, weights, draw);
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t at = (size_t)i * plan.draws;
        const double *quantiles[2] = {outcomes[0].quantiles + at, outcomes[1].quantiles + at};
        fill_gap(&outcomes[0], &outcomes[1], &gaps[i], quantiles, plan.draws);
    }
    close_outcome(&outcomes[0]);
    close_outcome(&outcomes[1]);
    free(weights);
}
