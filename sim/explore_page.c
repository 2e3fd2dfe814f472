#include "sim/explore_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/page/page.h"
#include "sim/tree.h"

enum { COLUMNS = 80, SHOWN_MAX = 40, INDENT = 11 };

static const char *verdict_of(enum explore_end end)
{
    switch (end) {
    case EXPLORE_HELD:
        return "HELD";
    case EXPLORE_UNDECIDED:
        return "UNDECIDED";
    case EXPLORE_SAFETY:
        return "SAFETY";
    case EXPLORE_LIVENESS:
        return "LIVENESS";
    case EXPLORE_DIED:
        return "RAFTSIM";
    }
    return "";
}

/* The one command that shows it again. */
static void add_replay(const struct explore_report *report, size_t i, struct text *text)
{
    text_shell(text, report->program);
    if (report->paths) {
        text_add(text, " run ");
        text_shell(text, report->paths[i]);
        return;
    }
    text_add(text, " explore ");
    if (report->file)
        text_shell(text, report->file);
    else
        text_add(text, "--swarm");
    text_add(text, "%s --schedule %s --out found", report->flags, report->explore->found[i].name);
}

static void print_discovery(const struct explore_report *report, size_t i, FILE *out)
{
    const struct discovery *one = &report->explore->found[i];
    struct text text = {0}, needs = {0}, replay = {0};
    char margin[INDENT + 1];
    snprintf(margin, sizeof margin, "%*s", INDENT, "");
    text_add(&text, "  %-9s%s", verdict_of(one->end), one->rule);
    text_column(&text, 62, 2);
    text_add(&text, "%s schedule%s\n", short_count(one->schedules).text,
             one->schedules == 1 ? "" : "s");
    text_add(&needs, "needs: %s", one->cause);
    text_wrap(&text, INDENT, COLUMNS, text_of(&needs));
    text_wrap(&text, INDENT, COLUMNS, one->detail);
    add_replay(report, i, &replay);
    add_command(&text, margin, text_of(&replay), COLUMNS);
    fputs(text_of(&text), out);
    text_close(&text);
    text_close(&needs);
    text_close(&replay);
}

static void print_found(const struct explore_report *report, FILE *out)
{
    const struct explore *explore = report->explore;
    uint64_t schedules = explore->counts.schedules;
    if (explore->found_count == 0) {
        fprintf(out, "NOTHING FOUND in %s schedule%s\n", short_count(schedules).text,
                schedules == 1 ? "" : "s");
        return;
    }
    fprintf(out, "FOUND in %s schedule%s, each rule and cause once\n", short_count(schedules).text,
            schedules == 1 ? "" : "s");
    for (enum explore_end end = EXPLORE_DIED; end > EXPLORE_UNDECIDED; end--)
        for (size_t i = 0; i < explore->found_count; i++)
            if (explore->found[i].end == end && i < SHOWN_MAX)
                print_discovery(report, i, out);
    if (explore->found_count > SHOWN_MAX)
        fprintf(out, "  and %zu more causes: --format json has them all\n",
                explore->found_count - SHOWN_MAX);
}

static void add_pair(struct text *line, const char *name, uint32_t count)
{
    text_add(line, "%s%s %" PRIu32, line->count ? "   " : "", name, count);
}

/* Names and counts, as many on a line as fit. */
static void print_counts(const char *title, const char *const *names, const uint32_t *counts,
                         size_t count, FILE *out)
{
    struct text line = {0};
    for (size_t i = 0; i < count; i++) {
        char pair[64];
        snprintf(pair, sizeof pair, "%s %" PRIu32, names[i], counts[i]);
        if (line.count && INDENT + line.count + 3 + strlen(pair) > COLUMNS) {
            fprintf(out, "  %-9s%s\n", title, text_of(&line));
            text_clear(&line);
            title = "";
        }
        add_pair(&line, names[i], counts[i]);
    }
    if (line.count)
        fprintf(out, "  %-9s%s\n", title, text_of(&line));
    text_close(&line);
}

static void print_coverage(const struct explore *explore, FILE *out)
{
    const char *names[COVERAGE_FAULTS_MAX];
    uint32_t counts[COVERAGE_FAULTS_MAX], all = 0;
    size_t count = 0;
    for (size_t i = 0; i < action_count(); i++) {
        uint32_t states = coverage_of_fault(&explore->coverage, i);
        all += states;
        if (states == 0)
            continue;
        names[count] = action_at(i)->name;
        counts[count++] = states;
    }
    fprintf(out, "\nCOVERAGE   %s states: a role, a message that reaches it, a fault at work\n",
            short_count(all).text);
    print_counts("fault", names, counts, count, out);
    count = 0;
    for (enum raft_message_kind kind = 0; kind < RAFT_MSG_KINDS; kind++) {
        uint32_t states = coverage_of_message(&explore->coverage, kind);
        if (states == 0)
            continue;
        names[count] = raft_message_name(kind);
        counts[count++] = states;
    }
    print_counts("message", names, counts, count, out);
}

static void print_work(const struct explore_report *report, FILE *out)
{
    const struct explore *explore = report->explore;
    const struct explore_counts *counts = &explore->counts;
    double per_s = report->elapsed_s > 0 ? (double)counts->schedules / report->elapsed_s : 0;
    fprintf(out, "\n%s schedules", short_count(counts->schedules).text);
    if (counts->changed)
        fprintf(out, ", %s of them changed from %s that reached new states",
                short_count(counts->changed).text, short_count(explore->corpus_count).text);
    fprintf(out, "\n%s simulated, %s events; %s s, %s schedules/s\n",
            short_duration(counts->simulated_ns / NS_PER_S * NS_PER_S).text,
            short_count(counts->events).text, short_number(report->elapsed_s, 1).text,
            short_count((uint64_t)per_s).text);
    if (counts->by_end[EXPLORE_UNDECIDED])
        fprintf(out, "%s reached the limit of events: undecided\n",
                short_count(counts->by_end[EXPLORE_UNDECIDED]).text);
    if (report->signal)
        fprintf(out, "interrupted: this is about what was done until then\n");
}

void explore_page(const struct explore_report *report, FILE *out)
{
    fprintf(out, "%s: %s\n\n", report->file ? report->file : "swarm", report->searched);
    print_found(report, out);
    print_coverage(report->explore, out);
    print_work(report, out);
}

/* ---- JSON ---- */

static cJSON *tree_of_discovery(const struct explore_report *report, size_t i)
{
    const struct discovery *one = &report->explore->found[i];
    struct text replay = {0};
    cJSON *item = cJSON_CreateObject();
    bool ruled = one->end == EXPLORE_SAFETY;
    const char *verdict = ruled ? "safety" : one->end == EXPLORE_LIVENESS ? "liveness" : "died";
    cJSON_AddStringToObject(item, "verdict", verdict);
    tree_add_text(item, "rule", ruled ? one->rule : NULL);
    cJSON_AddStringToObject(item, "cause", one->cause);
    cJSON_AddStringToObject(item, "detail", one->detail);
    cJSON_AddStringToObject(item, "schedule", one->name);
    tree_add_count(item, "schedules", one->schedules);
    tree_add_count(item, "faults", one->faults);
    tree_add_text(item, "file", report->paths ? report->paths[i] : NULL);
    add_replay(report, i, &replay);
    cJSON_AddStringToObject(item, "replay", text_of(&replay));
    text_close(&replay);
    return item;
}

static cJSON *tree_of_coverage(const struct coverage *coverage)
{
    uint32_t all = 0;
    cJSON *object = cJSON_CreateObject();
    cJSON *faults = cJSON_CreateObject(), *messages = cJSON_CreateObject();
    for (size_t i = 0; i < action_count(); i++) {
        all += coverage_of_fault(coverage, i);
        tree_add_count(faults, action_at(i)->name, coverage_of_fault(coverage, i));
    }
    for (enum raft_message_kind kind = 0; kind < RAFT_MSG_KINDS; kind++)
        tree_add_count(messages, raft_message_name(kind), coverage_of_message(coverage, kind));
    tree_add_count(object, "states", all);
    cJSON_AddItemToObject(object, "faults", faults);
    cJSON_AddItemToObject(object, "messages", messages);
    return object;
}

void explore_json(const struct explore_report *report, FILE *out)
{
    const struct explore *explore = report->explore;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "schema", "raftsim-explore/1");
    tree_add_text(object, "scenario", report->file);
    cJSON_AddStringToObject(object, "searched", report->searched);
    tree_add_count(object, "exit_status", (uint64_t)report->status);
    tree_add_count(object, "schedules", explore->counts.schedules);
    tree_add_count(object, "changed", explore->counts.changed);
    tree_add_count(object, "kept", explore->corpus_count);
    tree_add_count(object, "undecided", explore->counts.by_end[EXPLORE_UNDECIDED]);
    tree_add_count(object, "events", explore->counts.events);
    tree_add_ms(object, "simulated_ms", explore->counts.simulated_ns);
    cJSON *list = cJSON_AddArrayToObject(object, "found");
    for (size_t i = 0; i < explore->found_count; i++)
        cJSON_AddItemToArray(list, tree_of_discovery(report, i));
    cJSON_AddItemToObject(object, "coverage", tree_of_coverage(&explore->coverage));
    tree_add_value(object, "elapsed_s", (struct value){true, report->elapsed_s});
    tree_print(object, out);
    cJSON_Delete(object);
}
