/* Reads that need no entry of their own: ReadIndex, leases, and no check at all. */
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

static const uint64_t TICK_NS = 100000000;

static struct cluster *reading(uint32_t count, enum raft_flavor flavor, enum raft_read_way way)
{
    struct raft_options options = etcd_options();
    options.flavor = flavor;
    options.read = way;
    options.check_quorum = way == RAFT_READ_LEASE;
    return cluster_of(count, options);
}

static void expect(struct cluster *cluster, const char *wanted)
{
    char text[256];
    ck_assert_str_eq(reads_text(cluster, text, sizeof text), wanted);
}

START_TEST(a_leader_answers_at_its_commit_index_when_a_quorum_has_answered)
{
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_INDEX);
    elect(c, 1);
    propose(c, 1, 5);
    settle(c);
    uint64_t commit = c->node[1].view->commit;
    ck_assert_uint_eq(commit, 2);
    read_at(c, 1, 7);
    expect(c, "");
    settle(c);
    expect(c, "7@2");
    cluster_free(c);
}
END_TEST

START_TEST(a_leader_whom_nobody_answers_does_not_answer)
{
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_INDEX);
    elect(c, 1);
    isolate(c, 1);
    read_at(c, 1, 7);
    settle(c);
    pass_for(c, 1, 5 * TICK_NS);
    expect(c, "");
    heal(c); /* the next heartbeats ask for it again */
    pass_for(c, 1, TICK_NS);
    expect(c, "7@1");
    cluster_free(c);
}
END_TEST

START_TEST(an_answer_to_an_earlier_round_proves_nothing_for_a_later_read)
{
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_INDEX);
    elect(c, 1);
    read_at(c, 1, 7); /* both at one instant, by a clock that stands still */
    struct packets first = c->network;
    lose_all(c);
    read_at(c, 1, 8);
    lose_all(c);
    c->network = first;
    settle(c);
    expect(c, "7@1");
    pass_for(c, 1, TICK_NS);
    expect(c, "8@1");
    cluster_free(c);
}
END_TEST

START_TEST(a_later_round_answers_for_the_reads_before_it_in_their_order)
{
    struct cluster *c = reading(5, (enum raft_flavor)_i, RAFT_READ_INDEX);
    elect(c, 1);
    read_at(c, 1, 7);
    lose_all(c);
    read_at(c, 1, 8);
    c->cut[4][1] = c->cut[5][1] = true;
    settle(c);
    expect(c, "7@1 8@1");
    cluster_free(c);
}
END_TEST

START_TEST(before_an_entry_of_its_term_is_committed_a_leader_waits_or_as_raft_rs_drops)
{
    static const char *const now[] = {"", "7 dropped", ""}, *const later[] = {"7@1", "", "7@1"};
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_INDEX);
    isolate(c, 3);
    c->node[2].slow = true; /* its acknowledgement of the first entry waits */
    campaign(c, 1);
    settle(c);
    persist(c, 2, 1);
    settle(c);
    ck_assert_int_eq(c->node[1].view->role, RAFT_LEADER);
    ck_assert_uint_eq(c->node[1].view->commit, 0);
    read_at(c, 1, 7);
    settle(c);
    expect(c, now[_i]);
    persist(c, 2, 9 < c->node[2].write_count ? 9 : c->node[2].write_count);
    c->node[2].slow = false;
    settle(c);
    expect(c, later[_i]);
    cluster_free(c);
}
END_TEST

START_TEST(a_lone_voter_answers_at_once)
{
    struct cluster *c = reading(1, (enum raft_flavor)_i, RAFT_READ_INDEX);
    elect(c, 1);
    read_at(c, 1, 7);
    expect(c, "7@1");
    cluster_free(c);
}
END_TEST

START_TEST(a_follower_asks_the_leader_and_answers_itself)
{
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_INDEX);
    elect(c, 1);
    read_at(c, 2, 7);
    ck_assert_uint_eq(flying(c, RAFT_MSG_READ_INDEX), 1);
    expect(c, "");
    settle(c);
    expect(c, "7@1");
    ck_assert_uint_eq(c->node[2].output.read_count, 1);
    cluster_free(c);
}
END_TEST

START_TEST(who_knows_no_leader_drops_a_read)
{
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_INDEX);
    read_at(c, 2, 7);
    expect(c, "7 dropped");
    campaign(c, 2);
    read_at(c, 2, 8);
    expect(c, "8 dropped");
    cluster_free(c);
}
END_TEST

START_TEST(who_stops_leading_drops_what_it_was_asked)
{
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_INDEX);
    elect(c, 1);
    isolate(c, 1);
    read_at(c, 1, 7);
    settle(c);
    elect(c, 2);
    heal(c);
    propose(c, 2, 5);
    settle(c);
    pass(c, 2 * TICK_NS);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    expect(c, "7 dropped");
    cluster_free(c);
}
END_TEST

START_TEST(learners_do_not_count_for_a_round)
{
    struct raft_options options = etcd_options();
    struct cluster *c = cluster_new(3, options);
    raft_set_remove(&c->members.voters, 3);
    raft_set_add(&c->members.learners, 3);
    cluster_start(c);
    elect(c, 1);
    isolate(c, 2);
    read_at(c, 1, 7);
    settle(c);
    expect(c, "");
    cluster_free(c);
}
END_TEST

START_TEST(a_lease_without_limit_answers_as_long_as_the_leader_believes)
{
    struct cluster *c = reading(3, RAFT_ETCD, RAFT_READ_LEASE);
    elect(c, 1);
    isolate(c, 1);
    tell(c, 3, (struct raft_input){.kind = RAFT_SET_TIMEOUT, .value = 100});
    pass_for(c, 3, 10 * TICK_NS); /* its vote is free again */
    elect(c, 2);
    propose(c, 2, 5);
    settle(c);
    read_at(c, 1, 7); /* stale: 2 leads and has committed more */
    expect(c, "7@1");
    cluster_free(c);
}
END_TEST

START_TEST(a_lease_with_a_limit_lasts_from_the_beginning_of_the_round)
{
    struct raft_options options = etcd_options();
    options.read = RAFT_READ_LEASE;
    options.read_lease_ns = 5 * TICK_NS;
    options.check_quorum = true;
    struct cluster *c = cluster_of(3, options);
    elect(c, 1);
    c->now_ns += TICK_NS;
    read_at(c, 1, 7);
    expect(c, "");
    c->now_ns += TICK_NS; /* the answers take a tick */
    settle(c);
    expect(c, "7@1");
    isolate(c, 1);
    c->now_ns += 4 * TICK_NS - 1;
    read_at(c, 1, 8);
    expect(c, "8@1");
    c->now_ns += 1;
    read_at(c, 1, 9);
    expect(c, "");
    cluster_free(c);
}
END_TEST

START_TEST(a_lease_with_a_limit_ends_with_a_transfer)
{
    struct raft_options options = etcd_options();
    options.read = RAFT_READ_LEASE;
    options.read_lease_ns = 5 * TICK_NS;
    options.check_quorum = true;
    struct cluster *c = cluster_of(3, options);
    elect(c, 1);
    read_at(c, 1, 7);
    settle(c);
    expect(c, "7@1");
    isolate(c, 1);
    transfer(c, 1, 2);
    read_at(c, 1, 8);
    expect(c, "");
    cluster_free(c);
}
END_TEST

START_TEST(a_local_read_is_answered_by_anybody_from_what_it_has_applied)
{
    struct cluster *c = reading(3, (enum raft_flavor)_i, RAFT_READ_LOCAL);
    read_at(c, 3, 6);
    expect(c, "6@0");
    elect(c, 1);
    isolate(c, 3);
    propose(c, 1, 5);
    settle(c);
    read_at(c, 3, 7);
    read_at(c, 1, 8);
    char text[64];
    ck_assert_str_eq(reads_text(c, text, sizeof text), _i == RAFT_PAPER ? "7@0 8@2" : "7@1 8@2");
    cluster_free(c);
}
END_TEST

START_TEST(heartbeats_name_no_round_when_nobody_reads)
{
    struct cluster *c = reading(3, RAFT_ETCD, RAFT_READ_INDEX);
    elect(c, 1);
    read_at(c, 1, 7);
    settle(c);
    c->now_ns += TICK_NS;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    ck_assert_uint_eq(flying(c, RAFT_MSG_HEARTBEAT), 2);
    ck_assert_uint_eq(c->network.at[0].message.index, 0);
    cluster_free(c);
}
END_TEST

Suite *suite_core_read(void)
{
    Suite *suite = suite_create("core_read");
    TCase *tests = tcase_create("core_read");
    tcase_add_loop_test(tests, a_leader_answers_at_its_commit_index_when_a_quorum_has_answered, 0,
                        3);
    tcase_add_loop_test(tests, a_leader_whom_nobody_answers_does_not_answer, 0, 3);
    tcase_add_loop_test(tests, an_answer_to_an_earlier_round_proves_nothing_for_a_later_read, 0, 3);
    tcase_add_loop_test(tests, a_later_round_answers_for_the_reads_before_it_in_their_order, 0, 3);
    tcase_add_loop_test(
        tests, before_an_entry_of_its_term_is_committed_a_leader_waits_or_as_raft_rs_drops, 0, 3);
    tcase_add_loop_test(tests, a_lone_voter_answers_at_once, 0, 3);
    tcase_add_loop_test(tests, a_follower_asks_the_leader_and_answers_itself, 0, 3);
    tcase_add_loop_test(tests, who_knows_no_leader_drops_a_read, 0, 3);
    tcase_add_loop_test(tests, who_stops_leading_drops_what_it_was_asked, 0, 3);
    tcase_add_test(tests, learners_do_not_count_for_a_round);
    tcase_add_test(tests, a_lease_without_limit_answers_as_long_as_the_leader_believes);
    tcase_add_test(tests, a_lease_with_a_limit_lasts_from_the_beginning_of_the_round);
    tcase_add_test(tests, a_lease_with_a_limit_ends_with_a_transfer);
    tcase_add_loop_test(tests, a_local_read_is_answered_by_anybody_from_what_it_has_applied, 0, 3);
    tcase_add_test(tests, heartbeats_name_no_round_when_nobody_reads);
    suite_add_tcase(suite, tests);
    return suite;
}
