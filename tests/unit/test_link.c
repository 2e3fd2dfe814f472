#include <stdlib.h>
#include <string.h>

#include "sim/deed.h"
#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

/* Messages from node 1 to node 2 that were sent from 2 s on: what became of them. */
struct tally {
    uint32_t sent, delivered, duplicated, lost, overtaken, appends_lost;
    uint64_t last_id, least_ns, most_ns;
    uint64_t sent_at_ns[5000];
};

static void tally_delivered(struct tally *tally, const struct record *record)
{
    uint64_t took_ns = record->at_ns - tally->sent_at_ns[record->value];
    if (tally->sent_at_ns[record->value] == 0)
        return;
    tally->delivered++;
    tally->overtaken += record->value < tally->last_id;
    tally->last_id = record->value;
    if (tally->least_ns == 0 || took_ns < tally->least_ns)
        tally->least_ns = took_ns;
    if (took_ns > tally->most_ns)
        tally->most_ns = took_ns;
}

static void count(void *state, struct world *world, const struct record *record)
{
    struct tally *tally = state;
    (void)world;
    ck_assert_uint_lt(record->value, countof(tally->sent_at_ns));
    if (record->kind == RECORD_DELIVERED) {
        if (record->node == 2 && record->peer == 1)
            tally_delivered(tally, record);
        return;
    }
    if (record->node != 1 || record->peer != 2 || record->at_ns < 2 * NS_PER_S)
        return;
    if (record->kind == RECORD_SENT) {
        tally->sent_at_ns[record->value] = record->at_ns;
        tally->sent++;
    }
    tally->duplicated += record->kind == RECORD_DUPLICATED;
    tally->lost += record->kind == RECORD_LOST;
    tally->appends_lost += record->kind == RECORD_LOST && record->message == RAFT_MSG_APPEND;
}

static struct tally tallied(const char *plan)
{
    struct lab lab;
    struct tally tally = {0};
    lab_open_led(&lab, "'clients': [{'propose': {'every': '20ms'}}],", plan);
    lab_begin(&lab, 1, 0);
    world_subscribe(lab.world,
                    RECORD_BIT(SENT) | RECORD_BIT(DELIVERED) | RECORD_BIT(LOST) |
                        RECORD_BIT(DUPLICATED),
                    (struct subscription){.observe = count, .state = &tally});
    lab_run_to(&lab, 20000);
    ck_assert_uint_gt(tally.sent, 300);
    lab_close(&lab);
    return tally;
}

START_TEST(loss_takes_its_share)
{
    struct tally tally =
        tallied("{'at': '2s', 'do': 'loss', 'from': 'n1', 'to': 'n2', 'probability': 0.2}");
    ck_assert(tally.lost > tally.sent / 7 && tally.lost < tally.sent / 4);
}
END_TEST

START_TEST(drop_takes_all_of_its_kinds)
{
    struct tally tally = tallied("{'at': '2s', 'do': 'drop', 'kinds': 'append'}");
    ck_assert_uint_gt(tally.lost, 20);
    ck_assert_uint_eq(tally.lost, tally.appends_lost);
}
END_TEST

START_TEST(delay_adds_to_the_latency)
{
    struct tally tally =
        tallied("{'at': '2s', 'do': 'delay', 'from': 'n1', 'add': {'uniform': ['2ms', '5ms']}}");
    ck_assert_uint_ge(tally.least_ns, 3 * NS_PER_MS);
    ck_assert_uint_le(tally.least_ns, 4 * NS_PER_MS);
    ck_assert_uint_ge(tally.most_ns, 5 * NS_PER_MS);
    ck_assert_uint_le(tally.most_ns, 6 * NS_PER_MS);
}
END_TEST

START_TEST(a_delay_of_another_link_is_not_felt)
{
    struct tally tally =
        tallied("{'at': '2s', 'do': 'delay', 'from': 'n1', 'to': 'n3', 'add': '5ms'}");
    ck_assert_uint_eq(tally.most_ns, NS_PER_MS);
}
END_TEST

START_TEST(duplicate_sends_some_twice)
{
    struct tally tally = tallied("{'at': '2s', 'do': 'duplicate', 'to': 'n2', 'probability': 0.5}");
    ck_assert(tally.duplicated > tally.sent * 2 / 5 && tally.duplicated < tally.sent * 3 / 5);
    ck_assert_uint_ge(tally.delivered + 2, tally.sent + tally.duplicated);
}
END_TEST

START_TEST(reorder_lets_messages_overtake)
{
    struct tally tally = tallied(
        "{'at': '2s', 'do': 'reorder', 'probability': 0.3, 'add': {'uniform': ['0s', '50ms']}}");
    ck_assert_uint_gt(tally.overtaken, 20);
}
END_TEST

START_TEST(hold_keeps_messages_and_sends_them_on_in_order)
{
    struct tally tally =
        tallied("{'at': '2s', 'do': 'hold', 'from': 'n1', 'to': 'n2', 'for': '3s'}");
    ck_assert_uint_eq(tally.lost, 0);
    ck_assert_uint_eq(tally.overtaken, 0);
    ck_assert_uint_gt(tally.most_ns, 2900 * NS_PER_MS);
}
END_TEST

START_TEST(of_two_that_hold_a_message_the_later_end_counts)
{
    struct tally tally =
        tallied("{'at': '2s', 'do': 'hold', 'from': 'n1', 'to': 'n2', 'for': '3s'},"
                "{'at': '2s', 'do': 'hold', 'from': 'n1', 'for': '4s'}");
    ck_assert_uint_gt(tally.most_ns, 3900 * NS_PER_MS);
    ck_assert_uint_eq(tally.overtaken, 0);
}
END_TEST

START_TEST(held_messages_of_a_healed_core_go_on)
{
    struct tally tally = tallied("{'at': '2s', 'do': 'hold', 'for': '6s'},"
                                 "{'at': '3s', 'do': 'heal', 'node': ['n1', 'n2']}");
    ck_assert_uint_lt(tally.most_ns, 1100 * NS_PER_MS);
    ck_assert_uint_gt(tally.most_ns, 900 * NS_PER_MS);
}
END_TEST

START_TEST(a_cut_link_is_down_until_its_last_cut_ends)
{
    struct lab lab;
    lab_open_led(&lab, "",
                 "{'at': '2s', 'do': 'cut', 'from': 'n1', 'to': 'n2', 'for': '2s'},"
                 "{'at': '3s', 'do': 'isolate', 'node': 'n2', 'for': '2s'}");
    lab_begin(&lab, 1, 0);
    lab_run_to(&lab, 2500);
    ck_assert(!link_up(lab.world, 1, 2) && link_up(lab.world, 2, 1));
    lab_run_to(&lab, 4500);
    ck_assert(!link_up(lab.world, 1, 2) && !link_up(lab.world, 3, 2) && link_up(lab.world, 1, 3));
    lab_run_to(&lab, 5500);
    ck_assert(link_up(lab.world, 1, 2) && link_up(lab.world, 2, 3));
    lab_close(&lab);
}
END_TEST

Suite *suite_link(void)
{
    Suite *suite = suite_create("link");
    TCase *each = tcase_create("link");
    tcase_add_test(each, loss_takes_its_share);
    tcase_add_test(each, drop_takes_all_of_its_kinds);
    tcase_add_test(each, delay_adds_to_the_latency);
    tcase_add_test(each, a_delay_of_another_link_is_not_felt);
    tcase_add_test(each, duplicate_sends_some_twice);
    tcase_add_test(each, reorder_lets_messages_overtake);
    tcase_add_test(each, hold_keeps_messages_and_sends_them_on_in_order);
    tcase_add_test(each, of_two_that_hold_a_message_the_later_end_counts);
    tcase_add_test(each, held_messages_of_a_healed_core_go_on);
    tcase_add_test(each, a_cut_link_is_down_until_its_last_cut_ends);
    suite_add_tcase(suite, each);
    return suite;
}
