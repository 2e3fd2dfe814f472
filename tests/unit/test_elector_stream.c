#include <stdio.h>

#include "tests/unit/desk.h"
#include "tests/unit/unit.h"

/* The monitor wakes at 5, 10, 15 ... s and minds what is older than 30 s. */
static const struct {
    uint64_t frame_ms, elected_ms;
} silent[] = {{0, 35000}, {1, 35000}, {4999, 35000}, {5000, 40000}};

START_TEST(a_silent_stream_is_noticed_30_to_35_s_after_its_last_frame_and_once)
{
    struct desk *desk = desk_leading("chronik-2.2.7", 3, 1);
    char story[64];
    desk_run_to(desk, silent[_i].frame_ms);
    desk_stream(desk, 2, 0);
    desk_run_to(desk, 200000);
    snprintf(story, sizeof story, "%llu leader (stream silent) p0 n1\n",
             (unsigned long long)silent[_i].elected_ms);
    desk_ends(desk, story);
}
END_TEST

START_TEST(a_follower_that_notices_is_refused_and_nobody_tries_again)
{
    struct desk *desk = desk_leading("chronik-2.2.7", 3, 1);
    desk_role(desk, 2);
    desk_stream(desk, 2, 0);
    desk_run_to(desk, 40000);
    ck_assert_str_eq(desk_story(desk), "35000 not the raft leader (stream silent) p0 n1\n");
    desk_role(desk, 1);
    desk_run_to(desk, 200000);
    desk_ends(desk, "");
}
END_TEST

START_TEST(an_idle_stream_is_kept_by_heartbeats_in_2_2_7_and_lost_at_head)
{
    static const char *const stories[] = {"", "35000 not proposed (stream silent) p0 n1\n"};
    struct desk *desk = desk_leading(_i ? "chronik-head" : "chronik-2.2.7", 3, 2);
    desk_stream(desk, 2, 0);
    for (uint64_t ms = 10000; ms <= 60000; ms += 10000) {
        desk_run_to(desk, ms);
        desk_stream(desk, 2, ELECTOR_ALL);
    }
    desk_ends(desk, stories[_i]);
}
END_TEST

START_TEST(heartbeats_of_one_broker_do_not_keep_anothers_streams)
{
    struct desk *desk = desk_leading("chronik-2.2.7", 3, 2);
    desk_stream(desk, 2, 0);
    desk_stream(desk, 3, 1);
    for (uint64_t ms = 10000; ms <= 40000; ms += 10000) {
        desk_run_to(desk, ms);
        desk_stream(desk, 2, ELECTOR_ALL);
    }
    ck_assert_str_eq(desk_story(desk), "35000 leader (stream silent) p1 n2\n");
    desk_run_to(desk, 75000);
    desk_ends(desk, "75000 leader (stream silent) p0 n1\n");
}
END_TEST

START_TEST(head_takes_the_first_replica_whatever_the_isr_and_proposes_nothing)
{
    struct desk *desk = desk_leading("chronik-head", 3, 1);
    desk_command(desk, (struct metadata_command){.kind = METADATA_ISR, .isr = 6});
    desk_stream(desk, 2, 0);
    desk_run_to(desk, 100000);
    desk_elect(desk, 0);
    desk_ends(desk,
              "35000 not proposed (stream silent) p0 n1\n100000 not proposed (manual) p0 n1\n");
}
END_TEST

Suite *suite_elector_stream(void)
{
    Suite *suite = suite_create("elector_stream");
    TCase *tests = tcase_create("elector_stream");
    tcase_add_loop_test(tests, a_silent_stream_is_noticed_30_to_35_s_after_its_last_frame_and_once,
                        0, countof(silent));
    tcase_add_test(tests, a_follower_that_notices_is_refused_and_nobody_tries_again);
    tcase_add_loop_test(tests, an_idle_stream_is_kept_by_heartbeats_in_2_2_7_and_lost_at_head, 0,
                        2);
    tcase_add_test(tests, heartbeats_of_one_broker_do_not_keep_anothers_streams);
    tcase_add_test(tests, head_takes_the_first_replica_whatever_the_isr_and_proposes_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
