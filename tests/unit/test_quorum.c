#include "raft/quorum.h"
#include "tests/unit/unit.h"

static const struct {
    size_t size, yes, no;
    enum quorum_verdict verdict;
} votes[] = {
    {0, 0, 0, QUORUM_WON},    {1, 0, 0, QUORUM_PENDING}, {1, 1, 0, QUORUM_WON},
    {1, 0, 1, QUORUM_LOST},   {2, 1, 0, QUORUM_PENDING}, {2, 1, 1, QUORUM_LOST},
    {2, 2, 0, QUORUM_WON},    {3, 1, 1, QUORUM_PENDING}, {3, 0, 2, QUORUM_LOST},
    {3, 2, 1, QUORUM_WON},    {4, 2, 1, QUORUM_PENDING}, {4, 2, 2, QUORUM_LOST},
    {5, 3, 0, QUORUM_WON},    {5, 2, 2, QUORUM_PENDING}, {99, 49, 49, QUORUM_PENDING},
    {99, 50, 49, QUORUM_WON}, {99, 0, 50, QUORUM_LOST},
};

START_TEST(a_vote_is_won_lost_or_pending)
{
    ck_assert_int_eq(quorum_vote(votes[_i].size, votes[_i].yes, votes[_i].no), votes[_i].verdict);
}
END_TEST

START_TEST(a_joint_vote_needs_both_halves_and_is_lost_with_either)
{
    static const enum quorum_verdict joint[3][3] = {
        [QUORUM_PENDING] = {QUORUM_PENDING, QUORUM_LOST, QUORUM_PENDING},
        [QUORUM_LOST] = {QUORUM_LOST, QUORUM_LOST, QUORUM_LOST},
        [QUORUM_WON] = {QUORUM_PENDING, QUORUM_LOST, QUORUM_WON},
    };
    for (int one = 0; one < 3; one++)
        for (int other = 0; other < 3; other++)
            ck_assert_int_eq(quorum_joint((enum quorum_verdict)one, (enum quorum_verdict)other),
                             joint[one][other]);
}
END_TEST

static const struct {
    size_t count;
    uint64_t matches[7], index;
} commits[] = {
    {0, {0}, UINT64_MAX}, {1, {12}, 12},           {2, {12, 13}, 12},
    {2, {13, 0}, 0},      {3, {10, 12, 14}, 12},   {3, {14, 10, 10}, 10},
    {4, {1, 2, 3, 4}, 2}, {5, {5, 1, 4, 2, 3}, 3}, {7, {100, 7, 103, 7, 104, 5, 101}, 100},
};

START_TEST(an_index_is_reached_by_a_majority)
{
    uint64_t matches[7];
    for (size_t i = 0; i < commits[_i].count; i++)
        matches[i] = commits[_i].matches[i];
    ck_assert_uint_eq(quorum_index(matches, commits[_i].count), commits[_i].index);
}
END_TEST

Suite *suite_quorum(void)
{
    Suite *suite = suite_create("quorum");
    TCase *tests = tcase_create("core");
    tcase_add_loop_test(tests, a_vote_is_won_lost_or_pending, 0, sizeof votes / sizeof *votes);
    tcase_add_test(tests, a_joint_vote_needs_both_halves_and_is_lost_with_either);
    tcase_add_loop_test(tests, an_index_is_reached_by_a_majority, 0,
                        sizeof commits / sizeof *commits);
    suite_add_tcase(suite, tests);
    return suite;
}
