/* Leadership transfer (thesis section 3.10). */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static const uint64_t TICK_NS = 100000000;

START_TEST(an_up_to_date_follower_takes_over_at_once_without_pre_vote_and_within_the_lease)
{
    struct raft_options options = etcd_options();
    options.check_quorum = options.pre_vote = _i;
    struct cluster *c = cluster_of(3, options);
    elect(c, 1);
    c->note_count = 0;
    transfer(c, 1, 2);
    ck_assert_uint_eq(flying(c, RAFT_MSG_TIMEOUT_NOW), 1);
    ck_assert_uint_eq(c->node[1].view->transferee, 2);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 2);
    ck_assert_uint_eq(c->node[2].view->term, 2);
    ck_assert_uint_eq(c->node[1].view->transferee, RAFT_NONE);
    ck_assert(said(c, RAFT_NOTE_CAMPAIGN_TRANSFER));
    ck_assert(!said(c, RAFT_NOTE_REFUSED_LEASE));
    transfer(c, 2, 1); /* and back */
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_slow_follower_is_brought_up_to_date_first)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    isolate(c, 3);
    propose(c, 1, 5);
    settle(c);
    heal(c);
    pass_for(c, 1, TICK_NS); /* the answer to a heartbeat shows that 3 is behind */
    isolate(c, 3);
    propose(c, 1, 6);
    settle(c);
    heal(c);
    transfer(c, 1, 3);
    ck_assert_uint_eq(flying(c, RAFT_MSG_TIMEOUT_NOW), 0);
    pass_for(c, 1, TICK_NS);
    ck_assert_uint_eq(leader_of(c), 3);
    ck_assert_uint_eq(c->node[3].view->last, 4);
    cluster_free(c);
}
END_TEST

/* 1 leads; a transfer to this target is refused. */
START_TEST(nobody_hands_over_to_itself_a_learner_a_stranger_or_the_same_target_twice)
{
    struct cluster *c = cluster_new(4, etcd_options());
    raft_set_remove(&c->members.voters, 4);
    raft_set_add(&c->members.learners, 4);
    cluster_start(c);
    elect(c, 1);
    isolate(c, 2);
    for (uint32_t target = 1; target <= 4; target += 3) {
        transfer(c, 1, target);
        ck_assert_uint_eq(c->node[1].view->transferee, RAFT_NONE);
        ck_assert_uint_eq(c->notes[c->note_count - 1].kind, RAFT_NOTE_INPUT_REFUSED);
    }
    transfer(c, 1, 99);
    ck_assert_uint_eq(c->node[1].view->transferee, RAFT_NONE);
    transfer(c, 1, 2);
    settle(c);
    pass_for(c, 1, 9 * TICK_NS);
    transfer(c, 1, 2); /* does not give it more time */
    ck_assert_uint_eq(c->node[1].view->transferee, 2);
    pass_for(c, 1, TICK_NS);
    ck_assert_uint_eq(c->node[1].view->transferee, RAFT_NONE);
    ck_assert(said(c, RAFT_NOTE_TRANSFER_ABORTED));
    cluster_free(c);
}
END_TEST

START_TEST(a_follower_refuses_to_be_told)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    transfer(c, 2, 3);
    ck_assert(said(c, RAFT_NOTE_INPUT_REFUSED));
    ck_assert_uint_eq(c->network.count, 0);
    cluster_free(c);
}
END_TEST

START_TEST(meanwhile_proposals_are_dropped_and_after_an_election_timeout_taken_again)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    isolate(c, 3);
    transfer(c, 1, 3);
    propose(c, 1, 42);
    ck_assert(said(c, RAFT_NOTE_PROPOSAL_DROPPED));
    ck_assert_uint_eq(c->notes[c->note_count - 1].value, 42);
    ck_assert_uint_eq(c->node[1].view->last, 1);
    pass_for(c, 1, 10 * TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    ck_assert(said(c, RAFT_NOTE_TRANSFER_ABORTED));
    propose(c, 1, 43);
    ck_assert_uint_eq(c->node[1].view->last, 2);
    cluster_free(c);
}
END_TEST

START_TEST(another_target_replaces_the_first)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    isolate(c, 3);
    transfer(c, 1, 3);
    transfer(c, 1, 2);
    ck_assert_uint_eq(c->node[1].view->transferee, 2);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 2);
    cluster_free(c);
}
END_TEST

START_TEST(a_higher_term_ends_a_transfer)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    isolate(c, 3);
    transfer(c, 1, 3);
    settle(c);
    campaign(c, 2);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 2);
    ck_assert_uint_eq(c->node[1].view->transferee, RAFT_NONE);
    cluster_free(c);
}
END_TEST

START_TEST(only_a_follower_that_may_lead_heeds_the_order_to_campaign)
{
    struct cluster *c = cluster_new(4, etcd_options());
    raft_set_remove(&c->members.voters, 4);
    raft_set_add(&c->members.learners, 4);
    cluster_start(c);
    elect(c, 1);
    campaign(c, 3);
    lose_all(c);
    for (uint32_t id = 1; id <= 4; id++) {
        uint64_t term = c->node[id].view->term;
        receive(
            c,
            (struct raft_message){.kind = RAFT_MSG_TIMEOUT_NOW, .from = 1, .to = id, .term = term},
            NULL);
        ck_assert_uint_eq(c->node[id].view->term, term + (id == 2));
    }
    ck_assert(c->network.at[0].message.transfer);
    cluster_free(c);
}
END_TEST

Suite *suite_core_transfer(void)
{
    Suite *suite = suite_create("core_transfer");
    TCase *tests = tcase_create("core");
    tcase_add_loop_test(
        tests, an_up_to_date_follower_takes_over_at_once_without_pre_vote_and_within_the_lease, 0,
        2);
    tcase_add_test(tests, a_slow_follower_is_brought_up_to_date_first);
    tcase_add_test(tests,
                   nobody_hands_over_to_itself_a_learner_a_stranger_or_the_same_target_twice);
    tcase_add_test(tests, a_follower_refuses_to_be_told);
    tcase_add_test(tests,
                   meanwhile_proposals_are_dropped_and_after_an_election_timeout_taken_again);
    tcase_add_test(tests, another_target_replaces_the_first);
    tcase_add_test(tests, a_higher_term_ends_a_transfer);
    tcase_add_test(tests, only_a_follower_that_may_lead_heeds_the_order_to_campaign);
    suite_add_tcase(suite, tests);
    return suite;
}
