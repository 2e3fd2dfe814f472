#include <stdlib.h>
#include <string.h>

#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

/* What clients' commands met with. */
struct tally {
    uint32_t proposed[8]; /* at each node */
    uint32_t dropped, committed;
    uint64_t first_ns; /* when the first came */
    uint64_t last_command;
    uint32_t clients; /* a bit for each that was heard of */
};

static void count(void *state, struct world *world, const struct record *record)
{
    struct tally *tally = state;
    (void)world;
    if (record->kind == RECORD_PROPOSAL_DROPPED) {
        tally->dropped++;
        return;
    }
    if (tally->first_ns == 0)
        tally->first_ns = record->at_ns;
    tally->proposed[record->node]++;
    tally->clients |= 1u << record->index;
    ck_assert_uint_ne(record->value, tally->last_command);
    tally->last_command = record->value;
}

static struct tally tallied(const char *cluster, const char *rest)
{
    struct lab lab;
    struct text plan = {0};
    struct tally tally = {0};
    text_add(&plan,
             "'duration': '20s', 'cluster': {%s 'raft': {'election_timeout': ['150ms', '300ms'],"
             "'heartbeat': '50ms'}}, %s",
             cluster, rest);
    lab_open_whole(&lab, text_of(&plan));
    lab_begin(&lab, 1, 0);
    world_subscribe(lab.world, RECORD_BIT(PROPOSED) | RECORD_BIT(PROPOSAL_DROPPED),
                    (struct subscription){.observe = count, .state = &tally});
    lab_run_to(&lab, 30000);
    uint32_t leader = world_leader(lab.world);
    ck_assert_uint_ne(leader, RAFT_NONE);
    tally.committed = (uint32_t)lab.world->nodes[leader].commit;
    text_close(&plan);
    lab_close(&lab);
    return tally;
}

static uint32_t all(const struct tally *tally)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < countof(tally->proposed); i++)
        sum += tally->proposed[i];
    return sum;
}

static uint32_t most(const struct tally *tally)
{
    uint32_t best = 0;
    for (size_t i = 0; i < countof(tally->proposed); i++)
        best = tally->proposed[i] > best ? tally->proposed[i] : best;
    return best;
}

START_TEST(commands_find_the_leader_and_stay_with_it)
{
    struct tally tally =
        tallied("'nodes': 5,", "'clients': [{'propose': {'every': '10ms', 'from': '1s'}}]");
    ck_assert_uint_ge(tally.first_ns, 1011 * NS_PER_MS);
    ck_assert_uint_eq(all(&tally), 1899);
    ck_assert_uint_ge(most(&tally), 1897);
    ck_assert_uint_ge(tally.committed + tally.dropped, 1899);
}
END_TEST

START_TEST(a_client_looks_for_the_next_leader)
{
    struct tally tally =
        tallied("'nodes': 5,", "'clients': [{'propose': {'every': '10ms', 'from': '1s'}}],"
                               "'timeline': [{'at': '5s', 'do': 'crash', 'node': 'leader'},"
                               "{'at': '10s', 'do': 'pause', 'node': 'leader'}]");
    uint32_t served = 0;
    for (uint32_t id = 1; id <= 5; id++)
        served += tally.proposed[id] > 300;
    ck_assert_uint_eq(served, 3);
    ck_assert_uint_gt(tally.committed, 1700);
}
END_TEST

START_TEST(each_client_has_its_own_times)
{
    struct tally tally = tallied("'nodes': 3,", "'clients': [{'propose': {'every': '1s'}},"
                                                "{'propose': {'every': '100ms',"
                                                " 'until': '10s'}}]");
    ck_assert_uint_eq(tally.clients, 6);
    ck_assert(all(&tally) > 110 && all(&tally) < 120);
}
END_TEST

START_TEST(a_client_in_a_zone_asks_there_first_and_is_as_far_as_the_zone)
{
    struct tally tally =
        tallied("'nodes': 4, 'zones': {'a': ['n1', 'n2'], 'b': ['n3', 'n4']},",
                "'clients': [{'propose': {'every': '2ms', 'until': '3ms'}, 'at': 'zone:b'}]");
    ck_assert_uint_eq(tally.proposed[3], 1);
    ck_assert_uint_eq(all(&tally), 1);
}
END_TEST

Suite *suite_client(void)
{
    Suite *suite = suite_create("client");
    TCase *each = tcase_create("client");
    tcase_add_test(each, commands_find_the_leader_and_stay_with_it);
    tcase_add_test(each, a_client_looks_for_the_next_leader);
    tcase_add_test(each, each_client_has_its_own_times);
    tcase_add_test(each, a_client_in_a_zone_asks_there_first_and_is_as_far_as_the_zone);
    suite_add_tcase(suite, each);
    return suite;
}
