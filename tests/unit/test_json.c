#include "sim/json.h"

#include <stdlib.h>
#include <string.h>

#include "sim/settings.h"
#include "sim/text.h"
#include "tests/unit/unit.h"

static bool is_json(const char *text, size_t size, struct error *error)
{
    struct json json;
    bool ok = json_open(&json, "x.json", text, size, error);
    json_close(&json);
    return ok;
}

START_TEST(what_rfc_8259_allows_is_read)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "  true\t\r\n",
        "-0",
        "0.5e-3",
        "1E+2",
        "[1,2 , 3]",
        "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \x7f\"",
        "{\"a\": {\"b\": [{}]}, \"b\": false}",
    };
    for (size_t i = 0; i < countof(texts); i++) {
        struct error error = {""};
        ck_assert_msg(is_json(texts[i], strlen(texts[i]), &error), "%s", error.text);
    }
}
END_TEST

START_TEST(what_rfc_8259_forbids_is_refused_where_it_stands)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
#include "tests/unit/json_refusals.def"
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct error error = {""};
        ck_assert_msg(!is_json(rows[i].text, strlen(rows[i].text), &error), "%s", rows[i].text);
        ck_assert_str_eq(error.text, rows[i].said);
    }
}
END_TEST

START_TEST(a_zero_byte_is_refused_wherever_it_stands)
{
    struct error error;
    ck_assert(!is_json("\0", 1, &error));
    ck_assert(!is_json("{}\0", 3, &error));
    ck_assert(!is_json("\"a\0b\"", 5, &error));
    ck_assert_str_eq(error.text, "x.json:1:3: not JSON: a raw control character in a text");
}
END_TEST

/* "[[[...1...]]]" or, with '{', objects in objects. */
static struct text nested(unsigned depth, bool objects)
{
    struct text text = {0};
    for (unsigned i = 0; i < depth; i++)
        text_add(&text, objects ? "{\"a\":" : "[");
    text_add(&text, "1");
    for (unsigned i = 0; i < depth; i++)
        text_add(&text, objects ? "}" : "]");
    return text;
}

START_TEST(sixty_three_lists_in_each_other_are_read_and_more_are_not)
{
    static const unsigned depths[] = {63, 64, 65, 100000};
    for (size_t i = 0; i < 2 * countof(depths); i++) {
        struct error error = {""};
        struct text text = nested(depths[i / 2], i % 2);
        ck_assert_int_eq(is_json(text.data, text.count, &error), depths[i / 2] < 64);
        ck_assert(depths[i / 2] < 64 || strstr(error.text, "nested more than 64 deep"));
        text_close(&text);
    }
}
END_TEST

START_TEST(too_many_values_or_bytes_are_refused)
{
    struct error error = {""};
    struct text text = {0};
    text_add(&text, "[0");
    while (text.count < 2 * SCAN_VALUES_MAX)
        text_add(&text, ",0");
    text_add(&text, ",0]");
    ck_assert(!is_json(text.data, text.count, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "more than a million values"));
    ck_assert(!is_json(text.data, SCAN_SIZE_MAX + 1, &error));
    ck_assert_str_eq(error.text, "x.json: expected at most 16 MiB");
    text_close(&text);
}
END_TEST

START_TEST(numbers_keep_their_text)
{
    static const char text[] = "[0.10, 1e3, 123456789012345678901234567890, -0]";
    static const char *const numbers[] = {"0.10", "1e3", "123456789012345678901234567890", "-0"};
    struct json json;
    struct error error;
    ck_assert(json_open(&json, "x.json", text, strlen(text), &error));
    size_t i = 0;
    for (const cJSON *number = json.root->child; number; number = number->next)
        ck_assert_str_eq(json_number(number), numbers[i++]);
    char *printed = cJSON_PrintUnformatted(json.root);
    ck_assert_str_eq(printed, "[0.10,1e3,123456789012345678901234567890,-0]");
    cJSON_free(printed);
    json_close(&json);
}
END_TEST

START_TEST(every_value_and_key_has_its_place)
{
    static const char text[] = "{\"a\": [1,\n  {\"\xc3\xa9\xc3\xa9\": true, \"b c\": null}]}";
    struct json json;
    struct error error;
    struct place place;
    ck_assert(json_open(&json, "x.json", text, strlen(text), &error));
    const cJSON *object = json_member(json.root, "a")->child->next;
    json_place(&json, object, false, &place);
    ck_assert_str_eq(place.path, "$.a[1]");
    ck_assert_uint_eq(place.line, 2);
    ck_assert_uint_eq(place.column, 3);
    json_place(&json, json_member(object, "b c"), true, &place);
    ck_assert_str_eq(place.path, "$.a[1][\"b c\"]");
    ck_assert_uint_eq(place.column, 16);
    json_place(&json, json_member(object, "b c"), false, &place);
    ck_assert_uint_eq(place.column, 23);
    json_close(&json);
}
END_TEST

START_TEST(of_a_long_path_the_end_is_shown)
{
    struct json json;
    struct error error;
    struct place place;
    struct text text = nested(60, true);
    ck_assert(json_open(&json, "x.json", text.data, text.count, &error));
    const cJSON *inmost = json.root;
    while (inmost->child)
        inmost = inmost->child;
    json_place(&json, inmost, false, &place);
    ck_assert_ptr_nonnull(strstr(place.path, "....a.a"));
    ck_assert_uint_eq(strlen(place.path), sizeof place.path - 1);
    json_close(&json);
    text_close(&text);
}
END_TEST

START_TEST(what_a_message_shows_is_one_short_line)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"", "\"\""},
        {"abc", "\"abc\""},
        {"a\nb\x1b", "\"a?b?\""},
        {"0123456789012345678901234567890123456789012345678901234567890123456789012345",
         "\"012345678901234567890123456789012345678901234567890123456789012345...\""},
        {"01234567890123456789012345678901234567890123456789012345678901234\xe2\x82\xac"
         "6789012345",
         "\"01234567890123456789012345678901234567890123456789012345678901234...\""},
    };
    for (size_t i = 0; i < countof(rows); i++)
        ck_assert_str_eq(text_shown(rows[i].text).text, rows[i].shown);
}
END_TEST

/* The tree of {"a": {"b": 1}, "l": [1, 2]} after the change, or the refusal. */
static char *changed(const char *change)
{
    static const char text[] = "{\"a\": {\"b\": 1}, \"l\": [1, 2]}";
    const struct settings settings = {1, &change};
    struct json json;
    struct error error = {""};
    ck_assert(json_open(&json, "x.json", text, strlen(text), &error));
    bool ok = settings_apply(&json, &settings, &error);
    char *result = ok ? cJSON_PrintUnformatted(json.root) : copy_text(error.text);
    json_close(&json);
    return result;
}

START_TEST(set_changes_adds_and_makes_what_is_missing)
{
    static const struct {
        const char *change, *tree;
    } rows[] = {
        {"a.b=2", "{\"a\":{\"b\":2},\"l\":[1,2]}"},
        {"$.a.b=2", "{\"a\":{\"b\":2},\"l\":[1,2]}"},
        {"a={}", "{\"a\":{},\"l\":[1,2]}"},
        {"l[1]=true", "{\"a\":{\"b\":1},\"l\":[1,true]}"},
        {"l[2]=0.50", "{\"a\":{\"b\":1},\"l\":[1,2,0.50]}"},
        {"a.c=3s", "{\"a\":{\"b\":1,\"c\":\"3s\"},\"l\":[1,2]}"},
        {"a[\"c.d\"]=<= 3s", "{\"a\":{\"b\":1,\"c.d\":\"<= 3s\"},\"l\":[1,2]}"},
        {"x.y.z=[1]", "{\"a\":{\"b\":1},\"l\":[1,2],\"x\":{\"y\":{\"z\":[1]}}}"},
        {"x[0].y=1", "{\"a\":{\"b\":1},\"l\":[1,2],\"x\":[{\"y\":1}]}"},
        {"a=\"2\"", "{\"a\":\"2\",\"l\":[1,2]}"},
        {"a=01", "{\"a\":\"01\",\"l\":[1,2]}"},
        {"a=", "{\"a\":\"\",\"l\":[1,2]}"},
        {"a=x=y", "{\"a\":\"x=y\",\"l\":[1,2]}"},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        char *tree = changed(rows[i].change);
        ck_assert_str_eq(tree, rows[i].tree);
        free(tree);
    }
}
END_TEST

START_TEST(set_refuses_a_path_that_leads_nowhere)
{
    static const struct {
        const char *change, *said;
    } rows[] = {
        {"", "expected PATH=VALUE"},
        {"a", "expected PATH=VALUE"},
        {"=1", "expected PATH=VALUE"},
        {"a..b=1", "expected PATH=VALUE"},
        {"a[=1", "expected PATH=VALUE"},
        {"l[x]=1", "expected PATH=VALUE"},
        {"l[]=1", "expected PATH=VALUE"},
        {"l[-1]=1", "expected PATH=VALUE"},
        {"l[12345678901]=1", "expected PATH=VALUE"},
        {"a[\"b=1", "expected PATH=VALUE"},
        {"l[3]=1", "expected a position of at most 2"},
        {"a[0]=1", "expected a list before position \"0\""},
        {"l.a=1", "expected an object before \"a\""},
        {"a.b.c=1", "expected an object before \"c\""},
        {"a=\xff", "expected UTF-8 text"},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        char *said = changed(rows[i].change);
        ck_assert_msg(strncmp(said, "--set ", 6) == 0, "%s", said);
        ck_assert_msg(strstr(said, rows[i].said) != NULL, "%s: %s", rows[i].change, said);
        free(said);
    }
}
END_TEST

Suite *suite_json(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, what_rfc_8259_allows_is_read);
    tcase_add_test(tests, what_rfc_8259_forbids_is_refused_where_it_stands);
    tcase_add_test(tests, a_zero_byte_is_refused_wherever_it_stands);
    tcase_add_test(tests, sixty_three_lists_in_each_other_are_read_and_more_are_not);
    tcase_add_test(tests, too_many_values_or_bytes_are_refused);
    tcase_add_test(tests, numbers_keep_their_text);
    tcase_add_test(tests, every_value_and_key_has_its_place);
    tcase_add_test(tests, of_a_long_path_the_end_is_shown);
    tcase_add_test(tests, what_a_message_shows_is_one_short_line);
    tcase_add_test(tests, set_changes_adds_and_makes_what_is_missing);
    tcase_add_test(tests, set_refuses_a_path_that_leads_nowhere);
    return suite;
}
