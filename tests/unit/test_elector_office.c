#include "tests/unit/desk.h"
#include "tests/unit/unit.h"

/* Partition p has replicas p + 1, p + 2, p + 3, round robin; this is node 1. */
enum { N1 = 1 << 1, N2 = 1 << 2, N3 = 1 << 3 };

/* ---- the office changes hands ---- */

START_TEST(a_new_controller_gives_every_broker_a_full_session)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_run_to(desk, 8000);
    desk_role(desk, 2);
    desk_run_to(desk, 20000);
    ck_assert_str_eq(desk_story(desk), "");
    desk_role(desk, 1);
    desk_run_to(desk, 29000);
    ck_assert_str_eq(desk_story(desk), "");
    desk_run_to(desk, 29001);
    desk_ends(desk, "29000+ fence (session lost) n1; p0 n2! isr 23\n"
                    "29000+ fence (session lost) n2; p0 n3! isr 3\n"
                    "29000+ nobody may lead (session lost) p0 n0\n"
                    "29000+ fence (session lost) n3; p0 n0! isr 3\n");
}
END_TEST

START_TEST(a_new_controller_takes_office_once_it_has_applied_what_earlier_ones_proposed)
{
    struct desk *desk = desk_begun("kraft", 3, 1);
    desk_tell(desk, (struct elector_input){
                        .kind = ELECTOR_ROLE, .leads = true, .leader = 1, .applied = 2});
    desk_beat(desk, 1, 1);
    desk_command(
        desk, (struct metadata_command){.kind = METADATA_REGISTER, .broker = 1, .incarnation = 1});
    desk_beat(desk, 1, 1);
    ck_assert_str_eq(desk_story(desk), "");
    desk_command(desk, (struct metadata_command){.kind = METADATA_UNFENCE, .broker = 1});
    desk_run_to(desk, 9001);
    desk_ends(desk, "9000 change (initial); p0 n1! isr 1\n"
                    "9000+ nobody may lead (session lost) p0 n0\n"
                    "9000+ fence (session lost) n1; p0 n0! isr 1\n");
}
END_TEST

START_TEST(a_broker_that_greets_a_leader_before_it_is_in_office_is_registered_then)
{
    struct desk *desk = desk_begun("kraft", 3, 1);
    desk_tell(desk, (struct elector_input){
                        .kind = ELECTOR_ROLE, .leads = true, .leader = 1, .applied = 1});
    desk_beat(desk, 2, 7);
    desk_beat(desk, 2, 6);
    ck_assert_str_eq(desk_story(desk), "");
    desk_command(
        desk, (struct metadata_command){.kind = METADATA_REGISTER, .broker = 3, .incarnation = 1});
    desk_ends(desk, "0 register (registered) n2\n");
}
END_TEST

START_TEST(a_broker_that_greeted_an_earlier_time_in_office_is_not_taken_for_there)
{
    struct desk *desk = desk_begun("kraft", 3, 1);
    desk_tell(desk, (struct elector_input){
                        .kind = ELECTOR_ROLE, .leads = true, .leader = 1, .applied = 1});
    desk_beat(desk, 2, 7);
    desk_role(desk, 3);
    desk_role(desk, 1);
    desk_command(
        desk, (struct metadata_command){.kind = METADATA_REGISTER, .broker = 3, .incarnation = 1});
    desk_ends(desk, "");
}
END_TEST

START_TEST(a_new_controller_mends_what_an_earlier_one_left_half_done)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_role(desk, 2);
    desk_command(desk, (struct metadata_command){.kind = METADATA_FENCE, .broker = 1});
    ck_assert_str_eq(desk_story(desk), "");
    desk_role(desk, 1);
    desk_ends(desk, "0 change (session lost); p0 n2! isr 23\n");
}
END_TEST

/* ---- proposals that are on their way, or not ---- */

START_TEST(decisions_rest_on_what_was_proposed_before_it_commits)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk->holds = true;
    desk_live_to(desk, N2 | N3, 10000);
    desk_live_to(desk, N3, 19000);
    ck_assert_str_eq(desk_story(desk), "9000+ fence (session lost) n1; p0 n2! isr 23\n");
    desk_run_to(desk, 19001);
    ck_assert_str_eq(desk_story(desk), "19000+ fence (session lost) n2; p0 n3! isr 3\n");
    desk_apply(desk);
    ck_assert_str_eq(desk_partition(desk, 0), "n2 isr 23 epochs 1/1");
    desk_apply(desk);
    ck_assert_str_eq(desk_partition(desk, 0), "n3 isr 3 epochs 2/2");
    desk_free(desk);
}
END_TEST

START_TEST(an_isr_asked_for_in_the_state_before_a_pending_change_is_refused)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk->holds = true;
    desk_ask_isr(desk, 0, 3);
    desk_ask_isr(desk, 0, 1);
    desk_ends(desk, "0 change (isr shrinks); p0 n1 isr 12\n0 isr refused (isr shrinks) p0 n1\n");
}
END_TEST

START_TEST(what_is_not_taken_is_decided_again_until_it_is)
{
    struct desk *desk = desk_in_office("fixed", 3, 1);
    desk_live_to(desk, N2 | N3, 2950);
    desk->refuses = true;
    desk_run_to(desk, 3060);
    ck_assert_str_eq(desk_story(desk), "3000+ fence (session lost) n1; p0 n2! isr 23: not taken\n"
                                       "3050+ fence (session lost) n1; p0 n2! isr 23: not taken\n");
    desk->refuses = false;
    desk_run_to(desk, 3200);
    ck_assert_str_eq(desk_story(desk), "3100+ fence (session lost) n1; p0 n2! isr 23\n");
    ck_assert_str_eq(desk_partition(desk, 0), "n2 isr 23 epochs 1/1");
    desk_free(desk);
}
END_TEST

START_TEST(a_registration_that_is_not_taken_is_made_again)
{
    struct desk *desk = desk_begun("kraft", 3, 1);
    desk_role(desk, 1);
    desk->refuses = true;
    desk_beat(desk, 2, 1);
    desk->refuses = false;
    desk_run_to(desk, 50);
    desk_ends(desk, "0 register (registered) n2: not taken\n50 register (registered) n2\n");
}
END_TEST

START_TEST(preferred_leaders_that_were_not_taken_are_proposed_again)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_live_to(desk, N2 | N3, 10000);
    desk_join(desk, 1, 1);
    desk_ask_isr(desk, 0, 7);
    desk_live_to(desk, N1 | N2 | N3, 299000);
    desk_story(desk);
    desk->refuses = true;
    desk_run_to(desk, 300000);
    desk->refuses = false;
    desk_run_to(desk, 300100);
    desk_ends(desk, "300000 change (preferred); p0 n1! isr 123: not taken\n"
                    "300050 change (preferred); p0 n1! isr 123\n");
}
END_TEST

START_TEST(a_broker_heard_of_since_its_fencing_was_not_taken_is_not_fenced_again)
{
    struct desk *desk = desk_in_office("fixed", 3, 1);
    desk_live_to(desk, N2 | N3, 2950);
    desk->refuses = true;
    desk_run_to(desk, 3010);
    desk_beat(desk, 1, 1);
    desk->refuses = false;
    desk_run_to(desk, 3200);
    ck_assert_str_eq(desk_story(desk), "3000+ fence (session lost) n1; p0 n2! isr 23: not taken\n");
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 123 epochs 0/0");
    desk_free(desk);
}
END_TEST

START_TEST(what_is_under_way_is_waited_for_before_anything_is_decided_again)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk->holds = true;
    desk_ask_isr(desk, 0, 3);
    desk->refuses = true;
    desk_live_to(desk, N2 | N3, 10000);
    ck_assert_str_eq(desk_story(desk), "0 change (isr shrinks); p0 n1 isr 12\n"
                                       "9000+ fence (session lost) n1; p0 n2! isr 2: not taken\n");
    desk->refuses = desk->holds = false;
    desk_apply_all(desk);
    desk_ends(desk, "10000 fence (session lost) n1; p0 n2! isr 2\n");
}
END_TEST

START_TEST(without_retry_what_is_not_taken_stays_undone)
{
    struct desk *desk = desk_new("fixed", 3, 1);
    desk->options.retry_ns = 0;
    desk_begin(desk);
    desk_role(desk, 1);
    desk_join(desk, 1, 3);
    desk_live_to(desk, N2 | N3, 2950);
    desk_story(desk);
    desk->refuses = true;
    desk_run_to(desk, 3010);
    desk->refuses = false;
    desk_live_to(desk, N2 | N3, 6000);
    ck_assert_str_eq(desk_story(desk), "3000+ fence (session lost) n1; p0 n2! isr 23: not taken\n");
    desk_live_to(desk, N2 | N3, 6001); /* a session later it is found out anew */
    desk_ends(desk, "6000+ fence (session lost) n1; p0 n2! isr 23\n");
}
END_TEST

START_TEST(when_anothers_command_came_between_the_state_is_made_anew)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    struct metadata_change change = {.leader = 2, .isr = 6, .sets_leader = true};
    desk_command(desk, (struct metadata_command){
                           .kind = METADATA_CHANGE, .change_count = 1, .changes = &change});
    desk_ask_isr(desk, 0, 2);
    desk_ends(desk, "0 change (isr shrinks); p0 n2 isr 2\n");
}
END_TEST

START_TEST(what_anothers_command_left_half_done_is_mended)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_command(desk, (struct metadata_command){.kind = METADATA_FENCE, .broker = 1});
    desk_ends(desk, "0 change (session lost); p0 n2! isr 23\n"
                    "0 unfence (broker back) n1\n"); /* it was heard of */
}
END_TEST

Suite *suite_elector_office(void)
{
    Suite *suite = suite_create("elector_office");
    TCase *tests = tcase_create("elector_office");
    tcase_add_test(tests, a_new_controller_gives_every_broker_a_full_session);
    tcase_add_test(tests,
                   a_new_controller_takes_office_once_it_has_applied_what_earlier_ones_proposed);
    tcase_add_test(tests, a_broker_that_greets_a_leader_before_it_is_in_office_is_registered_then);
    tcase_add_test(tests, a_broker_that_greeted_an_earlier_time_in_office_is_not_taken_for_there);
    tcase_add_test(tests, a_new_controller_mends_what_an_earlier_one_left_half_done);
    tcase_add_test(tests, decisions_rest_on_what_was_proposed_before_it_commits);
    tcase_add_test(tests, an_isr_asked_for_in_the_state_before_a_pending_change_is_refused);
    tcase_add_test(tests, what_is_not_taken_is_decided_again_until_it_is);
    tcase_add_test(tests, a_registration_that_is_not_taken_is_made_again);
    tcase_add_test(tests, preferred_leaders_that_were_not_taken_are_proposed_again);
    tcase_add_test(tests, a_broker_heard_of_since_its_fencing_was_not_taken_is_not_fenced_again);
    tcase_add_test(tests, what_is_under_way_is_waited_for_before_anything_is_decided_again);
    tcase_add_test(tests, without_retry_what_is_not_taken_stays_undone);
    tcase_add_test(tests, when_anothers_command_came_between_the_state_is_made_anew);
    tcase_add_test(tests, what_anothers_command_left_half_done_is_mended);
    suite_add_tcase(suite, tests);
    return suite;
}
