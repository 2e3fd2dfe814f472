#include "sim/clock.h"

#include <string.h>

#include "tests/unit/lab.h"
#include "tests/unit/probe.h"
#include "tests/unit/unit.h"

static struct node *begin(struct lab *lab, const char *clock)
{
    struct text plan = {0};
    text_add(&plan,
             "'cluster': {'nodes': 1, 'raft': {'tick': '100ms', 'election_ticks': 10, "
             "'heartbeat_ticks': 1, 'tick_phase': '0ms'}}, 'duration': '1000s'%s",
             clock);
    lab_open_whole(lab, text_of(&plan));
    text_close(&plan);
    lab->world->forced_backend = &probe_backend;
    lab_begin(lab, 1, 0);
    return &lab->world->nodes[1];
}

static uint64_t own_after(struct lab *lab, struct node *node, uint64_t to_ms)
{
    uint64_t from = clock_own(lab->world, node);
    lab_run_to(lab, to_ms);
    return clock_own(lab->world, node) - from;
}

static const struct {
    int64_t ppm;
    uint64_t own_ms; /* shown after 1000 s */
} drifts[] = {{0, 1000000}, {200, 1000200}, {-200, 999800}, {9000000, 10000000}, {-916000, 84000}};

START_TEST(a_clock_that_drifts_gains_or_loses_its_share)
{
    struct lab lab;
    struct node *node = begin(&lab, "");
    clock_drift(lab.world, 1, drifts[_i].ppm);
    ck_assert_uint_eq(own_after(&lab, node, 1000000), drifts[_i].own_ms * NS_PER_MS);
    lab_close(&lab);
}
END_TEST

/* The first instant at which the clock shows a time, and not a nanosecond sooner. */
START_TEST(a_deadline_comes_when_the_own_clock_shows_it)
{
    struct lab lab;
    struct node *node = begin(&lab, "");
    clock_drift(lab.world, 1, drifts[_i].ppm);
    uint64_t wanted = clock_own(lab.world, node) + 1234567891;
    uint64_t at_ns = clock_when(lab.world, node, wanted);
    lab.world->now_ns = at_ns - 1;
    ck_assert_uint_lt(clock_own(lab.world, node), wanted);
    lab.world->now_ns = at_ns;
    ck_assert_uint_ge(clock_own(lab.world, node), wanted);
    lab_close(&lab);
}
END_TEST

START_TEST(a_clock_set_back_stands_still_until_it_has_caught_up)
{
    struct lab lab;
    struct node *node = begin(&lab, "");
    lab_run_to(&lab, 1000);
    clock_jump(lab.world, 1, -300 * (int64_t)NS_PER_MS);
    ck_assert_uint_eq(own_after(&lab, node, 1300), 0);
    ck_assert_uint_eq(own_after(&lab, node, 1400), 100 * NS_PER_MS);
    lab_close(&lab);
}
END_TEST

START_TEST(a_clock_set_forward_brings_the_deadline_nearer)
{
    struct lab lab;
    begin(&lab, "");
    lab_run_to(&lab, 1);
    struct probe *probe = probe_of(lab.world, 1);
    probe->deadline_own_ns = probe->last_ns + 10 * NS_PER_S;
    node_input(lab.world, 1, (struct raft_input){.kind = RAFT_CAMPAIGN});
    clock_jump(lab.world, 1, (int64_t)(9 * NS_PER_S));
    lab_run_to(&lab, 1100);
    ck_assert_uint_eq(probe->heard[RAFT_TIMEOUT], 1);
    lab_close(&lab);
}
END_TEST

/* A pause from 1.05 s to 3.05 s misses 20 ticks; the one that a ticker keeps is still delivered. */
static const struct {
    const char *missed_ticks;
    uint64_t own_ms;
} pauses[] = {{"skip", 100}, {"burst", 2000}};

START_TEST(ticks_missed_in_a_pause_never_happened_or_are_made_up)
{
    struct lab lab;
    struct node *node = begin(&lab, "");
    node->burst = strcmp(pauses[_i].missed_ticks, "burst") == 0;
    lab_run_to(&lab, 1050);
    uint64_t from = clock_own(lab.world, node);
    node_hold(lab.world, 1);
    lab_run_to(&lab, 3050);
    node_release(lab.world, 1);
    ck_assert_uint_eq(clock_own(lab.world, node) - from, pauses[_i].own_ms * NS_PER_MS);
    lab_close(&lab);
}
END_TEST

START_TEST(an_offset_shows_from_the_start)
{
    struct lab lab, other;
    struct node *node = begin(&lab, ", 'clock': {'n1': {'offset': '-3ms'}}");
    struct node *plain = begin(&other, "");
    ck_assert_uint_eq(clock_own(other.world, plain) - clock_own(lab.world, node), 3 * NS_PER_MS);
    lab_close(&lab);
    lab_close(&other);
}
END_TEST

Suite *suite_clock(void)
{
    Suite *suite = suite_create("clock");
    TCase *tests = tcase_create("clock");
    tcase_add_loop_test(tests, a_clock_that_drifts_gains_or_loses_its_share, 0,
                        (int)countof(drifts));
    tcase_add_loop_test(tests, a_deadline_comes_when_the_own_clock_shows_it, 0,
                        (int)countof(drifts));
    tcase_add_test(tests, a_clock_set_back_stands_still_until_it_has_caught_up);
    tcase_add_test(tests, a_clock_set_forward_brings_the_deadline_nearer);
    tcase_add_loop_test(tests, ticks_missed_in_a_pause_never_happened_or_are_made_up, 0,
                        (int)countof(pauses));
    tcase_add_test(tests, an_offset_shows_from_the_start);
    suite_add_tcase(suite, tests);
    return suite;
}
