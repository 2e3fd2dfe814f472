#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/baseline.h"
#include "sim/command.h"
#include "sim/flags.h"
#include "sim/interrupt.h"
#include "sim/tree.h"

enum { FILES_MAX = 10000 };

struct baseline_flags {
    struct seeds_flag seeds;
    struct settings_flag settings;
    const char *metric;
    double tolerance;
    uint64_t jobs;
    bool json;
};

/* "5%" or "0.5 %": a share. */
static bool take_tolerance(void *field, const char *argument, struct error *error)
{
    char *end;
    double percent = strtod(argument, &end);
    end += strspn(end, " ");
    if (end == argument || strcmp(end, "%") != 0 || !(percent >= 0 && percent <= 1000))
        return refuse(error, "expected a share such as 5%%, got '%.60s'", argument);
    *(double *)field = percent / 100;
    return true;
}

static bool take_metric(void *field, const char *argument, struct error *error)
{
    struct metric_ref ref;
    struct suggestion nearest;
    if (!metric_resolve(argument, &ref, &nearest))
        return refuse(error, "no metric has the name '%.80s'%s", argument,
                      suggest_hint(&nearest).text);
    *(const char **)field = argument;
    return true;
}

static const struct flag flags[] = {
    {"seeds", "A..B",
     "save: which seeds (the scenario's sweep.seeds, or 1..1000); check: other ones "
     "than those saved, as many",
     take_seeds, offsetof(struct baseline_flags, seeds)},
    {"tolerance", "SHARE", "check: what a change may be without failing (5%)", take_tolerance,
     offsetof(struct baseline_flags, tolerance)},
    {"metric", "NAME", "save: gates this one too", take_metric,
     offsetof(struct baseline_flags, metric)},
    {"set", "PATH=VALUE", "check: would this change pass?", take_setting,
     offsetof(struct baseline_flags, settings)},
    {"jobs", "N", "workers (one for each processor)", take_count,
     offsetof(struct baseline_flags, jobs)},
    {"format", "NAME", "text (the default) or json", take_json,
     offsetof(struct baseline_flags, json)},
    {0},
};

static const struct usage usage = {
    .command = "baseline",
    .operands = "save|check FILE...",
    .help = "save: keeps how long elections take now, in a small file beside each scenario. check: "
            "runs the same seeds again, and fails when they take longer by more than is tolerated "
            "and that is sure.",
    .examples = "example: raftsim baseline save scenarios/leader-crash.json\n"
                "         raftsim baseline check scenarios/leader-crash.json --tolerance 5%\n"
                "exit status: 0 held, 1 worse, 2 refused, 3 safety broken, 4 liveness absent\n",
    .flags = flags,
    .least = 2,
    .most = FILES_MAX,
};

/* One file at a time. */
struct job {
    const char *program, *file;
    const struct baseline_flags *given;
    struct scenario scenario;
    struct baseline baseline;
    struct runs *runs;
    char *path;
    uint32_t metrics[METRICS_MAX]; /* positions of what is gated */
    struct judgement judgement;
    struct error error;
};

static enum workers_stop watch(void *runs)
{
    (void)runs;
    return interrupt_signal() ? WORKERS_ENOUGH : WORKERS_GO_ON;
}

static void ask(struct job *job)
{
    for (uint32_t i = 0; i < job->baseline.gated_count; i++)
        job->metrics[i] = compare_ask(job->runs, job->baseline.gated[i]);
}

/* The exit status of runs that could not be completed, or of what they broke. */
static int status_of(const struct job *job, uint32_t side)
{
    const struct runs *runs = job->runs;
    bool unsafe = false, absent = false;
    for (uint64_t i = 0; i <= runs->last - runs->first; i++) {
        unsafe = unsafe || runs->sides[side].facts[i].verdict == VERDICT_SAFETY;
        absent = absent || runs->sides[side].facts[i].verdict == VERDICT_LIVENESS;
    }
    if (interrupt_signal())
        return STATUS_SIGNAL + interrupt_signal();
    if (runs->lost)
        return STATUS_OWN_FAULT;
    return unsafe   ? verdict_status(VERDICT_SAFETY)
           : absent ? verdict_status(VERDICT_LIVENESS)
                    : STATUS_HELD;
}

static int refused(const struct job *job, int status)
{
    fprintf(stderr, "%s\n", job->error.text);
    return status;
}

/* ---- save ---- */

static int save(struct job *job)
{
    struct seeds_flag seeds = range_of(&job->given->seeds, &job->scenario);
    job->baseline.plan = job->scenario.digest;
    baseline_gates(&job->scenario, seeds.first, &job->baseline);
    if (job->given->metric)
        job->baseline.gated[job->baseline.gated_count++] = copy_text(job->given->metric);
    runs_open(job->runs, seeds.first, seeds.last);
    runs_add_side(job->runs, &job->scenario);
    ask(job);
    runs_execute(job->runs, (uint32_t)job->given->jobs, watch);
    int status = status_of(job, 0);
    if (status == STATUS_HELD && !baseline_write(&job->baseline, job->path, job->runs, &job->error))
        return refused(job, STATUS_OUTPUT);
    if (status == STATUS_HELD)
        printf("saved %s: seeds %" PRIu64 "..%" PRIu64 ", %s\n", job->path, seeds.first, seeds.last,
               job->baseline.gated[0]);
    else
        fprintf(stderr, "%s: not saved: %s\n", job->path,
                job->runs->lost      ? "raftsim itself ended at a seed"
                : interrupt_signal() ? "interrupted"
                : status == 3        ? "safety is broken"
                                     : "liveness is owed and absent");
    return status;
}

/* ---- check ---- */

static bool prepare_check(struct job *job)
{
    const struct seeds_flag *fresh = &job->given->seeds;
    const struct baseline *baseline = &job->baseline;
    if (!baseline_open(&job->baseline, job->path, &job->error))
        return false;
    if (baseline->plan != job->scenario.digest && job->given->settings.settings.count == 0)
        return refuse(&job->error, "%s: made of another plan than %s is now; save it again",
                      job->path, job->file);
    if (fresh->given && fresh->last - fresh->first != baseline->last - baseline->first)
        return refuse(&job->error, "--seeds: expected as many as were saved, %s",
                      short_count(baseline->last - baseline->first + 1).text);
    runs_open(job->runs, baseline->first, baseline->last);
    runs_add_side(job->runs, NULL);
    runs_add_side(job->runs, &job->scenario);
    if (fresh->given)
        job->runs->sides[1].shift = fresh->first - baseline->first;
    ask(job);
    return baseline_read(baseline, job->path, job->runs, &job->error);
}

static void add_share(struct text *text, const struct alarm *alarm)
{
    if (isinf(alarm->share) || isinf(alarm->bounds.high))
        text_add(text, "%s -> %s", short_number(alarm->a, 1).text, short_number(alarm->b, 1).text);
    else if (!alarm->statistic)
        text_add(text, "%.2f %% -> %.2f %%", 100 * alarm->a, 100 * alarm->b);
    else
        text_add(text, "%+.1f %% [%.1f, %.1f], %s -> %s", 100 * alarm->share,
                 floor(1000 * alarm->bounds.low) / 10, ceil(1000 * alarm->bounds.high) / 10,
                 short_number(alarm->a, 1).text, short_number(alarm->b, 1).text);
}

static void print_judgement(const struct job *job)
{
    const struct judgement *judgement = &job->judgement;
    const char *name = job->scenario.name;
    const char *pairs = short_count(judgement->pairs).text;
    if (judgement->same_runs)
        printf("ok      %s  the same runs, %s seeds\n", name, short_count(job->runs->done).text);
    else if (judgement->worse_count == 0)
        printf("ok      %s  no change for the worse above %s %% is sure, %s pairs\n", name,
               short_number(100 * job->given->tolerance, 2).text, pairs);
    else
        printf("not ok  %s  WORSE than the baseline\n", name);
    for (uint32_t i = 0; i < judgement->alarm_count; i++) {
        const struct alarm *alarm = &judgement->alarms[i];
        struct text text = {0};
        text_add(&text, "    %s  %s %s ", alarm->worse ? "worse " : "better", alarm->metric,
                 alarm->statistic ? alarm->statistic : "");
        add_share(&text, alarm);
        printf("%s, %s pairs\n", text_of(&text), short_count(judgement->pairs).text);
        text_close(&text);
    }
    if (judgement->alarm_count > 0)
        printf("    intended?  %s baseline save %s\n", job->program, job->file);
}

static cJSON *tree_of_check(const struct job *job)
{
    const struct judgement *judgement = &job->judgement;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "scenario", job->scenario.name);
    cJSON_AddStringToObject(object, "baseline", job->path);
    cJSON_AddStringToObject(object, "saved_by", job->baseline.program);
    tree_add_count(object, "pairs", judgement->pairs);
    cJSON_AddBoolToObject(object, "same_runs", judgement->same_runs);
    cJSON_AddBoolToObject(object, "held", judgement->worse_count == 0);
    cJSON *list = cJSON_AddArrayToObject(object, "changes");
    for (uint32_t i = 0; i < judgement->alarm_count; i++) {
        const struct alarm *alarm = &judgement->alarms[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "metric", alarm->metric);
        if (alarm->statistic)
            cJSON_AddStringToObject(one, "statistic", alarm->statistic);
        cJSON_AddBoolToObject(one, "worse", alarm->worse);
        tree_add_value(one, "saved", (struct value){true, alarm->a});
        tree_add_value(one, "now", (struct value){true, alarm->b});
        tree_add_value(one, "share", (struct value){true, alarm->share});
        tree_add_value(one, "low", (struct value){alarm->statistic != NULL, alarm->bounds.low});
        tree_add_value(one, "high", (struct value){alarm->statistic != NULL, alarm->bounds.high});
        cJSON_AddItemToArray(list, one);
    }
    return object;
}

static int check(struct job *job, cJSON *checks)
{
    if (!prepare_check(job))
        return refused(job, STATUS_USAGE);
    runs_execute(job->runs, (uint32_t)job->given->jobs, watch);
    int status = status_of(job, 1);
    if (status >= STATUS_OWN_FAULT)
        return status;
    baseline_round(job->runs, 1);
    baseline_judge(&job->judgement, job->runs, job->metrics, job->baseline.gated_count,
                   job->given->tolerance);
    if (job->given->json)
        cJSON_AddItemToArray(checks, tree_of_check(job));
    else
        print_judgement(job);
    if (status != STATUS_HELD)
        fprintf(stderr, "%s: %s\n", job->file,
                status == verdict_status(VERDICT_SAFETY) ? "safety is broken"
                                                         : "liveness is owed and absent");
    return status != STATUS_HELD            ? status
           : job->judgement.worse_count > 0 ? verdict_status(VERDICT_EXPECTATION)
                                            : STATUS_HELD;
}

/* ---- all files ---- */

static int obey(struct job *job, bool saves, cJSON *checks)
{
    int status = STATUS_USAGE;
    job->runs = allocate(1, sizeof *job->runs);
    job->path = baseline_path(job->file);
    if (!scenario_read(&job->scenario, job->file, &job->given->settings.settings, &job->error) ||
        !expectations_check(&job->scenario, &job->error))
        refused(job, STATUS_USAGE);
    else
        status = saves ? save(job) : check(job, checks);
    runs_close(job->runs);
    free(job->runs);
    baseline_close(&job->baseline);
    scenario_close(&job->scenario);
    free(job->path);
    return status;
}

/* DESIGN's order: refused, own fault, safety, liveness, worse; and a signal ends all. */
static int graver(int one, int other)
{
    static const int order[] = {STATUS_USAGE, STATUS_OWN_FAULT, 3, 4, 1, STATUS_OUTPUT};
    if (one >= STATUS_SIGNAL || other >= STATUS_SIGNAL)
        return one > other ? one : other;
    for (size_t i = 0; i < countof(order); i++)
        if (one == order[i] || other == order[i])
            return order[i];
    return STATUS_HELD;
}

static void print_checks(cJSON *checks, const struct baseline_flags *given)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "schema", "raftsim-baseline/1");
    tree_add_value(object, "tolerance", (struct value){true, given->tolerance});
    cJSON_AddItemToObject(object, "checks", checks);
    tree_print(object, stdout);
    cJSON_Delete(object);
}

static int command(int argc, char **argv)
{
    struct baseline_flags given = {.tolerance = .05};
    int operands, status = STATUS_HELD;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    bool saves = strcmp(argv[operands], "save") == 0;
    if (!saves && strcmp(argv[operands], "check") != 0) {
        fprintf(stderr, "raftsim baseline: expected save or check, got '%.60s'\n", argv[operands]);
        return STATUS_USAGE;
    }
    interrupt_watch();
    cJSON *checks = cJSON_CreateArray();
    for (int i = operands + 1; i < argc && status < STATUS_SIGNAL; i++) {
        struct job job = {.program = argv[0], .file = argv[i], .given = &given};
        status = graver(status, obey(&job, saves, checks));
    }
    if (given.json && !saves)
        print_checks(checks, &given);
    else
        cJSON_Delete(checks);
    return status;
}

const struct command command_baseline = {
    .name = "baseline",
    .help = "keeps how long elections take, and fails when they take longer",
    .run = command,
};
