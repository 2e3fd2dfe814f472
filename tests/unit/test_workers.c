#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/workers.h"
#include "tests/unit/unit.h"

enum { JOBS = 500 };

struct book {
    uint32_t taken[JOBS], lost[JOBS];
    uint64_t sum;
    uint64_t deadly; /* the job at which a worker dies; JOBS: none */
    uint64_t enough;
    char why[48];
};

static void square(void *context, void *state, uint64_t job, struct bytes *result)
{
    struct book *book = context;
    uint64_t value = job * job;
    (void)state;
    if (job == book->deadly)
        raise(SIGKILL);
    for (uint64_t i = 0; i <= job % 50; i++) /* results of every length */
        bytes_add(result, &value, sizeof value);
}

static void take(void *context, uint64_t job, const struct bytes *result)
{
    struct book *book = context;
    uint64_t value;
    ck_assert_uint_eq(result->size, (job % 50 + 1) * sizeof value);
    memcpy(&value, result->data + job % 50 * sizeof value, sizeof value);
    ck_assert_uint_eq(value, job * job);
    book->taken[job]++;
    book->sum++;
}

static void lose(void *context, uint64_t job, const char *why)
{
    struct book *book = context;
    book->lost[job]++;
    snprintf(book->why, sizeof book->why, "%s", why);
}

static enum workers_stop tick(void *context)
{
    struct book *book = context;
    return book->sum >= book->enough ? WORKERS_ENOUGH : WORKERS_GO_ON;
}

static uint64_t run(struct book *book, uint32_t count)
{
    return workers_run(&(struct workers){.count = count,
                                         .jobs = JOBS,
                                         .context = book,
                                         .work = square,
                                         .take = take,
                                         .lost = lose,
                                         .tick = book->enough ? tick : NULL});
}

START_TEST(every_job_is_done_once_however_many_workers_there_are)
{
    for (uint32_t count = 0; count <= 7; count++) {
        struct book book = {.deadly = JOBS};
        ck_assert_uint_eq(run(&book, count), JOBS);
        for (int job = 0; job < JOBS; job++)
            ck_assert_uint_eq(book.taken[job], 1);
    }
}
END_TEST

START_TEST(a_worker_that_dies_costs_only_the_job_that_it_died_at)
{
    for (uint64_t deadly = 0; deadly < JOBS; deadly += 83) {
        struct book book = {.deadly = deadly};
        ck_assert_uint_eq(run(&book, 2), JOBS);
        for (uint64_t job = 0; job < JOBS; job++) {
            ck_assert_uint_eq(book.taken[job], job != deadly);
            ck_assert_uint_eq(book.lost[job], job == deadly);
        }
        ck_assert_str_eq(book.why, "signal 9");
    }
}
END_TEST

/* Jobs that take time, so that the first tick comes before the last job. */
static void dawdle(void *context, void *state, uint64_t job, struct bytes *result)
{
    poll(NULL, 0, 2);
    square(context, state, job, result);
}

START_TEST(who_has_enough_gets_the_first_jobs_without_gaps)
{
    struct book book = {.deadly = JOBS, .enough = 1};
    uint64_t done = workers_run(&(struct workers){.count = 2,
                                                  .jobs = JOBS,
                                                  .context = &book,
                                                  .work = dawdle,
                                                  .take = take,
                                                  .lost = lose,
                                                  .tick = tick});
    ck_assert_uint_lt(done, JOBS);
    ck_assert_uint_gt(done, 0);
    for (uint64_t job = 0; job < JOBS; job++)
        ck_assert_uint_eq(book.taken[job], job < done);
}
END_TEST

Suite *suite_workers(void)
{
    Suite *suite = suite_create("workers");
    TCase *each = tcase_create("jobs");
    tcase_add_test(each, every_job_is_done_once_however_many_workers_there_are);
    tcase_add_test(each, a_worker_that_dies_costs_only_the_job_that_it_died_at);
    tcase_add_test(each, who_has_enough_gets_the_first_jobs_without_gaps);
    suite_add_tcase(suite, each);
    return suite;
}
