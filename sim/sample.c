#include <string.h>

#include "sim/measure.h"
#include "sim/statistics.h"

/* Quantiles as fractions, so that which sample is meant never depends on rounding. */
static const struct quantile {
    const char *name;
    uint64_t share, of;
} quantiles[] = {
    {"p1", 1, 100},   {"p5", 5, 100},   {"p10", 10, 100}, {"p25", 25, 100}, {"p50", 50, 100},
    {"p75", 75, 100}, {"p90", 90, 100}, {"p95", 95, 100}, {"p99", 99, 100}, {"p999", 999, 1000},
};

static const char *const others[] = {"min", "max", "mean", "count", "first", "last"};

bool statistic_known(const char *statistic)
{
    for (size_t i = 0; i < countof(quantiles); i++)
        if (strcmp(statistic, quantiles[i].name) == 0)
            return true;
    for (size_t i = 0; i < countof(others); i++)
        if (strcmp(statistic, others[i]) == 0)
            return true;
    return false;
}

static struct value at_rank(const struct samples *samples, uint64_t rank)
{
    if (rank == 0 || rank > samples->count)
        return (struct value){0};
    return (struct value){true, samples->items[rank - 1]};
}

static struct value mean_of(const struct samples *samples)
{
    if (samples->count == 0 || samples->unended > 0)
        return (struct value){0};
    double sum = 0;
    for (uint32_t i = 0; i < samples->count; i++)
        sum += samples->items[i];
    return (struct value){true, sum / samples->count};
}

struct value sample_statistic(const struct samples *samples, const char *statistic)
{
    uint64_t all = (uint64_t)samples->count + samples->unended;
    if (!statistic || strcmp(statistic, "max") == 0)
        return samples->unended > 0 ? (struct value){0} : at_rank(samples, all);
    if (strcmp(statistic, "min") == 0)
        return at_rank(samples, 1);
    if (strcmp(statistic, "mean") == 0)
        return mean_of(samples);
    if (strcmp(statistic, "count") == 0)
        return (struct value){true, (double)all};
    if (strcmp(statistic, "first") == 0)
        return samples->first;
    if (strcmp(statistic, "last") == 0)
        return samples->last;
    for (size_t i = 0; i < countof(quantiles); i++) {
        const struct quantile *quantile = &quantiles[i];
        if (strcmp(statistic, quantile->name) == 0)
            return at_rank(samples, quantile_rank(all, quantile->share, quantile->of));
    }
    return (struct value){0};
}
