#include <stdio.h>

#include "tests/unit/desk.h"
#include "tests/unit/unit.h"

/* Partition p has replicas p + 1, p + 2, p + 3, round robin; this is node 1. */
enum { N1 = 1 << 1, N2 = 1 << 2, N3 = 1 << 3, N4 = 1 << 4 };

/* ---- brokers come ---- */

START_TEST(brokers_register_are_let_in_and_then_partitions_begin)
{
    struct desk *desk = desk_begun("kraft", 3, 2);
    desk_role(desk, 1);
    desk_join(desk, 1, 3);
    ck_assert_str_eq(desk_story(desk), "0 register (registered) n1\n"
                                       "0 register (registered) n2\n"
                                       "0 register (registered) n3\n"
                                       "0 unfence (broker back) n1\n"
                                       "0 unfence (broker back) n2\n"
                                       "0 unfence (broker back) n3\n"
                                       "0 change (initial); p0 n1! isr 123; p1 n2! isr 231\n");
    ck_assert_str_eq(desk_partition(desk, 1), "n2 isr 231 epochs 0/0");
    desk_free(desk);
}
END_TEST

START_TEST(a_broker_is_let_in_once_it_has_applied_its_own_registration)
{
    struct desk *desk = desk_begun("kraft", 3, 1);
    desk_role(desk, 1);
    desk_command(desk, (struct metadata_command){.kind = METADATA_FENCE, .broker = 3});
    desk_beat(desk, 1, 1); /* registered by the entry 2 */
    desk->applied = 1;
    desk_beat(desk, 1, 1);
    ck_assert_str_eq(desk_story(desk), "0 register (registered) n1\n");
    desk->applied = 2;
    desk_beat(desk, 1, 1);
    desk_ends(desk, "0 unfence (broker back) n1\n");
}
END_TEST

START_TEST(who_is_not_the_controller_hears_nobody)
{
    struct desk *desk = desk_begun("kraft", 3, 1);
    desk_role(desk, 2);
    desk_join(desk, 1, 3);
    ck_assert_uint_eq(desk->deadline_ns, UINT64_MAX);
    desk_ends(desk, "");
}
END_TEST

START_TEST(new_partitions_wait_for_all_their_brokers_for_one_session_timeout)
{
    struct desk *desk = desk_begun("kraft", 3, 1);
    desk_role(desk, 1);
    desk_join(desk, 2, 3);
    desk_story(desk);
    desk_live_to(desk, N2 | N3, 8999);
    ck_assert_str_eq(desk_story(desk), "");
    desk_live_to(desk, N2 | N3, 9000);
    desk_ends(desk, "9000 change (initial); p0 n2! isr 23\n");
}
END_TEST

START_TEST(new_partitions_come_at_most_1000_in_a_command)
{
    struct desk *desk = desk_begun("fixed", 3, 2500);
    desk_role(desk, 1);
    desk_join(desk, 1, 3);
    ck_assert_uint_eq(desk->commands, 3 + 3 + 3);
    for (uint32_t p = 0; p < 2500; p++)
        ck_assert(desk->metadata.partitions[p].assigned);
    desk_free(desk);
}
END_TEST

/* ---- sessions end ---- */

static const struct {
    const char *rules;
    uint64_t timeout_ms;
} sessions[] = {{"kraft", 9000}, {"fixed", 3000}};

START_TEST(a_session_holds_through_its_last_nanosecond)
{
    struct desk *desk = desk_in_office(sessions[_i].rules, 3, 1);
    uint64_t end_ms = 2000 + sessions[_i].timeout_ms;
    char story[96];
    desk_live_to(desk, N1 | N2 | N3, 2000);
    desk_live_to(desk, N2 | N3, end_ms);
    ck_assert_str_eq(desk_story(desk), "");
    ck_assert_uint_eq(desk->deadline_ns, end_ms * NS_PER_MS + 1);
    desk_live_to(desk, N2 | N3, end_ms + 1);
    snprintf(story, sizeof story, "%llu+ fence (session lost) n1; p0 n2! isr 23\n",
             (unsigned long long)end_ms);
    desk_ends(desk, story);
}
END_TEST

START_TEST(a_healthy_idle_partition_is_left_alone)
{
    struct desk *desk = desk_in_office(sessions[_i].rules, 3, 3);
    desk_live_to(desk, N1 | N2 | N3, 1000000);
    desk_ends(desk, "");
}
END_TEST

START_TEST(silent_brokers_are_fenced_one_by_one_the_longest_silent_first)
{
    struct desk *desk = desk_in_office("kraft", 4, 1); /* p0: 1 2 3 */
    desk_run_to(desk, 1000);
    desk_beat(desk, 4, 1);
    desk_beat(desk, 2, 1);
    desk_beat(desk, 1, 1);
    desk_run_to(desk, 10001);
    desk_ends(desk, "9000+ fence (session lost) n3; p0 n1 isr 12\n"
                    "10000+ fence (session lost) n4\n"
                    "10000+ fence (session lost) n2; p0 n1 isr 1\n"
                    "10000+ nobody may lead (session lost) p0 n0\n"
                    "10000+ fence (session lost) n1; p0 n0! isr 1\n");
}
END_TEST

START_TEST(a_lost_follower_leaves_the_isr_without_a_leader_epoch)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_live_to(desk, N1 | N2, 10000);
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 12 epochs 0/1");
    desk_free(desk);
}
END_TEST

START_TEST(a_partition_whose_last_member_is_lost_waits_for_it)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_ask_isr(desk, 0, 1);
    desk_live_to(desk, N2 | N3, 10000);
    ck_assert_str_eq(desk_story(desk), "0 change (isr shrinks); p0 n1 isr 1\n"
                                       "9000+ nobody may lead (session lost) p0 n0\n"
                                       "9000+ fence (session lost) n1; p0 n0! isr 1\n");
    ck_assert_str_eq(desk_partition(desk, 0), "n0 isr 1 epochs 1/2");
    desk_join(desk, 1, 1); /* the same incarnation: no new registration */
    ck_assert_str_eq(desk_story(desk), "10000 unfence (broker back) n1; p0 n1! isr 1\n");
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 1 epochs 2/3");
    desk_free(desk);
}
END_TEST

START_TEST(who_comes_back_joins_no_isr_and_takes_nothing_back)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_live_to(desk, N2 | N3, 10000);
    desk_story(desk);
    desk_join(desk, 1, 1);
    ck_assert_str_eq(desk_story(desk), "10000 unfence (broker back) n1\n");
    ck_assert_str_eq(desk_partition(desk, 0), "n2 isr 23 epochs 1/1");
    desk_free(desk);
}
END_TEST

START_TEST(leaders_are_sought_in_the_order_of_the_replicas_among_live_members_of_the_isr)
{
    struct desk *desk = desk_in_office("fixed", 4, 1);
    desk_ask_isr(desk, 0, 5); /* 1 and 3: not 2, which is alive and not in sync */
    desk_live_to(desk, N2 | N3 | N4, 3001);
    desk_ends(desk, "0 change (isr shrinks); p0 n1 isr 13\n"
                    "3000+ fence (session lost) n1; p0 n3! isr 3\n");
}
END_TEST

/* ---- a broker starts anew ---- */

START_TEST(in_kraft_a_broker_that_starts_anew_waits_until_its_old_session_ends)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    for (uint64_t ms = 2000; ms <= 12000; ms += 2000) {
        desk_live_to(desk, N2 | N3, ms);
        desk_beat(desk, 1, 2);
    }
    desk_ends(desk, "9000+ fence (session lost) n1; p0 n2! isr 23\n"
                    "10000 register (registered) n1\n"
                    "12000 unfence (broker back) n1\n");
}
END_TEST

START_TEST(in_fixed_a_broker_that_starts_anew_ends_its_old_session_at_once)
{
    struct desk *desk = desk_in_office("fixed", 3, 1);
    desk_run_to(desk, 1000);
    desk_beat(desk, 1, 2);
    desk_beat(desk, 1, 2);
    desk_ends(desk, "1000 fence (session lost) n1; p0 n2! isr 23\n"
                    "1000 register (registered) n1\n"
                    "1000 unfence (broker back) n1\n");
}
END_TEST

START_TEST(a_late_heartbeat_of_an_earlier_start_tells_nothing)
{
    struct desk *desk = desk_in_office("fixed", 3, 1);
    desk_beat(desk, 1, 2);
    desk_beat(desk, 1, 2);
    desk_story(desk);
    desk_live_to(desk, N2 | N3, 2000);
    desk_beat(desk, 1, 1);
    desk_live_to(desk, N2 | N3, 3001);
    desk_ends(desk, "3000+ fence (session lost) n1\n");
}
END_TEST

Suite *suite_elector_session(void)
{
    Suite *suite = suite_create("elector_session");
    TCase *tests = tcase_create("elector_session");
    tcase_add_test(tests, brokers_register_are_let_in_and_then_partitions_begin);
    tcase_add_test(tests, a_broker_is_let_in_once_it_has_applied_its_own_registration);
    tcase_add_test(tests, who_is_not_the_controller_hears_nobody);
    tcase_add_test(tests, new_partitions_wait_for_all_their_brokers_for_one_session_timeout);
    tcase_add_test(tests, new_partitions_come_at_most_1000_in_a_command);
    tcase_add_loop_test(tests, a_session_holds_through_its_last_nanosecond, 0, countof(sessions));
    tcase_add_loop_test(tests, a_healthy_idle_partition_is_left_alone, 0, countof(sessions));
    tcase_add_test(tests, silent_brokers_are_fenced_one_by_one_the_longest_silent_first);
    tcase_add_test(tests, a_lost_follower_leaves_the_isr_without_a_leader_epoch);
    tcase_add_test(tests, a_partition_whose_last_member_is_lost_waits_for_it);
    tcase_add_test(tests, who_comes_back_joins_no_isr_and_takes_nothing_back);
    tcase_add_test(tests,
                   leaders_are_sought_in_the_order_of_the_replicas_among_live_members_of_the_isr);
    tcase_add_test(tests, in_kraft_a_broker_that_starts_anew_waits_until_its_old_session_ends);
    tcase_add_test(tests, in_fixed_a_broker_that_starts_anew_ends_its_old_session_at_once);
    tcase_add_test(tests, a_late_heartbeat_of_an_earlier_start_tells_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
