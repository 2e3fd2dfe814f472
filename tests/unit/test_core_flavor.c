/* Where the paper, etcd/raft and raft-rs differ. */
#include "raft/core.h"
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static const uint64_t MS = 1000000;

static struct raft_options flavored(enum raft_flavor flavor)
{
    struct raft_options options = etcd_options();
    options.flavor = flavor;
    options.self_vote_durable = flavor == RAFT_ETCD;
    return options;
}

static struct raft_options paper(void)
{
    return (struct raft_options){.flavor = RAFT_PAPER,
                                 .election_min = 150 * MS,
                                 .election_max = 300 * MS,
                                 .election_base = 150 * MS,
                                 .heartbeat = 50 * MS};
}

static struct raft_message vote_for(uint32_t from, uint32_t to, uint64_t term, uint64_t log_term)
{
    return (struct raft_message){
        .kind = RAFT_MSG_VOTE, .from = from, .to = to, .term = term, .log_term = log_term};
}

START_TEST(a_refused_request_of_a_higher_term_restarts_the_timer_but_not_in_the_paper)
{
    enum raft_flavor flavor = (enum raft_flavor)_i;
    struct cluster *c = cluster_new(3, flavored(flavor));
    cluster_load(c, 1, (struct raft_durable){.term = 2}, "2");
    cluster_start(c);
    uint64_t deadline_ns = c->node[1].deadline_ns;
    c->now_ns = 500 * MS;
    receive(c, vote_for(2, 1, 3, 1), NULL);
    ck_assert(said(c, RAFT_NOTE_REFUSED_LOG));
    ck_assert_uint_eq(c->node[1].view->term, 3);
    if (flavor == RAFT_PAPER)
        ck_assert_uint_eq(c->node[1].deadline_ns, deadline_ns);
    else
        ck_assert_uint_eq(c->node[1].deadline_ns, 500 * MS + c->node[1].view->timeout * 100 * MS);
    cluster_free(c);
}
END_TEST

START_TEST(requests_of_an_older_term_are_answered_in_the_paper_and_not_by_the_libraries)
{
    static const uint8_t kinds[] = {RAFT_MSG_VOTE, RAFT_MSG_APPEND};
    for (int flavor = RAFT_ETCD; flavor <= RAFT_PAPER; flavor++) {
        struct cluster *c = cluster_new(3, flavored((enum raft_flavor)flavor));
        cluster_load(c, 1, (struct raft_durable){.term = 5}, "");
        cluster_start(c);
        receive(c, (struct raft_message){.kind = kinds[_i], .from = 2, .to = 1, .term = 3}, NULL);
        ck_assert_uint_eq(c->network.count, flavor == RAFT_PAPER);
        if (c->network.count) {
            ck_assert(c->network.at[0].message.reject);
            ck_assert_uint_eq(c->network.at[0].message.term, 5);
        }
        cluster_free(c);
    }
}
END_TEST

START_TEST(the_papers_heartbeat_is_an_empty_append_that_also_finds_lost_ones)
{
    struct cluster *c = cluster_of(3, paper());
    elect(c, 1);
    propose(c, 1, 5);
    for (uint32_t i = 0; i < c->network.count; i++)
        ck_assert_uint_eq(c->network.at[i].message.entry_count, 1);
    lose_all(c);
    c->now_ns += 50 * MS;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    ck_assert_uint_eq(flying(c, RAFT_MSG_HEARTBEAT), 0);
    ck_assert_uint_eq(flying(c, RAFT_MSG_APPEND), 2);
    ck_assert_uint_eq(c->network.at[0].message.entry_count, 0);
    ck_assert_uint_eq(c->network.at[0].message.index, 2);
    settle(c);
    ck_assert_uint_eq(c->node[1].view->commit, 2);
    pass(c, 50 * MS);
    ck_assert_uint_eq(c->node[3].view->commit, 2);
    cluster_free(c);
}
END_TEST

START_TEST(in_the_paper_every_heartbeat_draws_a_timeout_and_a_lost_vote_waits_it_out)
{
    struct cluster *c = cluster_of(3, paper());
    elect(c, 1);
    uint64_t timeout = c->node[2].view->timeout;
    c->now_ns += 50 * MS;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    settle(c);
    ck_assert_uint_ne(c->node[2].view->timeout, timeout);
    campaign(c, 3);
    lose_all(c);
    for (uint32_t from = 1; from <= 2; from++)
        receive(c,
                (struct raft_message){
                    .kind = RAFT_MSG_VOTE_REPLY, .from = from, .to = 3, .term = 2, .reject = true},
                NULL);
    ck_assert_int_eq(c->node[3].view->role, RAFT_CANDIDATE);
    cluster_free(c);
}
END_TEST

START_TEST(the_papers_pre_vote_is_refused_by_whoever_heard_a_leader_of_late)
{
    struct raft_options options = paper();
    options.pre_vote = true;
    struct cluster *c = cluster_of(3, options);
    elect(c, 1);
    campaign(c, 3);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1);
    ck_assert(said(c, RAFT_NOTE_REFUSED_LEASE));
    ck_assert_uint_eq(c->node[3].view->term, 1);
    isolate(c, 1);
    pass(c, 1000 * MS);
    ck_assert_uint_ne(leader_of(c), 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_deposed_leader_of_the_paper_hears_of_it_from_any_follower)
{
    struct cluster *c = cluster_of(3, paper());
    elect(c, 1);
    isolate(c, 1);
    pass(c, 2000 * MS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    heal(c);
    pass(c, 60 * MS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    ck_assert_uint_ne(c->node[1].deadline_ns, UINT64_MAX);
    cluster_free(c);
}
END_TEST

/* raft-rs: index and priority of the candidate against a voter with index 2 and priority 5. */
START_TEST(raft_rs_refuses_a_candidate_of_lower_priority_unless_its_log_is_longer)
{
    static const struct {
        uint64_t index, log_term;
        int64_t priority;
        bool granted;
    } rows[] = {
        {2, 1, 5, true}, {2, 1, 6, true},  {2, 1, 4, false}, {3, 1, -9, true},
        {1, 2, 5, true}, {1, 2, 4, false}, {1, 1, 9, false},
    };
    struct raft_options options = flavored(RAFT_RAFT_RS);
    options.priority = 5;
    struct cluster *c = cluster_new(3, options);
    cluster_load(c, 1, (struct raft_durable){.term = 2}, "1 1");
    cluster_start(c);
    struct body_vote body = {.priority = rows[_i].priority};
    struct raft_message request = vote_for(2, 1, 3, rows[_i].log_term);
    request.index = rows[_i].index;
    request.body_size = sizeof body;
    tell(c, 1, (struct raft_input){.kind = RAFT_RECEIVE, .message = &request, .body = &body});
    ck_assert_int_eq(c->network.at[0].message.reject, !rows[_i].granted);
    bool log_behind = _i == 6;
    ck_assert_int_eq(said(c, RAFT_NOTE_REFUSED_PRIORITY), !rows[_i].granted && !log_behind);
    cluster_free(c);
}
END_TEST

START_TEST(raft_rs_candidates_state_their_priority)
{
    struct raft_options options = flavored(RAFT_RAFT_RS);
    options.priority = 2;
    struct cluster *c = cluster_of(3, options);
    campaign(c, 1);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1); /* equal priorities do not hinder */
    cluster_free(c);
}
END_TEST

START_TEST(raft_rs_commits_what_a_vote_request_or_its_refusal_shows_to_be_committed)
{
    struct cluster *c = cluster_new(3, flavored(RAFT_RAFT_RS));
    cluster_load(c, 1, (struct raft_durable){.term = 1, .commit = 1}, "1 1 1");
    cluster_load(c, 2, (struct raft_durable){.term = 1, .commit = 2}, "1 1");
    cluster_load(c, 3, (struct raft_durable){.term = 1, .commit = 3}, "1 1 1 1");
    cluster_start(c);
    campaign(c, 2); /* refused by 1, which learns commit 2, and by 3, whose commit 2 lacks */
    settle(c);
    ck_assert_uint_eq(c->node[1].view->commit, 2);
    ck_assert_uint_eq(c->node[2].view->commit, 2);
    campaign(c, 1); /* refused by 3, whose commit 1 has */
    c->cut[1][2] = true;
    settle(c);
    ck_assert_uint_eq(c->node[1].view->commit, 3);
    cluster_free(c);
}
END_TEST

START_TEST(raft_rs_lets_a_learner_campaign_when_told_to_by_hand_but_not_by_time)
{
    struct cluster *c = cluster_new(3, flavored(RAFT_RAFT_RS));
    raft_set_remove(&c->members.voters, 3);
    raft_set_add(&c->members.learners, 3);
    cluster_start(c);
    isolate(c, 3);
    pass_for(c, 3, 5000 * MS);
    ck_assert_uint_eq(c->node[3].view->term, 0);
    campaign(c, 3);
    ck_assert_int_eq(c->node[3].view->role, RAFT_CANDIDATE);
    ck_assert_uint_eq(c->node[3].view->term, 1);
    cluster_free(c);
}
END_TEST

START_TEST(flavors_that_differ_in_one_cluster_understand_each_other)
{
    struct cluster *c = cluster_new(3, etcd_options());
    cluster_start(c);
    c->config.options = flavored(RAFT_RAFT_RS);
    cluster_restart(c, 2);
    c->config.options = flavored(RAFT_PAPER);
    cluster_restart(c, 3);
    for (uint32_t id = 1; id <= 3; id++) {
        elect(c, id);
        propose(c, id, id);
        settle(c);
        pass(c, 200 * MS);
        for (uint32_t other = 1; other <= 3; other++)
            ck_assert_uint_eq(c->node[other].view->commit, 2 * id);
    }
    cluster_free(c);
}
END_TEST

Suite *suite_core_flavor(void)
{
    Suite *suite = suite_create("core_flavor");
    TCase *tests = tcase_create("core");
    tcase_add_loop_test(
        tests, a_refused_request_of_a_higher_term_restarts_the_timer_but_not_in_the_paper, 0, 3);
    tcase_add_loop_test(
        tests, requests_of_an_older_term_are_answered_in_the_paper_and_not_by_the_libraries, 0, 2);
    tcase_add_test(tests, the_papers_heartbeat_is_an_empty_append_that_also_finds_lost_ones);
    tcase_add_test(tests,
                   in_the_paper_every_heartbeat_draws_a_timeout_and_a_lost_vote_waits_it_out);
    tcase_add_test(tests, the_papers_pre_vote_is_refused_by_whoever_heard_a_leader_of_late);
    tcase_add_test(tests, a_deposed_leader_of_the_paper_hears_of_it_from_any_follower);
    tcase_add_loop_test(
        tests, raft_rs_refuses_a_candidate_of_lower_priority_unless_its_log_is_longer, 0, 7);
    tcase_add_test(tests, raft_rs_candidates_state_their_priority);
    tcase_add_test(tests, raft_rs_commits_what_a_vote_request_or_its_refusal_shows_to_be_committed);
    tcase_add_test(tests, raft_rs_lets_a_learner_campaign_when_told_to_by_hand_but_not_by_time);
    tcase_add_test(tests, flavors_that_differ_in_one_cluster_understand_each_other);
    suite_add_tcase(suite, tests);
    return suite;
}
