#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/file.h"
#include "sim/flags.h"
#include "sim/interrupt.h"
#include "sim/page/page.h"
#include "sim/shrink.h"
#include "sim/text.h"
#include "sim/tree.h"

enum { COLUMNS = 80 };

struct shrink_flags {
    struct seed_flag seed;
    struct settings_flag settings;
    const char *out;
    bool json;
    uint64_t budget_ns, jobs;
};

static const struct flag flags[] = {
    {"seed", "N", "with which it fails, if not with the scenario's own", take_seed,
     offsetof(struct shrink_flags, seed)},
    {"out", "MIN.json", "where the small plan goes", take_text, offsetof(struct shrink_flags, out)},
    {"set", "PATH=VALUE", "changes a key of the scenario first", take_setting,
     offsetof(struct shrink_flags, settings)},
    {"budget", "TIME", "ends the search after so long; default: 60s", take_duration,
     offsetof(struct shrink_flags, budget_ns)},
    {"jobs", "N", "workers (one for each processor)", take_count,
     offsetof(struct shrink_flags, jobs)},
    {"format", "NAME", "text (the default) or json", take_json,
     offsetof(struct shrink_flags, json)},
    {0},
};

static const struct usage usage = {
    .command = "shrink",
    .operands = "FILE",
    .help = "Makes a scenario that fails with a seed as small as it can be while it fails in the "
            "same way, and expects that failure of it: a regression test, which passes as long as "
            "what failed still fails.",
    .examples = "example: raftsim shrink scenarios/random-faults.json --seed 7 --out min.json\n"
                "exit status: 0 written, 2 nothing fails or refused, 74 it cannot be written\n",
    .flags = flags,
    .least = 1,
    .most = 1,
};

/* ---- while it works ---- */

struct watch {
    uint64_t since_ns, budget_ns, shown_ns;
    bool terminal;
};

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static bool go_on(const struct shrink *shrink)
{
    struct watch *watch = shrink->context;
    uint64_t now_ns = wall_ns(), passed_ns = now_ns - watch->since_ns;
    if (watch->terminal && now_ns > watch->shown_ns + NS_PER_S / 10) {
        watch->shown_ns = now_ns;
        fprintf(stderr, "\r%s runs, %s -> %s faults, %" PRIu64 " of %" PRIu64 " s   ",
                short_count(shrink->runs).text, short_count(shrink->before.faults).text,
                short_count(shrink->outcome.faults).text, passed_ns / NS_PER_S,
                watch->budget_ns / NS_PER_S);
    }
    return passed_ns < watch->budget_ns && !interrupt_signal();
}

/* ---- what is said ---- */

static void add_row(struct text *text, const char *label, const char *before, const char *after)
{
    text_add(text, "  %s", label);
    text_column(text, 16 + 12 - text_width(before), 1);
    text_add(text, "%s", before);
    text_column(text, 16 + 24 - text_width(after), 1);
    text_add(text, "%s\n", after);
}

static void add_counts(struct text *text, const char *label, uint64_t before, uint64_t after)
{
    struct short_text first = short_count(before), second = short_count(after);
    add_row(text, label, first.text, second.text);
}

static void add_failure(struct text *text, const struct shrink *shrink)
{
    const struct shrink_trial *first = &shrink->first;
    switch (shrink_failure(first)) {
    case VERDICT_SAFETY:
        text_add(text, "SAFETY BROKEN   %s at %s\n", first->rule,
                 short_instant(first->broken_ns).text);
        break;
    case VERDICT_LIVENESS:
        text_add(text, "LIVENESS ABSENT\n");
        break;
    case VERDICT_EXPECTATION:
        text_add(text, "EXPECTATION MISSED   %s\n    wanted %s, got %s\n", first->key,
                 first->wanted, first->got);
        break;
    case VERDICT_UNDECIDED:
        text_add(text, "UNDECIDED\n    %s\n", first->why);
        break;
    case VERDICT_PASS:
    case VERDICT_NONDETERMINISTIC:
    case VERDICT_COUNT:
        break;
    }
    text_add(text, "    %s, seed %" PRIu64 "\n\n", shrink->file, shrink->seed);
}

static void add_sizes(struct text *text, const struct shrink *shrink)
{
    struct shrink_size now = shrink_size_now(shrink);
    const struct shrink_size *before = &shrink->before;
    struct short_text first = short_at(before->simulated_ns), second = short_at(now.simulated_ns);
    add_row(text, "", "before", "after");
    add_counts(text, "faults", before->faults, now.faults);
    add_counts(text, "nodes", before->nodes, now.nodes);
    add_counts(text, "events", before->events, now.events);
    add_row(text, "simulated", first.text, second.text);
    add_counts(text, "bytes", before->bytes, now.bytes);
}

/* "raftsim run min.json" */
static struct text command_text(const char *program, const char *name, const char *out)
{
    struct text text = {0};
    text_shell(&text, program);
    text_add(&text, " %s ", name);
    text_shell(&text, out);
    return text;
}

static void add_next(struct text *text, const char *label, const char *program, const char *name,
                     const char *out)
{
    struct text command = command_text(program, name, out);
    add_command(text, label, text_of(&command), COLUMNS);
    text_close(&command);
}

static void print_page(const struct shrink *shrink, const char *program, const char *out)
{
    const struct watch *watch = shrink->context;
    uint64_t tenths = (wall_ns() - watch->since_ns) / (NS_PER_S / 10);
    struct text text = {0};
    add_failure(&text, shrink);
    add_sizes(&text, shrink);
    text_add(&text, "\n%s runs in %" PRIu64 ".%" PRIu64 " s; %s\n", short_count(shrink->runs).text,
             tenths / 10, tenths % 10,
             shrink->ended_early ? "ended early: a longer --budget may find a smaller plan"
                                 : "nothing more can be left out");
    if (shrink->keeps)
        text_add(&text, "Something is missing that faults, nodes, options and time should cause: "
                        "they stay.\n");
    if (shrink_failure(&shrink->first) != VERDICT_UNDECIDED)
        text_add(&text, "The small plan expects this failure: it passes until the cause is "
                        "mended.\n");
    else
        text_add(&text, "The small plan is undecided too: it ends with exit status 6.\n");
    add_next(&text, "again    ", program, "run", out);
    if (command_find("explain"))
        add_next(&text, "why      ", program, "explain", out);
    fputs(text_of(&text), stdout);
    text_close(&text);
}

static void add_size(cJSON *object, const char *name, const struct shrink_size *size)
{
    cJSON *item = cJSON_AddObjectToObject(object, name);
    tree_add_count(item, "faults", size->faults);
    tree_add_count(item, "nodes", size->nodes);
    tree_add_count(item, "events", size->events);
    tree_add_ms(item, "simulated_ms", size->simulated_ns);
    tree_add_count(item, "bytes", size->bytes);
}

static void print_json(const struct shrink *shrink, const char *program, const char *out)
{
    struct shrink_size now = shrink_size_now(shrink);
    const struct shrink_trial *first = &shrink->first;
    enum verdict failure = shrink_failure(first);
    cJSON *object = cJSON_CreateObject();
    struct text replay = command_text(program, "run", out);
    cJSON_AddStringToObject(object, "schema", "raftsim-shrink/1");
    cJSON_AddStringToObject(object, "file", shrink->file);
    tree_add_count(object, "seed", shrink->seed);
    cJSON_AddStringToObject(object, "verdict", verdict_name(failure));
    cJSON_AddStringToObject(object, "rule",
                            failure == VERDICT_EXPECTATION ? first->key : first->rule);
    add_size(object, "before", &shrink->before);
    add_size(object, "after", &now);
    tree_add_count(object, "runs", shrink->runs);
    cJSON_AddBoolToObject(object, "ended_early", shrink->ended_early);
    cJSON_AddStringToObject(object, "out", out);
    cJSON_AddStringToObject(object, "replay", text_of(&replay));
    tree_print(object, stdout);
    cJSON_Delete(object);
    text_close(&replay);
}

/* ---- the command ---- */

static int fault(const char *text, int status)
{
    fprintf(stderr, "raftsim shrink: %s\n", text);
    return status;
}

/* A file elsewhere may not find what it names, so it is read from there before it counts. */
static int write_plan(struct shrink *shrink, const char *out)
{
    struct file_out file = {0};
    struct error error;
    char *text = shrink_text(shrink);
    bool same = shrink_confirm(shrink, out, text);
    bool ok = same && file_out_open(&file, out, &error);
    if (ok) {
        fputs(text, file.stream);
        ok = file_out_keep(&file, &error);
    }
    free(text);
    if (!same)
        return fault("what was found does not fail from its own file: it reads samples that are "
                     "not beside it",
                     STATUS_OUTPUT);
    return ok ? STATUS_HELD : fault(error.text, STATUS_OUTPUT);
}

static int work(struct shrink *shrink, const char *program, const struct shrink_flags *given)
{
    struct watch watch = {
        .since_ns = wall_ns(), .budget_ns = given->budget_ns, .terminal = isatty(STDERR_FILENO)};
    shrink->jobs = (uint32_t)given->jobs;
    shrink->go_on = go_on;
    shrink->context = &watch;
    shrink_run(shrink);
    if (watch.terminal)
        fputs("\r\033[K", stderr);
    int caught = interrupt_signal(), status = write_plan(shrink, given->out);
    if (status != STATUS_HELD)
        return status;
    (given->json ? print_json : print_page)(shrink, program, given->out);
    return caught ? STATUS_SIGNAL + caught : STATUS_HELD;
}

static int command(int argc, char **argv)
{
    struct shrink_flags given = {.budget_ns = 60 * NS_PER_S};
    struct shrink shrink;
    struct error error;
    int operands;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    if (!given.out)
        return fault("expected --out MIN.json: where the small plan goes", STATUS_USAGE);
    interrupt_watch();
    int status = STATUS_USAGE;
    if (shrink_open(&shrink, argv[operands], &given.settings.settings,
                    given.seed.given ? &given.seed.seed : NULL, &error))
        status = work(&shrink, argv[0], &given);
    else
        fprintf(stderr, "%s\n", error.text);
    shrink_close(&shrink);
    return status;
}

const struct command command_shrink = {
    .name = "shrink",
    .help = "a failing seed as the smallest scenario that fails so",
    .run = command,
};
