/* Learners, and the two halves of a joint configuration (thesis chapter 4). */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static const uint64_t TICK_NS = 100000000;

static struct cluster *with_learner(void)
{
    struct cluster *c = cluster_new(3, etcd_options());
    raft_set_remove(&c->members.voters, 3);
    raft_set_add(&c->members.learners, 3);
    cluster_start(c);
    return c;
}

START_TEST(a_learner_never_campaigns_neither_by_time_nor_by_hand)
{
    struct cluster *c = with_learner();
    isolate(c, 3);
    pass_for(c, 3, 100 * TICK_NS);
    campaign(c, 3);
    ck_assert_int_eq(c->node[3].view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(c->node[3].view->term, 0);
    ck_assert(said(c, RAFT_NOTE_INPUT_REFUSED));
    cluster_free(c);
}
END_TEST

START_TEST(a_learner_is_not_asked_for_its_vote_but_receives_the_log)
{
    struct cluster *c = with_learner();
    campaign(c, 1);
    ck_assert_uint_eq(flying(c, RAFT_MSG_VOTE), 1);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1);
    ck_assert_uint_eq(c->node[3].view->commit, 1);
    ck_assert_uint_eq(c->node[3].view->lead, 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_learner_does_not_count_towards_a_commit_or_a_quorum)
{
    struct raft_options options = etcd_options();
    options.check_quorum = true;
    struct cluster *c = cluster_new(3, options);
    raft_set_remove(&c->members.voters, 3);
    raft_set_add(&c->members.learners, 3);
    cluster_start(c);
    elect(c, 1);
    isolate(c, 2);
    propose(c, 1, 5);
    settle(c);
    ck_assert_uint_eq(c->node[3].view->last, 2);
    ck_assert_uint_eq(c->node[1].view->commit, 1);
    pass_for(c, 1, 20 * TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    cluster_free(c);
}
END_TEST

START_TEST(a_learner_keeps_its_lease)
{
    struct raft_options options = etcd_options();
    options.check_quorum = true;
    struct cluster *c = cluster_new(3, options);
    raft_set_remove(&c->members.voters, 3);
    raft_set_add(&c->members.learners, 3);
    cluster_start(c);
    elect(c, 1);
    isolate(c, 1);
    struct raft_message vote = {
        .kind = RAFT_MSG_VOTE, .from = 2, .to = 3, .term = 5, .index = 9, .log_term = 4};
    receive(c, vote, NULL);
    ck_assert(said(c, RAFT_NOTE_REFUSED_LEASE));
    pass_for(c, 3, 10 * TICK_NS); /* its clock runs although it never campaigns */
    receive(c, vote, NULL);
    ck_assert_uint_eq(c->node[3].view->vote, 2);
    cluster_free(c);
}
END_TEST

/* Voters 1 2 3 come in, 1 4 5 go out: both halves must agree. */
static struct cluster *joint(void)
{
    struct cluster *c = cluster_new(5, etcd_options());
    c->members = (struct raft_members){0};
    for (uint32_t id = 1; id <= 3; id++)
        raft_set_add(&c->members.voters, id);
    raft_set_add(&c->members.outgoing, 1);
    raft_set_add(&c->members.outgoing, 4);
    raft_set_add(&c->members.outgoing, 5);
    cluster_start(c);
    return c;
}

static void grant(struct cluster *c, uint32_t from, bool reject)
{
    receive(c,
            (struct raft_message){
                .kind = RAFT_MSG_VOTE_REPLY, .from = from, .to = 1, .term = 1, .reject = reject},
            NULL);
}

START_TEST(a_joint_election_needs_a_majority_of_each_half)
{
    struct cluster *c = joint();
    campaign(c, 1);
    ck_assert_uint_eq(flying(c, RAFT_MSG_VOTE), 4);
    grant(c, 2, false);
    grant(c, 3, false);
    ck_assert_int_eq(c->node[1].view->role, RAFT_CANDIDATE);
    grant(c, 5, false);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    cluster_free(c);
}
END_TEST

START_TEST(a_joint_election_is_lost_with_one_half)
{
    struct cluster *c = joint();
    campaign(c, 1);
    grant(c, 2, false);
    grant(c, 4, true);
    ck_assert_int_eq(c->node[1].view->role, RAFT_CANDIDATE);
    grant(c, 5, true);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    cluster_free(c);
}
END_TEST

START_TEST(a_joint_commit_needs_a_majority_of_each_half)
{
    struct cluster *c = joint();
    elect(c, 1);
    isolate(c, 4);
    isolate(c, 5);
    propose(c, 1, 5);
    settle(c);
    ck_assert_uint_eq(c->node[1].view->commit, 1);
    heal(c);
    pass_for(c, 1, TICK_NS);
    ck_assert_uint_eq(c->node[1].view->commit, 2);
    cluster_free(c);
}
END_TEST

Suite *suite_core_learner(void)
{
    Suite *suite = suite_create("core_learner");
    TCase *tests = tcase_create("core");
    tcase_add_test(tests, a_learner_never_campaigns_neither_by_time_nor_by_hand);
    tcase_add_test(tests, a_learner_is_not_asked_for_its_vote_but_receives_the_log);
    tcase_add_test(tests, a_learner_does_not_count_towards_a_commit_or_a_quorum);
    tcase_add_test(tests, a_learner_keeps_its_lease);
    tcase_add_test(tests, a_joint_election_needs_a_majority_of_each_half);
    tcase_add_test(tests, a_joint_election_is_lost_with_one_half);
    tcase_add_test(tests, a_joint_commit_needs_a_majority_of_each_half);
    suite_add_tcase(suite, tests);
    return suite;
}
