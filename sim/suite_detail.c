/* Words about one run that failed: where in the plan it says what it should have been, what it was,
 * and the commands that show it again. */
#include <inttypes.h>
#include <string.h>

#include "sim/metric.h"
#include "sim/page/page.h"
#include "sim/suite_parts.h"

enum { COLUMNS = 80, MISSED_SHOWN = 3 };

struct report suite_report(const struct suite *suite, const struct run *run,
                           const struct evidence *evidence)
{
    return (struct report){.run = run,
                           .evidence = evidence,
                           .program = suite->program,
                           .settings = suite->settings,
                           .flags = "",
                           .columns = COLUMNS};
}

static struct page page_of(const struct report *report, FILE *out)
{
    return (struct page){.report = report,
                         .scenario = report->run->scenario,
                         .out = out,
                         .name_width = PAGE_NAME_WIDTH_MAX};
}

void suite_write_command(const char *label, const char *command, FILE *out)
{
    struct text text = {0}, head = {0};
    text_add(&head, "    %s", label);
    text_column(&head, 11, 1);
    add_command(&text, text_of(&head), command, COLUMNS);
    fputs(text_of(&text), out);
    text_close(&head);
    text_close(&text);
}

void suite_write_place(const struct scenario *scenario, const struct place *place, FILE *out)
{
    if (place->line)
        fprintf(out, "    %s:%u:%u", scenario->file, place->line, place->column);
    else
        fputs("    --set", out);
}

/* ---- an expectation ---- */

void suite_write_finding(const struct finding *finding, FILE *out)
{
    const char *wanted = finding->bound ? finding->bound->text : finding->expectation->word;
    struct text text = {0};
    text_add(&text, "    %s   wanted %s   got %s", finding->expectation->text, wanted,
             finding->got_text);
    if (text_width(text_of(&text)) > COLUMNS) {
        text_clear(&text);
        text_add(&text, "    %s\n        wanted %s   got %s", finding->expectation->text, wanted,
                 finding->got_text);
    }
    fprintf(out, "%s\n", text_of(&text));
    text_close(&text);
}

static void write_missed(const struct scenario *scenario, const struct finding *finding, FILE *out)
{
    suite_write_place(scenario, &finding->expectation->place, out);
    fprintf(out, "  $.expect\n");
    suite_write_finding(finding, out);
}

/* The slowest of the episodes that the metric is about. */
static const struct episode *slowest(const struct run *run, const struct metric_ref *ref)
{
    const struct episode *episodes, *found = NULL;
    uint32_t count = measures_episodes(run->measures, &episodes);
    for (uint32_t i = 0; i < count; i++)
        if (episode_counts(ref, &episodes[i], i) &&
            (!found || episode_length(&episodes[i]) > episode_length(found)))
            found = &episodes[i];
    return found;
}

static void add_phase(struct text *text, const char *name, uint64_t from_ns, uint64_t to_ns)
{
    if (from_ns != UINT64_MAX && to_ns != UINT64_MAX && to_ns >= from_ns)
        text_add(text, " %s %s", name, short_number((double)(to_ns - from_ns) / 1e6, 1).text);
}

/* Where the time went, when it is about a time without a leader. */
static void write_slowest(const struct page *page, const struct finding *finding)
{
    struct metric_ref ref;
    const char *statistic;
    struct text text = {0};
    bool known = finding->bound && expectation_resolve(finding->expectation, &ref, &statistic);
    if (!known || ref.metric->kind != METRIC_EPISODE || ref.metric->unit != UNIT_MS)
        return;
    const struct episode *episode = slowest(page->report->run, &ref);
    if (!episode)
        return;
    text_add(&text, "slowest (at %s, %s), ms:", short_at(episode->begin_ns).text,
             cause_name(episode->cause));
    add_phase(&text, "detect", episode->begin_ns, episode->detect_ns);
    add_phase(&text, "prevote", episode->detect_ns, episode->prevote_ns);
    add_phase(&text, "vote", episode->prevote_ns, episode->elected_ns);
    add_phase(&text, "commit", episode->elected_ns, episode->committed_ns);
    if (episode->outcome == OUTCOME_OPEN)
        text_add(&text, " and no end");
    fputs("    ", page->out);
    page_wrap(page, 4, text_of(&text));
    text_close(&text);
}

static void write_all_missed(const struct page *page)
{
    const struct run *run = page->report->run;
    const struct finding *first = NULL;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < run->finding_count && shown < MISSED_SHOWN; i++)
        if (!run->findings[i].held) {
            write_missed(run->scenario, &run->findings[i], page->out);
            first = first ? first : &run->findings[i];
            shown++;
        }
    if (run->missed_count > shown)
        fprintf(page->out, "    and %u more\n", run->missed_count - shown);
    if (first)
        write_slowest(page, first);
}

/* ---- an item that hit nothing, or a limit ---- */

/* Who had which role when the run ended. */
static void add_roles(const struct page *page, struct text *text)
{
    const struct world *world = page->report->run->world;
    struct raft_set leaders = {{0}}, candidates = {{0}}, stopped = {{0}};
    for (uint32_t id = 1; id <= world->node_count; id++) {
        enum raft_role role = world->nodes[id].role;
        if (!node_runs(world, id))
            raft_set_add(&stopped, id);
        else if (role == RAFT_LEADER)
            raft_set_add(&leaders, id);
        else if (role == RAFT_CANDIDATE || role == RAFT_PRE_CANDIDATE)
            raft_set_add(&candidates, id);
    }
    text_add(text, ": ");
    page_set(page, &leaders, 30, text);
    text_add(text, "%s led then", raft_set_count(&leaders) ? "" : "nobody");
    if (raft_set_count(&candidates)) {
        text_add(text, ", candidates ");
        page_set(page, &candidates, 30, text);
    }
    if (raft_set_count(&stopped)) {
        text_add(text, ", down or held ");
        page_set(page, &stopped, 30, text);
    }
}

static void write_undecided(const struct page *page)
{
    const struct run *run = page->report->run;
    struct text text = {0};
    text_add(&text, "%s", run->why);
    if (run->end == RUN_MISSED_TARGET) {
        suite_write_place(run->scenario, &run->scenario->items[run->world->missed_item - 1].place,
                          page->out);
        fputc('\n', page->out);
        add_roles(page, &text);
    }
    fputs("    ", page->out);
    page_wrap(page, 4, text_of(&text));
    text_close(&text);
}

/* ---- the commands ---- */

static void write_commands(const struct suite *suite, const struct report *report, FILE *out)
{
    const struct run *run = report->run;
    struct text text = {0};
    if (run->verdict != VERDICT_SAFETY) { /* page_violation has said it */
        report_replay(report, &text);
        text_add(&text, "%s", run->verdict == VERDICT_NONDETERMINISTIC ? " --verify" : "");
        suite_write_command("again", text_of(&text), out);
    }
    if (run->verdict == VERDICT_SAFETY && suite->can_shrink) {
        text_clear(&text);
        report_command(report, "shrink", &text);
        text_add(&text, " --seed %" PRIu64 " --out min.json", run->seed);
        suite_write_command("small", text_of(&text), out);
    }
    if (suite->can_explain && run->verdict != VERDICT_NONDETERMINISTIC) {
        text_clear(&text);
        report_command(report, "explain", &text);
        text_add(&text, " --seed %" PRIu64, run->seed);
        suite_write_command("why", text_of(&text), out);
    }
    text_close(&text);
}

void suite_write_failure(const struct suite *suite, const struct report *report, FILE *out)
{
    const struct run *run = report->run;
    const struct page page = page_of(report, out);
    switch (run->verdict) {
    case VERDICT_SAFETY:
        page_violation(&page);
        break;
    case VERDICT_EXPECTATION:
        write_all_missed(&page);
        break;
    case VERDICT_UNDECIDED:
        write_undecided(&page);
        break;
    case VERDICT_LIVENESS:
        fputs("    ", out);
        page_wrap(&page, 4, run->liveness_why);
        break;
    case VERDICT_NONDETERMINISTIC:
        fputs("    ", out);
        page_wrap(&page, 4, run->why);
        break;
    case VERDICT_PASS:
    case VERDICT_COUNT:
        break;
    }
    write_commands(suite, report, out);
}
