#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/shrink_parts.h"
#include "sim/tree.h"
#include "tests/unit/unit.h"

static cJSON *plan_of(const char *text)
{
    struct json json;
    struct error error;
    ck_assert_msg(json_open(&json, "plan", text, strlen(text), &error), "%s", error.text);
    cJSON *plan = json.root;
    json.root = NULL;
    json_close(&json);
    return plan;
}

static const struct {
    uint64_t ns;
    const char *text;
} written[] = {{0, "0s"},
               {1, "1ns"},
               {1500, "1.5us"},
               {250 * NS_PER_MS, "250ms"},
               {1500 * NS_PER_MS, "1.5s"},
               {90 * NS_PER_S, "90s"},
               {5037123456, "5.037123456s"},
               {NS_PER_S + 1, "1.000000001s"}};

START_TEST(a_duration_is_written_as_it_is_read)
{
    uint64_t ns;
    ck_assert_str_eq(duration_write(written[_i].ns).text, written[_i].text);
    ck_assert(duration_parse(written[_i].text, &ns));
    ck_assert_uint_eq(ns, written[_i].ns);
}
END_TEST

static const struct {
    uint64_t ns;
    uint32_t digits;
    uint64_t down, up, near;
} rounded[] = {{5037, 1, 5000, 6000, 5000},
               {5037, 2, 5000, 5100, 5000},
               {5037, 3, 5030, 5040, 5040},
               {5037, 4, 5037, 5037, 5037},
               {999, 1, 900, 1000, 1000},
               {7, 2, 7, 7, 7},
               {0, 2, 0, 0, 0}};

START_TEST(times_are_rounded_to_so_many_digits)
{
    ck_assert_uint_eq(round_down(rounded[_i].ns, rounded[_i].digits), rounded[_i].down);
    ck_assert_uint_eq(round_up(rounded[_i].ns, rounded[_i].digits), rounded[_i].up);
    ck_assert_uint_eq(round_near(rounded[_i].ns, rounded[_i].digits), rounded[_i].near);
}
END_TEST

static const struct {
    const char *plan, *ended;
} ended[] = {
    {"{\"duration\":\"9s\",\"timeline\":[{\"at\":\"1s\",\"for\":\"4s\"},{\"at\":\"3s\"}]}",
     "{\"duration\":\"3s\",\"timeline\":[{\"at\":\"1s\"}]}"},
    {"{\"duration\":\"9s\",\"timeline\":[{\"at\":{\"uniform\":[\"3s\",\"5s\"]}}]}",
     "{\"duration\":\"3s\"}"},
    {"{\"duration\":\"9s\",\"chaos\":[{\"every\":\"1s\",\"until\":\"8s\"},{\"every\":\"1s\","
     "\"from\":\"3s\"},{\"every\":\"1s\",\"from\":\"n1\"}]}",
     "{\"duration\":\"3s\",\"chaos\":[{\"every\":\"1s\"},{\"every\":\"1s\",\"from\":\"n1\"}]}"},
    {"{\"duration\":\"9s\",\"windows\":{\"calm\":[\"2s\",\"9s\"]},\"clients\":[{\"propose\":"
     "{\"every\":\"1s\",\"from\":\"4s\"}}]}",
     "{\"duration\":\"3s\",\"windows\":{\"calm\":[\"2s\",\"3s\"]},\"clients\":[]}"},
};

START_TEST(a_plan_that_ends_earlier_holds_nothing_that_would_be_refused)
{
    cJSON *plan = plan_of(ended[_i].plan);
    plan_end_at(plan, 3 * NS_PER_S);
    char *text = cJSON_PrintUnformatted(plan);
    ck_assert_str_eq(text, ended[_i].ended);
    cJSON_free(text);
    cJSON_Delete(plan);
}
END_TEST

START_TEST(a_plan_is_written_as_people_write_it)
{
    static const char plan[] = "{\n"
                               "  \"name\": \"a\",\n"
                               "  \"cluster\": {\"nodes\": 3, \"raft\": {\"tick\": \"100ms\"}},\n"
                               "  \"timeline\": [\n"
                               "    {\"at\": \"1s\", \"do\": \"crash\", \"node\": \"n1\"},\n"
                               "    {\"at\": \"2s\", \"do\": \"heal\"}\n"
                               "  ],\n"
                               "  \"expect\": {\"term.last\": [\">= 1\", \"<= 9\"]}\n"
                               "}\n";
    struct text text = {0};
    cJSON *tree = plan_of(plan);
    tree_write_plan(tree, &text);
    ck_assert_str_eq(text_of(&text), plan);
    text_close(&text);
    cJSON_Delete(tree);
}
END_TEST

START_TEST(what_is_taken_out_takes_what_is_then_empty_with_it)
{
    struct walk walk = {0};
    cJSON *plan = plan_of("{\"a\": 1, \"b\": {\"c\": [2]}}");
    walk_tree(&walk, plan);
    ck_assert_uint_eq(walk.count, 5);
    spot_remove(&walk, 4);
    char *text = cJSON_PrintUnformatted(plan);
    ck_assert_str_eq(text, "{\"a\":1}");
    cJSON_free(text);
    walk_close(&walk);
    cJSON_Delete(plan);
}
END_TEST

START_TEST(a_member_is_put_where_it_belongs)
{
    cJSON *plan = plan_of("{\"name\": \"a\", \"cluster\": {}, \"chaos\": []}");
    tree_insert(plan, "seed", cJSON_CreateRaw("7"), 1);
    char *text = cJSON_PrintUnformatted(plan);
    ck_assert_str_eq(text, "{\"name\":\"a\",\"seed\":7,\"cluster\":{},\"chaos\":[]}");
    cJSON_free(text);
    cJSON_Delete(plan);
}
END_TEST

Suite *suite_shrink(void)
{
    Suite *suite = suite_create("shrink");
    TCase *tests = tcase_create("plans");
    tcase_add_loop_test(tests, a_duration_is_written_as_it_is_read, 0, countof(written));
    tcase_add_loop_test(tests, times_are_rounded_to_so_many_digits, 0, countof(rounded));
    tcase_add_loop_test(tests, a_plan_that_ends_earlier_holds_nothing_that_would_be_refused, 0,
                        countof(ended));
    tcase_add_test(tests, a_plan_is_written_as_people_write_it);
    tcase_add_test(tests, what_is_taken_out_takes_what_is_then_empty_with_it);
    tcase_add_test(tests, a_member_is_put_where_it_belongs);
    suite_add_tcase(suite, tests);
    return suite;
}
