#include "sim/distribution.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raft/chance.h"
#include "tests/unit/unit.h"

#define ONE_32 (UINT64_C(1) << 32)
#define DRAWS 1000000

/* What each kind should give, from its closed form, and the hash of its first million samples. */
struct law {
    const char *name;
    enum distribution_kind kind;
    uint64_t a, b;
    double mean, p10, p50, p99;
    uint64_t hash;
};

static const struct law laws[] = {
    {"constant", DISTRIBUTION_CONSTANT, 5000, 0, 5000, 5000, 5000, 5000, 0x2e9467bc7ed4727d},
    {"uniform", DISTRIBUTION_UNIFORM, 1000000, 5000000, 3e6, 1.4e6, 3e6, 4.96e6,
     0x3ab3d7543cb1c8d9},
    {"normal", DISTRIBUTION_NORMAL, 10000000, 2000000, 1e7, 7436896.9, 1e7, 14652695.7,
     0xad728eb878b99689},
    {"normal, cut", DISTRIBUTION_NORMAL, 1000000, 2000000, 2018320.9, 376860.6, 1793742.4,
     5923336.6, 0x5d7374c90f9b8551},
    {"lognormal", DISTRIBUTION_LOGNORMAL, 500000, ONE_32 / 2, 566574.2, 263441.8, 5e5, 1600037.0,
     0x15683bc1e3a11818},
    {"exponential", DISTRIBUTION_EXPONENTIAL, 1000000, 0, 1e6, 105360.5, 693147.2, 4605170.2,
     0x9c9275d195b2f624},
    {"pareto", DISTRIBUTION_PARETO, 1000000, ONE_32 * 5 / 2, 1666666.7, 1043044.9, 1319507.9,
     6309573.4, 0xcefada3e86244865},
};

static struct distribution made(const struct law *law)
{
    struct error error;
    struct distribution distribution = {.kind = law->kind, .a = law->a, .b = law->b};
    ck_assert(distribution_prepare(&distribution, &error));
    return distribution;
}

/* A fast one nine times of ten, else a slow one. */
static struct distribution made_mixture(void)
{
    struct error error;
    struct distribution mixture = {.kind = DISTRIBUTION_MIXTURE, .count = 2};
    mixture.parts = allocate(2, sizeof *mixture.parts);
    mixture.upto = allocate(2, sizeof *mixture.upto);
    mixture.parts[0] =
        (struct distribution){.kind = DISTRIBUTION_UNIFORM, .a = 1000000, .b = 2000000};
    mixture.parts[1] = (struct distribution){.kind = DISTRIBUTION_EXPONENTIAL, .a = 50000000};
    mixture.upto[0] = 9 * ONE_32;
    mixture.upto[1] = ONE_32;
    ck_assert(distribution_prepare(&mixture, &error));
    return mixture;
}

static struct distribution made_empirical(void)
{
    struct error error;
    static const uint64_t unsorted[] = {7000, 1000, 2000, 4000, 2000};
    struct distribution empirical = {.kind = DISTRIBUTION_EMPIRICAL, .count = countof(unsorted)};
    empirical.samples = allocate(countof(unsorted), sizeof *empirical.samples);
    memcpy(empirical.samples, unsorted, sizeof unsorted);
    ck_assert(distribution_prepare(&empirical, &error));
    return empirical;
}

static uint64_t hash_of(const struct distribution *distribution)
{
    uint64_t hash = 0;
    for (uint64_t n = 0; n < DRAWS; n++)
        hash = chance_mix(hash ^ distribution_sample(distribution, chance_draw(1, n)));
    return hash;
}

static double mean_of(const struct distribution *distribution)
{
    double sum = 0;
    for (uint64_t n = 0; n < DRAWS; n++)
        sum += (double)distribution_sample(distribution, chance_draw(7, n));
    return sum / DRAWS;
}

static void expect_near(const char *what, double got, double want, double tolerance)
{
    ck_assert_msg(got >= want * (1 - tolerance) && got <= want * (1 + tolerance),
                  "%s: got %.1f, want %.1f", what, got, want);
}

START_TEST(zero_is_the_constant_0)
{
    struct distribution nothing = {0};
    ck_assert_uint_eq(distribution_sample(&nothing, UINT64_MAX), 0);
    ck_assert_uint_eq(distribution_high(&nothing), 0);
}
END_TEST

START_TEST(means_are_those_of_the_closed_forms)
{
    struct distribution distribution = made(&laws[_i]);
    expect_near(laws[_i].name, mean_of(&distribution), laws[_i].mean, 0.003);
}
END_TEST

START_TEST(quantiles_are_those_of_the_closed_forms)
{
    const struct law *law = &laws[_i];
    struct distribution distribution = made(law);
    const uint64_t percent = UINT64_MAX / 100;
    expect_near(law->name, (double)distribution_sample(&distribution, 10 * percent), law->p10,
                1e-4);
    expect_near(law->name, (double)distribution_median(&distribution), law->p50, 1e-4);
    expect_near(law->name, (double)distribution_sample(&distribution, 99 * percent), law->p99,
                1e-4);
}
END_TEST

START_TEST(a_million_samples_are_the_same_on_every_machine)
{
    struct distribution distribution = made(&laws[_i]);
    uint64_t hash = hash_of(&distribution);
    ck_assert_msg(hash == laws[_i].hash, "%s: 0x%016llx", laws[_i].name, (unsigned long long)hash);
}
END_TEST

START_TEST(a_million_samples_of_mixed_and_measured_times_are_the_same_on_every_machine)
{
    struct distribution mixture = made_mixture(), empirical = made_empirical();
    uint64_t mixed = hash_of(&mixture), measured = hash_of(&empirical);
    distribution_close(&mixture);
    distribution_close(&empirical);
    ck_assert_msg(mixed == 0xa1629503d75dc598, "mixture: 0x%016llx", (unsigned long long)mixed);
    ck_assert_msg(measured == 0xa2dc22353078e69f, "empirical: 0x%016llx",
                  (unsigned long long)measured);
}
END_TEST

/* Never less for larger bits: at distances from 1 to 2^63, around every kind of bits. */
static void expect_monotone(const struct distribution *distribution, uint64_t seed)
{
    uint64_t falls = 0;
    for (uint64_t n = 0; n < DRAWS / 4; n++) {
        uint64_t bits = chance_draw(seed, 2 * n) >> (n % 64);
        uint64_t step = chance_draw(seed, 2 * n + 1) >> (n / 64 % 64);
        uint64_t low = n & 64 ? ~bits : bits;
        uint64_t high = low > UINT64_MAX - step ? UINT64_MAX : low + step;
        falls += distribution_sample(distribution, low) > distribution_sample(distribution, high);
    }
    ck_assert_uint_eq(falls, 0);
}

static bool falls_at(const struct distribution *distribution, uint64_t bits)
{
    return distribution_sample(distribution, bits) > distribution_sample(distribution, bits + 1);
}

START_TEST(larger_bits_never_give_less)
{
    struct law law = laws[_i];
    struct distribution distribution = made(&law);
    expect_monotone(&distribution, 3);
    law.a = law.a << 24;
    law.b =
        law.kind == DISTRIBUTION_UNIFORM || law.kind == DISTRIBUTION_NORMAL ? law.b << 24 : law.b;
    distribution = made(&law);
    expect_monotone(&distribution, 4);
}
END_TEST

/* Where segments of the tables meet, one bit apart, from either end. */
START_TEST(neighbouring_bits_never_go_back)
{
    struct distribution distribution = made(&laws[_i]);
    uint64_t falls = 0;
    for (unsigned shift = 1; shift <= 57; shift++)
        for (uint64_t segment = 64; segment < 128; segment++)
            for (uint64_t bits = (segment << shift) - 2; bits < (segment << shift) + 2; bits++)
                falls += falls_at(&distribution, bits) + falls_at(&distribution, ~bits - 1);
    ck_assert_uint_eq(falls, 0);
}
END_TEST

START_TEST(samples_stay_between_the_bounds)
{
    struct distribution distribution = made(&laws[_i]);
    uint64_t min = distribution_min(&distribution), over = 0, under = 0;
    uint64_t high = distribution_high(&distribution);
    for (uint64_t n = 0; n < DRAWS; n++) {
        uint64_t ns = distribution_sample(&distribution, chance_draw(9, n));
        under += ns < min;
        over += ns > high;
    }
    ck_assert_uint_eq(under, 0);
    ck_assert_uint_le(over, DRAWS / 10000 * 2);
}
END_TEST

START_TEST(no_sample_is_later_than_time_can_be)
{
    struct law law = laws[_i];
    law.a = NS_MAX;
    if (law.kind == DISTRIBUTION_UNIFORM || law.kind == DISTRIBUTION_NORMAL)
        law.b = NS_MAX;
    struct distribution distribution = made(&law);
    ck_assert_uint_le(distribution_sample(&distribution, UINT64_MAX), NS_MAX);
    ck_assert_uint_le(distribution_sample(&distribution, UINT64_C(1) << 63), NS_MAX);
}
END_TEST

START_TEST(a_normal_time_is_above_0)
{
    struct error error;
    struct distribution half = {.kind = DISTRIBUTION_NORMAL, .a = 0, .b = 1000};
    ck_assert(distribution_prepare(&half, &error));
    ck_assert_uint_eq(distribution_sample(&half, 0), 1);
    expect_near("half normal", mean_of(&half), 1000 * 0.79788, 0.003);
}
END_TEST

START_TEST(a_mixture_gives_each_part_its_share)
{
    struct distribution mixture = made_mixture();
    uint64_t fast = 0;
    for (uint64_t n = 0; n < DRAWS; n++)
        fast += distribution_sample(&mixture, chance_draw(2, n) / 10 * 9) <= 2000000;
    ck_assert_uint_eq(fast, DRAWS);
    expect_near("mean", mean_of(&mixture), 0.9 * 1.5e6 + 0.1 * 5e7, 0.01);
    ck_assert_uint_eq(distribution_min(&mixture), 0);
    expect_near("high", (double)distribution_high(&mixture), 5e7 * 9.21034, 0.001);
    distribution_close(&mixture);
}
END_TEST

START_TEST(the_median_of_a_mixture_halves_its_samples)
{
    struct distribution mixture = made_mixture();
    uint64_t median = distribution_median(&mixture), below = 0;
    for (uint64_t n = 0; n < DRAWS; n++)
        below += distribution_sample(&mixture, chance_draw(5, n)) <= median;
    expect_near("below", (double)below, DRAWS / 2, 0.005);
    distribution_close(&mixture);
}
END_TEST

START_TEST(measured_times_are_sorted_and_joined_by_lines)
{
    struct distribution empirical = made_empirical();
    ck_assert_uint_eq(distribution_sample(&empirical, 0), 1000);
    ck_assert_uint_eq(distribution_median(&empirical), 2000);
    ck_assert_uint_eq(distribution_sample(&empirical, UINT64_MAX / 8 * 7), 5499);
    ck_assert_uint_eq(distribution_high(&empirical), 7000);
    expect_monotone(&empirical, 6);
    distribution_close(&empirical);
}
END_TEST

static const struct nonsense {
    struct distribution distribution;
    const char *why;
} nonsense[] = {
    {{.kind = DISTRIBUTION_CONSTANT, .a = NS_MAX + 1}, "146 years"},
    {{.kind = DISTRIBUTION_UNIFORM, .a = 5, .b = 1}, "not below the minimum"},
    {{.kind = DISTRIBUTION_NORMAL}, "above 0"},
    {{.kind = DISTRIBUTION_LOGNORMAL, .b = 1}, "median above 0"},
    {{.kind = DISTRIBUTION_LOGNORMAL, .a = 1, .b = UINT64_MAX}, "at most 16"},
    {{.kind = DISTRIBUTION_EXPONENTIAL}, "mean above 0"},
    {{.kind = DISTRIBUTION_PARETO, .b = ONE_32}, "minimum above 0"},
    {{.kind = DISTRIBUTION_PARETO, .a = 1}, "0.01 to 1000"},
    {{.kind = DISTRIBUTION_MIXTURE}, "at least one part"},
    {{.kind = DISTRIBUTION_EMPIRICAL}, "at least one sample"},
};

START_TEST(nonsense_is_refused_in_words)
{
    struct error error = {0};
    struct distribution distribution = nonsense[_i].distribution;
    ck_assert(!distribution_prepare(&distribution, &error));
    ck_assert_ptr_nonnull(strstr(error.text, nonsense[_i].why));
}
END_TEST

START_TEST(a_part_without_weight_is_refused)
{
    struct error error;
    struct distribution mixture = {.kind = DISTRIBUTION_MIXTURE, .count = 1};
    mixture.parts = allocate(1, sizeof *mixture.parts);
    mixture.upto = allocate(1, sizeof *mixture.upto);
    ck_assert(!distribution_prepare(&mixture, &error));
    mixture.upto[0] = UINT64_MAX;
    ck_assert(!distribution_prepare(&mixture, &error));
    mixture.upto[0] = 1;
    ck_assert(distribution_prepare(&mixture, &error));
    ck_assert_uint_eq(distribution_sample(&mixture, UINT64_MAX), 0);
    distribution_close(&mixture);
}
END_TEST

Suite *suite_distribution(void)
{
    Suite *suite = suite_create("distribution");
    TCase *each = tcase_create("each law");
    TCase *rest = tcase_create("the rest");
    const int count = (int)countof(laws);
    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, means_are_those_of_the_closed_forms, 0, count);
    tcase_add_loop_test(each, quantiles_are_those_of_the_closed_forms, 0, count);
    tcase_add_loop_test(each, a_million_samples_are_the_same_on_every_machine, 0, count);
    tcase_add_loop_test(each, larger_bits_never_give_less, 0, count);
    tcase_add_loop_test(each, neighbouring_bits_never_go_back, 0, count);
    tcase_add_loop_test(each, samples_stay_between_the_bounds, 0, count);
    tcase_add_loop_test(each, no_sample_is_later_than_time_can_be, 0, count);
    tcase_set_timeout(rest, 60);
    tcase_add_test(rest, zero_is_the_constant_0);
    tcase_add_test(rest,
                   a_million_samples_of_mixed_and_measured_times_are_the_same_on_every_machine);
    tcase_add_test(rest, a_normal_time_is_above_0);
    tcase_add_test(rest, a_mixture_gives_each_part_its_share);
    tcase_add_test(rest, the_median_of_a_mixture_halves_its_samples);
    tcase_add_test(rest, measured_times_are_sorted_and_joined_by_lines);
    tcase_add_loop_test(rest, nonsense_is_refused_in_words, 0, (int)countof(nonsense));
    tcase_add_test(rest, a_part_without_weight_is_refused);
    suite_add_tcase(suite, each);
    suite_add_tcase(suite, rest);
    return suite;
}
