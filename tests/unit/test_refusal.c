#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/text.h"
#include "tests/unit/quoted.h"
#include "tests/unit/unit.h"

static void expect_refusal(const char *plan, const char *said)
{
    struct scenario scenario;
    struct error error;
    ck_assert_msg(!quoted_read(plan, &scenario, &error), "%s", plan);
    ck_assert_msg(strstr(error.text, said) != NULL, "%s: %s", plan, error.text);
    ck_assert_msg(strncmp(error.text, "x.json:", 7) == 0, "%s", error.text);
    ck_assert_ptr_null(strchr(error.text, '\n'));
    scenario_close(&scenario);
}

START_TEST(what_makes_no_sense_is_refused_with_its_place)
{
    static const struct {
        const char *members, *said;
    } rows[] = {
#include "tests/unit/scenario_refusals.def"
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct text plan = {0};
        text_add(&plan,
                 "{'duration': '30s', 'cluster': {'nodes': 5, 'zones': {'a': ['n1', 'n2'], 'b': "
                 "'n3'}}, %s}",
                 rows[i].members);
        expect_refusal(text_of(&plan), rows[i].said);
        text_close(&plan);
    }
}
END_TEST

START_TEST(a_cluster_that_cannot_be_is_refused)
{
    static const struct {
        const char *cluster, *said;
    } rows[] = {
#include "tests/unit/cluster_refusals.def"
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct text plan = {0};
        text_add(&plan, "{'duration': '30s', 'cluster': %s}", rows[i].cluster);
        expect_refusal(text_of(&plan), rows[i].said);
        text_close(&plan);
    }
}
END_TEST

START_TEST(partitions_that_cannot_be_are_refused)
{
#define ORDERS "'topics': [{'name': 'orders', 'partitions': 6}], "
    static const struct {
        const char *members, *said;
    } rows[] = {
#include "tests/unit/topic_refusals.def"
    };
#undef ORDERS
    for (size_t i = 0; i < countof(rows); i++) {
        struct text plan = {0};
        text_add(&plan, "{'duration': '30s', 'cluster': {'nodes': 3}, %s}", rows[i].members);
        expect_refusal(text_of(&plan), rows[i].said);
        text_close(&plan);
    }
}
END_TEST

START_TEST(a_plan_needs_a_cluster_and_a_duration_above_zero)
{
    expect_refusal("{}", "x.json:1:1: $: expected \"cluster\"");
    expect_refusal("[]", "x.json:1:1: $: expected an object, got an empty list");
    expect_refusal("{'duration': '0s', 'cluster': {'nodes': 3}, 'clients': [{'propose': {'every': "
                   "'1s'}}]}",
                   "x.json:1:14: $.duration: expected a duration above 0");
    expect_refusal("{\n 'duration': 5,\n 'cluster': {'nodes': 3}}",
                   "x.json:2:14: $.duration: expected a duration with its unit, such as \"5ms\"");
}
END_TEST

/* A file in the folder that `path` then names; the caller unlinks it. */
static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(samples_are_read_beside_the_scenario)
{
    char folder[] = "/tmp/raftsim-XXXXXX", plan[64], samples[64];
    struct scenario scenario;
    struct error error = {""};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(plan, sizeof plan, "%s/plan.json", folder);
    snprintf(samples, sizeof samples, "%s/rtt.txt", folder);
    write_file(samples, "# measured\n3ms\r\n\n1ms\n2.5ms");
    write_file(plan, "{\"cluster\": {\"nodes\": 3},"
                     " \"network\": {\"latency\": {\"empirical\": \"rtt.txt\"}}}");
    ck_assert_msg(scenario_read(&scenario, plan, NULL, &error), "%s", error.text);
    const struct distribution *latency = &scenario.classes[0].latency;
    ck_assert_uint_eq(latency->count, 3);
    ck_assert_uint_eq(distribution_min(latency), NS_PER_MS);
    ck_assert_uint_eq(distribution_high(latency), 3 * NS_PER_MS);
    scenario_close(&scenario);
    write_file(samples, "1ms\n2\n");
    ck_assert(!scenario_read(&scenario, plan, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "line 2 of the file: expected a duration"));
    scenario_close(&scenario);
    ck_assert(remove(samples) == 0 && remove(plan) == 0 && remove(folder) == 0);
}
END_TEST

START_TEST(what_cannot_be_read_is_refused)
{
    struct scenario scenario;
    struct error error;
    ck_assert(!scenario_read(&scenario, "/no/such/file.json", NULL, &error));
    ck_assert_str_eq(error.text, "/no/such/file.json: cannot be read: No such file or directory");
    scenario_close(&scenario);
    ck_assert(!scenario_read(&scenario, "/", NULL, &error));
    ck_assert_str_eq(error.text, "/: cannot be read: Is a directory");
    scenario_close(&scenario);
    ck_assert(!scenario_read(&scenario, "/dev/zero", NULL, &error));
    ck_assert_str_eq(error.text, "/dev/zero: expected at most 16 MiB");
    scenario_close(&scenario);
}
END_TEST

Suite *suite_refusal(void)
{
    Suite *suite = suite_create("refusal");
    TCase *tests = tcase_create("refusal");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, what_makes_no_sense_is_refused_with_its_place);
    tcase_add_test(tests, a_cluster_that_cannot_be_is_refused);
    tcase_add_test(tests, partitions_that_cannot_be_are_refused);
    tcase_add_test(tests, a_plan_needs_a_cluster_and_a_duration_above_zero);
    tcase_add_test(tests, samples_are_read_beside_the_scenario);
    tcase_add_test(tests, what_cannot_be_read_is_refused);
    return suite;
}
