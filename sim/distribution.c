#include "sim/distribution.h"

#include <stdlib.h>

#include "sim/quantile_tables.h"

/* Fixed-point logarithms to base 2: those of draws, and exponents. */
enum { LOG_POINT = 57, EXPONENT_POINT = 48, QUANTILE_POINT = 28, PARAMETER_POINT = 32 };

#define LN2_64 UINT64_C(0xb17217f7d1cf79ac)   /* ln 2, 2^64 = 1 */
#define LOG2E_63 UINT64_C(0xb8aa3b295c17f0bc) /* 1 / ln 2, 2^63 = 1 */
#define SIGMA_MAX (UINT64_C(16) << PARAMETER_POINT)
#define SHAPE_MIN ((UINT64_C(1) << PARAMETER_POINT) / 100)
#define SHAPE_MAX (UINT64_C(1000) << PARAMETER_POINT)
#define HIGH_SHARE (UINT64_MAX / 10000 * 9999)

/* a * b / 2^shift, rounded down, at most NS_MAX; shift is from 1 to 127. */
static uint64_t scaled(uint64_t a, uint64_t b, unsigned shift)
{
    uint64_t high = chance_high(a, b);
    if (shift >= 64)
        return shift == 64 ? (high < NS_MAX ? high : NS_MAX) : high >> (shift - 64);
    if (high >> shift)
        return NS_MAX;
    uint64_t product = high << (64 - shift) | a * b >> shift;
    return product < NS_MAX ? product : NS_MAX;
}

static unsigned highest_bit(uint64_t x)
{
    return 63 - (unsigned)__builtin_clzll(x);
}

/* log2(x), 2^57 = 1, within 4e-10; never falls as x grows. t keeps 48 bits, coarse enough that
 * what rounding takes away is less than one step of t adds. */
static uint64_t log2_of(uint64_t x)
{
    unsigned whole = highest_bit(x);
    uint64_t mantissa = x << (63 - whole) << 1;
    const uint64_t *c = log2_cubics[mantissa >> (64 - CUBIC_BITS)];
    uint64_t t = mantissa << CUBIC_BITS & ~UINT64_C(0xffff);
    uint64_t part = c[1] - chance_high(t, c[2] - chance_high(t, c[3]));
    part = c[0] + chance_high(t, part);
    return (uint64_t)whole << LOG_POINT | part >> (64 - LOG_POINT);
}

/* 2^(fraction / 2^48) for a fraction below 1, 2^63 = 1, within 2e-11 of it. */
static uint64_t exp2_of(uint64_t fraction)
{
    const uint64_t *c = exp2_cubics[fraction >> (EXPONENT_POINT - CUBIC_BITS)];
    uint64_t t = fraction << (64 - EXPONENT_POINT + CUBIC_BITS);
    return c[0] + chance_high(t, c[1] + chance_high(t, c[2] + chance_high(t, c[3])));
}

/* value * 2^exponent, 2^48 = 1. */
static uint64_t times_power(uint64_t value, int64_t exponent)
{
    const int64_t one = INT64_C(1) << EXPONENT_POINT;
    int64_t whole = exponent / one - (exponent % one < 0 ? 1 : 0);
    uint64_t mantissa = exp2_of((uint64_t)(exponent - whole * one));
    if (whole >= 62)
        return value > 0 ? NS_MAX : 0;
    if (whole < -63)
        return 0;
    return scaled(value, mantissa, (unsigned)(63 - whole));
}

/* -log2 of the share above these bits, 2^57 = 1: grows with the bits from 0 to 64. */
static uint64_t rarity(uint64_t bits)
{
    uint64_t above = ~bits;
    return (UINT64_C(64) << LOG_POINT) - (above ? log2_of(above) : 0);
}

/* The normal law's quantile at these bits, as its distance from 0, 2^28 = 1; the upper half of
 * the bits lies above 0. Linear between 32 quantiles an octave of the tail. */
static uint64_t deviation(uint64_t bits)
{
    uint64_t tail = (bits >> 63 ? ~bits : bits) << 1 | 1;
    unsigned octave = highest_bit(tail);
    uint64_t mantissa = tail << (63 - octave) << 1;
    uint64_t at = (uint64_t)octave << QUANTILE_BITS | mantissa >> (64 - QUANTILE_BITS);
    uint64_t fall = normal_quantiles[at] - normal_quantiles[at + 1];
    return normal_quantiles[at] - chance_high(mantissa << QUANTILE_BITS, fall);
}

/* At most 0 becomes 0. */
static uint64_t normal_of(uint64_t mean, uint64_t sd, uint64_t bits)
{
    uint64_t distance = scaled(sd, deviation(bits), QUANTILE_POINT);
    if (bits >> 63)
        return mean + distance < NS_MAX ? mean + distance : NS_MAX;
    return mean > distance ? mean - distance : 0;
}

static uint64_t lognormal_of(const struct distribution *distribution, uint64_t bits)
{
    uint64_t sigma = scaled(distribution->b, LOG2E_63, PARAMETER_POINT + 63 - EXPONENT_POINT);
    int64_t exponent = (int64_t)scaled(sigma, deviation(bits), QUANTILE_POINT);
    return times_power(distribution->a, bits >> 63 ? exponent : -exponent);
}

/* `floor` is 1 / shape, 2^48 = 1: made when the distribution was prepared. */
static uint64_t pareto_of(const struct distribution *distribution, uint64_t bits)
{
    uint64_t exponent = scaled(rarity(bits), distribution->floor, LOG_POINT);
    return times_power(distribution->a, (int64_t)exponent);
}

static uint64_t exponential_of(uint64_t mean, uint64_t bits)
{
    return scaled(mean, chance_high(rarity(bits), LN2_64), LOG_POINT);
}

/* The next 32 bits of *rest / width, where width has its highest bit set; keeps what remains. */
static uint64_t next_digit(uint64_t *rest, uint64_t width)
{
    uint64_t high = width >> 32, low = width & UINT32_MAX;
    uint64_t digit = *rest / high, over = *rest % high;
    while (digit >> 32 || digit * low > over << 32) {
        digit--;
        over += high;
        if (over >> 32)
            break;
    }
    *rest = (*rest << 32) - digit * width;
    return digit;
}

/* x / width of 2^64, rounded down: x < width (long division in digits of 32 bits). */
static uint64_t stretched(uint64_t x, uint64_t width)
{
    unsigned shift = 63 - highest_bit(width);
    uint64_t rest = x << shift;
    uint64_t first = next_digit(&rest, width << shift);
    return first << 32 | next_digit(&rest, width << shift);
}

/* The draw's place among the shares chooses the part; its place in that share is the part's draw.
 * So a sample is monotone within a part, and a part's weight moves no order within another. */
static uint64_t mixture_of(const struct distribution *distribution, uint64_t bits)
{
    size_t part = 0;
    while (part + 1 < distribution->count && bits >= distribution->upto[part])
        part++;
    uint64_t low = part > 0 ? distribution->upto[part - 1] : 0;
    uint64_t high = part + 1 < distribution->count ? distribution->upto[part] : 0;
    uint64_t width = high - low; /* 0: all 2^64 */
    uint64_t draw = width ? stretched(bits - low, width) : bits;
    return distribution_sample(&distribution->parts[part], draw);
}

static uint64_t empirical_of(const struct distribution *distribution, uint64_t bits)
{
    const uint64_t *samples = distribution->samples;
    uint64_t gaps = distribution->count - 1;
    uint64_t at = chance_high(bits, gaps);
    if (gaps == 0)
        return samples[0];
    return samples[at] + chance_high(bits * gaps, samples[at + 1] - samples[at]);
}

uint64_t distribution_invert(const struct distribution *distribution, uint64_t bits)
{
    uint64_t a = distribution->a, b = distribution->b;
    switch (distribution->kind) {
    case DISTRIBUTION_CONSTANT:
    case DISTRIBUTION_UNIFORM:
        break;
    case DISTRIBUTION_NORMAL:
        return normal_of(a, b, chance_between(bits, distribution->floor, UINT64_MAX));
    case DISTRIBUTION_LOGNORMAL:
        return lognormal_of(distribution, bits);
    case DISTRIBUTION_EXPONENTIAL:
        return exponential_of(a, bits);
    case DISTRIBUTION_PARETO:
        return pareto_of(distribution, bits);
    case DISTRIBUTION_MIXTURE:
        return mixture_of(distribution, bits);
    case DISTRIBUTION_EMPIRICAL:
        return empirical_of(distribution, bits);
    }
    must(false);
}

/* The least bits for which a normal sample is above 0: one draw then suffices, from there up. */
static bool prepare_normal(struct distribution *distribution, struct error *error)
{
    uint64_t low = 0, high = UINT64_MAX;
    if (normal_of(distribution->a, distribution->b, high) == 0)
        return refuse(error, "expected a mean or a standard deviation above 0");
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (normal_of(distribution->a, distribution->b, middle) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    distribution->floor = low;
    return true;
}

static bool prepare_pareto(struct distribution *distribution, struct error *error)
{
    if (distribution->a == 0)
        return refuse(error, "expected a minimum above 0");
    if (distribution->b < SHAPE_MIN || distribution->b > SHAPE_MAX)
        return refuse(error, "expected a shape from 0.01 to 1000");
    uint64_t whole = UINT64_MAX / distribution->b, rest = UINT64_MAX % distribution->b;
    distribution->floor = (whole << 16) + (rest << 16) / distribution->b;
    return true;
}

/* Weights come in `upto`; shares of 2^64 go out, each part's after those before it. */
static bool prepare_mixture(struct distribution *distribution, struct error *error)
{
    uint64_t total = 0, before = 0;
    for (size_t i = 0; i < distribution->count; i++) {
        if (!distribution_prepare(&distribution->parts[i], error))
            return false;
        if (distribution->upto[i] > UINT64_MAX / 2 - total)
            return refuse(error, "expected smaller weights");
        total += distribution->upto[i];
    }
    for (size_t i = 0; i < distribution->count; i++) {
        if (distribution->upto[i] == 0)
            return refuse(error, "expected every weight above 0");
        before += distribution->upto[i];
        distribution->upto[i] = before < total ? stretched(before, total) : UINT64_MAX;
    }
    return distribution->count > 0 || refuse(error, "expected at least one part");
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static bool prepare_empirical(struct distribution *distribution, struct error *error)
{
    if (distribution->count == 0)
        return refuse(error, "expected at least one sample");
    qsort(distribution->samples, distribution->count, sizeof *distribution->samples, compare);
    return distribution->samples[distribution->count - 1] <= NS_MAX ||
           refuse(error, "expected samples of at most 146 years");
}

bool distribution_prepare(struct distribution *distribution, struct error *error)
{
    uint64_t a = distribution->a, b = distribution->b;
    if (a > NS_MAX)
        return refuse(error, "expected at most 146 years");
    switch (distribution->kind) {
    case DISTRIBUTION_CONSTANT:
        return true;
    case DISTRIBUTION_UNIFORM:
        return (b >= a && b <= NS_MAX) || refuse(error, "expected a maximum not below the minimum");
    case DISTRIBUTION_NORMAL:
        return prepare_normal(distribution, error);
    case DISTRIBUTION_LOGNORMAL:
        if (a == 0)
            return refuse(error, "expected a median above 0");
        return b <= SIGMA_MAX || refuse(error, "expected a sigma of at most 16");
    case DISTRIBUTION_EXPONENTIAL:
        return a > 0 || refuse(error, "expected a mean above 0");
    case DISTRIBUTION_PARETO:
        return prepare_pareto(distribution, error);
    case DISTRIBUTION_MIXTURE:
        return prepare_mixture(distribution, error);
    case DISTRIBUTION_EMPIRICAL:
        return prepare_empirical(distribution, error);
    }
    must(false);
}

/* The least or greatest that any part gives. */
static uint64_t extreme_part(const struct distribution *distribution, bool greatest)
{
    uint64_t extreme = greatest ? 0 : NS_MAX;
    for (size_t i = 0; i < distribution->count; i++) {
        uint64_t ns = greatest ? distribution_high(&distribution->parts[i])
                               : distribution_min(&distribution->parts[i]);
        if (greatest ? ns > extreme : ns < extreme)
            extreme = ns;
    }
    return extreme;
}

uint64_t distribution_min(const struct distribution *distribution)
{
    if (distribution->kind == DISTRIBUTION_MIXTURE)
        return extreme_part(distribution, false);
    return distribution_sample(distribution, 0);
}

uint64_t distribution_high(const struct distribution *distribution)
{
    switch (distribution->kind) {
    case DISTRIBUTION_CONSTANT:
        return distribution->a;
    case DISTRIBUTION_UNIFORM:
        return distribution->b;
    case DISTRIBUTION_EMPIRICAL:
        return distribution->samples[distribution->count - 1];
    case DISTRIBUTION_MIXTURE:
        return extreme_part(distribution, true);
    case DISTRIBUTION_NORMAL:
    case DISTRIBUTION_LOGNORMAL:
    case DISTRIBUTION_EXPONENTIAL:
    case DISTRIBUTION_PARETO:
        return distribution_sample(distribution, HIGH_SHARE);
    }
    must(false);
}

/* The share, of 2^64, of draws that give at most `ns`. */
static uint64_t share_upto(const struct distribution *distribution, uint64_t ns)
{
    uint64_t low = 0, high = UINT64_MAX, share = 0;
    if (distribution->kind == DISTRIBUTION_MIXTURE) {
        for (size_t i = 0; i < distribution->count; i++) {
            uint64_t before = i > 0 ? distribution->upto[i - 1] : 0;
            uint64_t part = share_upto(&distribution->parts[i], ns);
            share += chance_high(part, distribution->upto[i] - before);
        }
        return share;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (distribution_sample(distribution, middle) > ns)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint64_t distribution_median(const struct distribution *distribution)
{
    if (distribution->kind != DISTRIBUTION_MIXTURE)
        return distribution_sample(distribution, UINT64_C(1) << 63);
    uint64_t low = 0, high = NS_MAX;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (share_upto(distribution, middle) >= UINT64_C(1) << 63)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void distribution_close(struct distribution *distribution)
{
    for (size_t i = 0; distribution->parts && i < distribution->count; i++)
        distribution_close(&distribution->parts[i]);
    free(distribution->parts);
    free(distribution->upto);
    free(distribution->samples);
    *distribution = (struct distribution){0};
}
