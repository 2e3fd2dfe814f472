#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/evidence.h"
#include "sim/file.h"
#include "sim/flags.h"
#include "sim/output.h"

enum { COLUMNS = 80 };

struct run_flags {
    struct seed_flag seed;
    struct settings_flag settings;
    const char *format, *trace, *colour;
    uint64_t events_max;
    bool verify;
};

static const struct flag flags[] = {
    {"seed", "N", "another seed than the scenario's: below 2^53, or hexadecimal", take_seed,
     offsetof(struct run_flags, seed)},
    {"set", "PATH=VALUE", "changes a key of the scenario, such as cluster.raft.pre_vote=true",
     take_setting, offsetof(struct run_flags, settings)},
    {"format", "NAME", "text (the default), json, trace or golden", take_text,
     offsetof(struct run_flags, format)},
    {"trace", "FILE", "also writes every record there, a line of JSON each", take_text,
     offsetof(struct run_flags, trace)},
    {"verify", NULL, "runs it twice and names the first record that differs", take_switch,
     offsetof(struct run_flags, verify)},
    {"max-events", "N", "stops, undecided, after so many (the default: 50 million)", take_count,
     offsetof(struct run_flags, events_max)},
    {"color", "WHEN", "auto (on a terminal, the default), always or never", take_text,
     offsetof(struct run_flags, colour)},
    {0},
};

static const struct usage usage = {
    .command = "run",
    .operands = "FILE",
    .help = "Runs a scenario once and reports its elections, what was measured and the verdict.",
    .examples = "exit status: 0 held, 1 expectation missed, 2 refused, 3 safety broken,\n"
                "  4 liveness owed and absent, 5 the same seed gave two runs, 6 undecided,\n"
                "  70 a fault of raftsim itself, 74 output cannot be written\n",
    .flags = flags,
    .least = 1,
    .most = 1,
};

/* Those who watch the run beside its judges. */
struct watch {
    const struct scenario *scenario;
    struct strip *strip;
    struct evidence *evidence;
    struct file_out trace;
    bool lines_to_stdout;
};

static void write_line(void *state, struct world *world, const struct record *record)
{
    const struct watch *watch = state;
    (void)world;
    if (watch->trace.stream)
        output_trace.record(watch->scenario, record, watch->trace.stream);
    if (watch->lines_to_stdout)
        output_trace.record(watch->scenario, record, stdout);
}

static void subscribe(void *context, struct world *world)
{
    struct watch *watch = context;
    strip_open(watch->strip, world);
    evidence_open(watch->evidence, world);
    if (watch->trace.stream || watch->lines_to_stdout)
        world_subscribe(world, (UINT64_C(1) << RECORD_KINDS) - 1,
                        (struct subscription){.observe = write_line, .state = watch});
}

static bool is_coloured(const char *when, bool *coloured, struct error *error)
{
    const char *no = getenv("NO_COLOR");
    *coloured = isatty(STDOUT_FILENO) && (!no || !*no);
    if (!when || strcmp(when, "auto") == 0)
        return true;
    *coloured = strcmp(when, "always") == 0;
    return *coloured || strcmp(when, "never") == 0 ||
           refuse(error, "--color: expected auto, always or never, got '%.40s'", when);
}

static int fault(const char *text, int status)
{
    fprintf(stderr, "raftsim run: %s\n", text);
    return status;
}

static int execute(struct run *run, struct watch *watch, const struct run_flags *given,
                   struct report *report)
{
    struct error error;
    struct run_options options = {
        .event_limit = given->events_max, .subscribe = subscribe, .context = watch};
    const struct output *output = output_find(given->format ? given->format : "text");
    uint64_t seed = seed_of(&given->seed, watch->scenario);
    if (!output)
        return fault("--format: expected text, json, trace or golden", STATUS_USAGE);
    watch->lines_to_stdout = output->record != NULL;
    if (given->trace && !file_out_open(&watch->trace, given->trace, &error))
        return fault(error.text, STATUS_OUTPUT);
    (given->verify ? run_verify : run_execute)(run, watch->scenario, seed, &options);
    report->verified = given->verify;
    if (output->write)
        output->write(report, stdout);
    if (watch->trace.stream && !file_out_keep(&watch->trace, &error))
        return fault(error.text, STATUS_OUTPUT);
    return verdict_status(run->verdict);
}

static int run_scenario(const char *program, const struct scenario *scenario, const void *context)
{
    const struct run_flags *given = context;
    struct error error;
    struct watch watch = {.scenario = scenario, .strip = strip_new(), .evidence = evidence_new()};
    struct run *run = run_new();
    char limit[40] = "";
    if (given->events_max)
        snprintf(limit, sizeof limit, " --max-events %llu", (unsigned long long)given->events_max);
    struct report report = {.run = run,
                            .strip = watch.strip,
                            .evidence = watch.evidence,
                            .program = program,
                            .settings = &given->settings.settings,
                            .flags = limit,
                            .columns = COLUMNS};
    int status = is_coloured(given->colour, &report.colour, &error)
                     ? execute(run, &watch, given, &report)
                     : fault(error.text, STATUS_USAGE);
    file_out_drop(&watch.trace);
    run_free(run);
    strip_free(watch.strip);
    evidence_free(watch.evidence);
    return status;
}

static int command(int argc, char **argv)
{
    struct run_flags given = {.seed = {0}};
    const struct scenario_command about = {&usage, &given, &given.settings.settings, run_scenario};
    return scenario_command(&about, argc, argv);
}

const struct command command_run = {
    .name = "run",
    .help = "one scenario, one seed: its elections and the verdict",
    .run = command,
};
