#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/flags.h"
#include "sim/interrupt.h"
#include "sim/quantity.h"
#include "sim/sweep_page.h"

struct sweep_flags {
    struct seeds_flag seeds;
    struct {
        uint64_t number, of; /* of 0: not given */
    } shard;
    struct settings_flag settings;
    const char *store;
    bool json;
    uint64_t jobs, budget_ns;
};

static bool take_shard(void *field, const char *argument, struct error *error)
{
    struct sweep_flags *given = field;
    char number[24] = "";
    const char *slash = strchr(argument, '/');
    size_t size = slash ? (size_t)(slash - argument) : sizeof number;
    int64_t which = 0, of = 0;
    if (size < sizeof number) {
        memcpy(number, argument, size);
        if (!whole_parse(number, &which) || !whole_parse(slash + 1, &of))
            of = 0;
    }
    if (of < 1 || which < 1 || which > of)
        return refuse(error, "expected a shard such as 2/8, the second of eight, got '%.60s'",
                      argument);
    given->shard.number = (uint64_t)which;
    given->shard.of = (uint64_t)of;
    return true;
}

static const struct flag flags[] = {
    {"seeds", "A..B", "which seeds (the scenario's sweep.seeds, or 1..1000)", take_seeds,
     offsetof(struct sweep_flags, seeds)},
    {"jobs", "N", "workers (one for each processor)", take_count,
     offsetof(struct sweep_flags, jobs)},
    {"shard", "I/N", "only every N-th seed, from the I-th on; raftsim merge joins the shards",
     take_shard, 0},
    {"store", "F.db", "keeps every run in this SQLite file; what it has already is not run again",
     take_text, offsetof(struct sweep_flags, store)},
    {"budget", "TIME", "begins no run after this time, and says how many there were", take_duration,
     offsetof(struct sweep_flags, budget_ns)},
    {"set", "PATH=VALUE", "changes a key of the scenario", take_setting,
     offsetof(struct sweep_flags, settings)},
    {"format", "NAME", "text (the default) or json", take_json, offsetof(struct sweep_flags, json)},
    {0},
};

static const struct usage usage = {
    .command = "sweep",
    .operands = "FILE",
    .help = "Runs a scenario with many seeds and reports distributions, failures and verdicts. "
            "With --store an interrupted sweep goes on where it was when called again.",
    .examples = "example: raftsim sweep scenarios/leader-crash.json --seeds 1..10000\n"
                "         raftsim sweep FILE --seeds 1..1000000 --store runs.db\n"
                "         sqlite3 runs.db 'SELECT seed, total_ms FROM episode LIMIT 5'\n",
    .flags = flags,
    .least = 1,
    .most = 1,
};

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct seed_range shard_of(const struct scenario *scenario, const struct sweep_flags *given)
{
    struct seeds_flag seeds = range_of(&given->seeds, scenario);
    struct seed_range range = {seeds.first, seeds.last, 0, 1};
    if (given->shard.of > 0) {
        range.shard = given->shard.number - 1;
        range.shards = given->shard.of;
    }
    return range;
}

/* More would not fit into memory as a list of what is left to do; shards are for that. */
static bool check_range(const struct seed_range *range, struct error *error)
{
    enum { SEEDS_MAX = 100000000 };
    return (range->last - range->first) / range->shards < SEEDS_MAX ||
           refuse(error, "raftsim sweep: expected at most %s seeds at a time; use --shard",
                  short_count(SEEDS_MAX).text);
}

static int run_and_tell(struct sweep_plan *plan, struct sweep_telling *telling)
{
    double since_s = wall_s();
    interrupt_watch();
    bool ok = sweep_run(plan);
    if (!ok) {
        fprintf(stderr, "%s\n", store_error(plan->store));
        return STATUS_OUTPUT;
    }
    telling->report.elapsed_s = wall_s() - since_s;
    telling->report.made = plan->made;
    int status = sweep_tell(telling);
    if (status < 0)
        return STATUS_OUTPUT;
    return interrupt_signal() ? STATUS_SIGNAL + interrupt_signal() : status;
}

static int sweep_scenario(const char *program, const struct scenario *scenario,
                          const struct sweep_flags *given, struct error *error)
{
    struct columns columns;
    struct sweep_plan plan = {.columns = &columns,
                              .range = shard_of(scenario, given),
                              .jobs = (uint32_t)given->jobs,
                              .budget_s = (double)given->budget_ns / 1e9,
                              .shows = isatty(STDERR_FILENO)};
    struct sweep_telling telling = {.columns = &columns,
                                    .range = plan.range,
                                    .json = given->json,
                                    .report = {.program = program,
                                               .file = scenario->file,
                                               .settings = &given->settings.settings}};
    int status = STATUS_USAGE;
    if (!check_range(&plan.range, error))
        return status;
    columns_open(&columns, scenario);
    enum store_end end =
        store_open(&plan.store, given->store, &columns, &given->settings.settings, error);
    if (end == STORE_OPEN) {
        telling.store = plan.store;
        status = run_and_tell(&plan, &telling);
        if (!store_close(plan.store, error))
            status = STATUS_OUTPUT;
    } else if (end == STORE_FAILED) {
        status = STATUS_OUTPUT;
    }
    columns_close(&columns);
    return status;
}

static int command(int argc, char **argv)
{
    struct sweep_flags given = {.jobs = 0};
    struct scenario scenario;
    struct error error = {""};
    int operands;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    int status = STATUS_USAGE;
    if (scenario_read(&scenario, argv[operands], &given.settings.settings, &error) &&
        expectations_check(&scenario, &error))
        status = sweep_scenario(argv[0], &scenario, &given, &error);
    if (error.text[0])
        fprintf(stderr, "%s\n", error.text);
    scenario_close(&scenario);
    return status;
}

const struct command command_sweep = {
    .name = "sweep",
    .help = "one scenario, many seeds: distributions and failures",
    .run = command,
};
