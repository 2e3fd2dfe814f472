#include "raft/progress.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static struct peer fresh(uint64_t match, uint64_t next, enum progress_state state)
{
    struct peer peer = {.id = 2};
    progress_reset(&peer, next);
    peer.state = (uint8_t)state;
    peer.match = match;
    return peer;
}

START_TEST(a_probe_pauses_when_entries_have_left_and_goes_on_when_they_are_answered)
{
    struct peer peer = fresh(3, 8, PROGRESS_PROBE);
    progress_sent(&peer, 0, 4);
    ck_assert(!peer.paused);
    progress_sent(&peer, 2, 4);
    ck_assert(peer.paused);
    ck_assert_uint_eq(peer.next, 8);
    ck_assert(progress_matched(&peer, 9));
    ck_assert(!peer.paused);
    ck_assert_uint_eq(peer.next, 10);
    ck_assert(!progress_matched(&peer, 9));
}
END_TEST

START_TEST(replication_runs_ahead_until_its_window_is_full)
{
    struct peer peer = fresh(3, 4, PROGRESS_REPLICATE);
    progress_sent(&peer, 2, 2); /* 4, 5 */
    progress_sent(&peer, 0, 2);
    ck_assert(!peer.paused);
    progress_sent(&peer, 3, 2); /* 6, 7, 8 */
    ck_assert(peer.paused);
    ck_assert_uint_eq(peer.next, 9);
    inflight_free_to(&peer.inflight, 4);
    ck_assert(inflight_full(&peer.inflight, 2));
    inflight_free_to(&peer.inflight, 5);
    ck_assert_uint_eq(peer.inflight.count, 1);
    inflight_free_first(&peer.inflight);
    ck_assert_uint_eq(peer.inflight.count, 0);
    free(peer.inflight.last);
}
END_TEST

START_TEST(the_ring_of_appends_on_their_way_grows_in_order)
{
    struct peer peer = fresh(0, 1, PROGRESS_REPLICATE);
    for (uint64_t index = 1; index <= 100; index++) {
        progress_sent(&peer, 1, 1000);
        if (index % 3 == 0)
            inflight_free_to(&peer.inflight, index / 3);
    }
    ck_assert_uint_eq(peer.inflight.count, 67);
    inflight_free_to(&peer.inflight, 99);
    ck_assert_uint_eq(peer.inflight.count, 1);
    progress_probe(&peer);
    ck_assert_uint_eq(peer.inflight.count, 0);
    ck_assert_uint_eq(peer.next, 1);
    free(peer.inflight.last);
}
END_TEST

static const struct {
    enum progress_state state;
    uint64_t match, next, rejected, hint;
    bool taken;
    uint64_t then;
} rejections[] = {
    {PROGRESS_REPLICATE, 5, 10, 5, 5, false, 10}, /* older than what is known to match */
    {PROGRESS_REPLICATE, 5, 10, 9, 9, true, 6},
    {PROGRESS_PROBE, 0, 10, 8, 3, false, 10}, /* not the answer to the last probe */
    {PROGRESS_PROBE, 0, 10, 9, 3, true, 4},
    {PROGRESS_PROBE, 0, 10, 9, 9, true, 9},
    {PROGRESS_PROBE, 0, 1, 0, 0, true, 1},
    {PROGRESS_PROBE, 5, 10, 9, 2, true, 6},
};

START_TEST(a_rejection_moves_back_to_the_hint_but_never_below_the_match)
{
    struct peer peer = fresh(rejections[_i].match, rejections[_i].next, rejections[_i].state);
    peer.paused = rejections[_i].state == PROGRESS_PROBE;
    peer.sent_commit = 9;
    ck_assert_int_eq(progress_rejected(&peer, rejections[_i].rejected, rejections[_i].hint),
                     rejections[_i].taken);
    ck_assert_uint_eq(peer.next, rejections[_i].then);
    if (rejections[_i].taken) {
        ck_assert(!peer.paused);
        ck_assert_uint_lt(peer.sent_commit, peer.next);
    }
}
END_TEST

START_TEST(a_probe_after_a_snapshot_begins_behind_it)
{
    struct peer peer = fresh(2, 3, PROGRESS_SNAPSHOT);
    peer.pending_snapshot = 10;
    progress_probe(&peer);
    ck_assert_uint_eq(peer.next, 11);
    ck_assert_uint_eq(peer.pending_snapshot, 0);
}
END_TEST

Suite *suite_progress(void)
{
    Suite *suite = suite_create("progress");
    TCase *tests = tcase_create("core");
    tcase_add_test(tests, a_probe_pauses_when_entries_have_left_and_goes_on_when_they_are_answered);
    tcase_add_test(tests, replication_runs_ahead_until_its_window_is_full);
    tcase_add_test(tests, the_ring_of_appends_on_their_way_grows_in_order);
    tcase_add_loop_test(tests, a_rejection_moves_back_to_the_hint_but_never_below_the_match, 0,
                        sizeof rejections / sizeof *rejections);
    tcase_add_test(tests, a_probe_after_a_snapshot_begins_behind_it);
    suite_add_tcase(suite, tests);
    return suite;
}
