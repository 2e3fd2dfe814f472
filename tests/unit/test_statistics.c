#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "raft/chance.h"
#include "sim/statistics.h"
#include "tests/unit/unit.h"

static void expect_close(double got, double wanted)
{
    double most = fabs(wanted) < 1 ? 1e-9 : 1e-9 * fabs(wanted);
    ck_assert_msg(got == wanted || fabs(got - wanted) <= most, "got %.12g, not %.12g", got, wanted);
}

/* Ranks by exact fractions; those of large counts by another program. {0, 0}: too few samples. */
static const struct {
    uint64_t count, share, of, low, high;
} quantile_cases[] = {
    {1, 1, 2, 0, 0},
    {5, 1, 2, 0, 0},
    {6, 1, 2, 1, 6},
    {10, 1, 2, 2, 9},
    {35, 9, 10, 0, 0},
    {36, 9, 10, 29, 36},
    {10, 1, 10, 0, 0},
    {60, 1, 10, 2, 12},
    {100, 1, 2, 40, 61},
    {100, 9, 10, 84, 96},
    {367, 99, 100, 0, 0},
    {368, 99, 100, 360, 368},
    {2000, 1, 2, 956, 1045},
    {2000, 99, 100, 1971, 1989},
    {3687, 999, 1000, 0, 0},
    {10000, 999, 1000, 9983, 9997},
    {30000, 999, 1000, 29959, 29981},
    {36886, 9999, 10000, 0, 0},
    {36887, 9999, 10000, 36879, 36887},
    {100000, 999, 1000, 99880, 99920},
    {1000000, 999, 1000, 998938, 999062},
    {10000000, 999, 1000, 9989804, 9990196},
};

START_TEST(a_quantile_lies_between_two_ranks_whatever_the_law)
{
    for (size_t i = 0; i < countof(quantile_cases); i++) {
        uint64_t low = 0, high = 0, count = quantile_cases[i].count;
        bool supported =
            quantile_interval(count, quantile_cases[i].share, quantile_cases[i].of, &low, &high);
        ck_assert_msg(low == quantile_cases[i].low && high == quantile_cases[i].high,
                      "case %zu: %llu, %llu", i, (unsigned long long)low, (unsigned long long)high);
        ck_assert(supported == (high > 0));
    }
}
END_TEST

START_TEST(a_stricter_level_needs_more_samples_and_is_wider)
{
    struct ranks strict, usual;
    ck_assert(!quantile_ranks(7, 1, 2, .005, &strict));
    ck_assert(quantile_ranks(8, 1, 2, .005, &strict));
    ck_assert(quantile_ranks(1000, 1, 2, .0001, &strict));
    ck_assert(quantile_ranks(1000, 1, 2, TAIL_95, &usual));
    ck_assert_uint_lt(strict.low, usual.low);
    ck_assert_uint_gt(strict.high, usual.high);
}
END_TEST

START_TEST(a_quantile_is_the_least_sample_with_its_share_at_or_below)
{
    static const struct {
        uint64_t count, share, of, rank;
    } cases[] = {{0, 1, 2, 0},   {1, 1, 2, 1},     {1, 999, 1000, 1},     {2, 1, 2, 1},
                 {3, 1, 2, 2},   {100, 9, 10, 90}, {101, 9, 10, 91},      {10, 999, 1000, 10},
                 {1, 1, 100, 1}, {100, 1, 100, 1}, {1000, 999, 1000, 999}};
    for (size_t i = 0; i < countof(cases); i++)
        ck_assert_uint_eq(quantile_rank(cases[i].count, cases[i].share, cases[i].of),
                          cases[i].rank);
}
END_TEST

START_TEST(a_rate_has_wilsons_interval)
{
    static const struct {
        uint64_t hits, count;
        double low, high;
    } cases[] = {
        {0, 0, 0, 1},
        {0, 10, 0, 0.277532799863},
        {1, 10, 0.0178762130951, 0.404150026795},
        {5, 10, 0.236593090513, 0.763406909487},
        {10, 10, 0.722467200137, 1},
        {50, 10000, 0.00379490107084, 0.00658525731613},
        {1140, 10000, 0.107918669487, 0.120377777256},
        {7, 1000000, 3.3908678349e-6, 1.44505224488e-5},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct confidence got = rate_interval(cases[i].hits, cases[i].count);
        expect_close(got.low, cases[i].low);
        expect_close(got.high, cases[i].high);
    }
}
END_TEST

START_TEST(a_count_has_garwoods_interval_also_when_nothing_was_seen)
{
    static const struct {
        uint64_t count;
        double low, high, below;
    } cases[] = {
        {0, 0, 3.68887945411, 2.99573227355},
        {1, 0.0253178079843, 5.57164339094, 4.74386451839},
        {2, 0.242209278544, 7.22468766772, 6.29579362187},
        {5, 1.62348639012, 11.6683320793, 10.5130349087},
        {100, 81.3639912509, 121.626793792, 118.079272782},
        {10000, 9804.95246726, 10197.9516247, 10166.0601361},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct confidence got = count_interval(cases[i].count);
        expect_close(got.low, cases[i].low);
        expect_close(got.high, cases[i].high);
        expect_close(count_below(cases[i].count), cases[i].below);
    }
}
END_TEST

START_TEST(students_t_is_that_of_the_tables)
{
    static const struct {
        uint64_t freedom;
        double t;
    } cases[] = {{1, 12.7062047362},   {2, 4.30265272975},   {9, 2.2621571628},
                 {29, 2.0452296421},   {30, 2.0422724563},   {40, 2.02107539031},
                 {100, 1.98397151852}, {1000, 1.96233908083}};
    for (size_t i = 0; i < countof(cases); i++)
        ck_assert_double_eq_tol(student_t(cases[i].freedom), cases[i].t, 1e-6);
}
END_TEST

START_TEST(a_mean_has_students_interval_and_a_gap_has_welchs)
{
    /* Student's own data (1908): extra hours of sleep by two drugs, the same ten people. */
    static const double a[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double b[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    double change[countof(a)];
    for (size_t i = 0; i < countof(a); i++)
        change[i] = b[i] - a[i];
    struct confidence paired = mean_interval(change, countof(change));
    ck_assert_double_eq_tol(mean_of_all(change, countof(change)), 1.58, 1e-9);
    ck_assert_double_eq_tol(paired.low, 0.7001142, 1e-6);
    ck_assert_double_eq_tol(paired.high, 2.4598858, 1e-6);
    /* 17.776 degrees of freedom, taken as 17: a little wider than R's -0.2055, 3.3655. */
    struct confidence apart = mean_gap(a, countof(a), b, countof(b));
    ck_assert_double_eq_tol(apart.low, 1.58 - 2.10981557783 * 0.849091, 1e-5);
    ck_assert_double_eq_tol(apart.high, 1.58 + 2.10981557783 * 0.849091, 1e-5);
    ck_assert(isinf(mean_interval(a, 1).high));
    ck_assert(isinf(mean_gap(a, 1, b, 9).low));
}
END_TEST

START_TEST(samples_are_as_far_apart_as_their_shares_below_any_value)
{
    static const struct {
        double a[4], b[4];
        size_t a_count, b_count;
        double distance;
    } cases[] = {
        {{0}, {0}, 0, 0, 0},
        {{1}, {0}, 1, 0, 1},
        {{1, 2, 3, 4}, {1, 2, 3, 4}, 4, 4, 0},
        {{1, 2, 3, 4}, {5, 6}, 4, 2, 1},
        {{1, 2, 3, 4}, {2.5, 6}, 4, 2, 0.5},
        {{1, 2, 3, 4}, {0, 3.5}, 4, 2, 0.5},
        {{1, 1, 1, 2}, {1, 2}, 4, 2, 0.25},
        {{1, 2, INFINITY, INFINITY}, {1, INFINITY}, 4, 2, 0.25},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        expect_close(ks_distance(cases[i].a, cases[i].a_count, cases[i].b, cases[i].b_count),
                     cases[i].distance);
        expect_close(ks_distance(cases[i].b, cases[i].b_count, cases[i].a, cases[i].a_count),
                     cases[i].distance);
    }
}
END_TEST

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Any bits are a double; those that are no numbers become infinite. */
static double any_double(uint64_t n)
{
    uint64_t bits = chance_draw(7, n);
    double item;
    memcpy(&item, &bits, sizeof item);
    if (n % 3 == 0)
        return (double)(bits % 1000) / 8 - 60; /* many equal ones */
    return item == item ? item : n % 2 ? INFINITY : -INFINITY;
}

START_TEST(any_numbers_are_sorted_as_qsort_sorts_them)
{
    static const size_t counts[] = {0, 1, 2, 47, 48, 49, 50, 1000, 20000};
    for (size_t i = 0; i < countof(counts); i++) {
        size_t count = counts[i];
        double *items = allocate(count + 1, sizeof *items);
        double *wanted = allocate(count + 1, sizeof *wanted);
        for (size_t at = 0; at < count; at++)
            items[at] = wanted[at] = any_double(at + i);
        statistics_sort(items, count);
        qsort(wanted, count, sizeof *wanted, ascending);
        for (size_t at = 0; at < count; at++)
            ck_assert(items[at] == wanted[at]);
        free(items);
        free(wanted);
    }
}
END_TEST

/* Uniform samples: how often the interval misses what it is of. */
START_TEST(an_interval_of_a_quantile_holds_it_in_95_of_100_samples)
{
    enum { SETS = 2000, COUNT = 400 };
    static const uint64_t shares[] = {50, 90, 99};
    double items[COUNT];
    for (size_t i = 0; i < countof(shares); i++) {
        uint64_t low, high, missed = 0;
        ck_assert(quantile_interval(COUNT, shares[i], 100, &low, &high));
        for (uint64_t set = 0; set < SETS; set++) {
            for (uint64_t at = 0; at < COUNT; at++)
                items[at] = (double)(chance_draw(set, at) >> 11) * 0x1p-53;
            statistics_sort(items, COUNT);
            double quantile = (double)shares[i] / 100;
            missed += quantile < items[low - 1] || quantile > items[high - 1];
        }
        ck_assert_msg(missed > 20 && missed <= 115, "p%d: %d of 2000 missed", (int)shares[i],
                      (int)missed);
    }
}
END_TEST

Suite *suite_statistics(void)
{
    Suite *suite = suite_create("statistics");
    TCase *each = tcase_create("intervals");
    tcase_add_test(each, a_quantile_lies_between_two_ranks_whatever_the_law);
    tcase_add_test(each, a_stricter_level_needs_more_samples_and_is_wider);
    tcase_add_test(each, a_quantile_is_the_least_sample_with_its_share_at_or_below);
    tcase_add_test(each, a_rate_has_wilsons_interval);
    tcase_add_test(each, a_count_has_garwoods_interval_also_when_nothing_was_seen);
    tcase_add_test(each, students_t_is_that_of_the_tables);
    tcase_add_test(each, a_mean_has_students_interval_and_a_gap_has_welchs);
    tcase_add_test(each, samples_are_as_far_apart_as_their_shares_below_any_value);
    tcase_add_test(each, any_numbers_are_sorted_as_qsort_sorts_them);
    tcase_add_test(each, an_interval_of_a_quantile_holds_it_in_95_of_100_samples);
    suite_add_tcase(suite, each);
    return suite;
}
