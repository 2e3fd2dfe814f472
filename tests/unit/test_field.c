#include "sim/field.h"

#include <stdlib.h>
#include <string.h>

#include "sim/bind.h"
#include "sim/quantity.h"
#include "tests/unit/quoted.h"
#include "tests/unit/unit.h"

/* ---- numbers and times as text ---- */

START_TEST(durations_are_exact_decimals)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } rows[] = {
        {"0s", 0},
        {"1ns", 1},
        {"1us", 1000},
        {"1.5ms", 1500000},
        {"0.001us", 1},
        {"150ms", 150000000},
        {"2s", 2000000000},
        {"1.000000001s", 1000000001},
        {"5m", 300000000000},
        {"0.5m", 30000000000},
        {"1.25h", 4500000000000},
        {"0.1000s", 100000000},
        {"9007199254740993ns", 9007199254740993},
        {"4611686018427387904ns", NS_MAX},
        {"1281023h", 4611682800000000000},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        uint64_t ns;
        ck_assert_msg(duration_parse(rows[i].text, &ns), "%s", rows[i].text);
        ck_assert_uint_eq(ns, rows[i].ns);
    }
}
END_TEST

START_TEST(what_is_no_duration_is_refused)
{
    static const char *const texts[] = {
        "",
        "5",
        "ms",
        "5 ms",
        " 5ms",
        "5ms ",
        "+5ms",
        "-5ms",
        "05ms",
        ".5ms",
        "5.ms",
        "1e3ms",
        "5MS",
        "5min",
        "5d",
        "0.5ns",
        "1.0005us",
        "1,5ms",
        "1281024h",
        "0x5ms",
        "4611686018427387905ns",
        "99999999999999999999999999999999999999999999s",
    };
    for (size_t i = 0; i < countof(texts); i++) {
        uint64_t ns;
        ck_assert_msg(!duration_parse(texts[i], &ns), "%s", texts[i]);
    }
}
END_TEST

START_TEST(signed_durations_may_begin_with_a_minus)
{
    int64_t ns;
    ck_assert(signed_duration_parse("-3ms", &ns));
    ck_assert_int_eq(ns, -3000000);
    ck_assert(signed_duration_parse("3ms", &ns));
    ck_assert_int_eq(ns, 3000000);
    ck_assert(!signed_duration_parse("--3ms", &ns));
    ck_assert(!signed_duration_parse("-", &ns));
}
END_TEST

START_TEST(probabilities_are_shares_of_two_to_the_sixty_four)
{
    static const struct {
        const char *text;
        uint64_t share;
    } rows[] = {
        {"0", 0},
        {"0.0", 0},
        {"1", UINT64_MAX},
        {"1.000", UINT64_MAX},
        {"1e0", UINT64_MAX},
        {"0.5", UINT64_C(1) << 63},
        {"5e-1", UINT64_C(1) << 63},
        {"50e-2", UINT64_C(1) << 63},
        {"0.25", UINT64_C(1) << 62},
        {"0.1", UINT64_C(1844674407370955161)},
        {"0.01", UINT64_C(184467440737095516)},
        {"0.3333333333333333333333", UINT64_C(6148914691236517205)},
        {"0.99999999999999999999999", UINT64_MAX},
        {"5.43e-20", 1},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        uint64_t share;
        ck_assert_msg(probability_parse(rows[i].text, &share), "%s", rows[i].text);
        ck_assert_msg(share == rows[i].share, "%s", rows[i].text);
    }
}
END_TEST

START_TEST(what_is_no_probability_is_refused)
{
    static const char *const texts[] = {"",      "2",    "1.01", "-0.5", "-1", "1e-30",
                                        "1e-99", "0.5x", "1e1",  ".5",   "5e", "00"};
    for (size_t i = 0; i < countof(texts); i++) {
        uint64_t share;
        ck_assert_msg(!probability_parse(texts[i], &share), "%s", texts[i]);
    }
}
END_TEST

START_TEST(factors_are_fixed_point)
{
    uint64_t factor;
    ck_assert(factor_parse("1.5", &factor) && factor == UINT64_C(3) << 31);
    ck_assert(factor_parse("1e3", &factor) && factor == UINT64_C(1000) << 32);
    ck_assert(factor_parse("0.1", &factor) && factor == 429496729);
    ck_assert(factor_parse("2147483648", &factor) && factor == UINT64_C(1) << 63);
    ck_assert(!factor_parse("0", &factor));
    ck_assert(!factor_parse("-1", &factor));
    ck_assert(!factor_parse("0.0000000001", &factor));
    ck_assert(!factor_parse("2147483648.1", &factor));
    ck_assert(!factor_parse("1e10", &factor));
}
END_TEST

START_TEST(a_seed_is_a_number_or_the_hash_of_hexadecimal_digits)
{
    uint64_t seed, other;
    ck_assert(seed_parse("0", &seed) && seed == 0);
    ck_assert(seed_parse("9007199254740991", &seed) && seed == WHOLE_MAX);
    ck_assert(seed_parse("1234567", &seed) && seed == 1234567);
    ck_assert(!seed_parse("9007199254740992", &seed));
    ck_assert(!seed_parse("01", &seed));
    ck_assert(seed_parse("8730946a", &seed));
    ck_assert(seed_parse("8730946A", &other) && other == seed);
    ck_assert(seed_parse("8730946b", &other) && other != seed);
    ck_assert_uint_eq(seed, UINT64_C(0x83630adc1f8eee53) & WHOLE_MAX);
    ck_assert(seed_parse("c0ffee", &other) && other != seed && other <= WHOLE_MAX);
    ck_assert_uint_eq(name_hash("timeline[0]"), UINT64_C(0x96e656760f384ebe));
    static const char *const wrong[] = {
        "",
        "abc",
        "1e10",
        "12e3",
        "12345g7",
        "0x12345",
        "-1",
        "1.5",
        " 1",
        "1 ",
        "01234567890123456789012345678901234567890123456789012345678901234"
        "a"};
    for (size_t i = 0; i < countof(wrong); i++)
        ck_assert_msg(!seed_parse(wrong[i], &seed), "%s", wrong[i]);
}
END_TEST

START_TEST(seeds_are_a_range_or_one)
{
    uint64_t first, last;
    ck_assert(seeds_parse("1..10000", &first, &last) && first == 1 && last == 10000);
    ck_assert(seeds_parse("7", &first, &last) && first == 7 && last == 7);
    static const char *const wrong[] = {"",      "..",   "1..",  "..2",   "2..1",
                                        "1...3", "1-10", "a..b", "-1..1", "1..1..1"};
    for (size_t i = 0; i < countof(wrong); i++)
        ck_assert_msg(!seeds_parse(wrong[i], &first, &last), "%s", wrong[i]);
}
END_TEST

START_TEST(measures_are_numbers_or_times_in_ms)
{
    double number;
    bool time;
    ck_assert(measure_parse("500ms", &number, &time) && time && number == 500);
    ck_assert(measure_parse("1.5s", &number, &time) && time && number == 1500);
    ck_assert(measure_parse("0.999", &number, &time) && !time && number == 0.999);
    ck_assert(measure_parse("-2", &number, &time) && !time && number == -2);
    ck_assert(!measure_parse("1 ms", &number, &time));
    ck_assert(!measure_parse("", &number, &time));
}
END_TEST

/* ---- suggestions ---- */

START_TEST(the_nearest_name_is_suggested_when_one_is_near)
{
    static const char *const known[] = {"election_ticks", "heartbeat_ticks", "pre_vote", "tick"};
    static const struct {
        const char *word, *nearest;
    } rows[] = {
        {"election_tick", "election_ticks"},
        {"elektion_ticks", "election_ticks"},
        {"pre-vote", "pre_vote"},
        {"PreVote", "pre_vote"},
        {"prevote", "pre_vote"},
        {"tcik", "tick"},
        {"banana", NULL},
        {"", NULL},
        {"x", NULL},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        const char *nearest = nearest_of(rows[i].word, known, countof(known));
        ck_assert_pstr_eq(nearest, rows[i].nearest);
    }
}
END_TEST

/* ---- binding ---- */

struct thing {
    char *name;
    bool on, count_given;
    uint64_t count, time_ns, chance, factor;
    int64_t offset, offset_ns;
    uint32_t choice;
    uint64_t range[2];
    struct distribution law, trip;
    uint32_t kinds;
};

static const char *const colours[] = {"red", "green", NULL};

static const struct field fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .offset = offsetof(struct thing, name), .help = "called"},
    {.name = "on", .kind = FIELD_BOOL, .offset = offsetof(struct thing, on)},
    {.name = "count",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct thing, count),
     .given = offsetof(struct thing, count_given),
     .low = 1,
     .high = 9},
    {.name = "offset", .kind = FIELD_INTEGER, .offset = offsetof(struct thing, offset), .high = 5},
    {.name = "time", .kind = FIELD_DURATION, .offset = offsetof(struct thing, time_ns)},
    {.name = "shift", .kind = FIELD_SIGNED_DURATION, .offset = offsetof(struct thing, offset_ns)},
    {.name = "chance", .kind = FIELD_PROBABILITY, .offset = offsetof(struct thing, chance)},
    {.name = "factor", .kind = FIELD_FACTOR, .offset = offsetof(struct thing, factor)},
    {.name = "choice",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct thing, choice),
     .choices = colours},
    {.name = "range", .kind = FIELD_RANGE, .offset = offsetof(struct thing, range)},
    {.name = "law", .kind = FIELD_DISTRIBUTION, .offset = offsetof(struct thing, law)},
    {.name = "trip", .kind = FIELD_RTT, .offset = offsetof(struct thing, law)},
    {.name = "kinds", .kind = FIELD_KINDS, .offset = offsetof(struct thing, kinds)},
    {0},
};

/* Binds an object written with ' for ". The caller closes the thing. */
static bool bind_thing(const char *plan, struct thing *thing, struct error *error)
{
    struct json json;
    struct scenario nothing = {0};
    struct reader reader = {&json, &nothing, error};
    char *text = quoted(plan);
    *thing = (struct thing){.name = NULL};
    bool ok = json_open(&json, "x.json", text, strlen(text), error) &&
              bind_fields(&reader, json.root, fields, thing);
    json_close(&json);
    free(text);
    return ok;
}

START_TEST(an_object_is_bound_by_its_table)
{
    struct thing thing;
    struct error error = {""};
    bool ok = bind_thing("{'name': 'a', 'on': true, 'count': 3, 'offset': -5, 'time': '1ms',"
                         " 'shift': '-1ms', 'chance': 0.5, 'factor': 2, 'choice': 'green',"
                         " 'range': ['1ns', '2ns'], 'law': '3ns', 'kinds': ['vote', 'append']}",
                         &thing, &error);
    ck_assert_msg(ok, "%s", error.text);
    ck_assert_str_eq(thing.name, "a");
    ck_assert(thing.on && thing.count_given);
    ck_assert_uint_eq(thing.count, 3);
    ck_assert_int_eq(thing.offset, -5);
    ck_assert_uint_eq(thing.time_ns, NS_PER_MS);
    ck_assert_int_eq(thing.offset_ns, -(int64_t)NS_PER_MS);
    ck_assert_uint_eq(thing.chance, UINT64_C(1) << 63);
    ck_assert_uint_eq(thing.factor, UINT64_C(2) << 32);
    ck_assert_uint_eq(thing.choice, 1);
    ck_assert_uint_eq(thing.range[1], 2);
    ck_assert_uint_eq(thing.law.a, 3);
    ck_assert_uint_eq(thing.kinds, 1u << RAFT_MSG_VOTE | 1u << RAFT_MSG_APPEND);
    bind_close(fields, &thing);
}
END_TEST

START_TEST(every_distribution_is_bound)
{
    static const struct {
        const char *plan;
        enum distribution_kind kind;
        uint64_t a, b;
    } rows[] = {
        {"{'law': '5ms'}", DISTRIBUTION_CONSTANT, 5000000, 0},
        {"{'law': {'constant': '5ms'}}", DISTRIBUTION_CONSTANT, 5000000, 0},
        {"{'law': {'uniform': ['1ms', '5ms']}}", DISTRIBUTION_UNIFORM, 1000000, 5000000},
        {"{'law': {'normal': ['5ms', '1ms']}}", DISTRIBUTION_NORMAL, 5000000, 1000000},
        {"{'law': {'lognormal': ['5ms', 0.5]}}", DISTRIBUTION_LOGNORMAL, 5000000,
         UINT64_C(1) << 31},
        {"{'law': {'exponential': '5s'}}", DISTRIBUTION_EXPONENTIAL, 5000000000, 0},
        {"{'law': {'pareto': ['1ms', 2]}}", DISTRIBUTION_PARETO, 1000000, UINT64_C(2) << 32},
        {"{'trip': '5ms'}", DISTRIBUTION_CONSTANT, 2500000, 0},
        {"{'trip': {'uniform': ['2ns', '4ns']}}", DISTRIBUTION_UNIFORM, 1, 2},
        {"{'trip': {'lognormal': ['4ns', 1]}}", DISTRIBUTION_LOGNORMAL, 2, UINT64_C(1) << 32},
        {"{'trip': {'pareto': ['4ns', 1]}}", DISTRIBUTION_PARETO, 2, UINT64_C(1) << 32},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct thing thing;
        struct error error = {""};
        ck_assert_msg(bind_thing(rows[i].plan, &thing, &error), "%s", error.text);
        ck_assert_int_eq(thing.law.kind, rows[i].kind);
        ck_assert_uint_eq(thing.law.a, rows[i].a);
        ck_assert_uint_eq(thing.law.b, rows[i].b);
        bind_close(fields, &thing);
    }
}
END_TEST

START_TEST(mixtures_hold_distributions_and_round_trips_halve_them)
{
    struct thing thing;
    struct error error = {""};
    bool ok = bind_thing("{'trip': {'mixture': [[0.5, '2ns'], [0.5, {'mixture': [[1, '8ns']]}]]}}",
                         &thing, &error);
    ck_assert_msg(ok, "%s", error.text);
    ck_assert_uint_eq(thing.law.count, 2);
    ck_assert_uint_eq(distribution_sample(&thing.law, 0), 1);
    ck_assert_uint_eq(distribution_sample(&thing.law, UINT64_MAX), 4);
    bind_close(fields, &thing);
}
END_TEST

START_TEST(what_does_not_fit_its_field_is_refused_where_it_stands)
{
    static const struct {
        const char *plan, *said;
    } rows[] = {
#include "tests/unit/field_refusals.def"
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct thing thing;
        struct error error = {""};
        ck_assert_msg(!bind_thing(rows[i].plan, &thing, &error), "%s", rows[i].plan);
        ck_assert_msg(strstr(error.text, rows[i].said), "%s: %s", rows[i].plan, error.text);
        bind_close(fields, &thing);
    }
}
END_TEST

Suite *suite_field(void)
{
    Suite *suite = suite_create("field");
    TCase *tests = tcase_create("field");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, durations_are_exact_decimals);
    tcase_add_test(tests, what_is_no_duration_is_refused);
    tcase_add_test(tests, signed_durations_may_begin_with_a_minus);
    tcase_add_test(tests, probabilities_are_shares_of_two_to_the_sixty_four);
    tcase_add_test(tests, what_is_no_probability_is_refused);
    tcase_add_test(tests, factors_are_fixed_point);
    tcase_add_test(tests, a_seed_is_a_number_or_the_hash_of_hexadecimal_digits);
    tcase_add_test(tests, seeds_are_a_range_or_one);
    tcase_add_test(tests, measures_are_numbers_or_times_in_ms);
    tcase_add_test(tests, the_nearest_name_is_suggested_when_one_is_near);
    tcase_add_test(tests, an_object_is_bound_by_its_table);
    tcase_add_test(tests, every_distribution_is_bound);
    tcase_add_test(tests, mixtures_hold_distributions_and_round_trips_halve_them);
    tcase_add_test(tests, what_does_not_fit_its_field_is_refused_where_it_stands);
    return suite;
}
