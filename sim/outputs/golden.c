#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/file.h"
#include "sim/output.h"

static const char *node_name(const struct report *report, uint32_t node)
{
    return node ? report->run->scenario->nodes[node].name : "nobody";
}

static void write_episodes(const struct report *report, FILE *out)
{
    static const char *const outcomes[] = {
        [OUTCOME_OPEN] = "open", [OUTCOME_ELECTED] = "elected", [OUTCOME_RESUMED] = "resumed"};
    const struct episode *episodes;
    uint32_t count = measures_episodes(report->run->measures, &episodes);
    for (uint32_t i = 0; i < count; i++) {
        const struct episode *episode = &episodes[i];
        fprintf(out, "%s %s, lost by %s: %s, %s", short_instant(episode->begin_ns).text,
                node_name(report, episode->lost), cause_name(episode->cause),
                outcomes[episode->outcome], node_name(report, episode->leader));
        if (episode->end_ns != UINT64_MAX)
            fprintf(out, " at %s", short_instant(episode->end_ns).text);
        fputc('\n', out);
    }
}

static void write_terms(const struct report *report, FILE *out)
{
    const struct term_begun *terms;
    uint32_t count = measures_terms(report->run->measures, &terms);
    for (uint32_t i = 0; i < count; i++) {
        const struct term_begun *term = &terms[i];
        fprintf(out, "term %" PRIu64 " at %s, candidates %u: ", term->term,
                short_instant(term->at_ns).text, term->candidates);
        if (term->leader)
            fprintf(out, "%s leads\n", node_name(report, term->leader));
        else
            fprintf(out, "%s\n", term->open ? "not ended" : failure_name(term->failure));
    }
}

static void write_golden(const struct report *report, FILE *out)
{
    const struct run *run = report->run;
    fprintf(out, "seed %" PRIu64 " trace %016" PRIx64 " hash %d\n", run->seed, run->trace_hash,
            TRACE_HASH_VERSION);
    fprintf(out, "%s, %" PRIu64 " events in %s\n", verdict_name(run->verdict), run->events,
            short_instant(run->simulated_ns).text);
    if (run->world->judge.broken)
        fprintf(out, "%s: %s\n", run->world->judge.rule, run->world->judge.detail);
    write_episodes(report, out);
    write_terms(report, out);
}

char *golden_path(const struct scenario *scenario)
{
    struct text path = {0};
    text_add(&path, "tests/golden/%s.txt", scenario->name);
    return path.data;
}

enum golden golden_compare(const struct report *report, uint64_t *accepted)
{
    char *path = golden_path(report->run->scenario);
    char *text = file_text(path);
    uint64_t seed = 0;
    int version = 0;
    bool read = text && sscanf(text, "seed %" SCNu64 " trace %" SCNx64 " hash %d", &seed, accepted,
                               &version) == 3;
    free(text);
    free(path);
    if (!read || seed != report->run->seed || version != TRACE_HASH_VERSION ||
        report->settings->count > 0)
        return GOLDEN_NONE;
    return *accepted == report->run->trace_hash ? GOLDEN_SAME : GOLDEN_DIFFERS;
}

const struct output output_golden = {
    .name = "golden",
    .help = "the trace hash and a summary, as tests keep them",
    .write = write_golden,
};
