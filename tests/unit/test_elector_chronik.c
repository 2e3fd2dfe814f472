#include <stdio.h>

#include "tests/unit/desk.h"
#include "tests/unit/unit.h"

/* A partition p has replicas p + 1, p + 2, p + 3 of three brokers; this is node 1. */

/* Node 2 leads; the partitions are there, led by node 1. */
static struct desk *following(const char *rules, uint32_t partitions)
{
    struct desk *desk = desk_begun(rules, 3, partitions);
    for (uint32_t p = 0; p < partitions; p++) {
        desk_command(desk, (struct metadata_command){.kind = METADATA_ASSIGN, .partition = p});
        desk_command(
            desk, (struct metadata_command){.kind = METADATA_LEADER, .partition = p, .leader = 1});
        desk_command(desk,
                     (struct metadata_command){.kind = METADATA_ISR, .partition = p, .isr = 7});
    }
    desk_role(desk, 2);
    return desk;
}

/* ---- new partitions ---- */

static const struct {
    const char *rules, *story;
} first[] = {
    {"chronik-2.2.0",
     "0 assign (initial) p0\n0 leader (initial) p0 n1\n0 isr (initial) p0 isr 123\n"
     "0 assign (initial) p1\n0 leader (initial) p1 n2\n"
     "0 isr (initial) p1 isr 231\n"},
    {"chronik-2.2.3",
     "0 assign (initial) p0\n0 leader (initial) p0 n1\n0 isr (initial) p0 isr 123\n"
     "0 assign (initial) p1\n0 leader (initial) p1 n1\n"
     "0 isr (initial) p1 isr 231\n"},
};

START_TEST(new_partitions_are_assigned_led_and_in_sync_by_three_writes_each)
{
    struct desk *desk = desk_begun(first[_i].rules, 3, 2);
    desk_role(desk, 1);
    desk_ends(desk, first[_i].story);
}
END_TEST

START_TEST(a_follower_of_2_2_0_tries_too_and_one_of_2_2_3_does_not)
{
    struct desk *desk = desk_begun("chronik-2.2.0", 3, 1);
    desk_role(desk, 2);
    desk_ends(desk, "0 not the raft leader (initial) p0 n1\n");
    desk = desk_begun("chronik-2.2.3", 3, 1);
    desk_role(desk, 2);
    desk_ends(desk, "");
}
END_TEST

START_TEST(a_new_raft_leader_looks_for_new_partitions_once)
{
    struct desk *desk = following("chronik-2.2.3", 1);
    desk_role(desk, 1);
    ck_assert_str_eq(desk_story(desk), "");
    metadata_open(&desk->metadata, &desk->layout);
    desk_role(desk, 1);
    ck_assert_str_eq(desk_story(desk), "");
    desk_role(desk, 0);
    desk_role(desk, 1);
    desk_ends(desk,
              "0 assign (initial) p0\n0 leader (initial) p0 n1\n0 isr (initial) p0 isr 123\n");
}
END_TEST

/* What earlier leaders wrote is applied before anything counts as new; no longer than a second. */
START_TEST(a_raft_leader_that_lags_behind_its_log_waits_before_it_calls_a_partition_new)
{
    struct desk *desk = desk_begun("chronik-2.2.3", 3, 1);
    desk_tell(desk, (struct elector_input){
                        .kind = ELECTOR_ROLE, .leads = true, .leader = 1, .applied = 2});
    desk_command(desk, (struct metadata_command){.kind = METADATA_FENCE, .broker = 1});
    ck_assert_str_eq(desk_story(desk), "");
    desk_run_to(desk, 999);
    ck_assert_str_eq(desk_story(desk), "");
    desk_run_to(desk, 1000);
    desk_ends(desk, "1000 assign (initial) p0\n1000 leader (initial) p0 n1\n"
                    "1000 isr (initial) p0 isr 123\n");
}
END_TEST

START_TEST(at_start_new_partitions_are_proposed_once_before_there_is_a_leader)
{
    struct desk *desk = desk_new("chronik-2.2.3", 3, 1);
    desk->options.at_start = true;
    desk->refuses = true;
    desk_begin(desk);
    ck_assert_str_eq(desk_story(desk),
                     "0 assign (initial) p0: not taken\n0 leader (initial) p0 n1: not taken\n"
                     "0 isr (initial) p0 isr 123: not taken\n");
    desk->refuses = false;
    desk_role(desk, 1);
    desk_run_to(desk, 60000);
    desk_ends(desk, "");
}
END_TEST

/* ---- polling ---- */

START_TEST(a_healthy_partition_is_re_elected_at_the_first_check_and_then_every_12_s)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    desk_run_to(desk, 40000);
    desk_ends(desk, "3000 leader (no record) p0 n1\n"
                    "15000 leader (heartbeat late) p0 n1\n"
                    "27000 leader (heartbeat late) p0 n1\n"
                    "39000 leader (heartbeat late) p0 n1\n");
}
END_TEST

START_TEST(a_partition_led_by_another_broker_is_never_heard_of)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 2);
    desk_command(desk,
                 (struct metadata_command){.kind = METADATA_LEADER, .partition = 1, .leader = 2});
    for (uint64_t ms = 1000; ms <= 20000; ms += 1000) {
        desk_run_to(desk, ms);
        desk_produce(desk, 0, 1);
    }
    desk_ends(desk, "3000 leader (no record) p1 n2\n15000 leader (heartbeat late) p1 n2\n");
}
END_TEST

START_TEST(a_dead_first_of_the_isr_is_elected_for_ever)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    desk_command(desk, (struct metadata_command){.kind = METADATA_LEADER, .leader = 3});
    desk_command(desk, (struct metadata_command){.kind = METADATA_ISR, .isr = 6});
    desk_run_to(desk, 16000); /* node 2 says nothing, ever */
    desk_ends(desk, "3000 leader (no record) p0 n2\n15000 leader (heartbeat late) p0 n2\n");
}
END_TEST

START_TEST(a_new_raft_leader_elects_within_3_s_what_it_never_heard_of)
{
    struct desk *desk = following("chronik-2.2.3", 1);
    desk_run_to(desk, 100000);
    ck_assert_str_eq(desk_story(desk), "");
    desk_run_to(desk, 100500);
    desk_role(desk, 1);
    desk_run_to(desk, 103000);
    desk_ends(desk, "102000 leader (no record) p0 n1\n");
}
END_TEST

/* Checks are at 3, 6, 9 ... s; late is what is older than 10 s, not what is as old. */
static const struct {
    uint64_t produced_ms, elected_ms;
} late[] = {{1999, 12000}, {2000, 15000}, {2001, 15000}, {4999, 15000}, {5000, 18000}};

START_TEST(silence_is_noticed_10_to_13_s_after_the_last_produce)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    char story[64];
    for (uint64_t ms = late[_i].produced_ms % 1000; ms <= late[_i].produced_ms; ms += 1000) {
        desk_run_to(desk, ms);
        desk_produce(desk, 0, 1);
    }
    desk_run_to(desk, late[_i].elected_ms);
    snprintf(story, sizeof story, "%llu leader (heartbeat late) p0 n1\n",
             (unsigned long long)late[_i].elected_ms);
    desk_ends(desk, story);
}
END_TEST

START_TEST(the_preferred_raft_leader_loses_an_idle_partition_to_the_first_of_the_isr)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 2); /* p1: leader 1, replicas 2 3 1 */
    desk_run_to(desk, 2000);
    desk_produce(desk, 0, 1);
    desk_produce(desk, 1, 1);
    ck_assert_str_eq(desk_partition(desk, 1), "n1 isr 231 epochs 1/2");
    desk_run_to(desk, 14999);
    ck_assert_str_eq(desk_story(desk), "");
    desk_run_to(desk, 15000);
    desk_ends(desk, "15000 leader (heartbeat late) p0 n1\n15000 leader (heartbeat late) p1 n2\n");
}
END_TEST

START_TEST(an_empty_isr_gives_the_first_replica_and_an_unknown_one_nobody)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    desk_command(desk, (struct metadata_command){.kind = METADATA_ISR});
    desk_run_to(desk, 3000);
    ck_assert_str_eq(desk_story(desk), "3000 leader (no record) p0 n1\n");
    metadata_open(&desk->metadata, &desk->layout);
    desk->index = 0;
    desk_command(desk, (struct metadata_command){.kind = METADATA_ASSIGN});
    desk_run_to(desk, 9000);
    desk_ends(desk,
              "6000 nobody may lead (no leader) p0 n0\n9000 nobody may lead (no leader) p0 n0\n");
}
END_TEST

START_TEST(a_follower_of_2_2_0_decides_at_every_check_and_is_refused)
{
    struct desk *desk = following("chronik-2.2.0", 1);
    desk_run_to(desk, 9000);
    desk_ends(desk, "3000 not the raft leader (no record) p0 n1\n"
                    "6000 not the raft leader (no record) p0 n1\n"
                    "9000 not the raft leader (no record) p0 n1\n");
}
END_TEST

START_TEST(a_leader_of_2_2_0_that_hears_of_no_leader_stops)
{
    struct desk *desk = desk_leading("chronik-2.2.0", 3, 1);
    desk_role(desk, 0);
    desk_run_to(desk, 30000);
    desk_ends(desk, "");
}
END_TEST

/* A stale Raft leader goes on as if all it proposes came about. */
START_TEST(what_never_commits_counts_as_done_until_it_is_late_again)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    desk->holds = true;
    desk_run_to(desk, 16000);
    desk_ends(desk, "3000 leader (no record) p0 n1\n15000 leader (heartbeat late) p0 n1\n");
}
END_TEST

START_TEST(a_partition_without_leader_is_elected_at_every_check)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    desk_command(desk, (struct metadata_command){.kind = METADATA_LEADER, .leader = 0});
    desk->holds = true;
    desk_produce(desk, 0, 1);
    desk_run_to(desk, 6000);
    desk_ends(desk, "3000 leader (no leader) p0 n1\n6000 leader (no leader) p0 n1\n");
}
END_TEST

START_TEST(a_person_may_demand_an_election_at_any_time)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    desk_run_to(desk, 1000);
    desk_produce(desk, 0, 1);
    desk_elect(desk, 0);
    ck_assert_str_eq(desk_story(desk), "1000 leader (manual) p0 n1\n");
    desk_role(desk, 2);
    desk_elect(desk, 0);
    desk_ends(desk, "1000 not the raft leader (manual) p0 n1\n");
}
END_TEST

START_TEST(a_refused_election_takes_the_record_with_it)
{
    struct desk *desk = following("chronik-2.2.0", 1);
    desk_run_to(desk, 1000);
    desk_produce(desk, 0, 1);
    desk_elect(desk, 0);
    desk_run_to(desk, 3000);
    desk_ends(desk, "1000 not the raft leader (manual) p0 n1\n"
                    "3000 not the raft leader (no record) p0 n1\n");
}
END_TEST

START_TEST(partitions_of_one_round_go_by_number)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 4);
    desk_run_to(desk, 1000);
    desk_produce(desk, 2, 1);
    desk_produce(desk, 1, 1);
    desk_run_to(desk, 3000);
    ck_assert_str_eq(desk_story(desk),
                     "3000 leader (no record) p0 n1\n3000 leader (no record) p3 n1\n");
    desk_run_to(desk, 12000);
    desk_ends(desk, "12000 leader (heartbeat late) p1 n2\n12000 leader (heartbeat late) p2 n3\n");
}
END_TEST

START_TEST(an_elector_opened_again_knows_nothing_of_its_earlier_life)
{
    struct desk *desk = desk_leading("chronik-2.2.3", 3, 1);
    desk_run_to(desk, 15000);
    desk_story(desk);
    desk->now_ns = 0;
    desk_begin(desk);
    desk_role(desk, 1);
    desk_story(desk);
    desk_run_to(desk, 15000);
    desk_ends(desk, "3000 leader (no record) p0 n1\n15000 leader (heartbeat late) p0 n1\n");
}
END_TEST

Suite *suite_elector_chronik(void)
{
    Suite *suite = suite_create("elector_chronik");
    TCase *tests = tcase_create("elector_chronik");
    tcase_add_loop_test(tests, new_partitions_are_assigned_led_and_in_sync_by_three_writes_each, 0,
                        countof(first));
    tcase_add_test(tests, a_follower_of_2_2_0_tries_too_and_one_of_2_2_3_does_not);
    tcase_add_test(tests, a_new_raft_leader_looks_for_new_partitions_once);
    tcase_add_test(tests,
                   a_raft_leader_that_lags_behind_its_log_waits_before_it_calls_a_partition_new);
    tcase_add_test(tests, at_start_new_partitions_are_proposed_once_before_there_is_a_leader);
    tcase_add_test(tests, a_healthy_partition_is_re_elected_at_the_first_check_and_then_every_12_s);
    tcase_add_test(tests, a_partition_led_by_another_broker_is_never_heard_of);
    tcase_add_test(tests, a_dead_first_of_the_isr_is_elected_for_ever);
    tcase_add_test(tests, a_new_raft_leader_elects_within_3_s_what_it_never_heard_of);
    tcase_add_loop_test(tests, silence_is_noticed_10_to_13_s_after_the_last_produce, 0,
                        countof(late));
    tcase_add_test(tests,
                   the_preferred_raft_leader_loses_an_idle_partition_to_the_first_of_the_isr);
    tcase_add_test(tests, an_empty_isr_gives_the_first_replica_and_an_unknown_one_nobody);
    tcase_add_test(tests, a_follower_of_2_2_0_decides_at_every_check_and_is_refused);
    tcase_add_test(tests, a_leader_of_2_2_0_that_hears_of_no_leader_stops);
    tcase_add_test(tests, what_never_commits_counts_as_done_until_it_is_late_again);
    tcase_add_test(tests, a_partition_without_leader_is_elected_at_every_check);
    tcase_add_test(tests, a_person_may_demand_an_election_at_any_time);
    tcase_add_test(tests, a_refused_election_takes_the_record_with_it);
    tcase_add_test(tests, partitions_of_one_round_go_by_number);
    tcase_add_test(tests, an_elector_opened_again_knows_nothing_of_its_earlier_life);
    suite_add_tcase(suite, tests);
    return suite;
}
