/* Pre-vote (thesis section 9.6, as etcd/raft and raft-rs have it). */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static struct cluster *pre_voters(uint32_t count)
{
    struct raft_options options = etcd_options();
    options.pre_vote = true;
    return cluster_of(count, options);
}

START_TEST(a_pre_candidate_keeps_its_term_and_vote_and_asks_for_the_next_term)
{
    struct cluster *c = pre_voters(3);
    elect(c, 2);
    uint64_t timeout = c->node[1].view->timeout;
    campaign(c, 1);
    ck_assert_int_eq(c->node[1].view->role, RAFT_PRE_CANDIDATE);
    ck_assert_uint_eq(c->node[1].view->term, 1);
    ck_assert_uint_eq(c->node[1].view->vote, 2);
    ck_assert_uint_eq(c->node[1].view->lead, RAFT_NONE);
    ck_assert_uint_eq(c->node[1].view->timeout, timeout);
    ck_assert_uint_eq(c->network.at[0].message.kind, RAFT_MSG_PREVOTE);
    ck_assert_uint_eq(c->network.at[0].message.term, 2);
    cluster_free(c);
}
END_TEST

START_TEST(a_pre_candidate_that_wins_becomes_a_candidate_of_the_next_term)
{
    struct cluster *c = pre_voters(3);
    campaign(c, 1);
    lose_all(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_PREVOTE_REPLY, .from = 2, .to = 1, .term = 1},
            NULL);
    ck_assert_int_eq(c->node[1].view->role, RAFT_CANDIDATE);
    ck_assert_uint_eq(c->node[1].view->term, 1);
    ck_assert(said(c, RAFT_NOTE_CAMPAIGN_PREVOTE_WON));
    ck_assert_uint_eq(c->notes[0].prevote, true);
    ck_assert_uint_eq(c->notes[0].term, 1);
    ck_assert_uint_eq(c->notes[1].prevote, false);
    cluster_free(c);
}
END_TEST

START_TEST(answers_to_a_pre_vote_do_not_count_for_the_vote_nor_the_other_way_round)
{
    struct cluster *c = pre_voters(5);
    campaign(c, 1);
    lose_all(c);
    for (uint32_t from = 2; from <= 5; from++)
        receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = from, .to = 1}, NULL);
    ck_assert_int_eq(c->node[1].view->role, RAFT_PRE_CANDIDATE);
    for (uint32_t from = 2; from <= 5; from++)
        receive(
            c,
            (struct raft_message){.kind = RAFT_MSG_PREVOTE_REPLY, .from = from, .to = 1, .term = 1},
            NULL);
    ck_assert_int_eq(c->node[1].view->role, RAFT_CANDIDATE);
    cluster_free(c);
}
END_TEST

START_TEST(an_isolated_node_does_not_raise_its_term_and_does_no_harm_when_it_returns)
{
    struct cluster *c = pre_voters(3);
    elect(c, 1);
    isolate(c, 3);
    propose(c, 1, 7);
    settle(c);
    pass_for(c, 3, 30000000000);
    ck_assert_uint_eq(c->node[3].view->term, 1);
    ck_assert_int_eq(c->node[3].view->role, RAFT_PRE_CANDIDATE);
    heal(c);
    campaign(c, 3);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1);
    ck_assert(said(c, RAFT_NOTE_REFUSED_LOG));
    pass(c, 5000000000);
    ck_assert_uint_eq(leader_of(c), 1);
    ck_assert_uint_eq(c->node[1].view->term, 1);
    ck_assert_int_eq(c->node[3].view->role, RAFT_FOLLOWER);
    cluster_free(c);
}
END_TEST

START_TEST(pre_vote_alone_does_not_protect_a_leader_from_a_node_with_an_equal_log)
{
    struct cluster *c = pre_voters(3);
    elect(c, 1);
    campaign(c, 3);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 3);
    ck_assert_uint_eq(c->node[3].view->term, 2);
    cluster_free(c);
}
END_TEST

START_TEST(a_pre_vote_of_an_older_term_is_answered_so_that_its_sender_catches_up)
{
    /* etcd#8501: nodes 2 and 3 had reached term 5 before pre-vote was switched on. */
    struct raft_options options = etcd_options();
    options.pre_vote = true;
    struct cluster *c = cluster_new(3, options);
    cluster_load(c, 1, (struct raft_durable){.term = 1}, "1 1");
    cluster_load(c, 2, (struct raft_durable){.term = 5}, "1");
    cluster_load(c, 3, (struct raft_durable){.term = 5}, "1");
    cluster_start(c);
    campaign(c, 1);
    settle(c);
    ck_assert_uint_eq(c->node[1].view->term, 5);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    campaign(c, 1);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1);
    ck_assert_uint_eq(c->node[1].view->term, 6);
    cluster_free(c);
}
END_TEST

START_TEST(a_deposed_leader_is_told_of_the_newer_term_only_with_pre_vote_or_check_quorum)
{
    struct raft_options options = etcd_options();
    options.pre_vote = _i == 1;
    options.check_quorum = _i == 2;
    struct cluster *c = cluster_new(3, options);
    cluster_load(c, 2, (struct raft_durable){.term = 4}, "");
    cluster_start(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 1, .to = 2, .term = 1},
            NULL);
    ck_assert_uint_eq(c->network.count, _i != 0);
    if (_i) {
        ck_assert_int_eq(c->network.at[0].message.kind, RAFT_MSG_APPEND_REPLY);
        ck_assert_uint_eq(c->network.at[0].message.term, 4);
    }
    cluster_free(c);
}
END_TEST

START_TEST(two_pre_candidates_at_once_split_and_the_later_one_wins)
{
    struct cluster *c = pre_voters(3);
    isolate(c, 1);
    campaign(c, 2);
    campaign(c, 3);
    settle(c); /* both pre-votes are granted, then each has voted for itself */
    ck_assert_uint_eq(leader_of(c), 0);
    ck_assert_uint_eq(c->node[2].view->term, 1);
    ck_assert_uint_eq(c->node[3].view->term, 1);
    heal(c);
    elect(c, 3);
    ck_assert_uint_eq(c->node[3].view->term, 2);
    cluster_free(c);
}
END_TEST

START_TEST(a_candidate_that_times_out_asks_again_before_it_raises_its_term_further)
{
    struct cluster *c = pre_voters(3);
    isolate(c, 3);
    campaign(c, 1);
    lose_all(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_PREVOTE_REPLY, .from = 2, .to = 1, .term = 1},
            NULL);
    lose_all(c);
    isolate(c, 1);
    pass_for(c, 1, 1900000000);
    ck_assert_int_eq(c->node[1].view->role, RAFT_PRE_CANDIDATE);
    ck_assert_uint_eq(c->node[1].view->term, 1);
    cluster_free(c);
}
END_TEST

START_TEST(the_only_voter_wins_both_rounds_alone)
{
    struct cluster *c = pre_voters(1);
    campaign(c, 1);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    ck_assert_uint_eq(c->node[1].view->commit, 1);
    cluster_free(c);
}
END_TEST

Suite *suite_core_prevote(void)
{
    Suite *suite = suite_create("core_prevote");
    TCase *tests = tcase_create("core");
    tcase_add_test(tests, a_pre_candidate_keeps_its_term_and_vote_and_asks_for_the_next_term);
    tcase_add_test(tests, a_pre_candidate_that_wins_becomes_a_candidate_of_the_next_term);
    tcase_add_test(tests, answers_to_a_pre_vote_do_not_count_for_the_vote_nor_the_other_way_round);
    tcase_add_test(tests,
                   an_isolated_node_does_not_raise_its_term_and_does_no_harm_when_it_returns);
    tcase_add_test(tests, pre_vote_alone_does_not_protect_a_leader_from_a_node_with_an_equal_log);
    tcase_add_test(tests, a_pre_vote_of_an_older_term_is_answered_so_that_its_sender_catches_up);
    tcase_add_loop_test(
        tests, a_deposed_leader_is_told_of_the_newer_term_only_with_pre_vote_or_check_quorum, 0, 3);
    tcase_add_test(tests, two_pre_candidates_at_once_split_and_the_later_one_wins);
    tcase_add_test(tests, a_candidate_that_times_out_asks_again_before_it_raises_its_term_further);
    tcase_add_test(tests, the_only_voter_wins_both_rounds_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
