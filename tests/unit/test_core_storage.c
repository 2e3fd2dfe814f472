/* Persist before send, as data (paper section 3.8 of the thesis; etcd's asynchronous storage). */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static const uint64_t TICK_NS = 100000000;

static void slow_all(struct cluster *c)
{
    for (uint32_t id = 1; id <= c->count; id++)
        c->node[id].slow = true;
}

static uint32_t waiting(const struct cluster *c, uint32_t id, enum raft_message_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->node[id].unsent.count; i++)
        count += c->node[id].unsent.at[i].message.kind == kind;
    return count;
}

START_TEST(a_candidate_asks_for_votes_when_its_own_is_durable_or_at_once_if_it_is_not_counted)
{
    struct raft_options options = etcd_options();
    options.async_storage = _i;
    struct cluster *c = cluster_of(3, options);
    slow_all(c);
    campaign(c, 1);
    ck_assert_uint_eq(waiting(c, 1, RAFT_MSG_VOTE), _i ? 0 : 2);
    ck_assert_uint_eq(flying(c, RAFT_MSG_VOTE), _i ? 2 : 0);
    persist(c, 1, c->node[1].write_count);
    ck_assert_uint_eq(flying(c, RAFT_MSG_VOTE), 2);
    ck_assert_uint_eq(c->node[1].disk.vote, 1);
    ck_assert_uint_eq(c->node[1].disk.term, 1);
    cluster_free(c);
}
END_TEST

START_TEST(votes_and_acknowledgements_wait_for_the_disk_and_refusals_too)
{
    struct raft_options options = etcd_options();
    options.async_storage = _i;
    struct cluster *c = cluster_of(3, options);
    slow_all(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE, .from = 1, .to = 2, .term = 1}, NULL);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE, .from = 3, .to = 2, .term = 1}, NULL);
    ck_assert_uint_eq(c->network.count, 0);
    ck_assert_uint_eq(waiting(c, 2, RAFT_MSG_VOTE_REPLY), 2);
    ck_assert_uint_eq(c->node[2].write_count, 1);
    const struct raft_entry entry = {.term = 1, .id = 4};
    receive(c, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 1, .to = 2, .term = 1},
            NULL);
    ck_assert_uint_eq(flying(c, RAFT_MSG_HEARTBEAT_REPLY), _i ? 1 : 0);
    receive(c,
            (struct raft_message){
                .kind = RAFT_MSG_APPEND, .from = 1, .to = 2, .term = 1, .entry_count = 1},
            &entry);
    persist(c, 2, 1);
    ck_assert_uint_eq(flying(c, RAFT_MSG_VOTE_REPLY), 2);
    ck_assert_uint_eq(waiting(c, 2, RAFT_MSG_APPEND_REPLY), 1);
    persist(c, 2, 1);
    ck_assert_uint_eq(flying(c, RAFT_MSG_APPEND_REPLY), 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_leader_sends_before_its_own_write_but_counts_itself_only_after_it)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    c->node[1].slow = true;
    c->cut[1][3] = true;
    propose(c, 1, 5);
    ck_assert_uint_eq(flying(c, RAFT_MSG_APPEND), 2);
    settle(c);
    ck_assert_uint_eq(c->node[2].view->last, 2);
    ck_assert_uint_eq(c->node[1].view->commit, 1); /* one durable copy: no majority of three */
    persist(c, 1, 1);
    ck_assert_uint_eq(c->node[1].view->commit, 2);
    cluster_free(c);
}
END_TEST

START_TEST(an_entry_may_commit_before_the_leader_has_written_it)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    c->node[1].slow = true;
    propose(c, 1, 5);
    settle(c);
    ck_assert_uint_eq(c->node[1].view->commit, 2);
    cluster_free(c);
}
END_TEST

START_TEST(the_own_vote_counts_when_durable_or_at_once_as_the_option_says)
{
    struct raft_options options = etcd_options();
    options.self_vote_durable = _i;
    struct cluster *c = cluster_of(1, options);
    c->node[1].slow = true;
    campaign(c, 1);
    ck_assert_int_eq(c->node[1].view->role, _i ? RAFT_CANDIDATE : RAFT_LEADER);
    ck_assert_uint_eq(c->node[1].view->commit, 0);
    persist(c, 1, 1);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    if (_i)
        persist(c, 1, 1);
    ck_assert_uint_eq(c->node[1].view->commit, 1);
    cluster_free(c);
}
END_TEST

START_TEST(an_own_vote_that_becomes_durable_too_late_counts_for_nothing)
{
    struct raft_options options = etcd_options();
    options.async_storage = true;
    struct cluster *c = cluster_of(3, options);
    c->node[1].slow = true;
    campaign(c, 1);
    campaign(c, 1); /* the second term's vote is in the second write */
    lose_all(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = 2, .to = 1, .term = 2},
            NULL);
    persist(c, 1, 1);
    ck_assert_int_eq(c->node[1].view->role, RAFT_CANDIDATE);
    persist(c, 1, 1);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    cluster_free(c);
}
END_TEST

START_TEST(entries_overwritten_and_written_again_are_not_taken_for_durable)
{
    /* Term 1's entry is written, overwritten in term 2, and written again in term 3. */
    struct raft_options options = etcd_options();
    options.async_storage = true;
    options.flavor = _i ? RAFT_RAFT_RS : RAFT_ETCD;
    struct cluster *c = cluster_of(3, options);
    const struct raft_entry one = {.term = 1, .id = 7}, two = {.term = 2, .id = 8};
    struct raft_message append = {
        .kind = RAFT_MSG_APPEND, .from = 1, .to = 2, .term = 1, .entry_count = 1};
    c->node[2].slow = true;
    receive(c, append, &one);
    append.term = 2;
    append.from = 3;
    receive(c, append, &two);
    append.term = 3;
    append.from = 1;
    append.commit = 1;
    receive(c, append, &one);
    ck_assert_uint_eq(c->node[2].view->commit, 1);
    persist(c, 2, 1); /* the first write holds the same entry, but the second cuts it */
    ck_assert_uint_eq(c->node[2].view->applied, 0);
    persist(c, 2, 1);
    ck_assert_uint_eq(c->node[2].view->applied, 0);
    persist(c, 2, 1);
    ck_assert_uint_eq(c->node[2].view->applied, 1);
    ck_assert_uint_eq(c->node[2].log[0].id, 7);
    cluster_free(c);
}
END_TEST

START_TEST(what_replaces_durable_entries_is_not_durable_itself)
{
    struct raft_options options = etcd_options();
    options.async_storage = true;
    struct cluster *c = cluster_new(3, options);
    const struct raft_entry entries[] = {{.term = 3, .id = 7}, {.term = 3, .id = 8}};
    cluster_load(c, 2, (struct raft_durable){.term = 2}, "2 2");
    cluster_start(c);
    c->node[2].slow = true;
    receive(
        c,
        (struct raft_message){
            .kind = RAFT_MSG_APPEND, .from = 1, .to = 2, .term = 3, .commit = 2, .entry_count = 2},
        entries);
    ck_assert_uint_eq(c->node[2].view->commit, 2);
    ck_assert_uint_eq(c->node[2].view->applied, 0);
    persist(c, 2, 1);
    ck_assert_uint_eq(c->node[2].view->applied, 2);
    cluster_free(c);
}
END_TEST

START_TEST(what_is_committed_is_applied_at_once_or_when_durable_here_as_the_flavor_says)
{
    struct raft_options options = etcd_options();
    options.async_storage = _i == 1;
    options.flavor = _i == 2 ? RAFT_RAFT_RS : RAFT_ETCD;
    struct cluster *c = cluster_of(3, options);
    const struct raft_entry entry = {.term = 1, .id = 7};
    c->node[2].slow = true;
    receive(
        c,
        (struct raft_message){
            .kind = RAFT_MSG_APPEND, .from = 1, .to = 2, .term = 1, .commit = 1, .entry_count = 1},
        &entry);
    ck_assert_uint_eq(c->node[2].view->applied, _i == 0);
    persist(c, 2, 1);
    ck_assert_uint_eq(c->node[2].view->applied, 1);
    cluster_free(c);
}
END_TEST

START_TEST(a_restart_keeps_what_was_durable_and_nothing_else)
{
    struct cluster *c = cluster_of(3, etcd_options());
    char text[32];
    elect(c, 1);
    propose(c, 1, 5);
    settle(c);
    c->node[1].slow = true;
    propose(c, 1, 6);
    ck_assert_str_eq(log_text(c, 1, text, sizeof text), "1 1 1");
    cluster_restart(c, 1);
    const struct raft_view *view = c->node[1].view;
    ck_assert_int_eq(view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(view->term, 1);
    ck_assert_uint_eq(view->vote, 1);
    ck_assert_uint_eq(view->lead, RAFT_NONE);
    ck_assert_str_eq(log_text(c, 1, text, sizeof text), "1 1");
    ck_assert_uint_eq(view->applied, view->commit);
    c->node[1].slow = false;
    pass(c, 60 * TICK_NS);
    ck_assert_uint_eq(c->node[1].view->commit, c->node[2].view->commit);
    ck_assert_uint_ne(leader_of(c), 0);
    cluster_free(c);
}
END_TEST

START_TEST(a_node_that_voted_and_restarts_does_not_vote_again)
{
    struct cluster *c = cluster_of(3, etcd_options());
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE, .from = 1, .to = 2, .term = 1}, NULL);
    cluster_restart(c, 2);
    lose_all(c);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE, .from = 3, .to = 2, .term = 1}, NULL);
    ck_assert(c->network.at[0].message.reject);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE, .from = 1, .to = 2, .term = 1}, NULL);
    ck_assert(!c->network.at[1].message.reject);
    cluster_free(c);
}
END_TEST

START_TEST(a_step_that_changes_only_the_commit_writes_nothing)
{
    struct cluster *c = cluster_of(3, etcd_options());
    elect(c, 1);
    c->cut[1][2] = true;
    propose(c, 1, 5);
    settle(c);
    slow_all(c);
    c->cut[1][2] = false;
    receive(c,
            (struct raft_message){
                .kind = RAFT_MSG_HEARTBEAT, .from = 1, .to = 3, .term = 1, .commit = 2},
            NULL);
    ck_assert_uint_eq(c->node[3].view->commit, 2);
    ck_assert_uint_eq(c->node[3].write_count, 0);
    cluster_free(c);
}
END_TEST

START_TEST(the_view_names_the_first_index_that_a_step_changed)
{
    struct cluster *c = cluster_new(3, etcd_options());
    const struct raft_entry entries[] = {{.term = 1, .id = 1}, {.term = 3, .id = 2}};
    cluster_load(c, 1, (struct raft_durable){.term = 3}, "1 2 2");
    cluster_start(c);
    c->node[1].slow = true;
    ck_assert_uint_eq(c->node[1].view->changed_from, 0);
    receive(c,
            (struct raft_message){
                .kind = RAFT_MSG_APPEND, .from = 2, .to = 1, .term = 3, .entry_count = 2},
            entries);
    ck_assert_uint_eq(c->node[1].view->changed_from, 2);
    ck_assert_uint_eq(c->node[1].view->last, 2);
    ck_assert_uint_eq(c->node[1].output.write.from, 2);
    ck_assert_uint_eq(c->node[1].output.write.entry_count, 1);
    ck_assert_uint_eq(c->node[1].output.write.last_term, 3);
    cluster_free(c);
}
END_TEST

Suite *suite_core_storage(void)
{
    Suite *suite = suite_create("core_storage");
    TCase *tests = tcase_create("core");
    tcase_add_loop_test(
        tests, a_candidate_asks_for_votes_when_its_own_is_durable_or_at_once_if_it_is_not_counted,
        0, 2);
    tcase_add_loop_test(tests, votes_and_acknowledgements_wait_for_the_disk_and_refusals_too, 0, 2);
    tcase_add_test(tests, a_leader_sends_before_its_own_write_but_counts_itself_only_after_it);
    tcase_add_test(tests, an_entry_may_commit_before_the_leader_has_written_it);
    tcase_add_loop_test(tests, the_own_vote_counts_when_durable_or_at_once_as_the_option_says, 0,
                        2);
    tcase_add_test(tests, an_own_vote_that_becomes_durable_too_late_counts_for_nothing);
    tcase_add_loop_test(tests, entries_overwritten_and_written_again_are_not_taken_for_durable, 0,
                        2);
    tcase_add_test(tests, what_replaces_durable_entries_is_not_durable_itself);
    tcase_add_loop_test(
        tests, what_is_committed_is_applied_at_once_or_when_durable_here_as_the_flavor_says, 0, 3);
    tcase_add_test(tests, a_restart_keeps_what_was_durable_and_nothing_else);
    tcase_add_test(tests, a_node_that_voted_and_restarts_does_not_vote_again);
    tcase_add_test(tests, a_step_that_changes_only_the_commit_writes_nothing);
    tcase_add_test(tests, the_view_names_the_first_index_that_a_step_changed);
    suite_add_tcase(suite, tests);
    return suite;
}
