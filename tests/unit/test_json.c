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
        {"", "x.json:1:1: not JSON: the file is empty"},
        {" \n ", "x.json:2:2: not JSON: the file is empty"},
        {"\xef\xbb\xbf{}", "x.json:1:1: not JSON: the file begins with a byte order mark"},
        {"{", "x.json:1:2: not JSON: the file ends inside an object"},
        {"{\"a\"", "x.json:1:5: not JSON: expected \":\" after a key"},
        {"{\"a\":", "x.json:1:6: not JSON: the file ends where a value should follow"},
        {"{\"a\":1", "x.json:1:7: not JSON: the file ends inside an object"},
        {"[1", "x.json:1:3: not JSON: the file ends inside a list"},
        {"\"abc", "x.json:1:5: not JSON: the file ends inside a text"},
        {"{\"a\": 1,}", "x.json:1:9: not JSON: a comma before \"}\""},
        {"[1,\n ]", "x.json:2:2: not JSON: a comma before \"]\""},
        {"[1 2]", "x.json:1:4: not JSON: expected \",\" or \"]\" after a value"},
        {"{\"a\":1 \"b\":2}", "x.json:1:8: not JSON: expected \",\" or \"}\" after a value"},
        {"{a: 1}", "x.json:1:2: not JSON: expected a key in quotes"},
        {"{'a': 1}", "x.json:1:2: not JSON: expected a key in quotes"},
        {"// no\n{}", "x.json:1:1: not JSON: expected a value; JSON has no comments"},
        {"[/* no */1]", "x.json:1:2: not JSON: expected a value; JSON has no comments"},
        {"NaN", "x.json:1:1: not JSON: expected a value"},
        {"-Infinity", "x.json:1:2: not JSON: expected a digit"},
        {"True", "x.json:1:1: not JSON: expected a value"},
        {"nul", "x.json:1:1: not JSON: expected a value"},
        {"+1", "x.json:1:1: not JSON: expected a value"},
        {"01", "x.json:1:2: not JSON: a number does not begin with 0"},
        {"-01", "x.json:1:3: not JSON: a number does not begin with 0"},
        {"1.", "x.json:1:3: not JSON: expected a digit"},
        {".5", "x.json:1:1: not JSON: expected a value"},
        {"1e", "x.json:1:3: not JSON: expected a digit"},
        {"1e400", "x.json:1:6: not JSON: a number is out of range"},
        {"1e-400", "x.json:1:7: not JSON: a number is out of range"},
        {"1e99999999999999999999", "x.json:1:23: not JSON: a number is out of range"},
        {"{} {}", "x.json:1:4: not JSON: something follows the value's end"},
        {"\"a\nb\"", "x.json:1:3: not JSON: a text has no closing quote on its line"},
        {"\"a\tb\"", "x.json:1:3: not JSON: a raw control character in a text"},
        {"\"\\x\"", "x.json:1:3: not JSON: unknown escape in text"},
        {"\"\\u12g4\"", "x.json:1:6: not JSON: expected four hexadecimal digits after \\u"},
        {"\"\\u0000\"", "x.json:1:8: not JSON: expected text without \\u0000"},
        {"\"\\ud83d\"", "x.json:1:8: not JSON: half of a surrogate pair stands alone"},
        {"\"\\ud83dx\"", "x.json:1:8: not JSON: half of a surrogate pair stands alone"},
        {"\"\\ud83d\\u0041\"", "x.json:1:14: not JSON: half of a surrogate pair stands alone"},
        {"\"\\ude00\"", "x.json:1:8: not JSON: half of a surrogate pair stands alone"},
        {"\"\x80\"", "x.json:1:2: not JSON: text is not UTF-8"},
        {"\"\xc0\xaf\"", "x.json:1:2: not JSON: text is not UTF-8"},
        {"\"\xe0\x80\xaf\"", "x.json:1:3: not JSON: text is not UTF-8"},
        {"\"\xed\xa0\x80\"", "x.json:1:3: not JSON: text is not UTF-8"},
        {"\"\xf4\x90\x80\x80\"", "x.json:1:3: not JSON: text is not UTF-8"},
        {"\"\xc3\"", "x.json:1:3: not JSON: text is not UTF-8"},
        {"{\"\xc3\xa9\": 1,\n  \"b\": [2,\n    x]}", "x.json:3:5: not JSON: expected a value"},
        {"{\"a\": 1, \"b\": {\"c\": 1,\n\"c\": 2}}",
         "x.json:2:1: $.b.c: this key stands twice in its object"},
        {"{\"a\": 1, \"\\u0061\": 2}", "x.json:1:10: $.a: this key stands twice in its object"},
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
