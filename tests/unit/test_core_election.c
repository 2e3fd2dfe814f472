/* Elections (paper section 5.2): who may win, who must give way, and what each then holds. */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

START_TEST(a_node_starts_as_a_follower_of_nobody)
{
    struct cluster *c = cluster_of(3, etcd_options());
    const struct raft_view *view = c->node[1].view;
    ck_assert_int_eq(view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(view->term, 0);
    ck_assert_uint_eq(view->vote, RAFT_NONE);
    ck_assert_uint_eq(view->lead, RAFT_NONE);
    ck_assert_uint_eq(view->last, 0);
    cluster_free(c);
}
END_TEST

START_TEST(a_candidate_votes_for_itself_in_a_new_term_and_asks_all_others)
{
    struct cluster *c = cluster_of(5, etcd_options());
    campaign(c, 2);
    ck_assert_int_eq(c->node[2].view->role, RAFT_CANDIDATE);
    ck_assert_uint_eq(c->node[2].view->term, 1);
    ck_assert_uint_eq(c->node[2].view->vote, 2);
    ck_assert_uint_eq(flying(c, RAFT_MSG_VOTE), 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(c->network.at[i].message.term, 1);
        ck_assert_uint_eq(c->network.at[i].message.to, i < 1 ? 1 : i + 2);
    }
    ck_assert(said(c, RAFT_NOTE_CAMPAIGN_FORCED));
    cluster_free(c);
}
END_TEST

/* Paper section 5.2 in one round: votes granted and refused among `size` nodes. */
static const struct round {
    uint32_t size, granted, refused;
    enum raft_role role;
} rounds[] = {
    {1, 0, 0, RAFT_LEADER},    {3, 2, 0, RAFT_LEADER},    {3, 1, 0, RAFT_LEADER},
    {5, 4, 0, RAFT_LEADER},    {5, 2, 0, RAFT_LEADER},    {5, 2, 1, RAFT_LEADER},
    {3, 0, 2, RAFT_FOLLOWER},  {5, 0, 4, RAFT_FOLLOWER},  {5, 1, 3, RAFT_FOLLOWER},
    {3, 0, 0, RAFT_CANDIDATE}, {5, 1, 0, RAFT_CANDIDATE}, {5, 1, 2, RAFT_CANDIDATE},
};

START_TEST(a_majority_wins_a_refusal_by_one_loses_and_less_decides_nothing)
{
    const struct round *round = &rounds[_i];
    struct cluster *c = cluster_of(round->size, etcd_options());
    campaign(c, 1);
    lose_all(c);
    for (uint32_t i = 0; i < round->granted + round->refused; i++)
        receive(c,
                (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY,
                                      .from = 2 + i,
                                      .to = 1,
                                      .term = 1,
                                      .reject = i >= round->granted},
                NULL);
    ck_assert_int_eq(c->node[1].view->role, round->role);
    ck_assert_uint_eq(c->node[1].view->term, 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_vote_counts_once_and_only_from_a_member)
{
    struct cluster *c = cluster_of(5, etcd_options());
    campaign(c, 1);
    lose_all(c);
    for (int times = 0; times < 4; times++) {
        receive(c,
                (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = 2, .to = 1, .term = 1},
                NULL);
        receive(c,
                (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = 77, .to = 1, .term = 1},
                NULL);
    }
    ck_assert_int_eq(c->node[1].view->role, RAFT_CANDIDATE);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = 3, .to = 1, .term = 1},
            NULL);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    cluster_free(c);
}
END_TEST

START_TEST(a_new_leader_appends_an_entry_of_its_term_and_sends_it_at_once)
{
    struct cluster *c = cluster_of(3, etcd_options());
    campaign(c, 1);
    lose_all(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = 2, .to = 1, .term = 1},
            NULL);
    ck_assert_uint_eq(c->node[1].view->last, 1);
    ck_assert_uint_eq(raft_core.entry(c->node[1].raft, 1).term, 1);
    ck_assert_uint_eq(raft_core.entry(c->node[1].raft, 1).id, 0);
    ck_assert_uint_eq(flying(c, RAFT_MSG_APPEND), 2);
    settle(c);
    for (uint32_t id = 1; id <= 3; id++) {
        ck_assert_uint_eq(c->node[id].view->commit, 1);
        ck_assert_uint_eq(c->node[id].view->applied, 1);
        ck_assert_uint_eq(c->node[id].view->lead, 1);
    }
    cluster_free(c);
}
END_TEST

START_TEST(every_node_can_win_in_turn)
{
    struct raft_options options = etcd_options();
    options.pre_vote = _i;
    struct cluster *c = cluster_of(3, options);
    for (uint32_t id = 1; id <= 3; id++) {
        elect(c, id);
        ck_assert_uint_eq(c->node[id].view->term, id);
        for (uint32_t other = 1; other <= 3; other++)
            ck_assert_int_eq(c->node[other].view->role, other == id ? RAFT_LEADER : RAFT_FOLLOWER);
    }
    cluster_free(c);
}
END_TEST

START_TEST(a_leader_told_to_campaign_stays_and_says_that_it_refused)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    campaign(c, 1);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    ck_assert_uint_eq(c->node[1].view->term, 1);
    ck_assert(said(c, RAFT_NOTE_INPUT_REFUSED));
    cluster_free(c);
}
END_TEST

/* What each kind of message of term 3 makes of a node in each role at term 1 or 2. */
START_TEST(whoever_sees_a_higher_term_follows_it_and_only_a_leaders_message_names_the_leader)
{
    static const uint8_t kinds[] = {RAFT_MSG_VOTE, RAFT_MSG_APPEND, RAFT_MSG_HEARTBEAT};
    enum raft_role role = (enum raft_role)(_i / 3);
    uint8_t kind = kinds[_i % 3];
    struct raft_options options = etcd_options();
    options.pre_vote = role == RAFT_PRE_CANDIDATE;
    struct cluster *c = cluster_of(3, options);
    if (role == RAFT_LEADER)
        elect(c, 1);
    else if (role != RAFT_FOLLOWER)
        campaign(c, 1);
    ck_assert_int_eq(c->node[1].view->role, role);
    uint64_t last = c->node[1].view->last;
    struct raft_message message = {
        .kind = kind, .from = 2, .to = 1, .term = 3, .index = last, .log_term = last > 0};
    receive(c, message, NULL);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(c->node[1].view->term, 3);
    ck_assert_uint_eq(c->node[1].view->lead, kind == RAFT_MSG_VOTE ? 0 : 2);
    ck_assert_uint_eq(c->node[1].view->vote, kind == RAFT_MSG_VOTE ? 2 : 0);
    cluster_free(c);
}
END_TEST

START_TEST(a_candidate_gives_way_to_a_leader_of_its_own_term)
{
    static const uint8_t kinds[] = {RAFT_MSG_APPEND, RAFT_MSG_HEARTBEAT};
    struct cluster *c = cluster_of(3, etcd_options());
    campaign(c, 1);
    receive(c, (struct raft_message){.kind = kinds[_i], .from = 2, .to = 1, .term = 1}, NULL);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(c->node[1].view->lead, 2);
    ck_assert_uint_eq(c->node[1].view->vote, 1);
    cluster_free(c);
}
END_TEST

START_TEST(messages_of_an_older_term_change_nothing)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    elect(c, 2);
    struct raft_view before = *c->node[3].view;
    const struct raft_entry entry = {.term = 1, .id = 9};
    receive(c,
            (struct raft_message){.kind = RAFT_MSG_APPEND,
                                  .from = 1,
                                  .to = 3,
                                  .term = 1,
                                  .index = 1,
                                  .log_term = 1,
                                  .entry_count = 1},
            &entry);
    receive(c, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 1, .to = 3, .term = 1},
            NULL);
    ck_assert_uint_eq(c->node[3].view->lead, before.lead);
    ck_assert_uint_eq(c->node[3].view->last, before.last);
    ck_assert_uint_eq(c->network.count, 0);
    cluster_free(c);
}
END_TEST

START_TEST(two_candidates_split_the_vote_and_the_next_term_decides)
{
    struct cluster *c = cluster_of(4, etcd_options());
    c->cut[1][4] = c->cut[2][3] = true;
    campaign(c, 1);
    campaign(c, 2);
    settle(c);
    heal(c);
    ck_assert_uint_eq(leader_of(c), 0);
    ck_assert(said(c, RAFT_NOTE_REFUSED_VOTED));
    elect(c, 2);
    ck_assert_uint_eq(c->node[2].view->term, 2);
    cluster_free(c);
}
END_TEST

START_TEST(an_isolated_candidate_disrupts_when_it_comes_back)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    isolate(c, 3);
    campaign(c, 3);
    campaign(c, 3);
    settle(c);
    heal(c);
    campaign(c, 3);
    settle(c);
    ck_assert_uint_eq(c->node[1].view->term, 4);
    ck_assert_uint_eq(leader_of(c), 3);
    cluster_free(c);
}
END_TEST

START_TEST(a_leader_whose_log_was_behind_in_term_order_overwrites_newer_entries)
{
    /* Node 1 won term 1, node 3 term 2 unheard; paper section 5.4.1 allows 1 to win again. */
    struct cluster *c = cluster_new(5, etcd_options());
    char text[32];
    cluster_load(c, 1, (struct raft_durable){.term = 2}, "1");
    cluster_load(c, 2, (struct raft_durable){.term = 2}, "1");
    cluster_load(c, 3, (struct raft_durable){.term = 2}, "2");
    cluster_load(c, 4, (struct raft_durable){.term = 2, .vote = 3}, "");
    cluster_load(c, 5, (struct raft_durable){.term = 2, .vote = 3}, "");
    cluster_start(c);
    campaign(c, 1);
    settle(c);
    ck_assert_uint_eq(leader_of(c), 1);
    ck_assert_uint_eq(c->node[1].view->term, 3);
    for (uint32_t id = 1; id <= 5; id++)
        ck_assert_str_eq(log_text(c, id, text, sizeof text), "1 3");
    cluster_free(c);
}
END_TEST

START_TEST(a_group_without_a_majority_elects_nobody)
{
    struct cluster *c = cluster_of(5, etcd_options());
    isolate(c, 3);
    isolate(c, 4);
    isolate(c, 5);
    pass(c, 60000000000);
    ck_assert_uint_eq(leader_of(c), 0);
    heal(c);
    pass(c, 20000000000);
    ck_assert_uint_ne(leader_of(c), 0);
    cluster_free(c);
}
END_TEST

Suite *suite_core_election(void)
{
    Suite *suite = suite_create("core_election");
    TCase *tests = tcase_create("core");
    tcase_add_test(tests, a_node_starts_as_a_follower_of_nobody);
    tcase_add_test(tests, a_candidate_votes_for_itself_in_a_new_term_and_asks_all_others);
    tcase_add_loop_test(tests, a_majority_wins_a_refusal_by_one_loses_and_less_decides_nothing, 0,
                        sizeof rounds / sizeof *rounds);
    tcase_add_test(tests, a_vote_counts_once_and_only_from_a_member);
    tcase_add_test(tests, a_new_leader_appends_an_entry_of_its_term_and_sends_it_at_once);
    tcase_add_loop_test(tests, every_node_can_win_in_turn, 0, 2);
    tcase_add_test(tests, a_leader_told_to_campaign_stays_and_says_that_it_refused);
    tcase_add_loop_test(
        tests, whoever_sees_a_higher_term_follows_it_and_only_a_leaders_message_names_the_leader, 0,
        12);
    tcase_add_loop_test(tests, a_candidate_gives_way_to_a_leader_of_its_own_term, 0, 2);
    tcase_add_test(tests, messages_of_an_older_term_change_nothing);
    tcase_add_test(tests, two_candidates_split_the_vote_and_the_next_term_decides);
    tcase_add_test(tests, an_isolated_candidate_disrupts_when_it_comes_back);
    tcase_add_test(tests, a_leader_whose_log_was_behind_in_term_order_overwrites_newer_entries);
    tcase_add_test(tests, a_group_without_a_majority_elects_nobody);
    suite_add_tcase(suite, tests);
    return suite;
}
