#include <string.h>

#include "sim/scenario.h"
#include "sim/text.h"
#include "tests/unit/lab.h"
#include "tests/unit/quoted.h"
#include "tests/unit/unit.h"

static void read_topics_of(const char *cluster, const char *members, struct scenario *scenario)
{
    struct text plan = {0};
    struct error error;
    text_add(&plan, "{'duration': '30s', 'cluster': %s, %s}", cluster, members);
    ck_assert_msg(quoted_read(text_of(&plan), scenario, &error), "%s", error.text);
    text_close(&plan);
}

#define ORDERS "'topics': [{'name': 'orders', 'partitions': 6}]"

START_TEST(a_topic_has_kafkas_defaults_and_the_fixed_rules)
{
    static const struct {
        const char *cluster;
        uint32_t factor;
    } rows[] = {{"{'nodes': 1}", 1}, {"{'nodes': 2}", 2}, {"{'nodes': 5}", 3}};
    for (size_t i = 0; i < countof(rows); i++) {
        struct scenario scenario;
        read_topics_of(rows[i].cluster, ORDERS, &scenario);
        ck_assert_str_eq(scenario.topic_names[0], "orders");
        ck_assert_uint_eq(scenario.layout.partition_count, 6);
        ck_assert_uint_eq(scenario.topics[0].replication_factor, rows[i].factor);
        ck_assert_uint_eq(scenario.topics[0].min_insync, 1);
        ck_assert(!scenario.topics[0].unclean);
        ck_assert_str_eq(scenario.elector->name, "fixed");
        scenario_close(&scenario);
    }
}
END_TEST

START_TEST(a_plan_without_topics_has_no_elector)
{
    struct scenario scenario;
    read_topics_of("{'nodes': 3}", "'seed': 1", &scenario);
    ck_assert_uint_eq(scenario.layout.partition_count, 0);
    ck_assert_ptr_null(scenario.elector);
    scenario_close(&scenario);
}
END_TEST

START_TEST(replicas_go_round_the_nodes_and_begin_anew_with_each_topic)
{
    static const struct {
        uint32_t partition, replicas[3];
    } rows[] = {
        {0, {1, 2, 3}}, {1, {2, 3, 4}}, {2, {3, 4, 1}}, {3, {4, 1, 2}},
        {4, {1, 2, 3}}, {5, {1, 2, 0}}, {6, {2, 3, 0}},
    };
    struct scenario scenario;
    read_topics_of("{'nodes': 4}",
                   "'topics': [{'name': 'a', 'partitions': 5}, {'name': 'b', 'partitions': 2, "
                   "'replication_factor': 2, 'unclean_leader_election': true}]",
                   &scenario);
    const struct metadata_layout *layout = &scenario.layout;
    ck_assert_uint_eq(layout->stride, 3);
    ck_assert_uint_eq(layout->broker_count, 4);
    ck_assert_uint_eq(layout->partition_count, countof(rows));
    for (size_t i = 0; i < countof(rows); i++) {
        const struct metadata_topic *topic = metadata_topic(layout, rows[i].partition);
        ck_assert_uint_eq(topic == &layout->topics[1], rows[i].partition >= 5);
        for (uint32_t at = 0; at < topic->replication_factor; at++)
            ck_assert_uint_eq(metadata_replica(layout, rows[i].partition, at),
                              rows[i].replicas[at]);
    }
    ck_assert(layout->topics[1].unclean);
    scenario_close(&scenario);
}
END_TEST

START_TEST(an_elector_has_its_rules_settings_and_what_the_plan_changes)
{
    struct scenario scenario;
    read_topics_of("{'nodes': 3}",
                   ORDERS ", 'elector': {'timeout': '7s', 'elr': true, 'initialise': 'at-start', "
                          "'rules': 'chronik-2.2.3'}",
                   &scenario);
    struct elector_options expected = elector_find("chronik-2.2.3")->options;
    const struct elector_options *got = &scenario.elector_options;
    ck_assert_str_eq(scenario.elector->name, "chronik-2.2.3");
    ck_assert_uint_eq(got->timeout_ns, 7 * NS_PER_S);
    ck_assert(got->elr && got->at_start);
    ck_assert_uint_eq(got->check_ns, expected.check_ns);
    ck_assert_uint_eq(got->heartbeat_ns, expected.heartbeat_ns);
    ck_assert_uint_eq(got->lag_ns, expected.lag_ns);
    scenario_close(&scenario);
}
END_TEST

START_TEST(a_client_that_produces_says_how_safely_and_how_patiently)
{
    static const struct {
        const char *settings;
        uint32_t acks;
        uint64_t timeout_s, give_up_s;
    } rows[] = {
        {"", ACKS_ALL, 30, 120},
        {", 'acks': 'all'", ACKS_ALL, 30, 120},
        {", 'acks': 1", ACKS_LEADER, 30, 120},
        {", 'acks': '1'", ACKS_LEADER, 30, 120},
        {", 'acks': 0", ACKS_NONE, 30, 120},
        {", 'acks': '0'", ACKS_NONE, 30, 120},
        {", 'timeout': '5s'", ACKS_ALL, 5, 120},
        {", 'give_up': '10s'", ACKS_ALL, 10, 10},
        {", 'timeout': '200s', 'give_up': '300s'", ACKS_ALL, 200, 300},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct scenario scenario;
        struct text members = {0};
        text_add(&members,
                 "'topics': [{'name': 'a', 'partitions': 1}, {'name': 'b', 'partitions': 1}], "
                 "'clients': [{'propose': {'every': '1s'}}, "
                 "{'produce': {'topic': 'b', 'every': '1s'%s}}]",
                 rows[i].settings);
        read_topics_of("{'nodes': 3}", text_of(&members), &scenario);
        const struct client_plan *client = &scenario.clients[1];
        ck_assert_int_eq(scenario.clients[0].kind, CLIENT_PROPOSES);
        ck_assert_int_eq(client->kind, CLIENT_PRODUCES);
        ck_assert_uint_eq(client->topic, 1);
        ck_assert_uint_eq(client->acks, rows[i].acks);
        ck_assert_uint_eq(client->timeout_ns, rows[i].timeout_s * NS_PER_S);
        ck_assert_uint_eq(client->give_up_ns, rows[i].give_up_s * NS_PER_S);
        text_close(&members);
        scenario_close(&scenario);
    }
}
END_TEST

START_TEST(a_partitions_leader_is_a_target_by_its_number_over_all_topics)
{
    struct scenario scenario;
    read_topics_of("{'nodes': 3}",
                   "'topics': [{'name': 'a', 'partitions': 4}, {'name': 'b', 'partitions': 2}], "
                   "'timeline': [{'at': '1s', 'do': 'crash', 'node': ['partition-leader:a/3', "
                   "'partition-leader:b/1']}]",
                   &scenario);
    const struct targets *targets = scenario.items[0].subject;
    ck_assert_uint_eq(targets->count, 2);
    ck_assert_int_eq(targets->items[0].kind, TARGET_PARTITION_LEADER);
    ck_assert_uint_eq(targets->items[0].partition, 3);
    ck_assert_uint_eq(targets->items[1].partition, 5);
    scenario_close(&scenario);
}
END_TEST

/* Which partitions got a record between 5.5 and 6.5 s, a bit each. */
static void see_appended(void *state, struct world *world, const struct record *record)
{
    (void)world;
    if (record->at_ns > 5500 * NS_PER_MS && record->at_ns < 6500 * NS_PER_MS)
        *(uint32_t *)state |= UINT32_C(1) << record->index;
}

START_TEST(produce_stop_silences_a_partition_a_topic_or_what_a_broker_leads)
{
    static const struct {
        const char *what;
        uint32_t producing;
    } rows[] = {
        {"'do': 'heal'", 0xf},
        {"'do': 'produce-stop', 'topic': 'a', 'partition': 2, 'for': '5s'", 0xb},
        {"'do': 'produce-stop', 'topic': 'a', 'for': '5s'", 0x8},
        {"'do': 'produce-stop', 'topic': 'b', 'partition': 0", 0x7},
        {"'do': 'produce-stop', 'node': 'partition-leader:a/1', 'for': '5s'", 0xd},
        {"'do': 'produce-stop', 'node': 'n1', 'for': '5s'", 0x6},
        {"'do': 'produce-stop', 'node': 'n1', 'for': '100ms'", 0xf},
        {"'do': 'elect', 'topic': 'a', 'partition': 1", 0xf},
        {"'do': 'heartbeat-stop', 'node': 'partition-leader:b/0', 'for': '1s'", 0xf},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct lab lab;
        struct text plan = {0};
        uint32_t producing = 0;
        text_add(&plan,
                 "'duration': '15s', 'cluster': {'nodes': 3}, "
                 "'topics': [{'name': 'a', 'partitions': 3}, {'name': 'b', 'partitions': 1}], "
                 "'clients': [{'produce': {'topic': 'a', 'every': '20ms'}}, "
                 "{'produce': {'topic': 'b', 'every': '20ms'}}], "
                 "'timeline': [{'at': '5s', %s}]",
                 rows[i].what);
        lab_open_whole(&lab, text_of(&plan));
        lab_begin(&lab, 1, 0);
        world_subscribe(lab.world, RECORD_BIT(APPENDED),
                        (struct subscription){.observe = see_appended, .state = &producing});
        lab_run_to(&lab, 15000);
        ck_assert_msg(producing == rows[i].producing, "%s: %x", rows[i].what, producing);
        ck_assert_int_ne(lab.end, RUN_MISSED_TARGET);
        text_close(&plan);
        lab_close(&lab);
    }
}
END_TEST

Suite *suite_topics(void)
{
    Suite *suite = suite_create("topics");
    TCase *tests = tcase_create("topics");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_topic_has_kafkas_defaults_and_the_fixed_rules);
    tcase_add_test(tests, a_plan_without_topics_has_no_elector);
    tcase_add_test(tests, replicas_go_round_the_nodes_and_begin_anew_with_each_topic);
    tcase_add_test(tests, an_elector_has_its_rules_settings_and_what_the_plan_changes);
    tcase_add_test(tests, a_client_that_produces_says_how_safely_and_how_patiently);
    tcase_add_test(tests, a_partitions_leader_is_a_target_by_its_number_over_all_topics);
    tcase_add_test(tests, produce_stop_silences_a_partition_a_topic_or_what_a_broker_leads);
    return suite;
}
