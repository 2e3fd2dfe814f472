/* Check-quorum and the vote lease that comes with it; forgetting the leader. */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static const uint64_t TICK_NS = 100000000;

static struct cluster *watched(uint32_t count, bool pre_vote)
{
    struct raft_options options = etcd_options();
    options.check_quorum = true;
    options.pre_vote = pre_vote;
    return cluster_of(count, options);
}

START_TEST(a_leader_that_hears_from_a_quorum_stays)
{
    struct cluster *c = watched(3, false);
    elect(c, 1);
    isolate(c, 3);
    for (int ticks = 0; ticks < 100; ticks++) {
        pass_for(c, 1, TICK_NS);
        ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    }
    ck_assert(!said(c, RAFT_NOTE_QUORUM_LOST));
    cluster_free(c);
}
END_TEST

START_TEST(a_leader_alone_steps_down_at_the_second_check_and_keeps_its_term)
{
    struct cluster *c = watched(3, false);
    elect(c, 1); /* whoever answered the first entry counts for the first check */
    isolate(c, 1);
    pass_for(c, 1, 19 * TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    pass_for(c, 1, TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(c->node[1].view->term, 1);
    ck_assert_uint_eq(c->node[1].view->lead, RAFT_NONE);
    ck_assert(said(c, RAFT_NOTE_QUORUM_LOST));
    cluster_free(c);
}
END_TEST

START_TEST(the_quorum_is_checked_before_the_heartbeats_of_the_same_tick)
{
    struct cluster *c = watched(3, false);
    elect(c, 1);
    isolate(c, 1);
    pass_for(c, 1, 19 * TICK_NS);
    c->cut[1][2] = c->cut[1][3] = false;
    lose_all(c);
    c->now_ns += TICK_NS;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(c->network.count, 0);
    cluster_free(c);
}
END_TEST

START_TEST(without_check_quorum_an_isolated_leader_leads_on)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    isolate(c, 1);
    pass(c, 100 * TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    ck_assert_uint_ne(leader_of(c), 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_vote_request_within_the_lease_is_dropped_without_a_word)
{
    static const uint8_t kinds[] = {RAFT_MSG_VOTE, RAFT_MSG_PREVOTE};
    for (uint32_t id = 1; id <= 2; id++) { /* the leader, a follower */
        struct cluster *c = watched(3, false);
        elect(c, 1);
        struct raft_message request = {
            .kind = kinds[_i], .from = 3, .to = id, .term = 7, .index = 9, .log_term = 6};
        receive(c, request, NULL);
        ck_assert_uint_eq(c->network.count, 0);
        ck_assert_uint_eq(c->node[id].view->term, 1);
        ck_assert(said(c, RAFT_NOTE_REFUSED_LEASE));
        request.transfer = true; /* a transfer may break it */
        receive(c, request, NULL);
        ck_assert_uint_eq(c->network.count, 1);
        ck_assert(!c->network.at[0].message.reject);
        cluster_free(c);
    }
}
END_TEST

START_TEST(a_followers_lease_ends_after_an_election_timeout_without_its_leader)
{
    struct cluster *c = watched(3, false);
    elect(c, 1);
    tell(c, 2, (struct raft_input){.kind = RAFT_SET_TIMEOUT, .value = 19});
    isolate(c, 1);
    pass_for(c, 2, 9 * TICK_NS);
    struct raft_message request = {
        .kind = RAFT_MSG_VOTE, .from = 3, .to = 2, .term = 2, .index = 9, .log_term = 1};
    receive(c, request, NULL);
    ck_assert_uint_eq(c->node[2].view->term, 1);
    pass_for(c, 2, TICK_NS);
    receive(c, request, NULL);
    ck_assert_uint_eq(c->node[2].view->vote, 3);
    ck_assert_uint_eq(c->node[2].view->term, 2);
    cluster_free(c);
}
END_TEST

START_TEST(a_candidate_stuck_at_a_higher_term_frees_itself_by_answering_the_leader)
{
    struct cluster *c = watched(3, false);
    elect(c, 1);
    isolate(c, 3);
    campaign(c, 3);
    campaign(c, 3);
    settle(c);
    heal(c);
    pass_for(c, 1, TICK_NS); /* the heartbeat of term 1 is answered with term 3 */
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(c->node[1].view->term, 3);
    pass(c, 40 * TICK_NS);
    ck_assert_uint_ne(leader_of(c), 0);
    cluster_free(c);
}
END_TEST

START_TEST(a_follower_whose_heartbeats_are_late_deposes_the_leader_unless_it_asks_first)
{
    struct cluster *c = watched(3, _i);
    elect(c, 1);
    isolate(c, 3);
    pass_for(c, 3, 19 * TICK_NS); /* the others' clocks stand: their leases hold */
    heal(c);
    pass_for(c, 1, TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, _i ? RAFT_LEADER : RAFT_FOLLOWER);
    cluster_free(c);
}
END_TEST

START_TEST(sticky_voters_refuse_without_check_quorum)
{
    struct raft_options options = etcd_options();
    options.sticky = true;
    struct cluster *c = cluster_of(3, options);
    elect(c, 1);
    pass(c, 60 * TICK_NS);
    campaign(c, 3);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1); /* which hears itself always */
    ck_assert_uint_eq(c->node[1].view->term, 1);
    ck_assert(said(c, RAFT_NOTE_REFUSED_LEASE));
    isolate(c, 1);
    pass(c, 60 * TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER); /* but no check of a quorum either */
    ck_assert_uint_ne(leader_of(c), 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_follower_that_forgets_its_leader_votes_within_the_lease)
{
    struct cluster *c = watched(3, true);
    elect(c, 1);
    uint64_t deadline_ns = c->node[2].deadline_ns;
    tell(c, 2, (struct raft_input){.kind = RAFT_FORGET_LEADER});
    ck_assert_uint_eq(c->node[2].view->lead, RAFT_NONE);
    ck_assert_uint_eq(c->node[2].view->term, 1);
    ck_assert_uint_eq(c->node[2].deadline_ns, deadline_ns);
    campaign(c, 3);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 3);
    cluster_free(c);
}
END_TEST

START_TEST(the_next_heartbeat_names_the_forgotten_leader_again)
{
    struct cluster *c = watched(3, false);
    elect(c, 1);
    tell(c, 2, (struct raft_input){.kind = RAFT_FORGET_LEADER});
    pass_for(c, 1, TICK_NS);
    ck_assert_uint_eq(c->node[2].view->lead, 1);
    cluster_free(c);
}
END_TEST

START_TEST(nobody_forgets_itself_and_nobody_forgets_under_lease_reads)
{
    struct raft_options options = etcd_options();
    options.check_quorum = true;
    options.read = RAFT_READ_LEASE;
    struct cluster *c = cluster_of(3, options);
    elect(c, 1);
    for (uint32_t id = 1; id <= 2; id++) {
        c->note_count = 0;
        tell(c, id, (struct raft_input){.kind = RAFT_FORGET_LEADER});
        ck_assert_uint_eq(c->node[id].view->lead, 1);
        ck_assert(said(c, RAFT_NOTE_INPUT_REFUSED));
    }
    cluster_free(c);
}
END_TEST

Suite *suite_core_lease(void)
{
    Suite *suite = suite_create("core_lease");
    TCase *tests = tcase_create("core");
    tcase_add_test(tests, a_leader_that_hears_from_a_quorum_stays);
    tcase_add_test(tests, a_leader_alone_steps_down_at_the_second_check_and_keeps_its_term);
    tcase_add_test(tests, the_quorum_is_checked_before_the_heartbeats_of_the_same_tick);
    tcase_add_test(tests, without_check_quorum_an_isolated_leader_leads_on);
    tcase_add_loop_test(tests, a_vote_request_within_the_lease_is_dropped_without_a_word, 0, 2);
    tcase_add_test(tests, a_followers_lease_ends_after_an_election_timeout_without_its_leader);
    tcase_add_test(tests, a_candidate_stuck_at_a_higher_term_frees_itself_by_answering_the_leader);
    tcase_add_loop_test(
        tests, a_follower_whose_heartbeats_are_late_deposes_the_leader_unless_it_asks_first, 0, 2);
    tcase_add_test(tests, sticky_voters_refuse_without_check_quorum);
    tcase_add_test(tests, a_follower_that_forgets_its_leader_votes_within_the_lease);
    tcase_add_test(tests, the_next_heartbeat_names_the_forgotten_leader_again);
    tcase_add_test(tests, nobody_forgets_itself_and_nobody_forgets_under_lease_reads);
    suite_add_tcase(suite, tests);
    return suite;
}
