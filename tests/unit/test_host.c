#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

enum { NODES = 3 };

/* What a run was seen to do. */
struct seen {
    uint64_t counts[RECORD_KINDS][NODES + 1]; /* by node */
    uint64_t applied, discarded;              /* entries, by whatever node */
    uint64_t first_sent_ns, last_sent_ns;
    uint64_t silence_ns;         /* the longest from n1 to n3 */
    uint64_t off_grid, phase_ns; /* messages sent elsewhere than 100 ms apart, from this on */
};

static void see_sent(struct seen *seen, const struct record *record)
{
    if (seen->first_sent_ns == 0)
        seen->first_sent_ns = record->at_ns;
    seen->off_grid += record->at_ns % (100 * NS_PER_MS) != seen->phase_ns;
    if (record->node != 1 || record->peer != 3)
        return;
    if (seen->last_sent_ns && record->at_ns - seen->last_sent_ns > seen->silence_ns)
        seen->silence_ns = record->at_ns - seen->last_sent_ns;
    seen->last_sent_ns = record->at_ns;
}

static void see(void *state, struct world *world, const struct record *record)
{
    struct seen *seen = state;
    (void)world;
    seen->counts[record->kind][record->node]++;
    if (record->kind == RECORD_SENT)
        see_sent(seen, record);
    if (record->kind == RECORD_APPLIED)
        seen->applied += record->index - record->value;
    if (record->kind == RECORD_APPLY_DISCARDED)
        seen->discarded += record->index - record->value;
}

/* Runs a plan of 20 s to its end. */
static void run(struct lab *lab, struct seen *seen, const char *cluster, const char *more)
{
    struct text plan = {0};
    text_add(&plan, "'duration': '20s', 'cluster': %s, %s", cluster, more);
    lab_open_whole(lab, text_of(&plan));
    text_close(&plan);
    lab_begin(lab, 1, 0);
    world_subscribe(lab->world, ~UINT64_C(0), (struct subscription){.observe = see, .state = seen});
    while (lab->end == RUN_GOES_ON)
        lab->end = world_step(lab->world);
    ck_assert_int_eq(lab->end, RUN_DURATION);
}

static uint64_t count(const struct seen *seen, enum record_kind kind)
{
    uint64_t sum = 0;
    for (uint32_t id = 1; id <= NODES; id++)
        sum += seen->counts[kind][id];
    return sum;
}

/* Three nodes whose timers do not fire within the plan, with this fault; n1 campaigns at 1 s. */
#define LED(fault)                                                                                 \
    "{'nodes': 3, 'raft': {'election_timeout': ['50s', '90s'], 'heartbeat': '100ms'" fault "}}"
#define CAMPAIGN "{'at': '1s', 'do': 'campaign', 'node': 'n1'}"

START_TEST(without_transport_nothing_is_sent_and_nobody_is_elected)
{
    struct lab lab;
    struct seen seen = {0};
    run(&lab, &seen, LED(", 'no_transport': true"), "'timeline': [" CAMPAIGN "]");
    ck_assert_uint_eq(count(&seen, RECORD_SENT), 0);
    ck_assert_uint_eq(seen.counts[RECORD_LOST][1], 2);
    ck_assert_uint_eq(count(&seen, RECORD_BECAME_LEADER), 0);
    lab_close(&lab);
}
END_TEST

START_TEST(a_restart_may_bring_the_transport_back)
{
    struct lab lab;
    struct seen seen = {0};
    run(&lab, &seen, LED(", 'no_transport': true"),
        "'timeline': [" CAMPAIGN ", {'at': '2s', 'do': 'restart', 'node': 'all', 'set': "
        "{'no_transport': false}}, {'at': '3s', 'do': 'campaign', 'node': 'n1'}]");
    ck_assert_uint_eq(seen.counts[RECORD_BECAME_LEADER][1], 1);
    lab_close(&lab);
}
END_TEST

START_TEST(without_its_loop_a_node_never_asks_answers_or_takes_a_proposal)
{
    struct lab lab;
    struct seen seen = {0};
    run(&lab, &seen,
        "{'nodes': 3, 'raft': {'election_timeout': ['1s', '2s'], 'heartbeat': '100ms'}, "
        "'overrides': {'n1': {'no_loop': true}}}",
        "'timeline': [{'at': '5s', 'do': 'propose', 'node': 'n1', 'count': 7}]");
    ck_assert_uint_eq(seen.counts[RECORD_CAMPAIGN][1], 0);
    ck_assert_uint_eq(seen.counts[RECORD_SENT][1], 0);
    ck_assert_uint_eq(seen.counts[RECORD_WRITE][1], 0);
    ck_assert_uint_eq(seen.counts[RECORD_PROPOSED][1], 7);
    ck_assert_uint_eq(count(&seen, RECORD_BECAME_LEADER), 1);
    ck_assert_uint_eq(lab.world->nodes[2].commit, 1);
    lab_close(&lab);
}
END_TEST

START_TEST(without_voters_the_term_stays_zero_and_proposals_are_dropped)
{
    struct lab lab;
    struct seen seen = {0};
    run(&lab, &seen,
        "{'nodes': 3, 'raft': {'election_timeout': ['1s', '2s'], 'heartbeat': '100ms', "
        "'no_voters': true}}",
        "'timeline': [{'at': '1s', 'do': 'campaign', 'node': 'all'}, "
        "{'at': '5s', 'do': 'propose', 'node': 'n2', 'count': 7}]");
    ck_assert_uint_eq(count(&seen, RECORD_TERM), 0);
    ck_assert_uint_eq(count(&seen, RECORD_SENT), 0);
    ck_assert_uint_eq(seen.counts[RECORD_PROPOSAL_DROPPED][2], 7);
    lab_close(&lab);
}
END_TEST

START_TEST(a_lone_voter_that_discards_its_light_ready_commits_and_applies_nothing)
{
    static const struct {
        const char *cluster;
        uint64_t applied, discarded;
    } rows[] = {
        {"{'nodes': 1, 'raft': {'preset': 'chronik-2.2.3'}}", 31, 0},
        {"{'nodes': 1, 'raft': {'preset': 'chronik-2.2.3', 'discard_light_ready': true}}", 0, 31},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct lab lab;
        struct seen seen = {0};
        run(&lab, &seen, rows[i].cluster,
            "'timeline': [{'at': '5s', 'do': 'propose', 'node': 'n1', 'count': 30}]");
        ck_assert_uint_eq(lab.world->nodes[1].commit, 31);
        ck_assert_uint_eq(lab.world->nodes[1].view->applied, 31);
        ck_assert_uint_eq(seen.applied, rows[i].applied);
        ck_assert_uint_eq(seen.discarded, rows[i].discarded);
        lab_close(&lab);
    }
}
END_TEST

START_TEST(a_follower_that_discards_its_light_ready_catches_up_and_applies_nothing)
{
    struct lab lab;
    struct seen seen = {0};
    run(&lab, &seen,
        "{'nodes': 3, 'raft': {'preset': 'chronik-2.2.3'}, 'overrides': {'n3': {'start': '10s', "
        "'discard_light_ready': true}}}",
        "'timeline': [{'at': '5s', 'do': 'propose', 'node': 'leader', 'count': 50}]");
    ck_assert_uint_eq(lab.world->nodes[3].view->applied, 51);
    ck_assert_uint_eq(seen.counts[RECORD_APPLIED][3], 0);
    ck_assert_uint_eq(seen.discarded, 51);
    ck_assert_uint_eq(seen.applied, 2 * 51);
    lab_close(&lab);
}
END_TEST

START_TEST(a_host_that_persists_after_it_sends_does_not_wait_for_its_disk)
{
    static const struct {
        const char *cluster;
        uint64_t sent_ms;
    } rows[] = {{LED(""), 1050}, {LED(", 'persist_after_send': true"), 1000}};
    for (size_t i = 0; i < countof(rows); i++) {
        struct lab lab;
        struct seen seen = {0};
        run(&lab, &seen, rows[i].cluster, "'disk': {'fsync': '50ms'}, 'timeline': [" CAMPAIGN "]");
        ck_assert_uint_eq(seen.first_sent_ns, rows[i].sent_ms * NS_PER_MS);
        lab_close(&lab);
    }
}
END_TEST

START_TEST(a_dead_peer_holds_up_a_shared_send_queue_for_6550_ms_a_message)
{
    static const struct {
        const char *cluster;
        uint64_t silence_ms;
    } rows[] = {{LED(""), 100}, {LED(", 'shared_send_queue': true"), 6550}};
    for (size_t i = 0; i < countof(rows); i++) {
        struct lab lab;
        struct seen seen = {0};
        run(&lab, &seen, rows[i].cluster,
            "'timeline': [" CAMPAIGN ", {'at': '5s', 'do': 'crash', 'node': 'n2'}]");
        ck_assert_uint_ge(seen.silence_ns, rows[i].silence_ms * NS_PER_MS);
        ck_assert_uint_lt(seen.silence_ns, (rows[i].silence_ms + 110) * NS_PER_MS);
        lab_close(&lab);
    }
}
END_TEST

START_TEST(a_peer_that_is_cut_off_holds_up_a_shared_send_queue_too)
{
    struct lab lab;
    struct seen seen = {0};
    run(&lab, &seen, LED(", 'shared_send_queue': true"),
        "'timeline': [" CAMPAIGN ", {'at': '5s', 'do': 'isolate', 'node': 'n2', 'for': '1s'}]");
    ck_assert_uint_ge(seen.silence_ns, 6550 * NS_PER_MS);
    lab_close(&lab);
}
END_TEST

START_TEST(output_at_ticks_leaves_only_on_the_nodes_own_grid)
{
    static const struct {
        const char *fault;
        bool off_grid;
    } rows[] = {{"", true}, {", 'output_at_ticks': true", false}};
    for (size_t i = 0; i < countof(rows); i++) {
        struct lab lab;
        struct text cluster = {0};
        struct seen seen = {.phase_ns = 30 * NS_PER_MS};
        text_add(&cluster,
                 "{'nodes': 3, 'raft': {'preset': 'chronik-2.2.3', 'tick_phase': '30ms'%s}}",
                 rows[i].fault);
        run(&lab, &seen, text_of(&cluster), "'seed': 1");
        ck_assert_uint_eq(count(&seen, RECORD_BECAME_LEADER), 1);
        ck_assert_uint_eq(seen.off_grid > 0, rows[i].off_grid);
        text_close(&cluster);
        lab_close(&lab);
    }
}
END_TEST

Suite *suite_host(void)
{
    Suite *suite = suite_create("host");
    TCase *tests = tcase_create("host");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, without_transport_nothing_is_sent_and_nobody_is_elected);
    tcase_add_test(tests, a_restart_may_bring_the_transport_back);
    tcase_add_test(tests, without_its_loop_a_node_never_asks_answers_or_takes_a_proposal);
    tcase_add_test(tests, without_voters_the_term_stays_zero_and_proposals_are_dropped);
    tcase_add_test(tests, a_lone_voter_that_discards_its_light_ready_commits_and_applies_nothing);
    tcase_add_test(tests, a_follower_that_discards_its_light_ready_catches_up_and_applies_nothing);
    tcase_add_test(tests, a_host_that_persists_after_it_sends_does_not_wait_for_its_disk);
    tcase_add_test(tests, a_dead_peer_holds_up_a_shared_send_queue_for_6550_ms_a_message);
    tcase_add_test(tests, a_peer_that_is_cut_off_holds_up_a_shared_send_queue_too);
    tcase_add_test(tests, output_at_ticks_leaves_only_on_the_nodes_own_grid);
    return suite;
}
