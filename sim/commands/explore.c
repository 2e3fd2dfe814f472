#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/explore_page.h"
#include "sim/explore_steps.h"
#include "sim/flags.h"
#include "sim/interrupt.h"
#include "sim/quantity.h"
#include "sim/settings.h"

enum { DRAWN_DEFAULT = 10000, PAIRS_DEFAULT = 100000, JOBS_MAX = 256 };

struct explore_flags {
    bool swarm, systematic, pairs, hosts;
    struct seeds_flag seeds;
    const char *schedule, *folder;
    bool json;
    uint64_t budget_ns, jobs;
    struct settings_flag settings;
};

#define AT(member) offsetof(struct explore_flags, member)

static const struct flag flags[] = {
    {"swarm", NULL, "draws the clusters too: their size, preset, options, network and disks",
     take_switch, AT(swarm)},
    {"systematic", NULL, "every single fault at every step of an election of FILE", take_switch,
     AT(systematic)},
    {"pairs", NULL, "two such faults, drawn", take_switch, AT(pairs)},
    {"hosts", NULL,
     "also hosts and disks that break what Raft relies on: disk-lie, wipe, persist_after_send ...",
     take_switch, AT(hosts)},
    {"seeds", "A..B", "which schedules (1..10000; --systematic: all; --pairs: 1..100000)",
     take_seeds, AT(seeds)},
    {"budget", "TIME", "goes on for so long, such as 5m, unless --seeds end before", take_duration,
     AT(budget_ns)},
    {"schedule", "NAME", "this one only, by the name that a search gave it", take_text,
     AT(schedule)},
    {"jobs", "N", "workers (one for each processor)", take_count, AT(jobs)},
    {"out", "DIR", "writes a scenario there for all that is found", take_text, AT(folder)},
    {"set", "PATH=VALUE", "changes a key of FILE", take_setting, AT(settings)},
    {"format", "NAME", "text (the default) or json", take_json, AT(json)},
    {0},
};

static const struct usage usage = {
    .command = "explore",
    .operands = "[FILE]",
    .help = "Looks for trouble: draws schedules of faults for the cluster of FILE (its timeline, "
            "chaos and expectations are left out) or for any cluster, heals a core in the end, "
            "and says what broke safety, or kept the core from electing a leader.",
    .examples = "example: raftsim explore mine.json --budget 5m --out found\n"
                "\nexit status: 0 nothing found, 3 safety broken, 4 liveness owed and absent,\n"
                "  6 a limit of events was reached, 70 raftsim itself ended\n",
    .flags = flags,
    .least = 0,
    .most = 1,
};

/* ---- progress, and the end of the budget ---- */

struct watch {
    const struct explore *explore;
    uint64_t budget_ns;
    double since_s, shown_s;
    bool terminal;
};

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void show_progress(const struct watch *watch, double passed_s)
{
    const struct explore *explore = watch->explore;
    uint64_t all = explore->last - explore->first + 1;
    double part = (double)explore->done / (double)all;
    double left_s = part > 0 ? passed_s / part - passed_s : 0;
    double budget_s = (double)watch->budget_ns / 1e9 - passed_s;
    if (watch->budget_ns && (budget_s < left_s || part <= 0))
        left_s = budget_s > 0 ? budget_s : 0;
    fprintf(stderr, "\r%s schedules, %zu found, %s left   ", short_count(explore->done).text,
            explore->found_count, short_duration((uint64_t)(left_s + 1) * NS_PER_S).text);
}

static enum workers_stop tick(void *context)
{
    struct watch *watch = context;
    double now_s = wall_s();
    if (watch->terminal && now_s - watch->shown_s > 0.25) {
        watch->shown_s = now_s;
        show_progress(watch, now_s - watch->since_s);
    }
    bool over = watch->budget_ns && (now_s - watch->since_s) * 1e9 >= (double)watch->budget_ns;
    return over ? WORKERS_ENOUGH : WORKERS_GO_ON;
}

/* ---- what is searched ---- */

/* What repeats the search, but for FILE, seeds and schedule. */
static void add_flags(const struct explore_flags *given, struct text *text)
{
    text_add(text, "%s%s%s", given->systematic ? " --systematic" : "",
             given->pairs ? " --pairs" : "", given->hosts ? " --hosts" : "");
    settings_add_flags(&given->settings.settings, text);
}

static bool check_flags(const struct explore_flags *given, const char *file, struct error *error)
{
    if (given->swarm && file)
        return refuse(error, "expected FILE or --swarm, got both");
    if (given->systematic && given->pairs)
        return refuse(error, "expected --systematic or --pairs, got both");
    if (!file && (given->systematic || given->pairs))
        return refuse(error, "expected FILE beside %s: the plan whose election is searched",
                      given->systematic ? "--systematic" : "--pairs");
    if (!file && given->settings.settings.count)
        return refuse(error, "expected FILE beside --set");
    if ((given->systematic || given->pairs) && given->hosts)
        return refuse(error, "expected --hosts beside drawn schedules only");
    return given->jobs <= JOBS_MAX || refuse(error, "expected at most %d jobs", JOBS_MAX);
}

/* The user's plan as a tree. */
static bool read_plan(const char *file, const struct settings *settings, struct json *json,
                      struct error *error)
{
    struct scenario scenario;
    bool ok = scenario_read(&scenario, file, settings, error) &&
              json_open(json, file, scenario.text, strlen(scenario.text), error);
    scenario_close(&scenario);
    return ok;
}

static void limit(struct explore *explore, const struct explore_flags *given)
{
    uint64_t last = DRAWN_DEFAULT;
    if (explore->steps) {
        uint64_t all = steps_count(explore->steps);
        last = given->pairs && all > PAIRS_DEFAULT && !given->budget_ns ? PAIRS_DEFAULT : all;
    } else if (given->budget_ns) {
        last = WHOLE_MAX;
    }
    explore->first = given->seeds.given ? given->seeds.first : 1;
    explore->last = given->seeds.given ? given->seeds.last : last;
    if (explore->steps && explore->first == 0)
        explore->first = 1;
    if (explore->steps && explore->last > steps_count(explore->steps))
        explore->last = steps_count(explore->steps);
}

/* ---- the report ---- */

static bool write_files(struct explore_report *report, struct error *error)
{
    const struct explore *explore = report->explore;
    if (!report->folder || explore->found_count == 0)
        return true;
    report->paths = allocate(explore->found_count, sizeof *report->paths);
    return explore_write(explore, report->folder, report->paths, error);
}

static int tell(struct explore_report *report, const struct explore_flags *given)
{
    struct error error;
    bool written = write_files(report, &error);
    int signal = report->signal;
    report->status = signal ? STATUS_SIGNAL + signal : explore_status(report->explore);
    if (!written)
        fprintf(stderr, "%s\n", error.text);
    else if (given->json)
        explore_json(report, stdout);
    else
        explore_page(report, stdout);
    for (size_t i = 0; report->paths && i < report->explore->found_count; i++)
        free(report->paths[i]);
    free(report->paths);
    return written ? report->status : STATUS_OUTPUT;
}

static int explore_and_tell(struct explore *explore, const struct explore_flags *given,
                            struct explore_report *report)
{
    struct error error;
    struct watch watch = {.explore = explore,
                          .budget_ns = given->budget_ns,
                          .since_s = wall_s(),
                          .terminal = isatty(STDERR_FILENO)};
    explore->tick = tick;
    explore->context = &watch;
    limit(explore, given);
    interrupt_watch();
    bool ok = explore_run(explore, &error);
    if (watch.shown_s > 0)
        fputs("\r\033[K", stderr);
    if (!ok) {
        fprintf(stderr, "%s\n", error.text);
        return STATUS_USAGE;
    }
    report->elapsed_s = wall_s() - watch.since_s;
    report->signal = interrupt_signal();
    return tell(report, given);
}

static int search(struct explore *explore, const struct explore_flags *given,
                  const struct cJSON *plan, struct explore_report *report)
{
    struct error error;
    char searched[160] = "drawn schedules of faults";
    struct text words = {0};
    cJSON *base = plan ? swarm_base(plan) : NULL;
    int status = STATUS_USAGE;
    explore->swarm = (struct swarm){report->file ? report->file : "swarm", base, given->hosts};
    if (explore->mode != EXPLORE_DRAWN) {
        explore->steps = steps_open(report->file, plan, given->pairs, &error);
        if (explore->steps)
            steps_text(explore->steps, searched, sizeof searched);
    }
    add_flags(given, &words);
    report->flags = text_of(&words);
    report->searched = searched;
    if (explore->mode == EXPLORE_DRAWN || explore->steps)
        status = explore_and_tell(explore, given, report);
    else
        fprintf(stderr, "%s\n", error.text);
    if (explore->steps)
        steps_close(explore->steps);
    cJSON_Delete(base);
    text_close(&words);
    return status;
}

static int command(int argc, char **argv)
{
    struct explore_flags given = {.swarm = false};
    struct json json = {.root = NULL};
    struct error error;
    int operands, status = STATUS_USAGE;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    const char *file = operands < argc ? argv[operands] : NULL;
    struct explore *explore = explore_new();
    struct explore_report report = {
        .explore = explore, .program = argv[0], .file = file, .folder = given.folder};
    explore->mode = given.systematic ? EXPLORE_SINGLES
                    : given.pairs    ? EXPLORE_PAIRS
                                     : EXPLORE_DRAWN;
    explore->name = given.schedule;
    explore->jobs = (uint32_t)given.jobs;
    if (check_flags(&given, file, &error) &&
        (!file || read_plan(file, &given.settings.settings, &json, &error)))
        status = search(explore, &given, json.root, &report);
    else
        fprintf(stderr, "%s\n", error.text);
    json_close(&json);
    explore_free(explore);
    return status;
}

const struct command command_explore = {
    .name = "explore",
    .help = "draws schedules of faults and looks for trouble",
    .run = command,
};
