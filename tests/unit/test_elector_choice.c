#include <string.h>

#include "tests/unit/desk.h"
#include "tests/unit/unit.h"

/* Partition p has replicas p + 1, p + 2, p + 3, round robin; this is node 1. */
enum { N1 = 1 << 1, N2 = 1 << 2, N3 = 1 << 3 };

/* In office with these rules for its topic. */
static struct desk *with(const char *rules, bool unclean, bool elr)
{
    struct desk *desk = desk_new(rules, 3, 1);
    desk->topics[0].unclean = unclean;
    desk->options.elr = elr;
    desk_begin(desk);
    desk_role(desk, 1);
    desk_join(desk, 1, 3);
    desk_story(desk);
    return desk;
}

/* ---- the ISR, as its leader wants it ---- */

/* p0: replicas 1 2 3 led by 1 at epochs 0/0; node 3 is fenced, which made the ISR 12 at 0/1. */
static const struct {
    const char *what;
    uint32_t broker, leader_epoch, partition_epoch;
    uint16_t isr;
    const char *story;
} asked[] = {
    {"it shrinks", 1, 0, 1, 1, "10000 change (isr shrinks); p0 n1 isr 1\n"},
    {"nothing changes", 1, 0, 1, 3, ""},
    {"a fenced member", 1, 0, 1, 7, "10000 isr refused (isr expands) p0 n1\n"},
    {"without its leader", 1, 0, 1, 2, "10000 isr refused (isr shrinks) p0 n1\n"},
    {"empty", 1, 0, 1, 0, "10000 isr refused (isr shrinks) p0 n1\n"},
    {"no replica", 1, 0, 1, 9, "10000 isr refused (isr expands) p0 n1\n"},
    {"not its leader", 2, 0, 1, 2, "10000 isr refused (isr shrinks) p0 n2\n"},
    {"an older partition epoch", 1, 0, 0, 1, "10000 isr refused (isr shrinks) p0 n1\n"},
    {"a later partition epoch", 1, 0, 2, 1, "10000 isr refused (isr shrinks) p0 n1\n"},
    {"another leader epoch", 1, 1, 1, 1, "10000 isr refused (isr shrinks) p0 n1\n"},
};

START_TEST(an_isr_is_changed_only_as_its_leader_may)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_live_to(desk, N1 | N2, 10000);
    desk_story(desk);
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_ALTER_ISR,
                                           .broker = asked[_i].broker,
                                           .leader_epoch = asked[_i].leader_epoch,
                                           .partition_epoch = asked[_i].partition_epoch,
                                           .isr = asked[_i].isr});
    const char *story = desk_story(desk);
    ck_assert_msg(strcmp(story, asked[_i].story) == 0, "%s: %s", asked[_i].what, story);
    desk_free(desk);
}
END_TEST

START_TEST(a_follower_that_has_caught_up_comes_back_without_a_leader_epoch)
{
    struct desk *desk = desk_in_office("fixed", 3, 1);
    desk_ask_isr(desk, 0, 1);
    desk_ask_isr(desk, 0, 5);
    ck_assert_str_eq(desk_story(desk), "0 change (isr shrinks); p0 n1 isr 1\n"
                                       "0 change (isr expands); p0 n1 isr 13\n");
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 13 epochs 0/2");
    desk_free(desk);
}
END_TEST

START_TEST(who_is_not_the_controller_changes_no_isr)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_role(desk, 2);
    desk_ask_isr(desk, 0, 1);
    desk_ends(desk, "0 isr refused (isr shrinks) p0 n1\n");
}
END_TEST

/* ---- preferred, unclean, eligible ---- */

START_TEST(preferred_leaders_come_back_every_300_s_in_kraft_and_never_in_fixed)
{
    static const char *const stories[] = {"300000 change (preferred); p0 n1! isr 123\n", ""};
    struct desk *desk = desk_in_office(_i ? "fixed" : "kraft", 3, 1);
    desk_live_to(desk, N2 | N3, 10000);
    desk_join(desk, 1, 1);
    desk_ask_isr(desk, 0, 7);
    ck_assert_str_eq(desk_partition(desk, 0), "n2 isr 123 epochs 1/2");
    desk_live_to(desk, N1 | N2 | N3, 1000000);
    desk_ends(desk, stories[_i]);
}
END_TEST

START_TEST(a_preferred_leader_out_of_the_isr_does_not_come_back)
{
    struct desk *desk = desk_in_office("kraft", 3, 1);
    desk_live_to(desk, N2 | N3, 10000);
    desk_join(desk, 1, 1);
    desk_story(desk);
    desk_live_to(desk, N1 | N2 | N3, 700000);
    desk_ends(desk, "");
}
END_TEST

START_TEST(preferred_leaders_come_back_1000_at_a_time)
{
    struct desk *desk = desk_in_office("kraft", 3, 3600); /* a third is led by each */
    desk_live_to(desk, N2 | N3, 10000);
    desk_join(desk, 1, 1);
    for (uint32_t p = 0; p < 3600; p++)
        desk_ask_isr(desk, p, 7);
    desk_story(desk);
    desk_live_to(desk, N1 | N2 | N3, 299999);
    uint32_t before = desk->commands;
    desk_live_to(desk, N1 | N2 | N3, 300000);
    ck_assert_uint_eq(desk->commands - before, 1);
    desk_live_to(desk, N1 | N2 | N3, 300010);
    ck_assert_uint_eq(desk->commands - before, 2);
    desk_live_to(desk, N1 | N2 | N3, 599000);
    ck_assert_uint_eq(desk->commands - before, 2);
    for (uint32_t p = 0; p < 3600; p++)
        ck_assert_uint_eq(desk->metadata.partitions[p].leader, p % 3 + 1);
    desk_free(desk);
}
END_TEST

static const struct {
    bool unclean;
    const char *story, *partition;
} losses[] = {
    {false,
     "9000+ nobody may lead (session lost) p0 n0\n"
     "9000+ fence (session lost) n1; p0 n0! isr 1\n",
     "n0 isr 1 epochs 1/2"},
    {true, "9000+ fence (session lost) n1\n9000+ change (unclean); p0 n2!~ isr 2\n",
     "n2 isr 2 epochs 1/2 recovering"},
};

START_TEST(a_replica_out_of_sync_leads_only_where_that_is_allowed)
{
    struct desk *desk = with("kraft", losses[_i].unclean, false);
    desk_ask_isr(desk, 0, 1);
    desk_story(desk);
    desk_live_to(desk, N2 | N3, 10000);
    ck_assert_str_eq(desk_story(desk), losses[_i].story);
    ck_assert_str_eq(desk_partition(desk, 0), losses[_i].partition);
    desk_free(desk);
}
END_TEST

START_TEST(a_leader_elected_uncleanly_has_recovered_when_it_asks_for_an_isr)
{
    struct desk *desk = with("kraft", true, false);
    desk_ask_isr(desk, 0, 1);
    desk_live_to(desk, N2 | N3, 10000);
    desk_ask_isr(desk, 0, 6);
    ck_assert_str_eq(desk_partition(desk, 0), "n2 isr 23 epochs 1/3");
    desk_free(desk);
}
END_TEST

START_TEST(who_comes_back_leads_uncleanly_what_nobody_leads)
{
    struct desk *desk = with("kraft", true, false);
    desk_ask_isr(desk, 0, 1);
    desk_run_to(desk, 10000); /* all are lost */
    desk_story(desk);
    ck_assert_str_eq(desk_partition(desk, 0), "n0 isr 3 epochs 3/4 recovering");
    desk_join(desk, 1, 1);
    desk_ends(desk, "10000 unfence (broker back) n1\n10000 change (unclean); p0 n1!~ isr 1\n");
}
END_TEST

START_TEST(with_elr_who_left_a_thin_isr_may_lead_again_and_the_isr_may_empty)
{
    struct desk *desk = with("kraft", false, true); /* min_insync 2 */
    desk_ask_isr(desk, 0, 3);
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 12 epochs 0/1");
    desk_ask_isr(desk, 0, 1);
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 1 elr 2 epochs 0/2");
    desk_live_to(desk, N2 | N3, 10000);
    ck_assert_str_eq(desk_partition(desk, 0), "n2 isr 2 elr 1 epochs 1/3");
    desk_live_to(desk, N3, 20000);
    ck_assert_str_eq(desk_partition(desk, 0), "n0 isr  elr 12 epochs 2/4");
    desk_join(desk, 1, 1);
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 1 elr 2 epochs 3/5");
    desk_join(desk, 2, 2);
    desk_ask_isr(desk, 0, 3);
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 12 epochs 3/6");
    desk_free(desk);
}
END_TEST

START_TEST(with_elr_who_starts_anew_is_eligible_no_more)
{
    struct desk *desk = with("kraft", false, true);
    desk_ask_isr(desk, 0, 1);
    ck_assert_str_eq(desk_partition(desk, 0), "n1 isr 1 elr 23 epochs 0/1");
    desk_live_to(desk, N1, 10000);
    desk_story(desk);
    desk_beat(desk, 2, 2);
    ck_assert_str_eq(desk_story(desk), "10000 change (session lost); p0 n1 isr 1 elr 3\n"
                                       "10000 register (registered) n2\n");
    desk_free(desk);
}
END_TEST

START_TEST(a_person_may_demand_the_preferred_leader_at_the_controller)
{
    struct desk *desk = desk_in_office("fixed", 3, 1);
    desk_live_to(desk, N2 | N3, 4000);
    desk_join(desk, 1, 1);
    desk_ask_isr(desk, 0, 7);
    desk_story(desk);
    desk_elect(desk, 0);
    desk_elect(desk, 0); /* it leads already */
    desk_role(desk, 2);
    desk_elect(desk, 0);
    desk_ends(desk,
              "4000 change (manual); p0 n1! isr 123\n4000 not the raft leader (manual) p0 n0\n");
}
END_TEST

Suite *suite_elector_choice(void)
{
    Suite *suite = suite_create("elector_choice");
    TCase *tests = tcase_create("elector_choice");
    tcase_add_loop_test(tests, an_isr_is_changed_only_as_its_leader_may, 0, countof(asked));
    tcase_add_test(tests, a_follower_that_has_caught_up_comes_back_without_a_leader_epoch);
    tcase_add_test(tests, who_is_not_the_controller_changes_no_isr);
    tcase_add_loop_test(tests, preferred_leaders_come_back_every_300_s_in_kraft_and_never_in_fixed,
                        0, 2);
    tcase_add_test(tests, a_preferred_leader_out_of_the_isr_does_not_come_back);
    tcase_add_test(tests, preferred_leaders_come_back_1000_at_a_time);
    tcase_add_loop_test(tests, a_replica_out_of_sync_leads_only_where_that_is_allowed, 0,
                        countof(losses));
    tcase_add_test(tests, a_leader_elected_uncleanly_has_recovered_when_it_asks_for_an_isr);
    tcase_add_test(tests, who_comes_back_leads_uncleanly_what_nobody_leads);
    tcase_add_test(tests, with_elr_who_left_a_thin_isr_may_lead_again_and_the_isr_may_empty);
    tcase_add_test(tests, with_elr_who_starts_anew_is_eligible_no_more);
    tcase_add_test(tests, a_person_may_demand_the_preferred_leader_at_the_controller);
    suite_add_tcase(suite, tests);
    return suite;
}
