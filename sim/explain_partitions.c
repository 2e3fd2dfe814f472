/* Partitions in words: what was lost, what the elector decided and why; alike ones told once. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explain_parts.h"
#include "sim/promise.h"

enum { GROUPS_MAX = 12, NO_DETAIL = 255 };

/* Decisions by partition, in their order: 1 + position; 0: none. */
struct index {
    uint32_t *first, *next;
};

struct group {
    const struct partition_episode *one; /* the first of them */
    uint16_t elector;                    /* who decided; 0: nobody */
    uint8_t reason, note;                /* NO_DETAIL: none */
    uint32_t count;
    uint64_t notes; /* decisions that came to nothing, in all */
    uint64_t from_ns, to_ns, least_ns, most_ns, detect_least_ns, detect_most_ns;
};

static struct index index_open(const struct explain *explain)
{
    const struct watch *watch = explain->watch;
    struct index index = {
        allocate(explain->page.scenario->layout.partition_count, sizeof(uint32_t)),
        allocate(watch->decision_count + 1, sizeof(uint32_t))};
    for (uint32_t i = watch->decision_count; i-- > 0;) {
        uint32_t partition = watch->decisions[i].partition;
        index.next[i] = index.first[partition];
        index.first[partition] = i + 1;
    }
    return index;
}

/* What the elector did about this episode: its decision, or the notes of what came to nothing. */
static void find_decision(const struct explain *explain, const struct index *index,
                          const struct partition_episode *episode, struct group *group)
{
    *group = (struct group){.one = episode, .reason = NO_DETAIL, .note = NO_DETAIL};
    for (uint32_t i = index->first[episode->partition]; i; i = index->next[i - 1]) {
        const struct decision *decision = &explain->watch->decisions[i - 1];
        bool of_it = decision->at_ns == episode->decided_ns ||
                     (decision->at_ns >= episode->begin_ns && decision->at_ns <= episode->end_ns);
        if (!of_it)
            continue;
        if (decision->note) {
            group->note = decision->detail;
            group->notes++;
            group->elector = group->elector ? group->elector : decision->elector;
        } else if (decision->at_ns == episode->decided_ns) {
            group->reason = decision->detail;
            group->elector = decision->elector;
        }
    }
}

static uint64_t length_of(const struct explain *explain, const struct partition_episode *episode)
{
    uint64_t end_ns = episode->outcome == PARTITION_OPEN ? explain->page.report->run->simulated_ns
                                                         : episode->end_ns;
    return end_ns - episode->begin_ns;
}

static bool alike(const struct group *a, const struct group *b)
{
    return a->one->cause == b->one->cause && a->one->outcome == b->one->outcome &&
           a->one->lost == b->one->lost && a->elector == b->elector && a->reason == b->reason &&
           a->note == b->note;
}

static void join(const struct explain *explain, struct group *group, const struct group *one)
{
    const struct partition_episode *episode = one->one;
    uint64_t length_ns = length_of(explain, episode);
    bool noticed = episode->decided_ns != UINT64_MAX && episode->decided_ns >= episode->begin_ns;
    uint64_t detect_ns = noticed ? episode->decided_ns - episode->begin_ns : 0;
    bool first = !group->count++;
    group->notes += one->notes;
    if (first || episode->begin_ns < group->from_ns)
        group->from_ns = episode->begin_ns;
    if (first || episode->begin_ns > group->to_ns)
        group->to_ns = episode->begin_ns;
    if (first || length_ns < group->least_ns)
        group->least_ns = length_ns;
    if (first || length_ns > group->most_ns)
        group->most_ns = length_ns;
    if (first || detect_ns < group->detect_least_ns)
        group->detect_least_ns = detect_ns;
    if (first || detect_ns > group->detect_most_ns)
        group->detect_most_ns = detect_ns;
}

/* ---- in words ---- */

static void range_text(uint64_t least_ns, uint64_t most_ns, struct text *text)
{
    text_add(text, "%s", length_text(least_ns).text);
    if (strcmp(length_text(least_ns).text, length_text(most_ns).text) != 0)
        text_add(text, " to %s", length_text(most_ns).text);
}

static void lost_text(const struct explain *explain, const struct group *group, struct text *text)
{
    const struct partition_episode *one = group->one;
    text_add(text, "%s %s (", short_count(group->count).text, group->count == 1 ? "time" : "times");
    text_add(text, "%s%s), ", partition_name(explain->page.scenario, one->partition).text,
             group->count > 1 ? " first" : "");
    text_add(text, group->from_ns == group->to_ns ? "at %s" : "from %s",
             short_at(group->from_ns).text);
    if (group->from_ns != group->to_ns)
        text_add(text, " to %s", short_at(group->to_ns).text);
    if (one->lost)
        text_add(text, ", leader %s", name_of(explain, one->lost));
    text_add(text, ": %s.", partition_cause_help((enum partition_cause)one->cause));
}

static void decided_text(const struct explain *explain, const struct group *group,
                         struct text *text)
{
    const struct partition_episode *one = group->one;
    const char *elector = name_of(explain, group->elector);
    if (group->reason == NO_DETAIL && group->note == NO_DETAIL)
        text_add(text, " No elector decided anything.");
    if (group->reason != NO_DETAIL) {
        text_add(text, " The elector on %s decided (%s)", elector,
                 metadata_reason_name(group->reason));
        if (one->decided_ns >= one->begin_ns && one->cause != PARTITION_LOST_START) {
            text_add(text, " after ");
            range_text(group->detect_least_ns, group->detect_most_ns, text);
        }
        text_add(text, ".");
    }
    if (group->note != NO_DETAIL)
        text_add(text, " %s decision%s of the elector on %s came to nothing: %s.",
                 short_count(group->notes).text, group->notes == 1 ? "" : "s", elector,
                 elector_note_name(group->note));
}

static void end_text(const struct explain *explain, const struct group *group, struct text *text)
{
    const struct partition_episode *one = group->one;
    switch ((enum partition_outcome)one->outcome) {
    case PARTITION_OPEN:
        text_add(text, " No leader to the end of the run: ");
        break;
    case PARTITION_RESUMED:
        text_add(text, " Nobody else took over; the same broker came back after ");
        break;
    case PARTITION_KEPT:
        text_add(text, " The leader stayed; it took ");
        break;
    case PARTITION_ELECTED:
        text_add(text, " %s served after ",
                 group->count == 1 ? name_of(explain, one->leader) : "A leader");
        break;
    }
    range_text(group->least_ns, group->most_ns, text);
    text_add(text, ".");
}

void partition_lines(const struct explain *explain, struct lines *lines)
{
    const struct partition_episode *episodes;
    uint32_t count = measures_partitions(explain->page.report->run->measures, &episodes);
    struct group groups[GROUPS_MAX];
    uint32_t group_count = 0, untold = 0;
    if (!count)
        return;
    struct index index = index_open(explain);
    for (uint32_t i = 0; i < count; i++) {
        struct group one;
        uint32_t at = 0;
        find_decision(explain, &index, &episodes[i], &one);
        while (at < group_count && !alike(&groups[at], &one))
            at++;
        if (at == GROUPS_MAX) {
            untold++;
            continue;
        }
        if (at == group_count) {
            groups[group_count] = one;
            groups[group_count++].notes = 0;
        }
        join(explain, &groups[at], &one);
    }
    free(index.first);
    free(index.next);
    for (uint32_t i = 0; i < group_count; i++) {
        const char *words = partition_cause_words((enum partition_cause)groups[i].one->cause);
        struct text *text = lines_add(lines, words);
        lost_text(explain, &groups[i], text);
        decided_text(explain, &groups[i], text);
        end_text(explain, &groups[i], text);
    }
    if (untold)
        text_add(lines_add(lines, ".."), "%s more of other kinds.", short_count(untold).text);
}

void partition_gist(const struct explain *explain, struct text *text)
{
    const struct partition_episode *episodes;
    uint32_t count = measures_partitions(explain->page.report->run->measures, &episodes);
    uint32_t lost = 0, open = 0, kept = 0;
    uint64_t most_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t length_ns = length_of(explain, &episodes[i]);
        kept += episodes[i].cause == PARTITION_LOST_SPURIOUS;
        if (episodes[i].cause == PARTITION_LOST_START || episodes[i].outcome == PARTITION_KEPT)
            continue;
        lost++;
        open += episodes[i].outcome == PARTITION_OPEN;
        most_ns = length_ns > most_ns ? length_ns : most_ns;
    }
    if (lost)
        text_add(text, " Partitions lost their leader %s time%s, for up to %s",
                 short_count(lost).text, lost == 1 ? "" : "s", length_text(most_ns).text);
    if (open)
        text_add(text, "; %s of them %s none to the end", short_count(open).text,
                 open == 1 ? "has" : "have");
    if (lost)
        text_add(text, ".");
    if (kept)
        text_add(text, " %s time%s an elector replaced or renewed a healthy leader.",
                 short_count(kept).text, kept == 1 ? "" : "s");
}
