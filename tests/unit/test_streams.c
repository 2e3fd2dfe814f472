#include <stdlib.h>
#include <string.h>

#include "tests/unit/lab.h"
#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

enum { NODES = 8, EACH = 200, MESSAGES = 100000, TERMS = 50 };

/* What chance gave in a run: how long the n-th message of a kind took on its link, and the first
 * election timeout of each node in each term. 0: it did not come to that. */
struct draws {
    uint64_t latency_ns[NODES][NODES][RAFT_MSG_KINDS][EACH];
    uint32_t sent[NODES][NODES][RAFT_MSG_KINDS];
    uint64_t timeout[NODES][TERMS];
    uint64_t sent_at_ns[MESSAGES];
    uint32_t number[MESSAGES];
    uint64_t hash;
};

static void note_draw(void *state, struct world *world, const struct record *record)
{
    struct draws *draws = state;
    if (record->kind == RECORD_TERM) {
        ck_assert_uint_lt(record->term, TERMS);
        draws->timeout[record->node][record->term] = world->nodes[record->node].view->timeout;
        return;
    }
    ck_assert_uint_lt(record->value, MESSAGES);
    if (record->kind == RECORD_SENT) {
        draws->sent_at_ns[record->value] = record->at_ns;
        draws->number[record->value] = draws->sent[record->node][record->peer][record->message]++;
        return;
    }
    uint32_t number = draws->number[record->value];
    if (number < EACH)
        draws->latency_ns[record->peer][record->node][record->message][number] =
            record->at_ns - draws->sent_at_ns[record->value];
}

/* A plan in parts, so that a test changes one. */
static struct draws *drawn(const char *nodes, const char *rest)
{
    struct lab lab;
    struct text plan = {0};
    struct draws *draws = allocate(1, sizeof *draws);
    text_add(&plan,
             "'duration': '20s', 'cluster': {'nodes': %s, 'raft': {'election_timeout': "
             "['150ms', '300ms'], 'heartbeat': '50ms'}}, 'disk': {'fsync': {'uniform': ['1ms', "
             "'4ms']}}, 'clients': [{'propose': {'every': '100ms'}}], %s",
             nodes, rest);
    lab_open_whole(&lab, text_of(&plan));
    lab_begin(&lab, 3, 0);
    world_subscribe(lab.world, RECORD_BIT(SENT) | RECORD_BIT(DELIVERED) | RECORD_BIT(TERM),
                    (struct subscription){.observe = note_draw, .state = draws});
    lab_run_to(&lab, 30000);
    draws->hash = trace_hash_value(&lab.world->hash);
    text_close(&plan);
    lab_close(&lab);
    return draws;
}

/* Whatever came to be drawn in both runs came out the same; returns how much that was. */
static uint32_t expect_same(const struct draws *a, const struct draws *b)
{
    uint32_t common = 0, differ = 0;
    const uint64_t *left = &a->latency_ns[0][0][0][0], *right = &b->latency_ns[0][0][0][0];
    for (size_t i = 0; i < sizeof a->latency_ns / sizeof *left; i++) {
        common += left[i] && right[i];
        differ += left[i] && right[i] && left[i] != right[i];
    }
    for (uint32_t id = 1; id < NODES; id++)
        for (uint32_t term = 1; term < TERMS; term++) {
            uint64_t first = a->timeout[id][term], second = b->timeout[id][term];
            common += first && second;
            differ += first && second && first != second;
        }
    ck_assert_uint_eq(differ, 0);
    return common;
}

static const struct pair {
    const char *nodes, *rest;
    bool same_run;
} pairs[] = {
    {"['n1', 'n2', 'n3', 'n4', 'n5', 'n6']", "'name': 'a node'", false},
    {"5", "'timeline': [{'when': {'record': 'crashed'}, 'do': 'crash', 'node': 'n1'}]", true},
    {"5", "'chaos': [{'every': '1h', 'do': 'crash', 'node': 'random'}]", true},
    {"5", "'timeline': [{'at': '4s', 'do': 'loss', 'probability': 0.5, 'for': '3s'}]", false},
    {"5", "'timeline': [{'at': '4s', 'do': 'crash', 'node': 'random', 'for': '3s'}]", false},
    {"5", "'chaos': [{'every': '1s', 'do': 'campaign', 'node': 'random'}]", false},
};

START_TEST(what_is_added_moves_no_other_draw)
{
    struct draws *plain = drawn("5", "'name': 'plain'");
    struct draws *more = drawn(pairs[_i].nodes, pairs[_i].rest);
    ck_assert_uint_gt(expect_same(plain, more), 500);
    ck_assert_int_eq(plain->hash == more->hash, pairs[_i].same_run);
    free(plain);
    free(more);
}
END_TEST

START_TEST(another_seed_moves_the_draws)
{
    struct lab lab;
    lab_open(&lab, "'duration': '5s'");
    lab_run(&lab, 1, 0);
    uint64_t first = trace_hash_value(&lab.world->hash);
    lab_run(&lab, 2, 0);
    ck_assert_uint_ne(first, trace_hash_value(&lab.world->hash));
    lab_run(&lab, 1, 0);
    ck_assert_uint_eq(first, trace_hash_value(&lab.world->hash));
    lab_close(&lab);
}
END_TEST

START_TEST(watching_changes_no_run)
{
    struct lab lab;
    lab_open(&lab, "'duration': '5s', 'timeline': [{'at': '3s', 'do': 'crash', 'node': 'leader'}]");
    lab_run(&lab, 1, 0);
    uint64_t blind = trace_hash_value(&lab.world->hash);
    lab_run(&lab, 1, UINT64_MAX);
    ck_assert_uint_eq(blind, trace_hash_value(&lab.world->hash));
    lab_close(&lab);
}
END_TEST

/* All metrics, invariants, windows and expectations are at work, and move nothing. */
START_TEST(measuring_and_judging_change_no_run)
{
    const char plan[] =
        "'seed': 4, 'duration': '20s', 'windows': {'w': ['4s', '5s']}, 'expect': {'events@w': "
        "'> 0'}, 'cluster': {'nodes': 5, 'raft': {'preset': 'paper'}}, 'timeline': [{'at': '3s', "
        "'do': 'crash', 'node': 'leader', 'for': '5s'}], 'clients': [{'propose': {'every': "
        "'70ms'}}]";
    struct lab lab;
    struct stage stage;
    lab_open_whole(&lab, plan);
    lab_run(&lab, 4, 0);
    stage_open(&stage, plan);
    stage_run(&stage);
    ck_assert_uint_eq(trace_hash_value(&lab.world->hash), stage.run->trace_hash);
    ck_assert_uint_eq(lab.world->events, stage.run->events);
    lab_close(&lab);
    stage_close(&stage);
}
END_TEST

static const char *crash_of(struct lab *lab, const char *others)
{
    struct text plan = {0};
    text_add(&plan,
             "'duration': '20s', 'timeline': [%s{'id': 'x', 'at': {'uniform': ['5s', "
             "'10s']}, 'do': 'crash', 'node': 'random', 'for': {'exponential': '1s'}}]",
             others);
    lab_open(lab, text_of(&plan));
    text_close(&plan);
    return lab_run(lab, 5, RECORD_BIT(CRASHED) | RECORD_BIT(ACTION_END));
}

START_TEST(an_item_with_an_id_keeps_its_draws_wherever_it_stands)
{
    struct lab alone, among;
    const char *first = crash_of(&alone, "");
    const char *second =
        crash_of(&among, "{'at': '1s', 'do': 'loss', 'probability': 0.1}, "
                         "{'id': 'y', 'at': '2s', 'do': 'restart', 'node': 'n2'},");
    second = strstr(second, "crashed n2\n");
    ck_assert_ptr_nonnull(second);
    ck_assert_str_eq(first, second + strlen("crashed n2\n"));
    lab_close(&alone);
    lab_close(&among);
}
END_TEST

Suite *suite_streams(void)
{
    Suite *suite = suite_create("streams");
    TCase *each = tcase_create("streams");
    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, what_is_added_moves_no_other_draw, 0, (int)countof(pairs));
    tcase_add_test(each, another_seed_moves_the_draws);
    tcase_add_test(each, watching_changes_no_run);
    tcase_add_test(each, measuring_and_judging_change_no_run);
    tcase_add_test(each, an_item_with_an_id_keeps_its_draws_wherever_it_stands);
    suite_add_tcase(suite, each);
    return suite;
}
