#include <stdlib.h>
#include <string.h>

#include "sim/deed.h"
#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

/* Faults of every kind until 20 s; `rest` may end them. */
#define FAULTS(rest)                                                                               \
    "'duration': '25s', 'disk': {'fsync': {'uniform': ['1ms', '4ms']}},"                           \
    "'clients': [{'propose': {'every': '50ms'}}], 'chaos': ["                                      \
    "{'every': {'exponential': '2s'}, 'until': '20s', 'do': 'crash', 'node': 'random',"            \
    " 'for': {'uniform': ['50ms', '3s']}},"                                                        \
    "{'every': {'exponential': '4s'}, 'until': '20s', 'do': 'crash', 'node': 'leader'},"           \
    "{'every': {'exponential': '2s'}, 'until': '20s', 'do': 'pause', 'node': 'random',"            \
    " 'for': {'uniform': ['50ms', '9s']}},"                                                        \
    "{'every': {'exponential': '3s'}, 'until': '20s', 'do': 'isolate', 'node': 'random'},"         \
    "{'every': {'exponential': '3s'}, 'until': '20s', 'do': 'partition',"                          \
    " 'sides': [['minority'], ['others']], 'for': {'uniform': ['500ms', '9s']}},"                  \
    "{'every': {'exponential': '3s'}, 'until': '20s', 'do': 'flap', 'node': 'random',"             \
    " 'down': {'exponential': '300ms'}, 'up': {'exponential': '200ms'}},"                          \
    "{'every': {'exponential': '3s'}, 'until': '20s', 'do': 'loss', 'probability': 1},"            \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'hold'},"                              \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'delay', 'add': '20ms'},"              \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'disk-stall', 'node': 'random',"       \
    " 'blocks': 'node'},"                                                                          \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'disk-slow', 'node': 'random',"        \
    " 'fsync': '30ms', 'blocks': 'writes'},"                                                       \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'disk-full', 'node': 'random'},"       \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'disk-lie', 'node': 'random'},"        \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'clock-drift', 'node': 'random',"      \
    " 'ppm': 90000},"                                                                              \
    "{'every': {'exponential': '5s'}, 'until': '20s', 'do': 'slow', 'node': 'random',"             \
    " 'add': '1ms'}], 'timeline': [" rest "]"

static void expect_whole_node(const struct node *node)
{
    ck_assert(node->running);
    ck_assert_uint_eq(node->downs, 0);
    ck_assert_uint_eq(node->holds, node->disk.holds_node);
    ck_assert_uint_eq(node->disk.stalls + node->disk.full + node->disk.lies, 0);
    ck_assert_uint_eq(node->disk.blocks + node->disk.unblocks, 0);
    ck_assert_int_eq(node->clock.ppm, 0);
}

/* Nothing is left of any fault: every count is what it was at the start. */
static void expect_whole(const struct world *world)
{
    for (uint32_t from = 1; from <= world->node_count; from++) {
        expect_whole_node(&world->nodes[from]);
        for (uint32_t to = 1; to <= world->node_count; to++)
            ck_assert(link_up(world, from, to));
    }
    for (uint32_t i = 0; i < world->deed_count; i++)
        ck_assert(!world->deeds[i].running && !world->deeds[i].held);
    ck_assert_uint_eq(world->sender_count + world->writer_count + world->stepper_count, 0);
}

START_TEST(healing_everything_leaves_nothing_broken)
{
    struct lab lab;
    lab_open(&lab, FAULTS("{'at': '20s', 'do': 'heal'}"));
    lab_begin(&lab, (uint64_t)_i, 0);
    lab_run_to(&lab, 20001);
    ck_assert_uint_gt(lab.world->deed_count, 20);
    expect_whole(lab.world);
    lab_run_to(&lab, 26000);
    ck_assert_int_eq(lab.end, RUN_DURATION);
    lab_close(&lab);
}
END_TEST

START_TEST(healing_some_and_then_all_leaves_nothing_broken)
{
    struct lab lab;
    lab_open(&lab, FAULTS("{'at': '5s', 'do': 'heal', 'node': 'majority'},"
                          "{'at': '9s', 'do': 'heal', 'node': ['n1', 'n2']},"
                          "{'at': '12s', 'do': 'heal', 'node': ['n2', 'n3', 'n4']},"
                          "{'at': '20s', 'do': 'heal'}"));
    lab_begin(&lab, (uint64_t)_i, 0);
    lab_run_to(&lab, 20001);
    expect_whole(lab.world);
    lab_close(&lab);
}
END_TEST

START_TEST(a_healed_core_is_whole_among_itself)
{
    struct lab lab;
    lab_open(&lab, FAULTS("{'at': '19s', 'do': 'heal', 'node': ['n1', 'n3', 'n5']}"));
    lab_begin(&lab, (uint64_t)_i, 0);
    lab_run_to(&lab, 19000);
    while (lab.world->deeds[lab.world->deed_count - 1].action != action_find("heal"))
        ck_assert_int_eq(world_step(lab.world), RUN_GOES_ON);
    for (uint32_t id = 1; id <= 5; id += 2) {
        expect_whole_node(&lab.world->nodes[id]);
        for (uint32_t to = 1; to <= 5; to += 2)
            ck_assert(link_up(lab.world, id, to));
    }
    lab_close(&lab);
}
END_TEST

/* How many nodes were down at most, and how often something was skipped. */
struct toll {
    uint32_t down, most, begun, skipped;
};

static void count(void *state, struct world *world, const struct record *record)
{
    struct toll *toll = state;
    (void)world;
    toll->begun += record->kind == RECORD_ACTION_BEGIN;
    toll->skipped += record->kind == RECORD_ACTION_SKIPPED;
    if (record->kind == RECORD_CRASHED && ++toll->down > toll->most)
        toll->most = toll->down;
    if (record->kind == RECORD_STARTED && toll->down > 0)
        toll->down--;
}

static struct toll toll_of(const char *plan, uint64_t seed)
{
    struct lab lab;
    struct toll toll = {0};
    lab_open(&lab, plan);
    lab_begin(&lab, seed, 0);
    world_subscribe(lab.world, LAB_DEEDS, (struct subscription){.observe = count, .state = &toll});
    lab_run_to(&lab, 100000);
    lab_close(&lab);
    return toll;
}

START_TEST(never_are_more_nodes_down_than_allowed)
{
    struct toll toll =
        toll_of("'duration': '60s', 'chaos': [{'every': {'exponential': '500ms'}, 'max_down': 2,"
                "'do': 'crash', 'node': 'random', 'for': {'uniform': ['1s', '3s']}}]",
                (uint64_t)_i);
    ck_assert_uint_eq(toll.most, 2);
    ck_assert_uint_gt(toll.begun, 20);
    ck_assert_uint_gt(toll.skipped, 20);
}
END_TEST

START_TEST(a_node_cut_off_counts_as_down)
{
    struct toll toll =
        toll_of("'duration': '9500ms', 'timeline': [{'at': '0s', 'do': 'isolate', 'node': 'n1'}],"
                "'chaos': [{'every': '1s', 'max_down': 1, 'do': 'crash', 'node': 'n2'}]",
                1);
    ck_assert_uint_eq(toll.most, 0);
    ck_assert_uint_eq(toll.skipped, 9);
}
END_TEST

START_TEST(a_partition_cuts_off_its_smaller_side)
{
    const char *plan = "'duration': '3s', 'chaos': [{'every': '2s', 'max_down': %d, 'do': "
                       "'partition', 'sides': [['n1', 'n2'], ['n3', 'n4', 'n5']]}]";
    struct text text = {0};
    for (int most = 1; most <= 2; most++) {
        text_clear(&text);
        text_add(&text, plan, most);
        struct toll toll = toll_of(text_of(&text), 1);
        ck_assert_uint_eq(toll.begun, most == 2);
        ck_assert_uint_eq(toll.skipped, most == 1);
    }
    text_close(&text);
}
END_TEST

START_TEST(chaos_comes_every_so_often_between_from_and_until)
{
    struct lab lab;
    lab_open(&lab, "'duration': '9s', 'chaos': [{'every': '1s', 'from': '2s', 'until': '6s',"
                   "'do': 'heal'}]");
    ck_assert_str_eq(lab_run(&lab, 1, RECORD_BIT(ACTION_BEGIN)),
                     "3000 action_begin n1\n4000 action_begin n1\n5000 action_begin n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_miss_in_the_timeline_ends_the_run)
{
    struct lab lab;
    lab_open(&lab, "'duration': '9s', 'timeline': [{'at': '5s', 'do': 'disk-lose', 'node': 'n1'},"
                   "{'at': '10ms', 'do': 'pause', 'node': 'leader'}]");
    ck_assert_str_eq(lab_run(&lab, 1, LAB_DEEDS & ~RECORD_BIT(STARTED)), "10 action_skipped 1\n");
    ck_assert_int_eq(lab.end, RUN_MISSED_TARGET);
    ck_assert_uint_eq(lab.world->missed_item, 2);
    lab_close(&lab);
}
END_TEST

START_TEST(until_ends_the_run)
{
    struct lab lab;
    lab_open(&lab, "'duration': '9s', 'until': {'record': 'became_leader'}");
    lab_run(&lab, 1, RECORD_BIT(BECAME_LEADER));
    ck_assert_int_eq(lab.end, RUN_UNTIL);
    ck_assert_uint_lt(lab.world->now_ns, 4 * NS_PER_S);
    lab_close(&lab);
}
END_TEST

Suite *suite_chaos(void)
{
    Suite *suite = suite_create("chaos");
    TCase *each = tcase_create("chaos");
    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, healing_everything_leaves_nothing_broken, 0, 20);
    tcase_add_loop_test(each, healing_some_and_then_all_leaves_nothing_broken, 0, 20);
    tcase_add_loop_test(each, a_healed_core_is_whole_among_itself, 0, 20);
    tcase_add_loop_test(each, never_are_more_nodes_down_than_allowed, 0, 10);
    tcase_add_test(each, a_node_cut_off_counts_as_down);
    tcase_add_test(each, a_partition_cuts_off_its_smaller_side);
    tcase_add_test(each, chaos_comes_every_so_often_between_from_and_until);
    tcase_add_test(each, a_miss_in_the_timeline_ends_the_run);
    tcase_add_test(each, until_ends_the_run);
    suite_add_tcase(suite, each);
    return suite;
}
