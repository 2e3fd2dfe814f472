#include "sim/scenario.h"

#include <string.h>

#include "sim/quantity.h"
#include "sim/text.h"
#include "tests/unit/quoted.h"
#include "tests/unit/unit.h"

static void read_sound(const char *plan, struct scenario *scenario)
{
    struct error error;
    bool ok = quoted_read(plan, scenario, &error);
    ck_assert_msg(ok, "%s", error.text);
}

/* The digits of the nodes in a set: "134". */
static struct text digits(const struct raft_set *set)
{
    struct text text = {0};
    for (uint32_t id = raft_set_next(set, 0); id; id = raft_set_next(set, id))
        text_add(&text, "%u", id);
    return text;
}

static void expect_nodes(const struct raft_set *set, const char *expected)
{
    struct text text = digits(set);
    ck_assert_str_eq(text_of(&text), expected);
    text_close(&text);
}

/* ---- clusters ---- */

START_TEST(the_least_plan_has_defaults)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 3}}", &scenario);
    ck_assert_str_eq(scenario.name, "x");
    ck_assert_str_eq(scenario.backend, "raft");
    ck_assert_str_eq(scenario.preset, "paper");
    ck_assert_uint_eq(scenario.seed, 1);
    ck_assert(!scenario.duration_given);
    ck_assert_uint_eq(scenario.node_count, 3);
    ck_assert_str_eq(scenario.nodes[3].name, "n3");
    expect_nodes(&scenario.members.voters, "123");
    expect_nodes(&scenario.members.learners, "");
    ck_assert_uint_eq(scenario.nodes[1].options.election_min, 150 * NS_PER_MS);
    ck_assert_uint_eq(scenario.class_count, 1);
    ck_assert_uint_eq(scenario.classes[0].latency.a, NS_PER_MS);
    ck_assert_uint_eq(distribution_high(&scenario.fsync), 0);
    scenario_close(&scenario);
}
END_TEST

START_TEST(voters_and_learners_are_counted_or_listed)
{
    static const struct {
        const char *cluster, *voters, *learners;
    } rows[] = {
        {"'nodes': 5", "12345", ""},
        {"'nodes': 5, 'voters': 3", "123", ""},
        {"'nodes': 5, 'voters': 3, 'learners': 1", "123", "4"},
        {"'nodes': 5, 'learners': 2", "123", "45"},
        {"'nodes': 5, 'learners': 0", "12345", ""},
        {"'nodes': 5, 'voters': ['n2', 'n4'], 'learners': 2", "24", "13"},
        {"'nodes': 5, 'learners': ['n1', 'n3']", "245", "13"},
        {"'nodes': 5, 'voters': 'n1', 'learners': 'n5'", "1", "5"},
        {"'nodes': 5, 'zones': {'a': ['n1', 'n2', 'n3']}, 'voters': 'zone:a'", "123", ""},
        {"'nodes': ['a', 'b', 'c'], 'voters': ['c', 'a']", "13", ""},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct scenario scenario;
        struct text plan = {0};
        text_add(&plan, "{'cluster': {%s}}", rows[i].cluster);
        read_sound(text_of(&plan), &scenario);
        expect_nodes(&scenario.members.voters, rows[i].voters);
        expect_nodes(&scenario.members.learners, rows[i].learners);
        text_close(&plan);
        scenario_close(&scenario);
    }
}
END_TEST

START_TEST(names_of_nodes_stay_theirs)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': ['alpha', 'gamma'], 'zones': {'x': 'gamma'}}}", &scenario);
    ck_assert_uint_eq(scenario_node(&scenario, "alpha"), 1);
    ck_assert_uint_eq(scenario_node(&scenario, "gamma"), 2);
    ck_assert_uint_eq(scenario_node(&scenario, "beta"), 0);
    ck_assert_uint_eq(scenario.nodes[1].zone, 0);
    ck_assert_uint_eq(scenario.nodes[2].zone, 1);
    scenario_close(&scenario);
}
END_TEST

START_TEST(overrides_change_one_node_and_the_preset_in_force_is_known)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 4, 'zones': {'z': ['n3', 'n4']},"
               " 'raft': {'preset': 'etcd', 'election_ticks': 20},"
               " 'overrides': {'zone:z': {'pre_vote': false, 'tick_phase': '7ms'},"
               "               'n4': {'preset': 'raft-rs', 'priority': -2}}}}",
               &scenario);
    ck_assert_str_eq(scenario.preset, "etcd-3.6");
    ck_assert_uint_eq(scenario.nodes[1].options.election_max, 39);
    ck_assert(scenario.nodes[2].options.pre_vote && !scenario.nodes[3].options.pre_vote);
    ck_assert(scenario.nodes[3].tick_phase_given && !scenario.nodes[2].tick_phase_given);
    ck_assert_uint_eq(scenario.nodes[3].tick_phase_ns, 7 * NS_PER_MS);
    ck_assert_int_eq(scenario.nodes[4].options.flavor, RAFT_RAFT_RS);
    ck_assert_int_eq(scenario.nodes[4].options.priority, -2);
    ck_assert(scenario.nodes[4].burst && !scenario.nodes[4].tick_phase_given);
    scenario_close(&scenario);
}
END_TEST

START_TEST(timers_of_ones_own_are_no_preset)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 1, 'raft': {'tick': '1ms', 'election_ticks': 9,"
               " 'heartbeat_ticks': 1}}}",
               &scenario);
    ck_assert_ptr_null(scenario.preset);
    scenario_close(&scenario);
    read_sound("{'cluster': {'nodes': 1, 'raft': {'pre_vote': true}}}", &scenario);
    ck_assert_str_eq(scenario.preset, "paper");
    scenario_close(&scenario);
}
END_TEST

START_TEST(nodes_start_when_and_with_what_they_are_told)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 4, 'overrides': {"
               "'n1': {'start': 'never'}, 'n2': {'start': '2s'},"
               "'n3': {'start': {'at': '1s', 'log': [1, 1, 2]}},"
               "'n4': {'start': {'term': 7}}}}}",
               &scenario);
    const struct node_plan *nodes = scenario.nodes;
    ck_assert_int_eq(nodes[1].start, NODE_NEVER);
    ck_assert_uint_eq(nodes[2].start_ns, 2 * NS_PER_S);
    ck_assert_uint_eq(nodes[3].start_ns, NS_PER_S);
    ck_assert_uint_eq(nodes[3].first_count, 3);
    ck_assert_uint_eq(nodes[3].first_terms[2], 2);
    ck_assert_uint_eq(nodes[3].first_term, 2);
    ck_assert_uint_eq(nodes[4].first_term, 7);
    ck_assert_uint_eq(nodes[4].first_count, 0);
    scenario_close(&scenario);
}
END_TEST

/* ---- networks ---- */

static const struct link_class *link_of(const struct scenario *scenario, uint32_t from, uint32_t to)
{
    return &scenario->classes[scenario->link_classes[from * (scenario->node_count + 1) + to]];
}

START_TEST(later_links_override_only_the_keys_they_give)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 4, 'zones': {'a': ['n1', 'n2'], 'b': ['n3', 'n4']}},"
               " 'network': {'latency': '1ms', 'loss': 0.5, 'links': ["
               "   {'from': 'zone:a', 'to': 'zone:b', 'both': true, 'rtt': '10ms'},"
               "   {'from': 'n1', 'loss': 0},"
               "   {'to': ['n1', 'n4'], 'order': 'fifo', 'duplicate': 1}]}}",
               &scenario);
    const uint64_t half = UINT64_C(1) << 63;
    const struct {
        uint32_t from, to;
        uint64_t latency_ms, loss, duplicate;
        uint32_t fifo;
    } rows[] = {
        {1, 2, 1, 0, 0, 0},          {2, 1, 1, half, UINT64_MAX, 1},
        {1, 3, 5, 0, 0, 0},          {3, 1, 5, half, UINT64_MAX, 1},
        {1, 4, 5, 0, UINT64_MAX, 1}, {3, 2, 5, half, 0, 0},
        {4, 3, 1, half, 0, 0},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        const struct link_class *class = link_of(&scenario, rows[i].from, rows[i].to);
        ck_assert_uint_eq(class->latency.a, rows[i].latency_ms * NS_PER_MS);
        ck_assert_uint_eq(class->loss, rows[i].loss);
        ck_assert_uint_eq(class->duplicate, rows[i].duplicate);
        ck_assert_uint_eq(class->fifo, rows[i].fifo);
    }
    ck_assert(scenario.any_fifo);
    scenario_close(&scenario);
}
END_TEST

START_TEST(links_share_no_memory_of_their_distributions)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 3},"
               " 'network': {'latency': {'mixture': [[1, '1ms'], [2, {'mixture': [[1, '2ms']]}]]},"
               " 'links': [{'from': 'n1', 'loss': 0.5}, {'to': 'n1', 'loss': 0.1}]}}",
               &scenario);
    ck_assert_uint_eq(scenario.class_count, 3);
    for (uint32_t i = 1; i < scenario.class_count; i++) {
        ck_assert_ptr_ne(scenario.classes[i].latency.parts, scenario.classes[0].latency.parts);
        ck_assert_uint_eq(distribution_high(&scenario.classes[i].latency), 2 * NS_PER_MS);
    }
    scenario_close(&scenario);
}
END_TEST

START_TEST(disks_clocks_and_clients_are_read)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 3, 'zones': {'a': 'n2', 'b': ['n1', 'n3']}, 'step': '2us'},"
               " 'disk': {'fsync': '3ms', 'blocks': 'node'},"
               " 'clock': {'zone:b': {'drift_ppm': 200}, 'n3': {'offset': '-3ms'}},"
               " 'clients': [{'propose': {'every': '1ms'}},"
               "             {'propose': {'every': '2ms', 'from': '1s', 'until': '2s'},"
               "              'at': 'zone:b'}, {'propose': {'every': '1ms'}, 'at': 'n2'}]}",
               &scenario);
    ck_assert_uint_eq(scenario.fsync.a, 3 * NS_PER_MS);
    ck_assert(scenario.fsync_blocks_node);
    ck_assert_uint_eq(scenario.step_time.a, 2000);
    ck_assert_int_eq(scenario.nodes[1].drift_ppm, 200);
    ck_assert_int_eq(scenario.nodes[2].drift_ppm, 0);
    ck_assert_int_eq(scenario.nodes[3].drift_ppm, 200);
    ck_assert_int_eq(scenario.nodes[3].clock_offset_ns, -3000000);
    ck_assert_uint_eq(scenario.client_count, 3);
    ck_assert_uint_eq(raft_set_count(&scenario.clients[0].near), 0);
    ck_assert_uint_eq(scenario.clients[0].until_ns, NS_MAX);
    expect_nodes(&scenario.clients[1].near, "13");
    expect_nodes(&scenario.clients[2].near, "2");
    ck_assert_uint_eq(scenario.clients[1].until_ns, 2 * NS_PER_S);
    scenario_close(&scenario);
}
END_TEST

/* ---- plans ---- */

START_TEST(items_keep_their_place_their_chance_and_their_parameters)
{
    struct scenario scenario;
    read_sound("{'duration': '30s', 'cluster': {'nodes': 5, 'zones': {'a': ['n1', 'n2']}},\n"
               " 'timeline': [\n"
               "  {'at': '5s', 'do': 'crash', 'node': ['leader', 'zone:a', 'n5'], 'for': '3s'},\n"
               "  {'id': 'second', 'when': {'record': 'term', 'count': 4, 'node': 'n2'},\n"
               "   'after': '1ms', 'do': 'heal', 'optional': true}],\n"
               " 'chaos': [{'every': '2s', 'from': '1s', 'do': 'pause', 'node': 'random',\n"
               "            'for': '40s', 'max_down': 2}]}",
               &scenario);
    ck_assert_uint_eq(scenario.item_count, 3);
    const struct item *crash = &scenario.items[0], *heal = crash + 1, *pause = crash + 2;
    ck_assert_str_eq(crash->id, "timeline[0]");
    ck_assert_uint_eq(crash->key, name_hash("timeline[0]"));
    ck_assert_uint_eq(crash->place.line, 3);
    ck_assert_uint_eq(crash->place.column, 3);
    ck_assert_str_eq(crash->place.path, "$.timeline[0]");
    ck_assert_str_eq(crash->action->name, "crash");
    ck_assert_uint_eq(crash->subject->count, 2);
    ck_assert_int_eq(crash->subject->items[0].kind, TARGET_LEADER);
    expect_nodes(&crash->subject->items[1].nodes, "125");
    ck_assert(crash->at_given && crash->for_given && !crash->when.given && !crash->chaos);
    ck_assert_uint_eq(crash->length.a, 3 * NS_PER_S);
    ck_assert_str_eq(heal->id, "second");
    ck_assert(heal->when.given && heal->optional && !heal->at_given && !heal->for_given);
    ck_assert_uint_eq(heal->when.count, 4);
    ck_assert_uint_eq(heal->when.node, 2);
    ck_assert_uint_eq(heal->after.a, NS_PER_MS);
    ck_assert_str_eq(pause->id, "chaos[0]");
    ck_assert(pause->chaos);
    ck_assert_uint_eq(pause->from_ns, NS_PER_S);
    ck_assert_uint_eq(pause->until_ns, NS_MAX);
    ck_assert_uint_eq(pause->max_down, 2);
    scenario_close(&scenario);
}
END_TEST

START_TEST(in_chaos_from_is_a_time_or_a_sender)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 3}, 'chaos': ["
               "{'every': '1s', 'do': 'cut', 'from': '2s', 'to': 'n1'},"
               "{'every': '1s', 'do': 'cut', 'from': 'n2', 'to': 'n1'}]}",
               &scenario);
    ck_assert_uint_eq(scenario.items[0].from_ns, 2 * NS_PER_S);
    ck_assert_uint_eq(scenario.items[0].subject->count, 0);
    ck_assert_uint_eq(scenario.items[1].from_ns, 0);
    ck_assert_uint_eq(scenario.items[1].subject->count, 1);
    scenario_close(&scenario);
}
END_TEST

START_TEST(an_expectation_is_split_into_metric_statistic_window_and_bounds)
{
    static const struct {
        const char *key, *metric, *statistic;
        uint32_t window;
    } rows[] = {
        {"failover[crash].total_ms.max", "failover[crash].total_ms", "max", 0},
        {"failover.total_ms", "failover.total_ms", NULL, 0},
        {"leaders.count@calm", "leaders", "count", 1},
        {"messages.vote.sent@calm", "messages.vote.sent", NULL, 1},
        {"x.p999", "x", "p999", 0},
        {"x.p5@calm", "x", "p5", 1},
        {"x.p", "x.p", NULL, 0},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct scenario scenario;
        struct text plan = {0};
        text_add(&plan,
                 "{'cluster': {'nodes': 3}, 'windows': {'calm': ['1s', '2s']},"
                 " 'expect': {'%s': ['>= 1.5', '<= 500ms']}}",
                 rows[i].key);
        read_sound(text_of(&plan), &scenario);
        const struct expectation *expectation = &scenario.expect.items[0];
        ck_assert_str_eq(expectation->text, rows[i].key);
        ck_assert_str_eq(expectation->metric, rows[i].metric);
        ck_assert_pstr_eq(expectation->statistic, rows[i].statistic);
        ck_assert_uint_eq(expectation->window, rows[i].window);
        ck_assert_uint_eq(expectation->bound_count, 2);
        ck_assert_int_eq(expectation->bounds[0].op, BOUND_GE);
        ck_assert(!expectation->bounds[0].time && expectation->bounds[1].time);
        ck_assert_double_eq(expectation->bounds[0].number, 1.5);
        ck_assert_double_eq(expectation->bounds[1].number, 500);
        ck_assert_str_eq(expectation->bounds[1].text, "<= 500ms");
        text_close(&plan);
        scenario_close(&scenario);
    }
}
END_TEST

START_TEST(safety_liveness_and_sweeps_are_expected_in_words)
{
    struct scenario scenario;
    read_sound("{'cluster': {'nodes': 3}, 'until': {'record': 'became_leader'},"
               " 'expect': {'safety': 'broken:one-vote-per-term', 'liveness': 'absent'},"
               " 'sweep': {'seeds': '5..9', 'expect': {'safety': 'holds', 'x.max': '< 1'}}}",
               &scenario);
    ck_assert_str_eq(scenario.expect.items[0].word, "broken:one-vote-per-term");
    ck_assert_str_eq(scenario.expect.items[1].word, "absent");
    ck_assert_uint_eq(scenario.sweep_first, 5);
    ck_assert_uint_eq(scenario.sweep_last, 9);
    ck_assert_uint_eq(scenario.sweep_expect.count, 2);
    ck_assert_int_eq(scenario.sweep_expect.items[1].bounds[0].op, BOUND_LT);
    ck_assert(scenario.until.given);
    ck_assert_uint_eq(scenario.until.count, 1);
    ck_assert_int_eq(scenario.until.kind, RECORD_BECAME_LEADER);
    scenario_close(&scenario);
}
END_TEST

static uint64_t digest_of(const char *plan)
{
    struct scenario scenario;
    read_sound(plan, &scenario);
    uint64_t digest = scenario.digest;
    scenario_close(&scenario);
    return digest;
}

START_TEST(the_digest_is_of_what_is_said_not_of_how_it_is_spaced)
{
    uint64_t digest = digest_of("{'cluster': {'nodes': 3}, 'network': {'loss': 0.1}}");
    ck_assert_uint_eq(digest, digest_of("{'cluster':{'nodes':3},\n'network':{'loss':0.1}}"));
    ck_assert_uint_ne(digest, digest_of("{'cluster': {'nodes': 3}, 'network': {'loss': 0.2}}"));
    /* Both are the same double. */
    ck_assert_uint_ne(
        digest,
        digest_of("{'cluster': {'nodes': 3}, 'network': {'loss': 0.10000000000000000001}}"));
}
END_TEST

Suite *suite_scenario(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tests = tcase_create("scenario");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, the_least_plan_has_defaults);
    tcase_add_test(tests, voters_and_learners_are_counted_or_listed);
    tcase_add_test(tests, names_of_nodes_stay_theirs);
    tcase_add_test(tests, overrides_change_one_node_and_the_preset_in_force_is_known);
    tcase_add_test(tests, timers_of_ones_own_are_no_preset);
    tcase_add_test(tests, nodes_start_when_and_with_what_they_are_told);
    tcase_add_test(tests, later_links_override_only_the_keys_they_give);
    tcase_add_test(tests, links_share_no_memory_of_their_distributions);
    tcase_add_test(tests, disks_clocks_and_clients_are_read);
    tcase_add_test(tests, items_keep_their_place_their_chance_and_their_parameters);
    tcase_add_test(tests, in_chaos_from_is_a_time_or_a_sender);
    tcase_add_test(tests, an_expectation_is_split_into_metric_statistic_window_and_bounds);
    tcase_add_test(tests, safety_liveness_and_sweeps_are_expected_in_words);
    tcase_add_test(tests, the_digest_is_of_what_is_said_not_of_how_it_is_spaced);
    return suite;
}
