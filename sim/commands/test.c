#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/file.h"
#include "sim/flags.h"
#include "sim/interrupt.h"
#include "sim/junit.h"
#include "sim/suite_page.h"
#include "sim/text.h"
#include "sim/workers.h"

enum { WORKERS_MAX = 1024 };

struct test_flags {
    uint64_t jobs;
    const char *junit, *summary;
    bool verbose;
    struct settings_flag settings;
};

static const struct flag flags[] = {
    {"jobs", "N", "workers (one for each processor); the results are the same for any number",
     take_count, offsetof(struct test_flags, jobs)},
    {"junit", "FILE", "also writes JUnit's XML there", take_text,
     offsetof(struct test_flags, junit)},
    {"summary", "FILE", "also writes a summary in Markdown there, for the pages of CI", take_text,
     offsetof(struct test_flags, summary)},
    {"v", NULL, "also lists what passed", take_switch, offsetof(struct test_flags, verbose)},
    {"set", "PATH=VALUE", "changes a key of every scenario", take_setting,
     offsetof(struct test_flags, settings)},
    {0},
};

static const struct usage usage = {
    .command = "test",
    .operands = "[FILE|DIR]...",
    .help = "Runs scenarios (those in scenarios/) with all that is expected of them: expect by the "
            "own seed and by each of sweep.seeds, sweep.expect by all of these together, and the "
            "trace that was accepted (tests/golden). Says why each failed and how to see it again.",
    .examples = "example: raftsim test scenarios/ --junit build/junit.xml\n\n"
                "exit status: the gravest of all scenarios: 2 refused, 70 a fault of raftsim\n"
                "  itself, 5 the same seed gave two runs, 3 safety broken, 4 liveness absent,\n"
                "  1 expectation missed or behaviour changed, 6 undecided, 0 all passed\n",
    .flags = flags,
    .most = UINT32_MAX,
};

/* What is said and written while the suite runs. */
struct session {
    const struct test_flags *given;
    struct file_out junit, summary;
    bool terminal;
    double began_s;
    char timestamp[32];
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void clear_progress(const struct session *session)
{
    if (session->terminal)
        fputs("\r\033[K", stderr);
}

static void tell(void *context, const struct suite *suite, uint32_t number)
{
    const struct session *session = context;
    if (suite->cases[number].kind == SUITE_PASSED && !session->given->verbose)
        return;
    clear_progress(session);
    suite_page_case(suite, number, stdout);
    fflush(stdout);
}

/* How much of all has been done, by what runs may cost. */
static double share_done(const struct suite *suite)
{
    double done = 0, all = 0;
    for (uint32_t i = 0; i < suite->count; i++) {
        done += (double)suite->cases[i].ended * (double)suite->cases[i].weight;
        all += (double)suite->cases[i].jobs * (double)suite->cases[i].weight;
    }
    return all > 0 ? done / all : 1;
}

/* A page that nobody can read is not worth the time. */
static bool tick(void *context, const struct suite *suite)
{
    const struct session *session = context;
    double share = share_done(suite);
    if (session->terminal && share > 0) {
        double passed_s = seconds_of(CLOCK_MONOTONIC) - session->began_s;
        uint64_t left_s = (uint64_t)(passed_s * (1 - share) / share) + 1;
        fprintf(stderr, "\r%u of %u scenarios, %u failed, %s runs, some %s left\033[K", suite->told,
                suite->count, suite_failed(suite), short_count(suite->ended).text,
                short_duration(left_s * NS_PER_S).text);
    }
    return fflush(stdout) == 0 && !ferror(stdout);
}

/* Before anything runs: what cannot be written is known at once. */
static bool open_files(struct session *session, struct error *error)
{
    const struct test_flags *given = session->given;
    return (!given->junit || file_out_open(&session->junit, given->junit, error)) &&
           (!given->summary || file_out_open(&session->summary, given->summary, error));
}

static bool write_files(struct session *session, const struct suite *suite,
                        const struct suite_end *end, struct error *error)
{
    struct junit junit = {suite, session->timestamp, end->elapsed_s};
    if (session->junit.stream) {
        junit_write(&junit, session->junit.stream);
        if (!file_out_keep(&session->junit, error))
            return false;
    }
    if (!session->summary.stream)
        return true;
    suite_markdown(suite, end, session->summary.stream);
    return file_out_keep(&session->summary, error);
}

static int fault(const struct error *error, int status)
{
    fprintf(stderr, "raftsim test: %s\n", error->text);
    return status;
}

static int run_suite(struct session *session, struct suite *suite)
{
    struct error error;
    uint32_t workers = session->given->jobs ? (uint32_t)session->given->jobs : workers_processors();
    struct suite_plan plan = {.workers = workers, .context = session, .tell = tell, .tick = tick};
    if (!open_files(session, &error))
        return fault(&error, STATUS_OUTPUT);
    interrupt_watch();
    suite_page_head(suite, workers, session->given->verbose, stdout);
    suite_run(suite, &plan);
    clear_progress(session);
    struct suite_end end = {.elapsed_s = seconds_of(CLOCK_MONOTONIC) - session->began_s,
                            .signal = interrupt_signal(),
                            .files = {session->given->junit, session->given->summary}};
    bool written = write_files(session, suite, &end, &error);
    if (!written)
        end.files[0] = end.files[1] = NULL;
    suite_page_end(suite, &end, stdout);
    if (written && suite->store_error[0])
        written = refuse(&error, "%s", suite->store_error);
    if (!written)
        return fault(&error, STATUS_OUTPUT);
    return end.signal ? STATUS_SIGNAL + end.signal : suite_kind_status(suite_gravest(suite));
}

static bool add_all(struct suite *suite, char **paths, int count, struct error *error)
{
    char folder[] = "scenarios", *all[] = {folder};
    if (count == 0)
        return add_all(suite, all, 1, error);
    for (int i = 0; i < count; i++)
        if (!suite_add(suite, paths[i], error))
            return false;
    return true;
}

static int command(int argc, char **argv)
{
    struct test_flags given = {0};
    struct session session = {.given = &given, .began_s = seconds_of(CLOCK_MONOTONIC)};
    struct suite suite = {.program = argv[0], .settings = &given.settings.settings};
    struct error error;
    struct tm date;
    time_t now = (time_t)seconds_of(CLOCK_REALTIME);
    int operands, status = STATUS_USAGE;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    strftime(session.timestamp, sizeof session.timestamp, "%Y-%m-%dT%H:%M:%S",
             gmtime_r(&now, &date));
    session.terminal = isatty(STDERR_FILENO);
    suite.can_shrink = command_find("shrink") != NULL;
    suite.can_explain = command_find("explain") != NULL;
    if (given.jobs > WORKERS_MAX)
        refuse(&error, "--jobs: at most %d", WORKERS_MAX), fault(&error, 0);
    else if (add_all(&suite, argv + operands, argc - operands, &error))
        status = run_suite(&session, &suite);
    else
        fault(&error, 0);
    file_out_drop(&session.junit);
    file_out_drop(&session.summary);
    suite_close(&suite);
    return status;
}

const struct command command_test = {
    .name = "test",
    .help = "many scenarios, each with all that is expected of it: a gate for CI",
    .run = command,
};
