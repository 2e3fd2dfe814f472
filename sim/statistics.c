#include "sim/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

/* What the normal law leaves 2.5 % above. */
#define Z_95 1.9599639845400543

enum { DIGIT_BITS = 11, DIGITS = 6, DIGIT_VALUES = 1 << DIGIT_BITS, FEW = 48 };

/* Where a double lies, its key does for a while: bits whose order as numbers is that of the
 * doubles.
 */
static uint64_t load(const double *place)
{
    uint64_t bits;
    memcpy(&bits, place, sizeof bits);
    return bits;
}

static void store(double *place, uint64_t bits)
{
    memcpy(place, &bits, sizeof bits);
}

static uint64_t key_of(uint64_t bits)
{
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t bits_of(uint64_t key)
{
    return key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
}

static void sort_few(double *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1] > item; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static int digit_of(uint64_t key, int digit)
{
    return (int)(key >> digit * DIGIT_BITS & (DIGIT_VALUES - 1));
}

/* Makes keys of the items, and counts how many have each value of each digit. */
static void count_digits(double *items, size_t count, size_t (*digits)[DIGIT_VALUES])
{
    for (size_t i = 0; i < count; i++) {
        uint64_t key = key_of(load(&items[i]));
        store(&items[i], key);
        for (int digit = 0; digit < DIGITS; digit++)
            digits[digit][digit_of(key, digit)]++;
    }
}

/* Counts become the places at which each value of the digit begins. */
static void scatter(const double *from, double *to, size_t count, size_t *places, int digit)
{
    size_t at = 0;
    for (int value = 0; value < DIGIT_VALUES; value++) {
        size_t here = places[value];
        places[value] = at;
        at += here;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t key = load(&from[i]);
        store(&to[places[digit_of(key, digit)]++], key);
    }
}

void statistics_sort(double *items, size_t count)
{
    if (count <= FEW) {
        sort_few(items, count);
        return;
    }
    size_t(*digits)[DIGIT_VALUES] = allocate(DIGITS, sizeof *digits);
    double *room = allocate(count, sizeof *room);
    double *from = items, *to = room;
    count_digits(items, count, digits);
    for (int digit = 0; digit < DIGITS; digit++) {
        if (digits[digit][digit_of(load(from), digit)] == count)
            continue; /* all have the same one */
        scatter(from, to, count, digits[digit], digit);
        double *other = from;
        from = to;
        to = other;
    }
    for (size_t i = 0; i < count; i++)
        store(&items[i], bits_of(load(&from[i])));
    free(room);
    free(digits);
}

uint64_t quantile_rank(uint64_t count, uint64_t share, uint64_t of)
{
    return (count * share + of - 1) / of;
}

/* A law over 0, 1, 2 ..: binomial with `count` draws of probability share / (share + rest), or that
 * of Poisson with mean `share`, when `count` is 0. Weights are relative to that of the mode, so no
 * power and no factorial is needed; below NEGLIGIBLE of it they are left out. */
struct law {
    double count, share, rest;
};
#define NEGLIGIBLE 1e-25

/* The weight of k + 1, when that of k is 1. */
static double step_up(const struct law *law, double k)
{
    if (law->count > 0)
        return (law->count - k) * law->share / ((k + 1) * law->rest);
    return law->share / (k + 1);
}

static double mode_of(const struct law *law)
{
    if (law->count > 0)
        return floor((law->count + 1) * law->share / (law->share + law->rest));
    return floor(law->share);
}

/* The weights from the mode up: all of them, and those that are at most `to`. */
static double sum_up(const struct law *law, double mode, double to, double *upto)
{
    double all = 0, weight = 1;
    *upto = 0;
    for (double k = mode; weight > NEGLIGIBLE; k++) {
        all += weight;
        *upto += k <= to ? weight : 0;
        weight *= step_up(law, k);
    }
    return all;
}

/* The least value that counts; *weight: its weight, *sum: of all below the mode. */
static double lowest(const struct law *law, double mode, double *weight, double *sum)
{
    double k = mode, here = 1;
    *sum = 0;
    for (; k > 0; k--) {
        double next = here / step_up(law, k - 1);
        if (next <= NEGLIGIBLE)
            break;
        *sum += next;
        here = next;
    }
    *weight = here;
    return k;
}

/* P(X <= k). */
static double share_upto(const struct law *law, double k)
{
    double mode = mode_of(law), weight, below, upto;
    double all = sum_up(law, mode, k, &upto);
    double at = lowest(law, mode, &weight, &below);
    for (; at < mode && at <= k; at++) {
        upto += weight;
        weight *= step_up(law, at);
    }
    return upto / (all + below);
}

/* How many values, from 0 on, are at most `tail` likely together. */
static uint64_t values_below(const struct law *law, double tail)
{
    double mode = mode_of(law), weight, below, none, sum = 0;
    double all = sum_up(law, mode, -1, &none);
    double at = lowest(law, mode, &weight, &below);
    double most = tail * (all + below);
    while (sum + weight <= most) {
        sum += weight;
        weight *= step_up(law, at);
        at++;
    }
    return (uint64_t)at;
}

bool quantile_ranks(uint64_t count, uint64_t share, uint64_t of, double tail, struct ranks *ranks)
{
    must(share > 0);
    must(share < of);
    if (count == 0)
        return false;
    double n = (double)count, left = (double)share, right = (double)(of - share);
    /* How many samples are at or below the quantile is binomial: fewer than `low` of them, or more
     * than high - 1, are unlikely. The second is the first as seen from above. */
    uint64_t below = values_below(&(struct law){n, left, right}, tail);
    uint64_t above = values_below(&(struct law){n, right, left}, tail);
    if (below == 0 || above == 0)
        return false;
    *ranks = (struct ranks){below, count + 1 - above};
    return true;
}

bool quantile_interval(uint64_t count, uint64_t share, uint64_t of, uint64_t *low, uint64_t *high)
{
    struct ranks ranks;
    if (!quantile_ranks(count, share, of, TAIL_95, &ranks))
        return false;
    *low = ranks.low;
    *high = ranks.high;
    return true;
}

struct confidence rate_interval(uint64_t hits, uint64_t count)
{
    must(hits <= count);
    if (count == 0)
        return (struct confidence){0, 1};
    double n = (double)count, k = (double)hits, square = Z_95 * Z_95;
    double middle = (k + square / 2) / (n + square);
    double half = Z_95 * sqrt(k * (n - k) / n + square / 4) / (n + square);
    return (struct confidence){hits == 0 ? 0 : middle - half, hits == count ? 1 : middle + half};
}

/* The mean at which a Poisson law has P(X <= k) = share: it falls as the mean grows. */
static double mean_with(double k, double share)
{
    double spread = 6 * sqrt(k + 1) + 12;
    double low = k > spread ? k - spread : 0, high = k + spread;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (share_upto(&(struct law){.share = middle}, k) > share)
            low = middle;
        else
            high = middle;
    }
    return high;
}

struct confidence count_interval(uint64_t count)
{
    double k = (double)count;
    return (struct confidence){count == 0 ? 0 : mean_with(k - 1, 1 - TAIL_95),
                               mean_with(k, TAIL_95)};
}

double count_below(uint64_t count)
{
    return mean_with((double)count, 2 * TAIL_95);
}

/* Exact for few degrees; then Cornish and Fisher's series, right to 1e-6. */
double student_t(uint64_t freedom)
{
    static const double few[] = {
        12.7062047362, 4.30265272975, 3.18244630528, 2.7764451052,  2.57058183563, 2.44691185114,
        2.36462425159, 2.3060041352,  2.26215716280, 2.22813885199, 2.20098516009, 2.17881282967,
        2.16036865646, 2.14478668792, 2.13144954556, 2.11990529922, 2.10981557783, 2.10092204024,
        2.09302405441, 2.08596344727, 2.07961384473, 2.07387306790, 2.06865761042, 2.06389856163,
        2.05953855275, 2.05552943864, 2.05183051648, 2.04840714180, 2.04522964213, 2.04227245630};
    must(freedom > 0);
    if (freedom <= countof(few))
        return few[freedom - 1];
    double v = (double)freedom, z = Z_95, z2 = z * z;
    double first = z * (z2 + 1) / 4;
    double second = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    return z + first / v + second / (v * v) + third / (v * v * v);
}

double mean_of_all(const double *items, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += items[i];
    return sum / (double)count;
}

/* The square of the mean's standard error. */
static double error_of(const double *items, size_t count, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (items[i] - mean) * (items[i] - mean);
    return squares / (double)(count - 1) / (double)count;
}

struct confidence mean_interval(const double *items, size_t count)
{
    if (count < 2)
        return (struct confidence){-INFINITY, INFINITY};
    double mean = mean_of_all(items, count);
    double half = student_t(count - 1) * sqrt(error_of(items, count, mean));
    return (struct confidence){mean - half, mean + half};
}

struct confidence mean_gap(const double *a, size_t a_count, const double *b, size_t b_count)
{
    if (a_count < 2 || b_count < 2)
        return (struct confidence){-INFINITY, INFINITY};
    double a_mean = mean_of_all(a, a_count), b_mean = mean_of_all(b, b_count);
    double a_error = error_of(a, a_count, a_mean), b_error = error_of(b, b_count, b_mean);
    double error = a_error + b_error;
    /* Satterthwaite's degrees of freedom, rounded down. */
    double freedom =
        error * error /
        (a_error * a_error / (double)(a_count - 1) + b_error * b_error / (double)(b_count - 1));
    double half = error > 0 ? student_t((uint64_t)freedom) * sqrt(error) : 0;
    return (struct confidence){b_mean - a_mean - half, b_mean - a_mean + half};
}

double ks_distance(const double *a, size_t a_count, const double *b, size_t b_count)
{
    size_t i = 0, j = 0;
    double most = 0;
    if (a_count == 0 || b_count == 0)
        return a_count != b_count;
    while (i < a_count && j < b_count) {
        double here = a[i] < b[j] ? a[i] : b[j];
        while (i < a_count && a[i] <= here)
            i++;
        while (j < b_count && b[j] <= here)
            j++;
        double gap = (double)i / (double)a_count - (double)j / (double)b_count;
        most = fabs(gap) > most ? fabs(gap) : most;
    }
    return most;
}
