#include <stdlib.h>

#include "sim/deed.h"
#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

enum { DEEDS = 2000 };

/* A world of `nodes` nodes that all run, nobody leading, after 100 ms. */
static void open_quiet(struct lab *lab, int nodes)
{
    struct text plan = {0};
    text_add(&plan,
             "'duration': '10s', 'cluster': {'nodes': %d, 'raft': {'election_timeout': "
             "['50s', '90s'], 'heartbeat': '100ms'}}",
             nodes);
    lab_open_whole(lab, text_of(&plan));
    text_close(&plan);
    lab_begin(lab, 1, 0);
    lab_run_to(lab, 100);
}

static bool aim(struct lab *lab, uint64_t key, struct target target, struct raft_set *nodes)
{
    struct deed deed = {.key = key};
    struct targets targets = {1, &target};
    return targets_resolve(lab->world, &deed, &targets, NULL, nodes);
}

static uint32_t one(struct lab *lab, uint64_t key, enum target_kind kind)
{
    struct raft_set nodes;
    if (!aim(lab, key, (struct target){.kind = kind}, &nodes))
        return RAFT_NONE;
    ck_assert_uint_eq(raft_set_count(&nodes), 1);
    return raft_set_next(&nodes, 0);
}

START_TEST(every_running_node_is_drawn_alike)
{
    struct lab lab;
    uint32_t times[6] = {0};
    open_quiet(&lab, 5);
    for (uint64_t key = 0; key < DEEDS; key++)
        times[one(&lab, key, TARGET_RANDOM)]++;
    ck_assert_uint_eq(times[0], 0);
    for (uint32_t id = 1; id <= 5; id++)
        ck_assert(times[id] > DEEDS / 5 * 4 / 5 && times[id] < DEEDS / 5 * 6 / 5);
    lab_close(&lab);
}
END_TEST

START_TEST(another_node_changes_a_draw_only_by_winning_it)
{
    struct lab five, six;
    uint32_t won = 0;
    open_quiet(&five, 5);
    open_quiet(&six, 6);
    for (uint64_t key = 0; key < DEEDS; key++) {
        uint32_t first = one(&five, key, TARGET_RANDOM), second = one(&six, key, TARGET_RANDOM);
        ck_assert(second == first || second == 6);
        won += second == 6;
    }
    ck_assert(won > DEEDS / 6 * 4 / 5 && won < DEEDS / 6 * 6 / 5);
    lab_close(&five);
    lab_close(&six);
}
END_TEST

START_TEST(only_running_nodes_are_drawn)
{
    struct lab lab;
    open_quiet(&lab, 3);
    node_take_down(lab.world, 1);
    node_hold(lab.world, 2);
    for (uint64_t key = 0; key < 100; key++) {
        ck_assert_uint_eq(one(&lab, key, TARGET_RANDOM), 3);
        ck_assert_uint_eq(one(&lab, key, TARGET_FOLLOWER), 3);
    }
    ck_assert_uint_eq(one(&lab, 1, TARGET_LEADER), RAFT_NONE);
    ck_assert_uint_eq(one(&lab, 1, TARGET_CANDIDATE), RAFT_NONE);
    node_hold(lab.world, 3);
    ck_assert_uint_eq(one(&lab, 1, TARGET_RANDOM), RAFT_NONE);
    lab_close(&lab);
}
END_TEST

START_TEST(the_leader_is_no_follower)
{
    struct lab lab;
    open_quiet(&lab, 3);
    node_input(lab.world, 2, (struct raft_input){.kind = RAFT_CAMPAIGN});
    ck_assert_uint_eq(one(&lab, 1, TARGET_CANDIDATE), 2);
    lab_run_to(&lab, 200);
    ck_assert_uint_eq(one(&lab, 1, TARGET_LEADER), 2);
    for (uint64_t key = 0; key < 100; key++)
        ck_assert_uint_ne(one(&lab, key, TARGET_FOLLOWER), 2);
    lab_close(&lab);
}
END_TEST

START_TEST(minority_and_majority_are_each_others_rest)
{
    struct lab lab;
    struct raft_set few, many;
    open_quiet(&lab, 3 + _i);
    for (uint64_t key = 0; key < 200; key++) {
        ck_assert(aim(&lab, key, (struct target){.kind = TARGET_MINORITY}, &few));
        ck_assert(aim(&lab, key, (struct target){.kind = TARGET_MAJORITY}, &many));
        ck_assert_uint_eq(raft_set_count(&few), (uint32_t)(2 + _i) / 2);
        ck_assert_uint_eq(raft_set_count(&many), (uint32_t)(3 + _i) - (uint32_t)(2 + _i) / 2);
        set_keep(&few, &many);
        ck_assert(set_empty(&few));
    }
    lab_close(&lab);
}
END_TEST

START_TEST(two_voters_have_no_minority)
{
    struct lab lab;
    struct raft_set nodes;
    open_quiet(&lab, 2);
    ck_assert(!aim(&lab, 1, (struct target){.kind = TARGET_MINORITY}, &nodes));
    ck_assert(aim(&lab, 1, (struct target){.kind = TARGET_MAJORITY}, &nodes));
    ck_assert_uint_eq(raft_set_count(&nodes), 2);
    lab_close(&lab);
}
END_TEST

START_TEST(what_is_drawn_for_one_end_is_not_drawn_for_the_other)
{
    struct lab lab;
    struct target any = {.kind = TARGET_RANDOM};
    struct link_params link = {.from = {1, &any}, .to = {1, &any}};
    open_quiet(&lab, 3);
    for (uint64_t key = 0; key < 100; key++) {
        struct deed deed = {.key = key};
        ck_assert(deed_aim_links(lab.world, &deed, &link));
        ck_assert_uint_ne(raft_set_next(&deed.from, 0), raft_set_next(&deed.to, 0));
        ck_assert_uint_eq(raft_set_next(&deed.from, 0), one(&lab, key, TARGET_RANDOM));
    }
    lab_close(&lab);
}
END_TEST

START_TEST(others_are_all_that_no_other_list_names)
{
    struct lab lab;
    struct target named = {.kind = TARGET_NODES}, others = {.kind = TARGET_OTHERS};
    struct targets lists[] = {{1, &others}, {1, &named}};
    struct sides sides = {2, lists};
    struct deed deed = {0};
    open_quiet(&lab, 5);
    raft_set_add(&named.nodes, 2);
    raft_set_add(&named.nodes, 3);
    ck_assert(deed_aim_sides(lab.world, &deed, &sides, false));
    ck_assert_uint_eq(raft_set_count(&deed.sides[0]), 3);
    ck_assert(!raft_set_has(&deed.sides[0], 2));
    ck_assert(deed_covers(&deed, 1, 3));
    ck_assert(!deed_covers(&deed, 1, 5));
    free(deed.sides);
    lab_close(&lab);
}
END_TEST

START_TEST(all_leaves_room_for_a_draw_and_for_others)
{
    struct lab lab;
    struct target all = {.kind = TARGET_ALL}, any = {.kind = TARGET_RANDOM};
    struct link_params link = {.from = {1, &all}, .to = {1, &any}};
    struct deed deed = {.key = 1};
    open_quiet(&lab, 3);
    ck_assert(deed_aim_links(lab.world, &deed, &link));
    ck_assert_uint_eq(raft_set_count(&deed.from), 3);
    ck_assert_uint_eq(raft_set_count(&deed.to), 1);
    lab_close(&lab);
}
END_TEST

START_TEST(a_link_to_itself_is_no_link)
{
    struct lab lab;
    struct target named = {.kind = TARGET_NODES};
    struct link_params link = {.from = {1, &named}, .to = {1, &named}};
    struct deed deed = {0};
    open_quiet(&lab, 3);
    raft_set_add(&named.nodes, 2);
    ck_assert(!deed_aim_links(lab.world, &deed, &link));
    lab_close(&lab);
}
END_TEST

Suite *suite_target(void)
{
    Suite *suite = suite_create("target");
    TCase *each = tcase_create("target");
    tcase_add_test(each, every_running_node_is_drawn_alike);
    tcase_add_test(each, another_node_changes_a_draw_only_by_winning_it);
    tcase_add_test(each, only_running_nodes_are_drawn);
    tcase_add_test(each, the_leader_is_no_follower);
    tcase_add_loop_test(each, minority_and_majority_are_each_others_rest, 0, 5);
    tcase_add_test(each, two_voters_have_no_minority);
    tcase_add_test(each, what_is_drawn_for_one_end_is_not_drawn_for_the_other);
    tcase_add_test(each, others_are_all_that_no_other_list_names);
    tcase_add_test(each, all_leaves_room_for_a_draw_and_for_others);
    tcase_add_test(each, a_link_to_itself_is_no_link);
    suite_add_tcase(suite, each);
    return suite;
}
