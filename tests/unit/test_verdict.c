/* What a run is judged to be, where nothing unsafe happened. */
#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

/* What did not happen is missed, whatever is expected of it. */
static const char *const bounds[] = {"<= 1h", "< 1h", ">= 0", "> 0ms", "== 0", "!= 0"};

START_TEST(an_expectation_on_nothing_is_missed)
{
    struct stage stage;
    struct text more = {0};
    text_add(&more, "'expect': {'failover.total_ms': '%s'}, ", bounds[_i]);
    stage_open_led(&stage, text_of(&more), "");
    stage_run(&stage);
    ck_assert_uint_eq(stage.run->finding_count, 1);
    ck_assert(!stage.run->findings[0].held);
    ck_assert_str_eq(stage.run->findings[0].got_text, "null");
    ck_assert_int_eq(stage.run->verdict, VERDICT_EXPECTATION);
    ck_assert_int_eq(verdict_status(stage.run->verdict), 1);
    text_close(&more);
    stage_close(&stage);
}
END_TEST

/* n1 leads; the graver verdict counts, but what was not put to the test was not missed. */
static const struct {
    const char *more, *timeline;
    enum verdict verdict;
    int status;
} verdicts[] = {
    {"'expect': {'term.last': ['>= 1', '<= 1']}, ", "", VERDICT_PASS, 0},
    {"'expect': {'term.last': ['>= 1', '> 1']}, ", "", VERDICT_EXPECTATION, 1},
    {"'expect': {'leaders.count': '== 0', 'term.last': '== 1'}, ", "", VERDICT_EXPECTATION, 1},
    {"'expect': {'liveness': 'absent'}, ", "", VERDICT_EXPECTATION, 1},
    {"'expect': {'safety': 'broken:election-safety'}, ", "", VERDICT_EXPECTATION, 1},
    {"", "{'at': '500ms', 'do': 'crash', 'node': 'leader'}", VERDICT_UNDECIDED, 6},
    {"'expect': {'term.last': '> 1'}, ", "{'at': '500ms', 'do': 'crash', 'node': 'leader'}",
     VERDICT_UNDECIDED, 6},
    {"'expect': {'term.last': '== 1'}, ",
     "{'at': '500ms', 'do': 'crash', 'node': 'leader', 'optional': true}", VERDICT_PASS, 0},
};

START_TEST(a_run_has_the_gravest_verdict_that_applies)
{
    struct stage stage;
    stage_open_led(&stage, verdicts[_i].more, verdicts[_i].timeline);
    stage_run(&stage);
    ck_assert_str_eq(verdict_name(stage.run->verdict), verdict_name(verdicts[_i].verdict));
    ck_assert_int_eq(verdict_status(stage.run->verdict), verdicts[_i].status);
    stage_close(&stage);
}
END_TEST

Suite *suite_verdict(void)
{
    TCase *verdict = tcase_create("verdict");
    tcase_add_loop_test(verdict, an_expectation_on_nothing_is_missed, 0, (int)countof(bounds));
    tcase_add_loop_test(verdict, a_run_has_the_gravest_verdict_that_applies, 0,
                        (int)countof(verdicts));
    Suite *suite = suite_create("verdict");
    suite_add_tcase(suite, verdict);
    return suite;
}
