/* What clients were told, judged in linear time: each kind of fault, and none where none is. */
#include <stdio.h>
#include <string.h>

#include "sim/history.h"
#include "tests/unit/unit.h"

/* A history in letters: "w1" client 1 sends the next command, "r2" client 2 a read; "1=12" call 1
 * is told of the log of commands 1 and 2, "3=" of an empty one; "2!" is refused. The verdict is
 * that of the last answer: of phantom, lost, order, own, back, stale those that are so. */
struct told {
    const char *history, *verdict;
};

static const struct told table[] = {
    {"w1 1=1 r2 2=1", ""},
    {"w1 1=1 r2 2=", "stale"},
    {"w1 1=1 r1 2=", "own stale"},
    {"w1 r2 1=1 2=", ""},
    {"w1 r2 2=1 r2 3=", "back stale"},
    {"w1 r2 2=1 r1 3=", "stale"},
    {"w1 r2 2=1", ""},
    {"w1 r2 2=", ""},
    {"r1 1=9", "phantom"},
    {"w1 1! r2 2=1", "phantom"},
    {"w1 r2 2=1 1!", "phantom"},
    {"w1 1! r2 2=", ""},
    {"w1 w2 r1 3=12 r2 4=21", "order"},
    {"w1 w2 1=1 r1 3=2", "lost order"},
    {"w1 w2 1=1 r1 r2 3=2", "lost order"},
    {"w1 w2 r1 1=1 3=2", "order"},
    {"w1 1=1 w2 2=21", "lost order"},
    {"w1 w2 2=2 1=21", ""},
    {"w1 1=", "lost order"},
    {"w1 w2 2=12 r1 3=12 1=1", ""},
};

static uint32_t log_of(struct prefixes *prefixes, const char *commands)
{
    uint32_t prefix = 0;
    for (; *commands >= '1' && *commands <= '9'; commands++)
        prefix = prefix_extend(prefixes, prefix, (uint64_t)(*commands - '0'));
    return prefix;
}

static void describe(const struct history_fault *fault, char *text, size_t room)
{
    snprintf(text, room, "%s%s%s%s%s%s", fault->phantom ? " phantom" : "",
             fault->lost ? " lost" : "", fault->disagrees ? " order" : "",
             fault->forgot_own ? " own" : "", fault->went_back ? " back" : "",
             fault->stale ? " stale" : "");
}

START_TEST(an_answer_has_the_faults_that_it_has)
{
    struct prefixes prefixes = {0};
    struct history history = {0};
    struct history_fault fault = {0};
    char text[64], copy[128];
    uint64_t calls = 0;
    prefixes_clear(&prefixes);
    history_open(&history, &prefixes);
    snprintf(copy, sizeof copy, "%s ", table[_i].history);
    for (char *word = copy, *end; (end = strchr(word, ' ')); word = end + 1) {
        if (*word == 'w' || *word == 'r')
            history_called(&history, ++calls, (uint32_t)(word[1] - '0'), *word == 'r');
        else if (word[1] == '!')
            fault = history_refused(&history, (uint64_t)(*word - '0'));
        else
            fault =
                history_answered(&history, (uint64_t)(*word - '0'), log_of(&prefixes, word + 2));
    }
    describe(&fault, text, sizeof text);
    ck_assert_msg(strcmp(text + (*text == ' '), table[_i].verdict) == 0, "%s: %s",
                  table[_i].history, text);
    history_close(&history);
    prefixes_close(&prefixes);
}
END_TEST

START_TEST(a_command_that_comes_twice_counts_once_wherever_logs_part)
{
    struct prefixes prefixes = {0};
    prefixes_clear(&prefixes);
    uint32_t one = log_of(&prefixes, "12"), other = log_of(&prefixes, "21");
    ck_assert_uint_ne(one, other);
    ck_assert_uint_eq(prefix_extend(&prefixes, one, 1), one);
    ck_assert_uint_eq(prefix_extend(&prefixes, other, 1), other);
    ck_assert_uint_eq(log_of(&prefixes, "1213"), prefix_extend(&prefixes, one, 3));
    ck_assert_uint_eq(log_of(&prefixes, "2123"), prefix_extend(&prefixes, other, 3));
    ck_assert_uint_eq(prefix_length(&prefixes, log_of(&prefixes, "2123")), 3);
    ck_assert_uint_eq(prefix_cut(&prefixes, log_of(&prefixes, "2123"), 2), other);
    prefixes_close(&prefixes);
}
END_TEST

Suite *suite_history(void)
{
    Suite *suite = suite_create("history");
    TCase *tests = tcase_create("history");
    tcase_add_loop_test(tests, an_answer_has_the_faults_that_it_has, 0, countof(table));
    tcase_add_test(tests, a_command_that_comes_twice_counts_once_wherever_logs_part);
    suite_add_tcase(suite, tests);
    return suite;
}
