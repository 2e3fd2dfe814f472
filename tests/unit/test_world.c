#include "sim/world.h"

#include "sim/disk.h"
#include "tests/unit/lab.h"
#include "tests/unit/probe.h"
#include "tests/unit/unit.h"

#define THREE "'cluster': {'nodes': 3}, 'duration': '100s', "

static struct probe *begin(struct lab *lab, const char *plan, uint64_t kinds)
{
    lab_open_whole(lab, plan);
    lab->world->forced_backend = &probe_backend;
    lab_begin(lab, 1, kinds);
    lab_run_to(lab, 1);
    return probe_of(lab->world, 1);
}

/* Steps node 1 now, with what the test has put into its probe. */
static void poke(struct lab *lab)
{
    node_input(lab->world, 1, (struct raft_input){.kind = RAFT_CAMPAIGN});
}

static void write_and_send(struct lab *lab, struct probe *probe, bool waits)
{
    probe->write = true;
    probe->entry_count = 2;
    probe->entries[0] = (struct raft_entry){.term = 1, .id = 11};
    probe->entries[1] = (struct raft_entry){.term = 1, .id = 12};
    probe->send_to = 2;
    probe->send_waits = waits;
    poke(lab);
}

#define TELL                                                                                       \
    (RECORD_BIT(SENT) | RECORD_BIT(LOST) | RECORD_BIT(DURABLE) | RECORD_BIT(WRITE_LOST) |          \
     RECORD_BIT(DELIVERED))

static void expect_story(struct lab *lab, const char *story)
{
    ck_assert_str_eq(text_of(&lab->story), story);
}

START_TEST(a_message_waits_for_its_write)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", TELL);
    write_and_send(&lab, probe, true);
    lab_run_to(&lab, 50);
    expect_story(&lab, "11 durable n1\n11 sent n1\n12 delivered n2\n");
    ck_assert_uint_eq(probe->heard[RAFT_PERSISTED], 1);
    lab_close(&lab);
}
END_TEST

START_TEST(a_message_that_need_not_wait_leaves_before_the_write_is_durable)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", TELL);
    write_and_send(&lab, probe, false);
    lab_run_to(&lab, 50);
    expect_story(&lab, "1 sent n1\n2 delivered n2\n11 durable n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_disk_that_takes_no_time_is_durable_before_anything_leaves)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '0s'}", TELL);
    write_and_send(&lab, probe, true);
    expect_story(&lab, "1 durable n1\n1 sent n1\n");
    ck_assert_uint_eq(probe->heard[RAFT_PERSISTED], 1);
    ck_assert_uint_eq(lab.world->nodes[1].disk.durable.count, 2);
    lab_close(&lab);
}
END_TEST

START_TEST(a_crash_loses_the_write_and_what_waited_for_it)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", TELL);
    write_and_send(&lab, probe, true);
    lab_run_to(&lab, 5);
    node_take_down(lab.world, 1);
    node_let_up(lab.world, 1);
    lab_run_to(&lab, 50);
    expect_story(&lab, "5 write_lost n1\n");
    ck_assert_uint_eq(probe->durable.count, 0);
    ck_assert_uint_eq(probe->heard[RAFT_PERSISTED], 0);
    lab_close(&lab);
}
END_TEST

START_TEST(what_is_durable_survives_a_crash)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", 0);
    write_and_send(&lab, probe, true);
    lab_run_to(&lab, 20);
    node_take_down(lab.world, 1);
    node_let_up(lab.world, 1);
    ck_assert_uint_eq(probe->durable.count, 2);
    ck_assert_uint_eq(probe->durable.entries[1].id, 12);
    ck_assert_uint_eq(probe->durable.vote, 1);
    lab_close(&lab);
}
END_TEST

START_TEST(writes_issued_during_a_sync_share_the_next_one)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", RECORD_BIT(DURABLE));
    for (int i = 0; i < 4; i++) {
        probe->write = true;
        poke(&lab);
    }
    lab_run_to(&lab, 50);
    expect_story(&lab, "11 durable n1\n21 durable n1\n21 durable n1\n21 durable n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_lying_disk_forgets_at_a_crash_what_it_called_durable)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", TELL);
    lab.world->nodes[1].disk.lies++;
    disk_changed(lab.world, 1);
    write_and_send(&lab, probe, true);
    node_take_down(lab.world, 1);
    node_let_up(lab.world, 1);
    expect_story(&lab, "1 durable n1\n1 sent n1\n1 write_lost n1\n");
    ck_assert_uint_eq(probe->durable.count, 0);
    lab_close(&lab);
}
END_TEST

START_TEST(a_lie_that_ends_in_time_has_done_no_harm)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", 0);
    lab.world->nodes[1].disk.lies++;
    disk_changed(lab.world, 1);
    write_and_send(&lab, probe, true);
    lab.world->nodes[1].disk.lies--;
    disk_settle(lab.world, 1);
    disk_changed(lab.world, 1);
    node_take_down(lab.world, 1);
    node_let_up(lab.world, 1);
    ck_assert_uint_eq(probe->durable.count, 2);
    lab_close(&lab);
}
END_TEST

/* A torn write keeps its vote and a part of its entries, never all. */
START_TEST(a_torn_write_keeps_part_of_its_entries)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'disk': {'fsync': '10ms'}", 0);
    lab.world->nodes[1].disk.tear = true;
    write_and_send(&lab, probe, true);
    node_take_down(lab.world, 1);
    node_let_up(lab.world, 1);
    ck_assert_uint_le(probe->durable.count, 1);
    ck_assert_uint_eq(probe->durable.vote, 1);
    lab_close(&lab);
}
END_TEST

START_TEST(a_stalled_disk_finishes_when_the_stall_ends)
{
    struct lab lab;
    struct probe *probe = begin(&lab,
                                THREE "'disk': {'fsync': '10ms'}, 'timeline': [{'at': '2ms', 'do': "
                                      "'disk-stall', 'node': 'n1', 'for': '100ms'}]",
                                TELL);
    write_and_send(&lab, probe, true);
    lab_run_to(&lab, 200);
    expect_story(&lab, "102 durable n1\n102 sent n1\n103 delivered n2\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_node_whose_disk_is_full_stops_until_there_is_room)
{
    struct lab lab;
    struct probe *probe =
        begin(&lab,
              THREE "'timeline': [{'at': '1ms', 'do': 'disk-full', 'node': 'n1', 'for': "
                    "'50ms'}]",
              RECORD_BIT(CRASHED) | RECORD_BIT(STARTED) | RECORD_BIT(SENT));
    lab_run_to(&lab, 2);
    text_clear(&lab.story);
    write_and_send(&lab, probe, true);
    lab_run_to(&lab, 200);
    expect_story(&lab, "2 crashed n1\n51 started n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_node_held_by_its_disk_receives_when_the_write_is_durable)
{
    struct lab lab;
    struct probe *probe =
        begin(&lab, THREE "'disk': {'fsync': '10ms', 'blocks': 'node'}", RECORD_BIT(DELIVERED));
    probe_of(lab.world, 2)->send_to = 1;
    node_input(lab.world, 2, (struct raft_input){.kind = RAFT_CAMPAIGN});
    probe->write = true;
    poke(&lab);
    lab_run_to(&lab, 50);
    expect_story(&lab, "11 delivered n1\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_timer_moved_later_or_earlier_fires_once_when_it_is_due)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'seed': 1", 0);
    uint64_t own = probe->last_ns;
    static const uint64_t wanted_ms[] = {500, 900, 300, 700};
    for (size_t i = 0; i < countof(wanted_ms); i++) {
        probe->deadline_own_ns = own + wanted_ms[i] * NS_PER_MS;
        poke(&lab);
    }
    lab_run_to(&lab, 2000);
    ck_assert_uint_eq(probe->heard[RAFT_TIMEOUT], 1);
    ck_assert_uint_eq(probe->last_ns, own + 700 * NS_PER_MS);
    lab_close(&lab);
}
END_TEST

START_TEST(what_reaches_a_paused_node_waits_for_it)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'seed': 1", TELL);
    node_hold(lab.world, 2);
    probe->send_to = 2;
    poke(&lab);
    lab_run_to(&lab, 20);
    node_release(lab.world, 2);
    lab_run_to(&lab, 30);
    expect_story(&lab, "1 sent n1\n20 delivered n2\n");
    lab_close(&lab);
}
END_TEST

START_TEST(a_crash_loses_what_waited_for_a_paused_node)
{
    struct lab lab;
    struct probe *probe = begin(&lab, THREE "'seed': 1", TELL);
    node_hold(lab.world, 2);
    probe->send_to = 2;
    poke(&lab);
    lab_run_to(&lab, 20);
    node_take_down(lab.world, 2);
    node_release(lab.world, 2);
    node_let_up(lab.world, 2);
    lab_run_to(&lab, 30);
    expect_story(&lab, "1 sent n1\n20 lost n1\n");
    lab_close(&lab);
}
END_TEST

Suite *suite_world(void)
{
    Suite *suite = suite_create("world");
    TCase *tests = tcase_create("world");
    tcase_add_test(tests, a_message_waits_for_its_write);
    tcase_add_test(tests, a_message_that_need_not_wait_leaves_before_the_write_is_durable);
    tcase_add_test(tests, a_disk_that_takes_no_time_is_durable_before_anything_leaves);
    tcase_add_test(tests, a_crash_loses_the_write_and_what_waited_for_it);
    tcase_add_test(tests, what_is_durable_survives_a_crash);
    tcase_add_test(tests, writes_issued_during_a_sync_share_the_next_one);
    tcase_add_test(tests, a_lying_disk_forgets_at_a_crash_what_it_called_durable);
    tcase_add_test(tests, a_lie_that_ends_in_time_has_done_no_harm);
    tcase_add_test(tests, a_torn_write_keeps_part_of_its_entries);
    tcase_add_test(tests, a_stalled_disk_finishes_when_the_stall_ends);
    tcase_add_test(tests, a_node_whose_disk_is_full_stops_until_there_is_room);
    tcase_add_test(tests, a_node_held_by_its_disk_receives_when_the_write_is_durable);
    tcase_add_test(tests, a_timer_moved_later_or_earlier_fires_once_when_it_is_due);
    tcase_add_test(tests, what_reaches_a_paused_node_waits_for_it);
    tcase_add_test(tests, a_crash_loses_what_waited_for_a_paused_node);
    suite_add_tcase(suite, tests);
    return suite;
}
