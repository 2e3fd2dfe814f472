#include "sim/deed.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

/* The set of the digits of a text: "135" is {1, 3, 5}. */
static struct raft_set nodes(const char *digits)
{
    struct raft_set set = {0};
    for (; *digits; digits++)
        raft_set_add(&set, (uint32_t)(*digits - '0'));
    return set;
}

/* How many links between nodes 1 and 9 the deed covers; deed_peers must say the same. */
static uint32_t covered(const struct deed *deed)
{
    uint32_t count = 0;
    for (uint32_t from = 1; from <= 9; from++) {
        struct raft_set peers = deed_peers(deed, from);
        for (uint32_t to = 1; to <= 9; to++) {
            ck_assert_int_eq(deed_covers(deed, from, to), raft_set_has(&peers, to));
            count += deed_covers(deed, from, to);
        }
    }
    return count;
}

START_TEST(a_link_is_covered_in_its_direction)
{
    struct deed deed = {.from = nodes("1"), .to = nodes("23")};
    ck_assert(deed_covers(&deed, 1, 2));
    ck_assert(deed_covers(&deed, 1, 3));
    ck_assert(!deed_covers(&deed, 2, 1));
    ck_assert_uint_eq(covered(&deed), 2);
}
END_TEST

START_TEST(both_covers_the_way_back)
{
    struct deed deed = {.from = nodes("1"), .to = nodes("23"), .both = true};
    ck_assert(deed_covers(&deed, 3, 1));
    ck_assert(!deed_covers(&deed, 2, 3));
    ck_assert_uint_eq(covered(&deed), 4);
}
END_TEST

START_TEST(a_link_is_covered_once_however_often_it_is_named)
{
    struct deed deed = {.from = nodes("123"), .to = nodes("123"), .both = true};
    ck_assert(!deed_covers(&deed, 1, 1));
    ck_assert_uint_eq(covered(&deed), 6);
}
END_TEST

START_TEST(sides_reach_only_themselves)
{
    struct raft_set sides[] = {nodes("12"), nodes("345")};
    struct deed deed = {.sides = sides, .side_count = 2, .both = true};
    ck_assert(deed_covers(&deed, 1, 3));
    ck_assert(deed_covers(&deed, 3, 1));
    ck_assert(!deed_covers(&deed, 1, 2));
    ck_assert(!deed_covers(&deed, 4, 5));
    ck_assert_uint_eq(covered(&deed), 12);
}
END_TEST

START_TEST(a_node_in_no_side_keeps_its_links)
{
    struct raft_set sides[] = {nodes("12"), nodes("45")};
    struct deed deed = {.sides = sides, .side_count = 2, .both = true};
    ck_assert(!deed_covers(&deed, 1, 3));
    ck_assert(!deed_covers(&deed, 3, 5));
    ck_assert_uint_eq(covered(&deed), 8);
}
END_TEST

START_TEST(a_node_in_two_sides_bridges_them)
{
    struct raft_set sides[] = {nodes("123"), nodes("345")};
    struct deed deed = {.sides = sides, .side_count = 2, .both = true};
    ck_assert(!deed_covers(&deed, 1, 3));
    ck_assert(!deed_covers(&deed, 3, 5));
    ck_assert(deed_covers(&deed, 1, 4));
    ck_assert_uint_eq(covered(&deed), 8);
}
END_TEST

START_TEST(three_sides_are_apart_from_each_other)
{
    struct raft_set sides[] = {nodes("1"), nodes("23"), nodes("45")};
    struct deed deed = {.sides = sides, .side_count = 3, .both = true};
    ck_assert_uint_eq(covered(&deed), 16);
}
END_TEST

START_TEST(one_way_loses_only_what_the_first_side_sends)
{
    struct raft_set sides[] = {nodes("12"), nodes("3"), nodes("45")};
    struct deed deed = {.sides = sides, .side_count = 3};
    ck_assert(deed_covers(&deed, 1, 3));
    ck_assert(deed_covers(&deed, 2, 5));
    ck_assert(!deed_covers(&deed, 3, 1));
    ck_assert(!deed_covers(&deed, 3, 4));
    ck_assert_uint_eq(covered(&deed), 6);
}
END_TEST

START_TEST(a_healed_core_is_no_longer_covered)
{
    struct raft_set sides[] = {nodes("12"), nodes("345")};
    struct deed deed = {.sides = sides, .side_count = 2, .both = true, .healed = nodes("134")};
    ck_assert(!deed_covers(&deed, 1, 3));
    ck_assert(deed_covers(&deed, 1, 5));
    ck_assert(deed_covers(&deed, 2, 3));
    ck_assert_uint_eq(covered(&deed), 8);
}
END_TEST

START_TEST(draws_are_told_apart_by_every_id)
{
    struct deed deed = {.key = 7}, other = {.key = 8};
    uint64_t draw = deed_draw(&deed, 1, 2, 3);
    ck_assert_uint_eq(draw, deed_draw(&deed, 1, 2, 3));
    ck_assert_uint_ne(draw, deed_draw(&other, 1, 2, 3));
    ck_assert_uint_ne(draw, deed_draw(&deed, 2, 1, 3));
    ck_assert_uint_ne(draw, deed_draw(&deed, 1, 2, 4));
}
END_TEST

START_TEST(draws_for_a_message_depend_on_link_kind_number_and_purpose)
{
    struct deed deed = {.key = 7};
    struct raft_message message = {.kind = RAFT_MSG_VOTE, .from = 1, .to = 2, .term = 5};
    uint64_t draw = deed_draw_message(&deed, &message, 9, DRAW_CHANCE);
    ck_assert_uint_ne(draw, deed_draw_message(&deed, &message, 10, DRAW_CHANCE));
    ck_assert_uint_ne(draw, deed_draw_message(&deed, &message, 9, DRAW_TIME));
    message.term = 6;
    ck_assert_uint_eq(draw, deed_draw_message(&deed, &message, 9, DRAW_CHANCE));
    message.kind = RAFT_MSG_APPEND;
    ck_assert_uint_ne(draw, deed_draw_message(&deed, &message, 9, DRAW_CHANCE));
}
END_TEST

START_TEST(a_larger_probability_keeps_every_loss)
{
    struct deed deed = {.key = 3};
    uint32_t some = 0, more = 0, all = 0, lost_again = 0;
    for (uint64_t n = 0; n < 100000; n++) {
        uint64_t bits = deed_draw(&deed, 1, 2, n);
        bool rare = rng_chance(bits, UINT64_MAX / 100);
        bool often = rng_chance(bits, UINT64_MAX / 10);
        some += rare;
        more += often;
        all += rng_chance(bits, UINT64_MAX);
        lost_again += rare && !often;
    }
    ck_assert_uint_eq(lost_again, 0);
    ck_assert_uint_eq(all, 100000);
    ck_assert(some > 900 && some < 1100);
    ck_assert(more > 9700 && more < 10300);
}
END_TEST

START_TEST(every_action_has_its_row_help_and_end)
{
    for (size_t i = 0; i < action_count(); i++) {
        const struct action *action = action_at(i);
        ck_assert_ptr_eq(action_find(action->name), action);
        ck_assert(action->help && *action->help);
        ck_assert((action->unbuilt != NULL) != (action->begin != NULL));
        ck_assert(!action->end || action->ends_by);
        for (const struct field *field = action->fields; field && field->name; field++) {
            ck_assert(field->help && *field->help);
            ck_assert(field->offset < action->params_size);
        }
    }
    ck_assert_ptr_null(action_find("no such action"));
}
END_TEST

Suite *suite_deed(void)
{
    Suite *suite = suite_create("deed");
    TCase *links = tcase_create("links");
    TCase *draws = tcase_create("draws");
    tcase_add_test(links, a_link_is_covered_in_its_direction);
    tcase_add_test(links, both_covers_the_way_back);
    tcase_add_test(links, a_link_is_covered_once_however_often_it_is_named);
    tcase_add_test(links, sides_reach_only_themselves);
    tcase_add_test(links, a_node_in_no_side_keeps_its_links);
    tcase_add_test(links, a_node_in_two_sides_bridges_them);
    tcase_add_test(links, three_sides_are_apart_from_each_other);
    tcase_add_test(links, one_way_loses_only_what_the_first_side_sends);
    tcase_add_test(links, a_healed_core_is_no_longer_covered);
    tcase_add_test(draws, draws_are_told_apart_by_every_id);
    tcase_add_test(draws, draws_for_a_message_depend_on_link_kind_number_and_purpose);
    tcase_add_test(draws, a_larger_probability_keeps_every_loss);
    tcase_add_test(draws, every_action_has_its_row_help_and_end);
    suite_add_tcase(suite, links);
    suite_add_tcase(suite, draws);
    return suite;
}
