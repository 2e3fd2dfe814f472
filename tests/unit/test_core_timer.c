/* Ticks counted without an event for each: compared with a model that does count them. */
#include "raft/chance.h"
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

#include <string.h>

enum { BASE = 10, BEAT = 3 };

/* Node 1 of 3, tick by tick as etcd/raft's tick() goes; it counts what it would have sent. */
struct model {
    bool pre_vote, check_quorum;
    enum raft_role role;
    uint32_t lead;
    bool active; /* a peer was heard of since the last check */
    uint64_t term, elapsed, beats, timeout, draws;
    uint64_t heartbeats, requests;
};

static void model_reset(struct model *model, enum raft_role role, uint64_t term)
{
    if (term != model->term)
        model->draws = 0;
    model->term = term;
    model->role = role;
    model->lead = role == RAFT_LEADER ? 1 : RAFT_NONE;
    model->elapsed = model->beats = 0;
    uint64_t bits = chance_draw(chance_draw(1001, term), model->draws++);
    model->timeout = chance_between(bits, BASE, 2 * BASE - 1);
    model->active = false;
}

static void model_campaign(struct model *model, bool prevote)
{
    model->requests += 2;
    if (!prevote) {
        model_reset(model, RAFT_CANDIDATE, model->term + 1);
        return;
    }
    model->role = RAFT_PRE_CANDIDATE;
    model->lead = RAFT_NONE;
}

static void model_leader_tick(struct model *model)
{
    model->beats++;
    if (++model->elapsed >= BASE) {
        model->elapsed = 0;
        if (model->check_quorum && !model->active)
            model_reset(model, RAFT_FOLLOWER, model->term);
        model->active = false;
    }
    if (model->role == RAFT_LEADER && model->beats >= BEAT) {
        model->beats = 0;
        model->heartbeats += 2;
    }
}

static void model_tick(struct model *model)
{
    if (model->role == RAFT_LEADER) {
        model_leader_tick(model);
    } else if (++model->elapsed >= model->timeout) {
        model->elapsed = 0;
        model_campaign(model, model->pre_vote);
    }
}

static void model_message(struct model *model, const struct raft_message *message)
{
    bool leads = message->kind == RAFT_MSG_HEARTBEAT;
    if (leads && message->term >= model->term && model->role != RAFT_LEADER) {
        if (message->term > model->term || model->role != RAFT_FOLLOWER)
            model_reset(model, RAFT_FOLLOWER, message->term);
        model->elapsed = 0;
        model->lead = 2;
    } else if (leads && message->term > model->term) {
        model_reset(model, RAFT_FOLLOWER, message->term);
        model->lead = 2;
    }
    if (message->kind == RAFT_MSG_HEARTBEAT_REPLY && message->term == model->term)
        model->active |= model->role == RAFT_LEADER;
    if (message->kind == RAFT_MSG_PREVOTE_REPLY && model->role == RAFT_PRE_CANDIDATE)
        model_campaign(model, false);
    else if (message->kind == RAFT_MSG_VOTE_REPLY && message->term == model->term &&
             model->role == RAFT_CANDIDATE)
        model_reset(model, RAFT_LEADER, model->term);
}

/* What may come in next: a heartbeat, an answer to whatever was asked, or nothing but time. */
static bool next_message(const struct model *model, uint64_t bits, struct raft_message *message)
{
    static const uint8_t kinds[] = {RAFT_MSG_HEARTBEAT, RAFT_MSG_HEARTBEAT_REPLY,
                                    RAFT_MSG_PREVOTE_REPLY, RAFT_MSG_VOTE_REPLY};
    uint64_t choice = bits % 9;
    *message = (struct raft_message){.from = 2, .to = 1, .term = model->term};
    if (choice >= 4 || (choice == 0 && bits >> 8 & 1))
        return false;
    message->kind = kinds[choice];
    message->term += choice == 2 || (choice == 0 && model->role == RAFT_LEADER);
    return message->term > 0;
}

static uint64_t counted(struct cluster *c, enum raft_message_kind one, enum raft_message_kind other)
{
    uint64_t count = flying(c, one) + (other == one ? 0 : flying(c, other));
    return count;
}

static void same(const struct model *model, const struct raft_view *view)
{
    ck_assert_int_eq(view->role, model->role);
    ck_assert_uint_eq(view->term, model->term);
    ck_assert_uint_eq(view->lead, model->lead);
    ck_assert_uint_eq(view->timeout, model->timeout);
}

/* Advances both to now: the model by every tick in between. */
static void follow(struct model *model, uint64_t *ticks, const struct cluster *c)
{
    uint64_t phase_ns = c->config.tick_phase_ns, tick_ns = c->config.options.tick_ns;
    uint64_t passed = c->now_ns < phase_ns ? 0 : (c->now_ns - phase_ns) / tick_ns + 1;
    for (; *ticks < passed; ++*ticks)
        model_tick(model);
}

static struct cluster *any_node(uint64_t key)
{
    struct raft_options options = etcd_options();
    options.heartbeat = BEAT;
    options.pre_vote = chance_draw(key, 0) & 1;
    options.check_quorum = chance_draw(key, 1) & 1;
    options.tick_ns = 1 + chance_between(chance_draw(key, 2), 0, 1000);
    struct cluster *c = cluster_new(3, options);
    c->config.tick_phase_ns = chance_between(chance_draw(key, 3), 0, options.tick_ns - 1);
    c->now_ns = chance_between(chance_draw(key, 4), 0, 5 * options.tick_ns);
    cluster_start(c);
    return c;
}

START_TEST(any_history_of_ticks_missed_and_messages_is_that_of_counting_each_tick)
{
    uint64_t key = chance_draw(77, (uint64_t)_i), sent = 0, ticks = 0;
    struct cluster *c = any_node(key);
    struct model model = {0}, unused = {0};
    follow(&unused, &ticks, c); /* ticks before the start do not count */
    model.pre_vote = c->config.options.pre_vote;
    model.check_quorum = c->config.options.check_quorum;
    model_reset(&model, RAFT_FOLLOWER, 0);
    for (uint64_t n = 100; n < 400; n += 2) {
        struct raft_message message;
        uint64_t bits = chance_draw(key, n);
        uint64_t most_ns = (bits >> 20 & 7) ? 6 : 60; /* sometimes a long pause */
        c->now_ns +=
            chance_between(chance_draw(key, n + 1), 0, most_ns * c->config.options.tick_ns);
        follow(&model, &ticks, c);
        if (next_message(&model, bits, &message)) {
            receive(c, message, NULL);
            model_message(&model, &message);
        } else {
            tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
        }
        same(&model, c->node[1].view);
        sent += counted(c, RAFT_MSG_HEARTBEAT, RAFT_MSG_HEARTBEAT);
        ck_assert_uint_eq(sent, model.heartbeats);
        lose_all(c);
    }
    cluster_free(c);
}
END_TEST

START_TEST(the_deadline_is_the_tick_at_which_something_happens_and_none_before_it)
{
    uint64_t key = chance_draw(78, (uint64_t)_i), ticks = 0;
    struct cluster *c = any_node(key);
    struct model model = {0}, unused = {0};
    follow(&unused, &ticks, c);
    model.pre_vote = c->config.options.pre_vote;
    model.check_quorum = c->config.options.check_quorum;
    model_reset(&model, RAFT_FOLLOWER, 0);
    for (int n = 0; n < 100; n++) {
        uint64_t requests = model.requests;
        ck_assert_uint_gt(c->node[1].deadline_ns, c->now_ns);
        c->now_ns = c->node[1].deadline_ns - 1;
        follow(&model, &ticks, c);
        ck_assert_uint_eq(model.requests, requests);
        c->now_ns++;
        follow(&model, &ticks, c);
        ck_assert_uint_ne(model.requests, requests);
        tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
        ck_assert_uint_eq(counted(c, RAFT_MSG_VOTE, RAFT_MSG_PREVOTE), 2);
        same(&model, c->node[1].view);
        lose_all(c);
    }
    cluster_free(c);
}
END_TEST

START_TEST(every_timeout_of_the_range_occurs_and_nothing_else)
{
    struct cluster *c = cluster_of(2, etcd_options());
    unsigned seen[30] = {0};
    isolate(c, 2);
    for (int n = 0; n < 1000; n++) {
        pass_for(c, 1, c->node[1].deadline_ns - c->now_ns);
        ck_assert_uint_ge(c->node[1].view->timeout, 10);
        ck_assert_uint_le(c->node[1].view->timeout, 19);
        seen[c->node[1].view->timeout]++;
        c->note_count = 0;
    }
    for (int timeout = 10; timeout <= 19; timeout++)
        ck_assert_uint_ge(seen[timeout], 60);
    cluster_free(c);
}
END_TEST

START_TEST(nodes_seldom_time_out_together)
{
    unsigned together = 0;
    for (uint64_t term = 1; term <= 1000; term++) {
        uint64_t timeout[5];
        unsigned least = 0;
        for (uint64_t id = 0; id < 5; id++)
            timeout[id] = chance_between(chance_draw(chance_draw(1001 + id, term), 0), 10, 19);
        for (int id = 1; id < 5; id++)
            least = timeout[id] < timeout[least] ? (unsigned)id : least;
        for (unsigned id = least + 1; id < 5; id++)
            if (timeout[id] == timeout[least]) {
                together++;
                break;
            }
    }
    ck_assert_uint_lt(together, 350);
}
END_TEST

START_TEST(a_timeout_set_by_hand_holds_until_the_next_is_drawn)
{
    struct cluster *c = cluster_of(2, etcd_options());
    tell(c, 1, (struct raft_input){.kind = RAFT_SET_TIMEOUT, .value = 40});
    ck_assert_uint_eq(c->node[1].deadline_ns, 4000000000);
    c->now_ns = 700000000;
    tell(c, 1, (struct raft_input){.kind = RAFT_SET_TIMEOUT, .value = 3});
    ck_assert_uint_eq(c->node[1].deadline_ns, 800000000); /* passed already: the next tick */
    c->now_ns = 800000000;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    ck_assert_int_eq(c->node[1].view->role, RAFT_CANDIDATE);
    ck_assert_uint_ge(c->node[1].view->timeout, 10);
    cluster_free(c);
}
END_TEST

START_TEST(a_node_that_may_not_campaign_has_no_deadline)
{
    struct cluster *c = cluster_new(2, etcd_options());
    raft_set_remove(&c->members.voters, 1);
    raft_set_add(&c->members.learners, 1);
    cluster_start(c);
    ck_assert_uint_eq(c->node[1].deadline_ns, UINT64_MAX);
    c->now_ns = UINT64_C(1) << 60;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    cluster_free(c);
}
END_TEST

static struct raft_options ranges(void)
{
    return (struct raft_options){.flavor = RAFT_ETCD,
                                 .election_min = 150000000,
                                 .election_max = 300000000,
                                 .election_base = 150000000,
                                 .heartbeat = 50000000};
}

START_TEST(without_ticks_a_timer_is_exact_and_fires_once_however_late)
{
    struct cluster *c = cluster_of(3, ranges());
    uint64_t timeout = c->node[1].view->timeout;
    ck_assert_uint_eq(c->node[1].deadline_ns, timeout);
    c->now_ns = 10 * timeout + 3;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    ck_assert_uint_eq(c->node[1].view->term, 1);
    ck_assert_uint_eq(c->node[1].deadline_ns, c->now_ns + c->node[1].view->timeout);
    receive(c, (struct raft_message){.kind = RAFT_MSG_VOTE_REPLY, .from = 2, .to = 1, .term = 1},
            NULL);
    ck_assert_uint_eq(c->node[1].deadline_ns, c->now_ns + 50000000);
    lose_all(c);
    c->now_ns += 500000000;
    tell(c, 1, (struct raft_input){.kind = RAFT_TIMEOUT});
    ck_assert_uint_eq(flying(c, RAFT_MSG_HEARTBEAT), 2);
    ck_assert_uint_eq(c->node[1].deadline_ns, c->now_ns + 50000000);
    cluster_free(c);
}
END_TEST

START_TEST(a_timer_that_is_due_fires_before_a_message_of_the_same_instant)
{
    struct cluster *c = cluster_of(3, _i ? etcd_options() : ranges());
    c->now_ns = c->node[1].deadline_ns;
    receive(c, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 2, .to = 1, .term = 1},
            NULL);
    ck_assert(said(c, RAFT_NOTE_CAMPAIGN_TIMEOUT));
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    ck_assert_uint_eq(c->node[1].view->vote, 1);
    ck_assert_uint_eq(c->node[1].view->lead, 2);
    cluster_free(c);
}
END_TEST

START_TEST(candidates_may_draw_from_a_range_of_their_own_that_doubles)
{
    struct raft_options options = etcd_options();
    options.candidate_min = 30;
    options.candidate_max = 33;
    options.backoff = 3;
    struct cluster *c = cluster_of(2, options);
    isolate(c, 2);
    ck_assert_uint_le(c->node[1].view->timeout, 19);
    uint64_t greatest[8] = {0};
    for (uint64_t round = 0; round < 400; round++) {
        for (int attempt = 0; attempt < 8; attempt++) {
            campaign(c, 1);
            uint64_t timeout = c->node[1].view->timeout;
            ck_assert_uint_ge(timeout, 30);
            greatest[attempt] = timeout > greatest[attempt] ? timeout : greatest[attempt];
        }
        lose_all(c);
        uint64_t term = c->node[1].view->term;
        receive(c,
                (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 2, .to = 1, .term = term},
                NULL);
        ck_assert_uint_le(c->node[1].view->timeout, 19); /* a leader was heard of: as before */
        c->note_count = 0;
        lose_all(c);
    }
    for (int attempt = 0; attempt < 8; attempt++)
        ck_assert_uint_eq(greatest[attempt], 30 + (3u << (attempt < 3 ? attempt : 3)));
    cluster_free(c);
}
END_TEST

START_TEST(who_has_led_campaigns_as_if_for_the_first_time)
{
    struct raft_options options = etcd_options();
    options.candidate_min = 30;
    options.candidate_max = 31;
    options.backoff = 9;
    options.check_quorum = true;
    struct cluster *c = cluster_of(3, options);
    for (int times = 0; times < 9; times++)
        campaign(c, 1);
    lose_all(c);
    elect(c, 1);
    isolate(c, 1);
    pass_for(c, 1, 2000000000);
    ck_assert_int_eq(c->node[1].view->role, RAFT_FOLLOWER);
    campaign(c, 1);
    ck_assert_uint_le(c->node[1].view->timeout, 31);
    cluster_free(c);
}
END_TEST

START_TEST(the_same_term_gives_a_node_the_same_timeouts_whatever_else_happened)
{
    struct cluster *c = cluster_of(3, etcd_options()), *d = cluster_of(3, etcd_options());
    pass(c, 700000000);
    receive(d, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 2, .to = 1, .term = 1},
            NULL);
    receive(c, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 3, .to = 1, .term = 4},
            NULL);
    receive(d, (struct raft_message){.kind = RAFT_MSG_HEARTBEAT, .from = 2, .to = 1, .term = 4},
            NULL);
    ck_assert_uint_eq(c->node[1].view->timeout, d->node[1].view->timeout);
    cluster_free(c);
    cluster_free(d);
}
END_TEST

Suite *suite_core_timer(void)
{
    Suite *suite = suite_create("core_timer");
    TCase *tests = tcase_create("core");
    tcase_add_loop_test(
        tests, any_history_of_ticks_missed_and_messages_is_that_of_counting_each_tick, 0, 60);
    tcase_add_loop_test(
        tests, the_deadline_is_the_tick_at_which_something_happens_and_none_before_it, 0, 10);
    tcase_add_test(tests, every_timeout_of_the_range_occurs_and_nothing_else);
    tcase_add_test(tests, nodes_seldom_time_out_together);
    tcase_add_test(tests, a_timeout_set_by_hand_holds_until_the_next_is_drawn);
    tcase_add_test(tests, a_node_that_may_not_campaign_has_no_deadline);
    tcase_add_test(tests, without_ticks_a_timer_is_exact_and_fires_once_however_late);
    tcase_add_loop_test(tests, a_timer_that_is_due_fires_before_a_message_of_the_same_instant, 0,
                        2);
    tcase_add_test(tests, candidates_may_draw_from_a_range_of_their_own_that_doubles);
    tcase_add_test(tests, who_has_led_campaigns_as_if_for_the_first_time);
    tcase_add_test(tests, the_same_term_gives_a_node_the_same_timeouts_whatever_else_happened);
    suite_add_tcase(suite, tests);
    return suite;
}
