#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/flags.h"
#include "sim/interrupt.h"
#include "sim/quantity.h"
#include "sim/sweep_page.h"
#include "sim/text.h"
#include "sim/tree.h"

struct seed_range {
    bool given;
    uint64_t first, last;
};

struct sweep_flags {
    struct seed_range seeds;
    struct settings_flag settings;
    const char *format;
};

/* "1..10000" or "7". */
static bool take_range(void *field, const char *argument, struct error *error)
{
    struct seed_range *range = field;
    range->given = seeds_parse(argument, &range->first, &range->last);
    return range->given ||
           refuse(error, "expected seeds such as 1..10000, all below 2^53, got '%.60s'", argument);
}

static const struct flag flags[] = {
    {"seeds", "A..B", "which seeds (the scenario's sweep.seeds, or 1..1000)", take_range,
     offsetof(struct sweep_flags, seeds)},
    {"set", "PATH=VALUE", "changes a key of the scenario", take_setting,
     offsetof(struct sweep_flags, settings)},
    {"format", "NAME", "text (the default) or json", take_text,
     offsetof(struct sweep_flags, format)},
    {0},
};

static const struct usage usage = {
    .command = "sweep",
    .operands = "FILE",
    .help = "Runs a scenario with many seeds and reports distributions, failures and verdicts.",
    .examples = "example: raftsim sweep scenarios/leader-crash.json --seeds 1..10000\n",
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

static void show_progress(const struct sweep *sweep, uint64_t all, double since_s)
{
    double passed_s = wall_s() - since_s;
    double left_s = passed_s * (double)(all - sweep->runs) / (double)sweep->runs;
    fprintf(stderr, "\r%s of %s runs, %s left   ", short_count(sweep->runs).text,
            short_count(all).text, short_duration((uint64_t)(left_s + 1) * NS_PER_S).text);
}

/* What was interrupted has still counted: the report is about the runs that finished. */
static void run_all(struct sweep *sweep, const struct seed_range *seeds, double since_s)
{
    struct run *run = run_new();
    bool terminal = isatty(STDERR_FILENO);
    uint64_t all = seeds->last - seeds->first + 1;
    for (uint64_t seed = seeds->first; seed <= seeds->last && !interrupt_signal(); seed++) {
        run_execute(run, sweep->scenario, seed, NULL);
        sweep_add(sweep, run);
        if (terminal && sweep->runs % 256 == 0)
            show_progress(sweep, all, since_s);
    }
    if (terminal && sweep->runs >= 256)
        fputs("\r\033[K", stderr);
    sweep_finish(sweep);
    run_free(run);
}

static cJSON *tree_of_group(const struct sweep_report *report, const struct failure_group *group)
{
    struct text replay = {0};
    cJSON *item = cJSON_CreateObject();
    tree_add_count(item, "seed", group->seed);
    cJSON_AddStringToObject(item, "verdict", verdict_name(group->verdict));
    if (group->rule)
        cJSON_AddStringToObject(item, "rule", group->rule);
    else
        cJSON_AddNullToObject(item, "rule");
    tree_add_count(item, "runs", group->runs);
    cJSON_AddStringToObject(item, "detail", group->detail);
    text_shell(&replay, report->program);
    text_add(&replay, " run ");
    text_shell(&replay, report->sweep->scenario->file);
    for (uint32_t i = 0; i < report->settings->count; i++) {
        text_add(&replay, " --set ");
        text_shell(&replay, report->settings->items[i]);
    }
    text_add(&replay, " --seed %" PRIu64, group->seed);
    cJSON_AddStringToObject(item, "replay", text_of(&replay));
    text_close(&replay);
    return item;
}

static void print_json(const struct sweep_report *report)
{
    const struct sweep *sweep = report->sweep;
    struct text seeds = {0};
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "schema", "raftsim-sweep/1");
    cJSON_AddStringToObject(object, "scenario", sweep->scenario->name);
    text_add(&seeds, "%" PRIu64 "..%" PRIu64, sweep->first, sweep->last);
    cJSON_AddStringToObject(object, "seeds", text_of(&seeds));
    tree_add_count(object, "runs", sweep->runs);
    tree_add_hash(object, "trace_hash", sweep->hash);
    cJSON *verdicts = cJSON_AddObjectToObject(object, "verdicts");
    for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
        tree_add_count(verdicts, verdict_name(verdict), sweep->verdicts[verdict]);
    cJSON *list = cJSON_AddArrayToObject(object, "expectations");
    for (uint32_t i = 0; i < report->finding_count; i++)
        cJSON_AddItemToArray(list, tree_of_finding(&report->findings[i]));
    cJSON *metrics = cJSON_AddObjectToObject(object, "metrics");
    for (size_t i = 0; i < sweep->pool_count; i++) {
        struct samples samples = pool_samples(&sweep->pools[i]);
        if (sweep->pools[i].name)
            cJSON_AddItemToObject(metrics, sweep->pools[i].name, tree_of_samples(&samples));
    }
    list = cJSON_AddArrayToObject(object, "failures");
    for (uint32_t i = 0; i < sweep->group_count; i++)
        cJSON_AddItemToArray(list, tree_of_group(report, &sweep->groups[i]));
    tree_add_value(object, "elapsed_s", (struct value){true, report->elapsed_s});
    tree_print(object, stdout);
    cJSON_Delete(object);
    text_close(&seeds);
}

static int sweep_scenario(const char *program, const struct scenario *scenario,
                          const struct sweep_flags *given)
{
    struct sweep sweep;
    struct seed_range seeds = given->seeds;
    if (!seeds.given)
        seeds = scenario->seeds_given
                    ? (struct seed_range){true, scenario->sweep_first, scenario->sweep_last}
                    : (struct seed_range){true, 1, 1000};
    double since_s = wall_s();
    interrupt_watch();
    sweep_open(&sweep, scenario);
    run_all(&sweep, &seeds, since_s);
    struct finding *findings = allocate(scenario->sweep_expect.count * 4 + 1, sizeof *findings);
    struct sweep_report report = {.sweep = &sweep,
                                  .findings = findings,
                                  .finding_count = sweep_findings(&sweep, findings),
                                  .program = program,
                                  .settings = &given->settings.settings,
                                  .elapsed_s = wall_s() - since_s};
    if (given->format && strcmp(given->format, "json") == 0)
        print_json(&report);
    else
        sweep_page(&report, stdout);
    int status = interrupt_signal() ? STATUS_SIGNAL + interrupt_signal()
                                    : sweep_status(&sweep, findings, report.finding_count);
    free(findings);
    sweep_close(&sweep);
    return status;
}

static int command(int argc, char **argv)
{
    struct sweep_flags given = {.seeds = {0}};
    struct scenario scenario;
    struct error error;
    int operands;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    int status = STATUS_USAGE;
    if (scenario_read(&scenario, argv[operands], &given.settings.settings, &error) &&
        expectations_check(&scenario, &error))
        status = sweep_scenario(argv[0], &scenario, &given);
    else
        fprintf(stderr, "%s\n", error.text);
    scenario_close(&scenario);
    return status;
}

const struct command command_sweep = {
    .name = "sweep",
    .help = "one scenario, many seeds: distributions and failures",
    .run = command,
};
