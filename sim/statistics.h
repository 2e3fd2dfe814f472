/* What samples say about the distribution that they were drawn from: quantiles, rates, counts and
 * means with their 95 % intervals, and how far two samples are apart.
 *
 * Sums, products, quotients and square roots alone, each correctly rounded: every machine finds the
 * same. A value that is above all others (an episode that has not ended) is INFINITY; none is NaN.
 */
#ifndef SIM_STATISTICS_H
#define SIM_STATISTICS_H

#include "sim/base.h"

/* It holds the true value in 95 of 100 samples, and misses it on either side in 2.5 at most. */
struct confidence {
    double low, high;
};

/* How likely such an interval misses on one side; other levels have other tails. */
#define TAIL_95 .025

/* Ascending; 1,000,000 in some 15 ms. */
void statistics_sort(double *items, size_t count);

/* Which of `count` ascending samples, from 1, is the quantile share / of: the least that has at
 * least that share of all at or below it. 0 when there are none. */
uint64_t quantile_rank(uint64_t count, uint64_t share, uint64_t of);
/* The ranks, from 1, of the two samples that bound the quantile, whatever the distribution. False:
 * too few samples, the quantile may be beyond all of them. count below 2^40, 0 < share < of <=
 * 10,000. */
bool quantile_interval(uint64_t count, uint64_t share, uint64_t of, uint64_t *low, uint64_t *high);
/* The same at another level: each side misses with probability `tail` at most. */
struct ranks {
    uint64_t low, high;
};
bool quantile_ranks(uint64_t count, uint64_t share, uint64_t of, double tail, struct ranks *ranks);

/* Wilson's interval of a rate, of `hits` among `count`. Without any: all of [0, 1]. */
struct confidence rate_interval(uint64_t hits, uint64_t count);
/* The exact interval of what a count is expected to be (Garwood 1936): divide it by the exposure
 * for a rate. Of 0 it is [0, 3.69]. count below 2^40. */
struct confidence count_interval(uint64_t count);
/* What the expected count is below, in 95 of 100: 3.00 when nothing was seen. */
double count_below(uint64_t count);

/* Student's interval of the mean, in the order of `items`; of fewer than 2 it is all numbers. Of
 * differences of pairs it is the paired interval of the difference. */
struct confidence mean_interval(const double *items, size_t count);
double mean_of_all(const double *items, size_t count);
/* Student's t that 2.5 % are above, with so many degrees of freedom, at least 1. */
double student_t(uint64_t freedom);
/* Welch's interval of mean(b) - mean(a), of samples that are no pairs; of at least 2 each. */
struct confidence mean_gap(const double *a, size_t a_count, const double *b, size_t b_count);

/* Kolmogorov and Smirnov's distance of two ascending samples: the most that the shares below any
 * value differ by. 1 when one is empty and the other is not. */
double ks_distance(const double *a, size_t a_count, const double *b, size_t b_count);

#endif
