#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/command.h"
#include "sim/compare_report.h"
#include "sim/flags.h"
#include "sim/interrupt.h"

enum { ASKED_MAX = 4 };

/* --matrix PATH=V1,V2: the values that one key takes. */
struct axis {
    char *path;
    char *settings[SIDES_MAX]; /* "PATH=V1" */
    uint32_t count;
};

struct compare_flags {
    struct seeds_flag seeds;
    struct settings_flag settings, both, matrix, metrics;
    const char *with;
    bool json;
    uint64_t jobs;
};

/* --metric NAME, as often as wanted. */
static bool take_metric(void *field, const char *argument, struct error *error)
{
    struct settings_flag *flag = field;
    struct metric_ref ref;
    struct suggestion nearest;
    if (!metric_resolve(argument, &ref, &nearest))
        return refuse(error, "no metric has the name '%.80s'%s", argument,
                      suggest_hint(&nearest).text);
    if (strncmp(argument, "messages.", 9) == 0 && strchr(argument + 9, '.'))
        return refuse(error, "messages by kind are measured in single runs only, got '%.80s'",
                      argument);
    if (flag->settings.count == ASKED_MAX)
        return refuse(error, "at most %d metrics", ASKED_MAX);
    flag->items[flag->settings.count++] = argument;
    return true;
}

static const struct flag flags[] = {
    {"set", "PATH=VALUE", "what B changes, such as cluster.raft.pre_vote=true", take_setting,
     offsetof(struct compare_flags, settings)},
    {"with", "FILE", "B is this scenario", take_text, offsetof(struct compare_flags, with)},
    {"matrix", "PATH=V1,V2",
     "compares each of these values with A; several make a table of all "
     "combinations",
     take_setting, offsetof(struct compare_flags, matrix)},
    {"both", "PATH=VALUE", "changes a key of A and of B alike", take_setting,
     offsetof(struct compare_flags, both)},
    {"seeds", "A..B", "which seeds (the scenario's sweep.seeds, or 1..1000)", take_seeds,
     offsetof(struct compare_flags, seeds)},
    {"metric", "NAME", "what is compared, up to 4 (failover of the usual cause, total_ms)",
     take_metric, offsetof(struct compare_flags, metrics)},
    {"jobs", "N", "workers (one for each processor)", take_count,
     offsetof(struct compare_flags, jobs)},
    {"format", "NAME", "text (the default) or json", take_json,
     offsetof(struct compare_flags, json)},
    {0},
};

static const struct usage usage = {
    .command = "compare",
    .operands = "FILE",
    .help = "Runs the same seeds under two or more settings and says what changed, by how much, "
            "and how sure that is.",
    .examples = "example: raftsim compare scenarios/leader-crash.json \\\n"
                "             --set cluster.raft.pre_vote=false --seeds 1..10000\n"
                "         raftsim compare scenarios/leader-crash.json --seeds 1..2000 \\\n"
                "             --matrix cluster.raft.pre_vote=false,true \\\n"
                "             --matrix cluster.raft.check_quorum=false,true\n",
    .flags = flags,
    .least = 1,
    .most = 1,
};

/* ---- sides ---- */

/* Up to a comma that is in no brackets and no quotes. */
static size_t value_size(const char *text)
{
    int depth = 0;
    bool quoted = false;
    size_t at = 0;
    for (; text[at] && (quoted || depth > 0 || text[at] != ','); at++) {
        if (text[at] == '"')
            quoted = !quoted;
        else if (!quoted)
            depth += (text[at] == '[' || text[at] == '{') - (text[at] == ']' || text[at] == '}');
    }
    return at;
}

static bool read_axis(struct axis *axis, const char *text, struct error *error)
{
    size_t head = (size_t)(strchr(text, '=') - text);
    const char *value = text + head + 1;
    axis->path = copy_text(text);
    axis->path[head] = '\0';
    do {
        size_t size = value_size(value);
        if (size == 0 || axis->count == SIDES_MAX)
            return refuse(error, "--matrix %.200s: expected 1 to %d values apart by commas", text,
                          SIDES_MAX);
        char *setting = axis->settings[axis->count++] = allocate(head + size + 2, 1);
        memcpy(setting, text, head + 1);
        memcpy(setting + head + 1, value, size);
        value += size;
    } while (*value++ == ',');
    return true;
}

static void close_axes(struct axis *axes)
{
    for (uint32_t i = 0; i < AXES_MAX; i++) {
        for (uint32_t at = 0; at < axes[i].count; at++)
            free(axes[i].settings[at]);
        free(axes[i].path);
    }
}

static bool add_items(struct variant *variant, const struct settings_flag *flag,
                      struct error *error)
{
    if (variant->settings.count + flag->settings.count + AXES_MAX > CHANGES_MAX)
        return refuse(error, "at most %d changes", CHANGES_MAX - AXES_MAX);
    for (uint32_t i = 0; i < flag->settings.count; i++)
        variant->items[variant->settings.count++] = flag->items[i];
    variant->settings.items = variant->items;
    return true;
}

/* Where side `side` of a matrix stands on each axis: the last one changes fastest. */
static void choose(struct variant *variant, const struct axis *axes, uint32_t axis_count,
                   uint32_t side)
{
    uint32_t rest = side - 1;
    for (uint32_t i = axis_count; i-- > 0; rest /= axes[i].count) {
        const char *setting = axes[i].settings[rest % axes[i].count];
        variant->items[variant->settings.count++] = setting;
        variant->values[i] = strchr(setting, '=') + 1;
    }
}

struct request {
    const struct compare_flags *given;
    struct axis axes[AXES_MAX];
    uint32_t axis_count, sides;
};

/* Side 0 is A. */
static bool read_side(const struct request *request, struct variant *variant, uint32_t side,
                      struct error *error)
{
    const struct compare_flags *given = request->given;
    if (!add_items(variant, &given->both, error))
        return false;
    if (side > 0 && !add_items(variant, &given->settings, error))
        return false;
    if (side > 0)
        choose(variant, request->axes, request->axis_count, side);
    return scenario_read(&variant->scenario, variant->file, &variant->settings, error) &&
           expectations_check(&variant->scenario, error);
}

static bool read_request(struct request *request, struct error *error)
{
    const struct settings_flag *matrix = &request->given->matrix;
    request->sides = 1;
    if (matrix->settings.count > AXES_MAX)
        return refuse(error, "--matrix: at most %d", AXES_MAX);
    if (matrix->settings.count + request->given->settings.settings.count == 0 &&
        !request->given->with)
        return refuse(error, "expected --set, --with or --matrix: what B is");
    for (uint32_t i = 0; i < matrix->settings.count; i++) {
        request->axis_count++;
        if (!read_axis(&request->axes[i], matrix->items[i], error))
            return false;
        request->sides *= request->axes[i].count;
        if (request->sides >= SIDES_MAX)
            return refuse(error, "--matrix: at most %d combinations", SIDES_MAX - 1);
    }
    request->sides++;
    return true;
}

/* ---- runs ---- */

static enum workers_stop watch(void *runs)
{
    (void)runs;
    return interrupt_signal() ? WORKERS_ENOUGH : WORKERS_GO_ON;
}

static void ask(struct runs *runs, const struct request *request, uint32_t *metrics,
                uint32_t *count)
{
    const struct settings_flag *names = &request->given->metrics;
    struct text name = {0};
    *count = names->settings.count ? names->settings.count : 1;
    if (!names->settings.count)
        compare_default_metric(runs->sides[0].plan, runs->first, &name);
    for (uint32_t i = 0; i < *count; i++)
        metrics[i] = compare_ask(runs, names->settings.count ? names->items[i] : text_of(&name));
    text_close(&name);
}

static int status_of(const struct runs *runs)
{
    bool unsafe = false, absent = false;
    for (uint32_t side = 0; side < runs->side_count; side++)
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

static void tell(const struct request *request, struct compare_report *report,
                 const uint32_t *metrics)
{
    uint32_t count = (report->runs->side_count - 1) * report->metric_count;
    report->comparisons = allocate(count, sizeof *report->comparisons);
    for (uint32_t i = 0; i < count; i++)
        compare_sides(&report->comparisons[i], report->runs, metrics[i % report->metric_count], 0,
                      1 + i / report->metric_count);
    if (request->given->json)
        compare_json(report, stdout);
    else
        compare_page(report, stdout);
    for (uint32_t i = 0; i < count; i++)
        compare_close(&report->comparisons[i]);
    free(report->comparisons);
}

static int compare(const char *program, const struct request *request, struct variant *variants)
{
    const struct compare_flags *given = request->given;
    struct runs *runs = allocate(1, sizeof *runs);
    uint32_t metrics[ASKED_MAX];
    struct seeds_flag seeds = range_of(&given->seeds, &variants[0].scenario);
    struct compare_report report = {.program = program,
                                    .why = command_find("explain") ? "explain" : "run",
                                    .runs = runs,
                                    .variants = variants,
                                    .both = given->both.settings.count,
                                    .axis_count = request->axis_count};
    for (uint32_t i = 0; i < request->axis_count; i++)
        report.axes[i] = request->axes[i].path;
    interrupt_watch();
    runs_open(runs, seeds.first, seeds.last);
    for (uint32_t side = 0; side < request->sides; side++)
        runs_add_side(runs, &variants[side].scenario);
    ask(runs, request, metrics, &report.metric_count);
    runs_execute(runs, (uint32_t)given->jobs, watch);
    tell(request, &report, metrics);
    int status = status_of(runs);
    runs_close(runs);
    free(runs);
    return status;
}

static int command(int argc, char **argv)
{
    struct compare_flags given = {.jobs = 0};
    struct request request = {.given = &given};
    struct error error;
    int operands, status = STATUS_USAGE;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    bool good = read_request(&request, &error);
    struct variant *variants = allocate(good ? request.sides : 0, sizeof *variants);
    uint32_t side = 0;
    for (; good && side < request.sides; side++) {
        variants[side].file = side > 0 && given.with ? given.with : argv[operands];
        good = read_side(&request, &variants[side], side, &error);
    }
    if (good)
        status = compare(argv[0], &request, variants);
    else
        fprintf(stderr, "%s\n", error.text);
    while (side > 0)
        scenario_close(&variants[--side].scenario);
    free(variants);
    close_axes(request.axes);
    return status;
}

const struct command command_compare = {
    .name = "compare",
    .help = "the same seeds under other settings: what changed, how sure",
    .run = command,
};
