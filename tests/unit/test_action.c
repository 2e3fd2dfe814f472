#include <stdlib.h>
#include <string.h>

#include "sim/deed.h"
#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

START_TEST(a_stalled_disk_gets_nothing_done)
{
    struct lab lab;
    lab_open_led(&lab, "'disk': {'fsync': '2ms'},",
                 "{'at': '2s', 'do': 'disk-stall', 'node': 'n1', 'blocks': 'writes', 'for': '1s'},"
                 "{'at': '2500ms', 'do': 'propose', 'node': 'n1'}");
    lab_run(&lab, 1, RECORD_BIT(WRITE) | RECORD_BIT(DURABLE));
    const char *write = strstr(text_of(&lab.story), "2500 write n1\n");
    ck_assert_ptr_nonnull(write);
    ck_assert_ptr_nonnull(strstr(write, "3000 durable n1\n"));
    lab_close(&lab);
}
END_TEST

START_TEST(a_stalled_disk_that_blocks_stops_the_node_at_its_next_write)
{
    struct lab lab;
    lab_open_led(&lab, "'disk': {'fsync': '2ms'},",
                 "{'at': '2s', 'do': 'disk-stall', 'node': 'n1', 'blocks': 'node', 'for': '1s'},"
                 "{'at': '2500ms', 'do': 'propose', 'node': 'n1'}");
    ck_assert_str_eq(lab_run(&lab, 1, RECORD_BIT(PAUSED) | RECORD_BIT(RESUMED)),
                     "2500 paused n1\n3000 resumed n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_slow_disk_takes_the_time_given)
{
    struct lab lab;
    lab_open_led(&lab, "'disk': {'fsync': '2ms'},",
                 "{'at': '2s', 'do': 'disk-slow', 'node': 'n1', 'fsync': '700ms', 'for': '1s'},"
                 "{'at': '2200ms', 'do': 'propose', 'node': 'n1'}");
    lab_run(&lab, 1, RECORD_BIT(WRITE) | RECORD_BIT(DURABLE));
    const char *write = strstr(text_of(&lab.story), "2200 write n1\n");
    ck_assert_ptr_nonnull(write);
    ck_assert_ptr_nonnull(strstr(write, "2900 durable n1\n"));
    lab_close(&lab);
}
END_TEST

START_TEST(a_full_disk_stops_the_node_until_there_is_room)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'disk-full', 'node': 'n1', 'for': '1s'},"
                 "{'at': '2500ms', 'do': 'propose', 'node': 'n1'}");
    ck_assert_str_eq(
        lab_run(&lab, 1, RECORD_BIT(CRASHED) | RECORD_BIT(ACTION_END) | RECORD_BIT(STARTED)),
        "0 started n1\n0 started n2\n0 started n3\n"
        "2500 crashed n1\n3000 action_end n1\n3000 started n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_lie_is_lost_in_a_crash_and_true_at_its_end)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'disk-lie', 'node': ['n1', 'n2'], 'for': '2s'},"
                 "{'at': '2500ms', 'do': 'propose', 'node': 'n1'},"
                 "{'at': '3s', 'do': 'crash', 'node': 'n2', 'for': '5s'}");
    lab_begin(&lab, 1, RECORD_BIT(WRITE_LOST));
    lab_run_to(&lab, 2000);
    uint64_t before = lab.world->nodes[1].disk.durable.count;
    lab_run_to(&lab, 3500);
    ck_assert_uint_eq(lab.world->nodes[1].disk.durable.count, before);
    ck_assert_ptr_nonnull(strstr(text_of(&lab.story), "3000 write_lost n2\n"));
    lab_run_to(&lab, 4500);
    ck_assert_uint_eq(lab.world->nodes[1].disk.durable.count, before + 1);
    lab_close(&lab);
}
END_TEST

START_TEST(the_last_drift_that_runs_counts)
{
    struct lab lab;
    lab_open_led(
        &lab, "'clock': {'n2': {'drift_ppm': 50}},",
        "{'at': '2s', 'do': 'clock-drift', 'node': 'n2', 'ppm': 100, 'for': '3s'},"
        "{'at': '3s', 'do': 'clock-drift', 'node': ['n2', 'n3'], 'ppm': -200, 'for': '1s'}");
    static const struct {
        uint64_t at_ms;
        int64_t ppm;
    } course[] = {{1500, 50}, {2500, 100}, {3500, -200}, {4500, 100}, {5500, 50}};
    lab_begin(&lab, 1, 0);
    for (size_t i = 0; i < countof(course); i++) {
        lab_run_to(&lab, course[i].at_ms);
        ck_assert_int_eq(lab.world->nodes[2].clock.ppm, course[i].ppm);
    }
    ck_assert_int_eq(lab.world->nodes[3].clock.ppm, 0);
    lab_close(&lab);
}
END_TEST

START_TEST(a_clock_jumps_as_far_as_told)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'clock-jump', 'node': 'n2', 'by': '3s'},"
                 "{'at': '2s', 'do': 'clock-jump', 'node': 'n3', 'by': '-3ms'}");
    lab_begin(&lab, 1, 0);
    lab_run_to(&lab, 2500);
    const struct node *nodes = lab.world->nodes;
    ck_assert_uint_eq(nodes[2].clock.base_own_ns - nodes[2].clock.base_ns -
                          (nodes[1].clock.base_own_ns - nodes[1].clock.base_ns),
                      3 * NS_PER_S);
    ck_assert_uint_eq(nodes[1].clock.base_own_ns - nodes[1].clock.base_ns -
                          (nodes[3].clock.base_own_ns - nodes[3].clock.base_ns),
                      3 * NS_PER_MS);
    lab_close(&lab);
}
END_TEST

START_TEST(a_wiped_node_has_forgotten_everything)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'isolate', 'node': 'n2'},"
                 "{'at': '3s', 'do': 'wipe', 'node': 'n2'}");
    lab_begin(&lab, 1, 0);
    lab_run_to(&lab, 2500);
    ck_assert_uint_gt(lab.world->nodes[2].disk.durable.term, 0);
    ck_assert_uint_gt(lab.world->nodes[2].disk.durable.count, 0);
    lab_run_to(&lab, 3500);
    ck_assert_uint_eq(lab.world->nodes[2].disk.durable.term, 0);
    ck_assert_uint_eq(lab.world->nodes[2].disk.durable.count, 0);
    lab_close(&lab);
}
END_TEST

START_TEST(healing_forgives_a_disk_that_was_to_lose)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'disk-lose', 'node': 'n2'},"
                 "{'at': '2s', 'do': 'disk-tear', 'node': ['n2', 'n3']},"
                 "{'at': '3s', 'do': 'heal', 'node': ['n1', 'n2']}");
    lab_begin(&lab, 1, 0);
    lab_run_to(&lab, 2500);
    ck_assert(lab.world->nodes[2].disk.lose && lab.world->nodes[2].disk.tear);
    lab_run_to(&lab, 3500);
    ck_assert(!lab.world->nodes[2].disk.lose && !lab.world->nodes[2].disk.tear);
    ck_assert(lab.world->nodes[3].disk.tear);
    lab_close(&lab);
}
END_TEST

START_TEST(a_transfer_makes_its_target_lead)
{
    struct lab lab;
    lab_open_led(&lab, "", "{'at': '2s', 'do': 'transfer', 'to': 'n3'}");
    const char *story = lab_run(&lab, 1, RECORD_BIT(BECAME_LEADER));
    ck_assert_ptr_nonnull(strstr(story, "became_leader n3\n"));
    lab_close(&lab);
}
END_TEST

START_TEST(a_timeout_is_set_in_whole_ticks)
{
    struct lab lab;
    lab_open_whole(&lab, "'duration': '10s', 'cluster': {'nodes': 2, 'raft': {'tick': '100ms',"
                         "'election_ticks': 500, 'heartbeat_ticks': 1}}, 'timeline': ["
                         "{'at': '1s', 'do': 'set-timeout', 'node': 'n2', 'to': '2210ms'}]");
    lab_begin(&lab, 1, RECORD_BIT(BECAME_CANDIDATE));
    lab_run_to(&lab, 1500);
    ck_assert_uint_eq(lab.world->nodes[2].view->timeout, 23);
    ck_assert_uint_ge(lab.world->nodes[1].view->timeout, 500);
    lab_run_to(&lab, 9000);
    ck_assert_ptr_nonnull(strstr(text_of(&lab.story), "became_candidate n2\n"));
    lab_close(&lab);
}
END_TEST

static const char *const untellable[] = {
    "{'at': '3s', 'do': 'campaign', 'node': 'n2'}",
    "{'at': '3s', 'do': 'propose', 'node': 'n2'}",
    "{'at': '3s', 'do': 'set-timeout', 'node': 'n2', 'to': '1s'}",
};

START_TEST(a_node_that_does_not_run_can_be_told_nothing)
{
    struct lab lab;
    struct text plan = {0};
    text_add(&plan, "{'at': '2s', 'do': 'crash', 'node': 'n2'}, %s", untellable[_i]);
    lab_open_led(&lab, "", text_of(&plan));
    ck_assert_str_eq(lab_run(&lab, 1, RECORD_BIT(ACTION_SKIPPED)), "3000 action_skipped 2\n");
    ck_assert_int_eq(lab.end, RUN_MISSED_TARGET);
    text_close(&plan);
    lab_close(&lab);
}
END_TEST

START_TEST(proposals_go_to_the_leader)
{
    struct lab lab;
    lab_open_led(&lab, "", "{'at': '2s', 'do': 'propose', 'count': 3}");
    ck_assert_str_eq(lab_run(&lab, 1, RECORD_BIT(PROPOSED) | RECORD_BIT(PROPOSAL_DROPPED)),
                     "2000 proposed n1\n2000 proposed n1\n2000 proposed n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_node_comes_back_with_what_was_set)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'restart', 'node': 'n2', 'set': {'pre_vote': true}},"
                 "{'at': '2s', 'do': 'crash', 'node': 'n3', 'for': '1s',"
                 " 'set': {'check_quorum': true}}");
    lab_begin(&lab, 1, 0);
    lab_run_to(&lab, 2500);
    ck_assert(lab.world->nodes[2].options.pre_vote);
    ck_assert(!lab.world->nodes[3].options.check_quorum);
    lab_run_to(&lab, 3500);
    ck_assert(lab.world->nodes[3].options.check_quorum && !lab.world->nodes[1].options.pre_vote);
    lab_close(&lab);
}
END_TEST

START_TEST(a_slow_node_answers_late)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'slow', 'node': 'n1', 'add': '300ms', 'for': '1s'},"
                 "{'at': '2001ms', 'do': 'propose', 'node': 'n1'}");
    const char *story = lab_run(&lab, 1, RECORD_BIT(PROPOSED));
    ck_assert_uint_ge(strtoull(story, NULL, 10), 2300);
    lab_close(&lab);
}
END_TEST

Suite *suite_action(void)
{
    Suite *suite = suite_create("action");
    TCase *each = tcase_create("nodes");
    tcase_add_test(each, a_stalled_disk_gets_nothing_done);
    tcase_add_test(each, a_stalled_disk_that_blocks_stops_the_node_at_its_next_write);
    tcase_add_test(each, a_slow_disk_takes_the_time_given);
    tcase_add_test(each, a_full_disk_stops_the_node_until_there_is_room);
    tcase_add_test(each, a_lie_is_lost_in_a_crash_and_true_at_its_end);
    tcase_add_test(each, the_last_drift_that_runs_counts);
    tcase_add_test(each, a_clock_jumps_as_far_as_told);
    tcase_add_test(each, a_wiped_node_has_forgotten_everything);
    tcase_add_test(each, healing_forgives_a_disk_that_was_to_lose);
    tcase_add_test(each, a_transfer_makes_its_target_lead);
    tcase_add_test(each, a_timeout_is_set_in_whole_ticks);
    tcase_add_loop_test(each, a_node_that_does_not_run_can_be_told_nothing, 0,
                        (int)countof(untellable));
    tcase_add_test(each, proposals_go_to_the_leader);
    tcase_add_test(each, a_node_comes_back_with_what_was_set);
    tcase_add_test(each, a_slow_node_answers_late);
    suite_add_tcase(suite, each);
    return suite;
}
