/* Votes given and refused (paper sections 5.2, 5.4.1), and the notes that say why. */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

/* A node of term 2 with log terms "2 2" is asked; `given`: the note when refused, or none. */
static const struct asked {
    uint8_t kind;
    uint64_t term, index, log_term;
    uint32_t vote; /* cast already */
    enum raft_note_kind refused;
} table[] = {
    /* An older last term loses, whatever the length; with equal terms the length decides. */
    {RAFT_MSG_VOTE, 3, 9, 1, 0, RAFT_NOTE_REFUSED_LOG},
    {RAFT_MSG_VOTE, 3, 0, 0, 0, RAFT_NOTE_REFUSED_LOG},
    {RAFT_MSG_VOTE, 3, 1, 2, 0, RAFT_NOTE_REFUSED_LOG},
    {RAFT_MSG_VOTE, 3, 2, 2, 0, RAFT_NOTE_KINDS},
    {RAFT_MSG_VOTE, 3, 3, 2, 0, RAFT_NOTE_KINDS},
    {RAFT_MSG_VOTE, 3, 1, 3, 0, RAFT_NOTE_KINDS},
    /* One vote a term, first come; asked again by the same, given again. */
    {RAFT_MSG_VOTE, 2, 3, 2, 0, RAFT_NOTE_KINDS},
    {RAFT_MSG_VOTE, 2, 3, 2, 2, RAFT_NOTE_KINDS},
    {RAFT_MSG_VOTE, 2, 3, 2, 3, RAFT_NOTE_REFUSED_VOTED},
    {RAFT_MSG_VOTE, 1, 3, 2, 0, RAFT_NOTE_REFUSED_STALE},
    /* A pre-vote asks about a later term: the vote cast in this one does not matter. */
    {RAFT_MSG_PREVOTE, 3, 2, 2, 0, RAFT_NOTE_KINDS},
    {RAFT_MSG_PREVOTE, 3, 2, 2, 3, RAFT_NOTE_KINDS},
    {RAFT_MSG_PREVOTE, 3, 1, 2, 0, RAFT_NOTE_REFUSED_LOG},
    {RAFT_MSG_PREVOTE, 3, 9, 1, 0, RAFT_NOTE_REFUSED_LOG},
    {RAFT_MSG_PREVOTE, 2, 3, 2, 3, RAFT_NOTE_REFUSED_VOTED},
    {RAFT_MSG_PREVOTE, 1, 3, 2, 0, RAFT_NOTE_REFUSED_STALE},
};

static struct cluster *voter(uint32_t vote, struct raft_options options)
{
    struct cluster *c = cluster_new(3, options);
    cluster_load(c, 1, (struct raft_durable){.term = 2, .vote = vote}, "2 2");
    cluster_start(c);
    return c;
}

static struct raft_message request(const struct asked *row)
{
    return (struct raft_message){.kind = row->kind,
                                 .from = 2,
                                 .to = 1,
                                 .term = row->term,
                                 .index = row->index,
                                 .log_term = row->log_term};
}

START_TEST(a_vote_is_given_by_the_rules_and_a_refusal_says_why)
{
    const struct asked *row = &table[_i];
    struct cluster *c = voter(row->vote, etcd_options());
    receive(c, request(row), NULL);
    ck_assert_uint_eq(c->note_count, row->refused != RAFT_NOTE_KINDS);
    if (row->refused != RAFT_NOTE_KINDS) {
        ck_assert_int_eq(c->notes[0].kind, row->refused);
        ck_assert_uint_eq(c->notes[0].peer, 2);
        ck_assert_uint_eq(c->notes[0].term, row->term);
        ck_assert_int_eq(c->notes[0].prevote, row->kind == RAFT_MSG_PREVOTE);
    }
    bool silent = row->refused == RAFT_NOTE_REFUSED_STALE && row->kind == RAFT_MSG_VOTE;
    ck_assert_uint_eq(c->network.count, !silent);
    if (silent) {
        cluster_free(c);
        return;
    }
    const struct raft_message *reply = &c->network.at[0].message;
    ck_assert_int_eq(reply->reject, row->refused != RAFT_NOTE_KINDS);
    ck_assert_uint_eq(reply->term, reply->reject ? c->node[1].view->term : row->term);
    cluster_free(c);
}
END_TEST

START_TEST(a_pre_vote_given_or_refused_changes_nothing_in_the_voter)
{
    const struct asked *row = &table[_i];
    if (row->kind != RAFT_MSG_PREVOTE)
        return;
    struct cluster *c = voter(row->vote, etcd_options());
    uint64_t timeout = c->node[1].view->timeout, deadline_ns = c->node[1].deadline_ns;
    c->now_ns += 250000000;
    receive(c, request(row), NULL);
    ck_assert_uint_eq(c->node[1].view->term, 2);
    ck_assert_uint_eq(c->node[1].view->vote, row->vote);
    ck_assert_uint_eq(c->node[1].view->timeout, timeout);
    ck_assert_uint_eq(c->node[1].deadline_ns, deadline_ns);
    ck_assert_uint_eq(c->node[1].disk.vote, row->vote);
    cluster_free(c);
}
END_TEST

START_TEST(a_vote_given_restarts_the_election_timer_and_is_durable)
{
    struct cluster *c = voter(0, etcd_options());
    c->now_ns = 300000000;
    receive(c, request(&table[6]), NULL); /* of the same term: nothing is drawn anew */
    ck_assert_uint_eq(c->node[1].deadline_ns, 300000000 + c->node[1].view->timeout * 100000000);
    ck_assert_uint_eq(c->node[1].disk.vote, 2);
    cluster_restart(c, 1);
    struct raft_message other = request(&table[6]);
    other.from = 3;
    receive(c, other, NULL);
    ck_assert(said(c, RAFT_NOTE_REFUSED_VOTED));
    cluster_free(c);
}
END_TEST

START_TEST(a_node_with_a_leader_gives_no_vote_in_its_term)
{
    struct cluster *c = cluster_of(3, etcd_options());
    receive(c, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 3, .to = 1, .term = 1},
            NULL);
    lose_all(c);
    struct raft_message vote = {.kind = RAFT_MSG_VOTE, .from = 2, .to = 1, .term = 1};
    receive(c, vote, NULL);
    ck_assert(said(c, RAFT_NOTE_REFUSED_LEADER));
    ck_assert(c->network.at[0].message.reject);
    cluster_free(c);
}
END_TEST

START_TEST(any_role_votes_for_a_higher_term)
{
    enum raft_role role = (enum raft_role)_i;
    struct raft_options options = etcd_options();
    options.pre_vote = role == RAFT_PRE_CANDIDATE;
    struct cluster *c = cluster_of(3, options);
    if (role == RAFT_LEADER)
        elect(c, 1);
    else if (role != RAFT_FOLLOWER)
        campaign(c, 1);
    lose_all(c);
    receive(c,
            (struct raft_message){
                .kind = RAFT_MSG_VOTE, .from = 2, .to = 1, .term = 5, .index = 9, .log_term = 4},
            NULL);
    ck_assert_uint_eq(c->node[1].view->vote, 2);
    ck_assert_uint_eq(c->node[1].view->term, 5);
    ck_assert(!c->network.at[0].message.reject);
    cluster_free(c);
}
END_TEST

START_TEST(a_learner_and_a_node_outside_the_configuration_vote_when_asked)
{
    struct cluster *c = cluster_new(3, etcd_options());
    raft_set_remove(&c->members.voters, 1);
    if (_i)
        raft_set_add(&c->members.learners, 1);
    cluster_start(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE, .from = 2, .to = 1, .term = 1}, NULL);
    ck_assert_uint_eq(c->node[1].view->vote, 2);
    ck_assert(!c->network.at[0].message.reject);
    cluster_free(c);
}
END_TEST

Suite *suite_core_vote(void)
{
    Suite *suite = suite_create("core_vote");
    TCase *tests = tcase_create("core");
    int rows = sizeof table / sizeof *table;
    tcase_add_loop_test(tests, a_vote_is_given_by_the_rules_and_a_refusal_says_why, 0, rows);
    tcase_add_loop_test(tests, a_pre_vote_given_or_refused_changes_nothing_in_the_voter, 0, rows);
    tcase_add_test(tests, a_vote_given_restarts_the_election_timer_and_is_durable);
    tcase_add_test(tests, a_node_with_a_leader_gives_no_vote_in_its_term);
    tcase_add_loop_test(tests, any_role_votes_for_a_higher_term, 0, 4);
    tcase_add_loop_test(tests, a_learner_and_a_node_outside_the_configuration_vote_when_asked, 0,
                        2);
    suite_add_tcase(suite, tests);
    return suite;
}
