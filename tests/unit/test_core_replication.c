/* Log replication (paper sections 5.3, 5.4): repair, commit, flow. */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static const uint64_t TICK_NS = 100000000;

/* Paper figure 7: the leader of term 8, and what followers a to f may hold. */
static const char LEADER_LOG[] = "1 1 1 4 4 5 5 6 6 6";
static const char *const figure_7[] = {
    "1 1 1 4 4 5 5 6 6",       "1 1 1 4",       "1 1 1 4 4 5 5 6 6 6 6",
    "1 1 1 4 4 5 5 6 6 6 7 7", "1 1 1 4 4 4 4", "1 1 1 2 2 2 3 3 3 3 3",
};

START_TEST(the_leader_of_figure_7_brings_every_follower_to_its_own_log)
{
    struct cluster *c = cluster_new(3, etcd_options());
    char text[64];
    cluster_load(c, 1, (struct raft_durable){.term = 7}, LEADER_LOG);
    cluster_load(c, 2, (struct raft_durable){.term = 7}, figure_7[_i]);
    cluster_load(c, 3, (struct raft_durable){.term = 7}, "");
    cluster_start(c);
    campaign(c, 1); /* node 3's vote suffices */
    settle(c);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    ck_assert_uint_eq(c->node[1].view->term, 8);
    ck_assert_str_eq(log_text(c, 2, text, sizeof text), "1 1 1 4 4 5 5 6 6 6 8");
    ck_assert_uint_eq(c->node[2].view->commit, 11);
    ck_assert_uint_eq(c->node[2].disk.count, 11);
    cluster_free(c);
}
END_TEST

/* A follower with terms "1 2" receives an append; what it holds and answers. */
static const struct received {
    uint64_t index, log_term;
    const char *terms; /* of its entries */
    uint64_t commit;
    bool reject;
    uint64_t answer; /* acknowledged or rejected index */
    const char *log;
    uint64_t committed;
} appends[] = {
    {0, 0, "", 0, false, 0, "1 2", 0},        {1, 1, "", 1, false, 1, "1 2", 1},
    {2, 2, "", 9, false, 2, "1 2", 2},        {1, 2, "", 0, true, 1, "1 2", 0},
    {3, 2, "3", 0, true, 3, "1 2", 0},        {2, 2, "3", 0, false, 3, "1 2 3", 0},
    {2, 2, "3 3", 3, false, 4, "1 2 3 3", 3}, {0, 0, "3 4", 0, false, 2, "3 4", 0},
    {0, 0, "1", 9, false, 1, "1 2", 1}, /* an old append cuts nothing and commits no further */
    {1, 1, "3", 0, false, 2, "1 3", 0},       {1, 1, "2 3", 2, false, 3, "1 2 3", 2},
};

static uint32_t read_terms(const char *terms, struct raft_entry *entries)
{
    uint32_t count = 0;
    for (; *terms; terms++)
        if (*terms != ' ')
            entries[count++] = (struct raft_entry){.term = (uint64_t)(*terms - '0'), .id = 1};
    return count;
}

START_TEST(an_append_is_checked_cut_and_added_as_figure_2_says)
{
    const struct received *row = &appends[_i];
    struct cluster *c = cluster_new(3, etcd_options());
    struct raft_entry entries[8];
    char text[32];
    cluster_load(c, 1, (struct raft_durable){.term = 4}, "1 2");
    cluster_start(c);
    uint32_t count = read_terms(row->terms, entries);
    receive(c,
            (struct raft_message){.kind = RAFT_MSG_APPEND,
                                  .from = 2,
                                  .to = 1,
                                  .term = 4,
                                  .index = row->index,
                                  .log_term = row->log_term,
                                  .commit = row->commit,
                                  .entry_count = count},
            entries);
    const struct raft_message *reply = &c->network.at[0].message;
    ck_assert_int_eq(reply->kind, RAFT_MSG_APPEND_REPLY);
    ck_assert_int_eq(reply->reject, row->reject);
    ck_assert_uint_eq(reply->index, row->answer);
    ck_assert_str_eq(log_text(c, 1, text, sizeof text), row->log);
    ck_assert_uint_eq(c->node[1].view->commit, row->committed);
    ck_assert_uint_eq(c->node[1].view->lead, 2);
    cluster_free(c);
}
END_TEST

START_TEST(an_append_behind_the_commit_is_answered_with_the_commit)
{
    struct cluster *c = cluster_new(3, etcd_options());
    cluster_load(c, 1, (struct raft_durable){.term = 2, .commit = 2}, "1 2 2");
    cluster_start(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_APPEND, .from = 2, .to = 1, .term = 2}, NULL);
    ck_assert(!c->network.at[0].message.reject);
    ck_assert_uint_eq(c->network.at[0].message.index, 2);
    cluster_free(c);
}
END_TEST

/* How many appends it takes until the logs agree: at most one for each term. */
START_TEST(back_tracking_skips_whole_terms_on_both_sides)
{
    static const struct {
        const char *leader, *follower;
        uint32_t probes;
    } rows[] = {
        {"1 3 3 3 5 5 5 5 5", "1 1 1 1 2 2", 2},
        {"1 3 3 3 3 3 3 3 7", "1 3 3 4 4 5 5 5 6", 2},
        {"1 1 1 1 1 1", "1", 2},
        {"1 2 3 4 5 6", "1 2 3 4 5 6", 1},
    };
    struct cluster *c = cluster_new(3, etcd_options());
    uint32_t probes = 0;
    cluster_load(c, 1, (struct raft_durable){.term = 9}, rows[_i].leader);
    cluster_load(c, 2, (struct raft_durable){.term = 9}, rows[_i].follower);
    cluster_load(c, 3, (struct raft_durable){.term = 9}, "");
    cluster_start(c);
    isolate(c, 2);
    campaign(c, 1);
    settle(c);
    heal(c);
    c->cut[1][3] = true;
    c->now_ns += TICK_NS;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    while (c->network.count) {
        probes += flying(c, RAFT_MSG_APPEND);
        struct packets round = c->network;
        lose_all(c);
        for (uint32_t i = 0; i < round.count; i++)
            if (round.at[i].message.to != 3)
                tell(c, round.at[i].message.to,
                     (struct raft_input){.kind = RAFT_RECEIVE,
                                         .message = &round.at[i].message,
                                         .body = round.at[i].body});
    }
    ck_assert_uint_eq(c->node[2].view->last, c->node[1].view->last);
    ck_assert_uint_le(probes, rows[_i].probes + 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_proposal_is_committed_by_a_majority_and_told_to_all)
{
    struct cluster *c = cluster_of(5, etcd_options());
    elect(c, 1);
    isolate(c, 4);
    isolate(c, 5);
    propose(c, 1, 77);
    settle(c);
    for (uint32_t id = 1; id <= 3; id++) {
        ck_assert_uint_eq(c->node[id].view->commit, 2);
        ck_assert_uint_eq(c->node[id].view->applied, 2);
        ck_assert_uint_eq(raft_core.entry(c->node[id].raft, 2).id, 77);
    }
    isolate(c, 3);
    propose(c, 1, 78);
    settle(c);
    ck_assert_uint_eq(c->node[1].view->commit, 2);
    heal(c);
    pass_for(c, 1, TICK_NS);
    for (uint32_t id = 1; id <= 5; id++)
        ck_assert_uint_eq(c->node[id].view->commit, 3);
    cluster_free(c);
}
END_TEST

START_TEST(a_proposal_elsewhere_reaches_the_leader_or_is_dropped_with_a_word)
{
    struct cluster *c = cluster_of(3, etcd_options());
    propose(c, 2, 5);
    ck_assert(said(c, RAFT_NOTE_PROPOSAL_DROPPED));
    elect(c, 1);
    propose(c, 2, 6);
    ck_assert(said(c, RAFT_NOTE_PROPOSAL_FORWARDED));
    settle(c);
    ck_assert_uint_eq(raft_core.entry(c->node[3].raft, 2).id, 6);
    c->note_count = 0;
    campaign(c, 3);
    propose(c, 3, 7);
    ck_assert(said(c, RAFT_NOTE_PROPOSAL_DROPPED));
    cluster_free(c);
}
END_TEST

START_TEST(entries_of_older_terms_commit_only_beneath_one_of_the_leaders_own)
{
    /* Paper figure 8 (c): term 2's entry is on a majority, yet not safe. */
    struct cluster *c = cluster_new(3, etcd_options());
    cluster_load(c, 1, (struct raft_durable){.term = 3}, "1 2");
    cluster_load(c, 2, (struct raft_durable){.term = 3}, "1 2");
    cluster_load(c, 3, (struct raft_durable){.term = 3}, "1");
    cluster_start(c);
    campaign(c, 1);
    for (uint32_t from = 2; from <= 3; from++)
        receive(
            c, (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = from, .to = 1, .term = 4},
            NULL);
    lose_all(c);
    struct raft_message ack = {
        .kind = RAFT_MSG_APPEND_REPLY, .from = 2, .to = 1, .term = 4, .index = 2};
    receive(c, ack, NULL);
    ck_assert_uint_eq(c->node[1].view->commit, 0);
    ack.index = 3;
    receive(c, ack, NULL);
    ck_assert_uint_eq(c->node[1].view->commit, 3);
    cluster_free(c);
}
END_TEST

START_TEST(a_heartbeat_commits_no_further_than_the_followers_log_is_known_to_agree)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    c->cut[1][3] = true;
    propose(c, 1, 5);
    settle(c);
    c->cut[1][3] = false;
    lose_all(c);
    c->now_ns += TICK_NS;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    for (uint32_t i = 0; i < c->network.count; i++) {
        const struct raft_message *beat = &c->network.at[i].message;
        ck_assert_uint_eq(beat->commit, beat->to == 3 ? 1 : 2);
    }
    cluster_free(c);
}
END_TEST

START_TEST(a_full_window_holds_entries_back_until_one_is_acknowledged)
{
    struct raft_options options = etcd_options();
    options.inflight_max = 3;
    struct cluster *c = cluster_of(2, options);
    elect(c, 1);
    for (uint64_t id = 1; id <= 5; id++)
        propose(c, 1, id);
    ck_assert_uint_eq(flying(c, RAFT_MSG_APPEND), 3);
    settle(c);
    ck_assert_uint_eq(c->node[2].view->last, 6);
    ck_assert_uint_eq(c->node[2].view->commit, 6);
    cluster_free(c);
}
END_TEST

START_TEST(a_window_lost_whole_is_found_out_by_a_heartbeat_in_every_flavor)
{
    struct raft_options options = etcd_options();
    options.flavor = (enum raft_flavor)_i;
    options.inflight_max = 3;
    struct cluster *c = cluster_of(2, options);
    elect(c, 1);
    pass(c, TICK_NS); /* flavors tell the commit at different times */
    for (uint64_t id = 1; id <= 5; id++)
        propose(c, 1, id);
    lose_all(c);
    for (int beats = 0; beats < 9; beats++)
        pass(c, TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    ck_assert_uint_eq(c->node[2].view->last, 6);
    ck_assert_uint_eq(c->node[1].view->commit, 6);
    ck_assert_uint_eq(c->node[2].view->commit, 6);
    cluster_free(c);
}
END_TEST

START_TEST(an_append_carries_no_more_entries_than_allowed)
{
    struct raft_options options = etcd_options();
    options.entries_max = 2;
    struct cluster *c = cluster_of(3, options);
    elect(c, 1);
    isolate(c, 3);
    for (uint64_t id = 1; id <= 7; id++)
        propose(c, 1, id);
    settle(c);
    heal(c);
    c->now_ns += TICK_NS;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    while (c->network.count) {
        struct packet packet = c->network.at[0];
        ck_assert_uint_le(packet.message.entry_count, 2);
        for (uint32_t i = 1; i < c->network.count; i++)
            c->network.at[i - 1] = c->network.at[i];
        c->network.count--;
        tell(c, packet.message.to,
             (struct raft_input){
                 .kind = RAFT_RECEIVE, .message = &packet.message, .body = packet.body});
    }
    ck_assert_uint_eq(c->node[3].view->last, 8);
    cluster_free(c);
}
END_TEST

START_TEST(an_unreachable_peer_is_probed_and_recovers_with_the_next_heartbeat)
{
    struct cluster *c = cluster_of(2, etcd_options());
    elect(c, 1);
    tell(c, 1, (struct raft_input){.kind = RAFT_UNREACHABLE, .node = 2});
    propose(c, 1, 5);
    propose(c, 1, 6); /* waits: one append at a time while probing */
    ck_assert_uint_eq(flying(c, RAFT_MSG_APPEND), 1);
    lose_all(c);
    pass(c, TICK_NS);
    ck_assert_uint_eq(c->node[2].view->last, 3);
    ck_assert_uint_eq(c->node[2].view->commit, 3);
    cluster_free(c);
}
END_TEST

START_TEST(answers_that_are_late_or_impossible_do_no_harm)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    propose(c, 1, 5);
    settle(c);
    struct raft_message reply = {
        .kind = RAFT_MSG_APPEND_REPLY, .from = 2, .to = 1, .term = 1, .index = 1};
    receive(c, reply, NULL);
    reply.index = 99; /* more than there is */
    receive(c, reply, NULL);
    ck_assert_uint_eq(c->node[1].view->commit, 2);
    propose(c, 1, 6);
    settle(c);
    ck_assert_uint_eq(c->node[2].view->commit, 3);
    cluster_free(c);
}
END_TEST

Suite *suite_core_replication(void)
{
    Suite *suite = suite_create("core_replication");
    TCase *tests = tcase_create("core");
    tcase_add_loop_test(tests, the_leader_of_figure_7_brings_every_follower_to_its_own_log, 0,
                        sizeof figure_7 / sizeof *figure_7);
    tcase_add_loop_test(tests, an_append_is_checked_cut_and_added_as_figure_2_says, 0,
                        sizeof appends / sizeof *appends);
    tcase_add_test(tests, an_append_behind_the_commit_is_answered_with_the_commit);
    tcase_add_loop_test(tests, back_tracking_skips_whole_terms_on_both_sides, 0, 4);
    tcase_add_test(tests, a_proposal_is_committed_by_a_majority_and_told_to_all);
    tcase_add_test(tests, a_proposal_elsewhere_reaches_the_leader_or_is_dropped_with_a_word);
    tcase_add_test(tests, entries_of_older_terms_commit_only_beneath_one_of_the_leaders_own);
    tcase_add_test(tests, a_heartbeat_commits_no_further_than_the_followers_log_is_known_to_agree);
    tcase_add_test(tests, a_full_window_holds_entries_back_until_one_is_acknowledged);
    tcase_add_loop_test(tests, a_window_lost_whole_is_found_out_by_a_heartbeat_in_every_flavor, 0,
                        3);
    tcase_add_test(tests, an_append_carries_no_more_entries_than_allowed);
    tcase_add_test(tests, an_unreachable_peer_is_probed_and_recovers_with_the_next_heartbeat);
    tcase_add_test(tests, answers_that_are_late_or_impossible_do_no_harm);
    suite_add_tcase(suite, tests);
    return suite;
}
