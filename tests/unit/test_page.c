#include "sim/page/page.h"
#include "tests/unit/unit.h"

START_TEST(a_command_breaks_before_the_last_flag_that_fits)
{
    static const struct {
        const char *command;
        size_t columns;
        const char *wanted;
    } rows[] = {
        {"run a.json --seed 1", 22, "do run a.json --seed 1\n"},
        {"run a.json --seed 1", 21, "do run a.json \\\n   --seed 1\n"},
        {"run a --seed 1 --trace b", 21, "do run a --seed 1 \\\n   --trace b\n"},
        {"run a --seed 1 --trace b", 18, "do run a \\\n   --seed 1 \\\n   --trace b\n"},
        {"run one.json two.json", 17, "do run one.json \\\n   two.json\n"},
        {"run --set 'a b --c d' e", 20, "do run \\\n   --set \\\n   'a b --c d' e\n"},
        {"run 'it'\\''s a b' --c", 22, "do run 'it'\\''s a b' \\\n   --c\n"},
        {"run a-word-too-long --c", 12, "do run \\\n   a-word-too-long \\\n   --c\n"},
        {"run", 2, "do run\n"},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct text text = {0};
        add_command(&text, "do ", rows[i].command, rows[i].columns);
        ck_assert_str_eq(text_of(&text), rows[i].wanted);
        text_close(&text);
    }
}
END_TEST

Suite *suite_page(void)
{
    Suite *suite = suite_create("page");
    TCase *tests = tcase_create("page");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_command_breaks_before_the_last_flag_that_fits);
    return suite;
}
