#include <stdio.h>

#include "sim/command.h"
#include "sim/explain.h"
#include "sim/flags.h"
#include "sim/quantity.h"

enum { COLUMNS = 80, SEEDS = 20 };

struct explain_flags {
    struct seed_flag seed;
    struct settings_flag settings;
    struct explain_options options;
    bool json;
};

static bool take_at(void *field, const char *argument, struct error *error)
{
    struct explain_options *options = field;
    options->at_given = true;
    return duration_parse(argument, &options->at_ns) ||
           refuse(error, "expected a time with its unit, such as 2.1s, got '%.60s'", argument);
}

static const struct flag flags[] = {
    {"seed", "N", "another seed than the scenario's: below 2^53, or hexadecimal", take_seed,
     offsetof(struct explain_flags, seed)},
    {"at", "TIME", "explains this instant, such as 2.1s: who was what, and why nothing happened",
     take_at, offsetof(struct explain_flags, options)},
    {"set", "PATH=VALUE", "changes a key of the scenario, such as cluster.raft.pre_vote=true",
     take_setting, offsetof(struct explain_flags, settings)},
    {"seeds", "N", "checks advice on so many other seeds (20; fewer when runs are long)",
     take_count, offsetof(struct explain_flags, options.seeds)},
    {"format", "NAME", "text (the default) or json", take_json,
     offsetof(struct explain_flags, json)},
    {0},
};

static const struct usage usage = {
    .command = "explain",
    .operands = "FILE",
    .help = "Says why a run took so long to have a leader: what was lost, who noticed, who refused "
            "whom and why, what ended it, and which setting would have changed it. Advice is run "
            "before it is given.",
    .flags = flags,
    .least = 1,
    .most = 1,
};

static int explain_scenario(const char *program, const struct scenario *scenario,
                            const void *context)
{
    const struct explain_flags *given = context;
    struct run *run = run_new();
    struct watch *watch = watch_new();
    struct report report = {.run = run,
                            .program = program,
                            .settings = &given->settings.settings,
                            .flags = "",
                            .columns = COLUMNS};
    watch_begin(watch, run, scenario, seed_of(&given->seed, scenario));
    (given->json ? explain_json : explain_page)(&report, watch, &given->options, stdout);
    watch_free(watch);
    run_free(run);
    return STATUS_HELD;
}

static int command(int argc, char **argv)
{
    struct explain_flags given = {.options = {.seeds = SEEDS}};
    const struct scenario_command about = {&usage, &given, &given.settings.settings,
                                           explain_scenario};
    return scenario_command(&about, argc, argv);
}

const struct command command_explain = {
    .name = "explain",
    .help = "why it took so long: who refused whom, and what would have helped",
    .run = command,
};
