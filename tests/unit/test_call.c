/* Clients that read: what a read costs, what becomes of calls, and what is judged of them. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

static void expect_of(struct stage *stage, const char *const *known)
{
    stage_run(stage);
    ck_assert_str_eq(stage_rule(stage), "holds");
    for (; known[0]; known += 2) {
        struct metric_ref ref;
        char text[32];
        ck_assert(metric_resolve(known[0], &ref, NULL));
        struct value value = measure_value(stage->run->measures, &ref, 0);
        snprintf(text, sizeof text, value.known ? "%.10g" : "null", value.number);
        ck_assert_msg(strcmp(text, known[1]) == 0, "%s: %s, not %s", known[0], text, known[1]);
    }
    stage_close(stage);
}

/* n1 leads from 1 s on; one way is 1 ms, a disk takes no time. */
static void expect_values(const char *more, const char *timeline, const char *const *known)
{
    struct stage stage;
    stage_open_led(&stage, more, timeline);
    expect_of(&stage, known);
}

#define CALLS                                                                                      \
    "'clients': [{'propose': {'every': '1s', 'from': '2s', 'until': '6500ms'}, "                   \
    "'read': {'every': '1s', 'from': '2500ms', 'until': '7s'}}],"

START_TEST(a_read_and_a_command_cost_a_way_there_and_back_and_a_round_trip_to_a_quorum)
{
    static const char *const known[] = {
        "read.count",   "4", "read.latency_ms", "4", "read.slowest_ms",    "4", "read.stale", "0",
        "read.refused", "0", "command.acked",   "4", "command.latency_ms", "4", NULL};
    expect_values(CALLS, "", known);
}
END_TEST

START_TEST(what_a_leader_alone_is_asked_stays_unknown_and_is_no_fault)
{
    static const char *const known[] = {
        "read.count", "1", "read.unknown", "3", "command.acked", "1", "command.unknown", "3", NULL};
    expect_values(CALLS, "{'at': '3600ms', 'do': 'isolate', 'node': 'n1'}", known);
}
END_TEST

START_TEST(who_knows_no_leader_refuses)
{
    static const char *const known[] = {
        "read.count", "0", "read.refused", "4", "command.acked", "0", "command.refused", "4", NULL};
    struct stage stage;
    stage_open(&stage, "'duration': '900ms', 'cluster': {'nodes': 3, 'raft': {'election_timeout': "
                       "['1s', '2s'], 'heartbeat': '50ms'}}, 'clients': [{'propose': {'every': "
                       "'200ms'}, 'read': {'every': '200ms'}}]");
    expect_of(&stage, known);
}
END_TEST

START_TEST(whoever_reads_adds_no_draw_to_the_others)
{
    static const char *const plans[] = {
        "'clients': [{'propose': {'every': {'exponential': '100ms'}}}],",
        "'clients': [{'propose': {'every': {'exponential': '100ms'}}, 'read': {'every': '30ms', "
        "'from': '9s'}}],"};
    uint64_t commits[2];
    for (size_t i = 0; i < countof(plans); i++) {
        struct stage stage;
        stage_open_led(&stage, plans[i], "");
        stage_run(&stage);
        commits[i] = stage.run->world->nodes[1].commit;
        stage_close(&stage);
    }
    ck_assert_uint_gt(commits[0], 50);
    ck_assert_uint_eq(commits[0], commits[1]);
}
END_TEST

Suite *suite_call(void)
{
    Suite *suite = suite_create("call");
    TCase *tests = tcase_create("call");
    tcase_add_test(tests,
                   a_read_and_a_command_cost_a_way_there_and_back_and_a_round_trip_to_a_quorum);
    tcase_add_test(tests, what_a_leader_alone_is_asked_stays_unknown_and_is_no_fault);
    tcase_add_test(tests, who_knows_no_leader_refuses);
    tcase_add_test(tests, whoever_reads_adds_no_draw_to_the_others);
    suite_add_tcase(suite, tests);
    return suite;
}
