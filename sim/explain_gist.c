/* The run in a few sentences: how long nobody led, what that time went into. */
#include <inttypes.h>
#include <string.h>

#include "sim/explain_parts.h"

static uint64_t lasted_ns(const struct explain *explain, const struct episode *episode)
{
    uint64_t end_ns = episode->outcome == OUTCOME_OPEN ? explain->page.report->run->simulated_ns
                                                       : episode->end_ns;
    return end_ns - episode->begin_ns;
}

uint32_t longest_episode(const struct explain *explain)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < explain->page.episode_count; i++)
        if (!best || lasted_ns(explain, &explain->page.episodes[i]) >
                         lasted_ns(explain, &explain->page.episodes[best]))
            best = i;
    return best;
}

static uint64_t without_ns(const struct explain *explain)
{
    uint64_t sum_ns = 0;
    for (uint32_t i = 1; i < explain->page.episode_count; i++)
        sum_ns += lasted_ns(explain, &explain->page.episodes[i]);
    return sum_ns;
}

void headline_text(const struct explain *explain, struct text *text)
{
    const struct run *run = explain->page.report->run;
    uint32_t count = explain->page.episode_count - 1;
    if (run->world->judge.broken)
        text_add(text, "SAFETY BROKEN at %s: %s", short_instant(run->world->judge.at_ns).text,
                 run->world->judge.rule);
    else if (run->liveness_absent)
        text_add(text, "LIVENESS ABSENT");
    else if (explain->page.episodes[count].outcome == OUTCOME_OPEN)
        text_add(text, "NO LEADER AT THE END");
    else if (count)
        text_add(text, "%s without a leader%s", length_text(without_ns(explain)).text,
                 count > 1 ? ", in all" : "");
    else
        text_add(text, measures_of_topics(run->measures) ? "no Raft leader was lost"
                                                         : "no leader was lost");
}

/* ---- where the time went ---- */

/* Why the episode's terms failed, most often first. */
static void failures_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct term_begun *terms;
    uint32_t failures[FAILURE_COUNT] = {0}, failed = 0, most = 0;
    uint32_t count = measures_terms(explain->page.report->run->measures, &terms);
    for (uint32_t i = 0; i < count; i++) {
        if (terms[i].episode != at || !term_failed(&terms[i]))
            continue;
        failed++;
        failures[terms[i].failure]++;
    }
    for (uint32_t i = 1; i < FAILURE_COUNT; i++)
        most = failures[i] > failures[most] ? i : most;
    if (!failed)
        return;
    if (failed == 1)
        text_add(text, " One term elected nobody: %s.", failure_words((enum failure)most));
    else if (failed == failures[most])
        text_add(text, " %s terms elected nobody, each for the same reason: %s.",
                 short_count(failed).text, failure_words((enum failure)most));
    else
        text_add(text, " %s terms elected nobody; most often (%s times), %s.",
                 short_count(failed).text, short_count(failures[most]).text,
                 failure_words((enum failure)most));
}

/* The part of an elected leader's episode that took most of it. */
static void phase_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct episode *episode = &explain->page.episodes[at];
    uint64_t all_ns = episode->end_ns - episode->begin_ns;
    uint64_t detect_ns = episode->detect_ns - episode->begin_ns;
    uint64_t commit_ns = episode->end_ns - episode->elected_ns;
    if (episode->outcome != OUTCOME_ELECTED)
        return;
    if (detect_ns * 2 > all_ns)
        text_add(text, " %s of it went by before anybody noticed: that is the election timeout.",
                 length_text(detect_ns).text);
    else if (commit_ns * 2 > all_ns)
        text_add(text, " %s of it went by after the election, until an entry was committed.",
                 length_text(commit_ns).text);
    else
        text_add(text, " %s of it went into finding a new leader after the first had asked.",
                 length_text(episode->elected_ns - episode->detect_ns).text);
}

static void how_text(const struct explain *explain, const struct episode *episode,
                     struct text *text)
{
    static const char *const words[CAUSE_COUNT] = {
        [CAUSE_START] = "the cluster started",
        [CAUSE_CRASH] = "%s crashed",
        [CAUSE_PAUSE] = "%s stood still",
        [CAUSE_ISOLATE] = "%s was cut off",
        [CAUSE_PARTITION] = "%s was parted from a quorum",
        [CAUSE_LINK] = "links of %s failed",
        [CAUSE_DISK] = "the disk of %s held it",
        [CAUSE_CLOCK] = "%s was lost to a clock that is off",
        [CAUSE_REMOVAL] = "%s was removed",
        [CAUSE_TRANSFER] = "%s handed its office on",
        [CAUSE_UNPLANNED] = "%s was deposed, with nothing wrong with it",
    };
    const char *percent = strstr(words[episode->cause], "%s");
    if (!percent) {
        text_add(text, "%s", words[episode->cause]);
        return;
    }
    text_bytes(text, words[episode->cause], (size_t)(percent - words[episode->cause]));
    text_add(text, "%s%s", name_of(explain, episode->lost), percent + 2);
}

static void episode_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct episode *episode = &explain->page.episodes[at];
    if (episode->outcome == OUTCOME_OPEN)
        text_add(text, "since %s, when ", short_at(episode->begin_ns).text);
    else
        text_add(text, "at %s ", short_at(episode->begin_ns).text);
    how_text(explain, episode, text);
    if (episode->outcome == OUTCOME_OPEN)
        text_add(text, ", no leader serves.");
    else if (episode->outcome == OUTCOME_RESUMED)
        text_add(text, ", and %s later it served again itself.",
                 length_text(lasted_ns(explain, episode)).text);
    else
        text_add(text, "; %s served %s later.", name_of(explain, episode->leader),
                 length_text(lasted_ns(explain, episode)).text);
    phase_text(explain, at, text);
    failures_text(explain, at, text);
}

void gist_text(const struct explain *explain, struct text *text)
{
    const struct run *run = explain->page.report->run;
    uint32_t at = longest_episode(explain), count = explain->page.episode_count - 1;
    const struct episode *first = &explain->page.episodes[0];
    if (run->world->judge.broken)
        text_add(text, "%s. The run ends there. ", run->world->judge.detail);
    else if (run->liveness_absent || strcmp(run->liveness_why, "holds") != 0)
        text_add(text, "Liveness is %s. ", run->liveness_why);
    if (run->world->judge.broken)
        return;
    if (count == 1)
        text_add(text, "The leader was lost once: ");
    else if (count)
        text_add(text, "%s times the leader was lost: %s of %s without one. The longest: ",
                 short_count(count).text, length_text(without_ns(explain)).text,
                 length_text(run->simulated_ns).text);
    else if (first->outcome == OUTCOME_OPEN)
        text_add(text, "There never was a leader: ");
    else
        text_add(text, "%s served %s after the start, and nothing took it away.",
                 name_of(explain, first->leader), length_text(lasted_ns(explain, first)).text);
    if (count || first->outcome == OUTCOME_OPEN)
        episode_text(explain, at, text);
    else
        failures_text(explain, 0, text);
    partition_gist(explain, text);
}
