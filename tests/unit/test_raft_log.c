#include "raft/log.h"
#include "tests/unit/unit.h"

static const struct raft_entry entries[] = {
    {.term = 1, .id = 1}, {.term = 1, .id = 2}, {.term = 4, .id = 3}, {.term = 6, .id = 4}};

/* Indexes 11 .. 14 of terms 1 1 4 6, behind term 1 at 10. */
static struct raft_log loaded(void)
{
    struct raft_log log = {.first = 1};
    log_load(&log, &(struct raft_durable){
                       .first = 11, .previous_term = 1, .count = 4, .entries = entries});
    return log;
}

START_TEST(the_terms_of_its_entries_and_of_the_one_before_are_known)
{
    struct raft_log log = loaded();
    ck_assert_uint_eq(log.last, 14);
    ck_assert(!log_knows(&log, 9));
    ck_assert(log_knows(&log, 10));
    ck_assert(log_knows(&log, 14));
    ck_assert(!log_knows(&log, 15));
    ck_assert_uint_eq(log_term(&log, 10), 1);
    ck_assert_uint_eq(log_term(&log, 13), 4);
    ck_assert_uint_eq(log_last_term(&log), 6);
    ck_assert(log_matches(&log, 14, 6));
    ck_assert(!log_matches(&log, 14, 5));
    ck_assert(!log_matches(&log, 15, 6));
    log_close(&log);
}
END_TEST

START_TEST(an_empty_log_ends_with_term_0_at_index_0)
{
    struct raft_log log = {.first = 1};
    ck_assert_uint_eq(log.last, 0);
    ck_assert_uint_eq(log_last_term(&log), 0);
    ck_assert(log_matches(&log, 0, 0));
    log_append(&log, entries, 4);
    ck_assert_uint_eq(log.last, 4);
    log_close(&log);
}
END_TEST

START_TEST(a_cut_forgets_the_entry_and_all_after_it)
{
    struct raft_log log = loaded();
    log_cut(&log, 15);
    ck_assert_uint_eq(log.last, 14);
    log_cut(&log, 13);
    ck_assert_uint_eq(log.last, 12);
    log_append(&log, entries + 3, 1);
    ck_assert_uint_eq(log_term(&log, 13), 6);
    log_cut(&log, 11);
    ck_assert_uint_eq(log.last, 10);
    ck_assert_uint_eq(log_last_term(&log), 1);
    log_close(&log);
}
END_TEST

static const struct {
    uint64_t index, term, found;
} seeks[] = {
    {14, 6, 14}, {14, 5, 13}, {14, 3, 12},
    {14, 1, 12}, {12, 9, 12}, {14, 0, 9}, /* below what is known: no further */
    {99, 0, 99}, {10, 1, 10},
};

START_TEST(a_term_is_sought_downwards_as_far_as_terms_are_known)
{
    struct raft_log log = loaded();
    ck_assert_uint_eq(log_seek_term(&log, seeks[_i].index, seeks[_i].term), seeks[_i].found);
    log_close(&log);
}
END_TEST

START_TEST(a_log_loaded_again_keeps_its_room)
{
    struct raft_log log = loaded();
    for (int n = 0; n < 100; n++)
        log_append(&log, entries, 4);
    ck_assert_uint_eq(log.last, 414);
    ck_assert_uint_eq(log.entries[403].id, 4);
    const struct raft_entry *room = log.entries;
    log_load(&log, &(struct raft_durable){.first = 1, .count = 2, .entries = entries});
    ck_assert_ptr_eq(log.entries, room);
    ck_assert_uint_eq(log.last, 2);
    log_close(&log);
}
END_TEST

/* What the disk has there must not even be looked at. */
START_TEST(a_log_loaded_again_reads_only_what_is_not_unchanged)
{
    struct raft_log log = loaded();
    const struct raft_entry disk[] = {{.id = 91}, {.id = 92}, {.term = 5, .id = 93}};
    log_load(&log,
             &(struct raft_durable){.first = 11, .count = 3, .entries = disk, .unchanged = 12});
    ck_assert_uint_eq(log.last, 13);
    ck_assert_uint_eq(log.entries[1].id, 2);
    ck_assert_uint_eq(log.entries[2].id, 93);
    log_load(&log, &(struct raft_durable){
                       .first = 12, .count = 3, .entries = disk, .unchanged = UINT64_MAX});
    ck_assert_uint_eq(log.entries[0].id, 91);
    log_close(&log);
}
END_TEST

Suite *suite_raft_log(void)
{
    Suite *suite = suite_create("raft_log");
    TCase *tests = tcase_create("core");
    tcase_add_test(tests, the_terms_of_its_entries_and_of_the_one_before_are_known);
    tcase_add_test(tests, an_empty_log_ends_with_term_0_at_index_0);
    tcase_add_test(tests, a_cut_forgets_the_entry_and_all_after_it);
    tcase_add_loop_test(tests, a_term_is_sought_downwards_as_far_as_terms_are_known, 0,
                        sizeof seeks / sizeof *seeks);
    tcase_add_test(tests, a_log_loaded_again_keeps_its_room);
    tcase_add_test(tests, a_log_loaded_again_reads_only_what_is_not_unchanged);
    suite_add_tcase(suite, tests);
    return suite;
}
