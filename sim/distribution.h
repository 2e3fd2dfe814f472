/* Random times, sampled in integers only: one draw a sample, by monotone inversion.
 *
 * The same bits give the same nanoseconds on every machine, and larger bits never give less. */
#ifndef SIM_DISTRIBUTION_H
#define SIM_DISTRIBUTION_H

#include <stddef.h>
#include <stdint.h>

#include "raft/chance.h"
#include "sim/base.h"

#define DISTRIBUTIONS(X)                                                                           \
    X(CONSTANT, "constant", "always the same: a bare duration")                                    \
    X(UNIFORM, "uniform", "[min, max], every nanosecond equally likely")                           \
    X(NORMAL, "normal", "[mean, sd], cut at 0: only what is above 0")                              \
    X(LOGNORMAL, "lognormal", "[median, sigma], sigma of the natural logarithm")                   \
    X(EXPONENTIAL, "exponential", "mean")                                                          \
    X(PARETO, "pareto", "[min, shape]")                                                            \
    X(MIXTURE, "mixture", "[[weight, distribution], ...]")                                         \
    X(EMPIRICAL, "empirical", "a file of durations, one a line; interpolated between them")

enum distribution_kind {
#define X(id, name, help) DISTRIBUTION_##id,
    DISTRIBUTIONS(X)
#undef X
};

/* {0} is the constant 0. Plain numbers are ns; shape and sigma are fixed point, 2^32 = 1. */
struct distribution {
    enum distribution_kind kind;
    uint64_t a;                 /* constant; min; mean; median */
    uint64_t b;                 /* uniform: max; normal: sd; lognormal, pareto: fixed point */
    uint64_t floor;             /* normal: share of draws at or below 0, of 2^64 (see prepare) */
    size_t count;               /* mixture: parts; empirical: samples */
    struct distribution *parts; /* mixture; owned */
    uint64_t *upto;             /* mixture: cumulative share of 2^64 a part; owned */
    uint64_t *samples;          /* empirical: sorted; owned */
};

/* Completes a distribution whose parameters are set: shares, sorting. False: they make no sense
 * (max below min, a mean of 0, no weight). Call once before sampling. */
bool distribution_prepare(struct distribution *distribution, struct error *error);

/* The sample of a distribution that is neither constant nor uniform. */
uint64_t distribution_invert(const struct distribution *distribution, uint64_t bits);

/* A sample in ns, at most NS_MAX, from 64 uniform bits. */
static inline uint64_t distribution_sample(const struct distribution *distribution, uint64_t bits)
{
    if (distribution->kind == DISTRIBUTION_UNIFORM)
        return chance_between(bits, distribution->a, distribution->b);
    if (distribution->kind == DISTRIBUTION_CONSTANT)
        return distribution->a;
    return distribution_invert(distribution, bits);
}

/* Bounds in ns; the maximum of an unbounded distribution is its 0.9999 quantile. */
uint64_t distribution_min(const struct distribution *distribution);
uint64_t distribution_high(const struct distribution *distribution);
/* The median, for display. */
uint64_t distribution_median(const struct distribution *distribution);

/* Frees what the distribution owns. */
void distribution_close(struct distribution *distribution);

#endif
