/* A time without a leader in words: what was lost, who noticed, why it took so long, what ended
 * it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explain_parts.h"

enum { TOLD_FIRST = 2, TOLD_ALL = 6 };

/* ---- what was lost ---- */

static const char *loss_words(enum cause cause)
{
    static const char *const words[CAUSE_COUNT] = {
        [CAUSE_START] = "",
        [CAUSE_CRASH] = "crashed",
        [CAUSE_PAUSE] = "stood still",
        [CAUSE_ISOLATE] = "was cut off",
        [CAUSE_PARTITION] = "was parted from a quorum",
        [CAUSE_LINK] = "was lost, for links failed",
        [CAUSE_DISK] = "was held by its disk",
        [CAUSE_CLOCK] = "was lost, for a clock is off",
        [CAUSE_REMOVAL] = "was removed",
        [CAUSE_TRANSFER] = "handed its office on",
        [CAUSE_UNPLANNED] = "was deposed, though nothing was wrong with it",
    };
    return words[cause];
}

/* The deed that did it: the item's last before the loss. */
static const struct deed *deed_behind(const struct explain *explain, const struct episode *episode)
{
    const struct world *world = explain->page.report->run->world;
    for (uint32_t i = world->deed_count; i-- > 0;)
        if (world->deeds[i].item + 1 == episode->item &&
            world->deeds[i].began_ns <= episode->begin_ns)
            return &world->deeds[i];
    return NULL;
}

/* Who first asked for votes in a term. */
static const struct campaign *first_of_term(const struct explain *explain, uint64_t term)
{
    for (uint32_t i = 0; i < explain->page.campaign_count; i++) {
        const struct campaign *campaign = &explain->page.campaigns[i];
        if (campaign->term == term && !campaign->prevote)
            return campaign;
    }
    return NULL;
}

static void rival_text(const struct explain *explain, const struct scene *scene, struct text *text)
{
    const struct campaign *first = first_of_term(explain, scene->rival_term);
    text_add(text, " %s was in term %" PRIu64, name_of(explain, scene->rival), scene->rival_term);
    if (first && first->node == scene->rival)
        text_add(text, ", for which it had asked at %s", short_at(first->at_ns).text);
    else if (first)
        text_add(text, ", for %s had asked it for a vote in that term (%s)",
                 name_of(explain, first->node), short_at(first->at_ns).text);
    text_add(text, ": it heeds no leader of term %" PRIu64 " any more.", scene->term);
}

static void deposed_text(const struct explain *explain, const struct episode *episode,
                         const struct scene *scene, struct text *text)
{
    const struct campaign *first = first_of_term(explain, scene->term);
    text_add(text, " It had heard of term %" PRIu64, scene->term);
    if (first && first->node != episode->lost)
        text_add(text, ", in which %s asks for votes", name_of(explain, first->node));
    text_add(text, ", and stepped down at once, as every leader must.");
}

static void scene_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct episode *episode = &explain->page.episodes[at];
    const struct scene *scene = &explain->watch->scenes[at];
    if (!scene->runs)
        return;
    if (scene->quit)
        text_add(text, " It had no answers from a quorum for an election timeout, and stepped "
                       "down (check-quorum).");
    else if (scene->role != RAFT_LEADER)
        deposed_text(explain, episode, scene, text);
    else if (scene->rival)
        rival_text(explain, scene, text);
    else if (!scene->quorum)
        text_add(text, " It still takes itself for the leader, but no quorum can both hear it and "
                       "answer.");
}

static uint64_t served_from(const struct explain *explain, uint32_t episode)
{
    return episode ? explain->page.episodes[episode - 1].end_ns : 0;
}

static void lost_line(const struct explain *explain, uint32_t at, struct lines *lines)
{
    const struct episode *episode = &explain->page.episodes[at];
    const struct deed *deed = deed_behind(explain, episode);
    struct text *text = lines_add(lines, at ? "lost" : "at first");
    if (!at) {
        text_add(text, "Nobody leads: the cluster starts.");
        return;
    }
    text_add(text, "%s, who had served since %s, %s.", name_of(explain, episode->lost),
             short_at(served_from(explain, at)).text, loss_words(episode->cause));
    if (deed) {
        text_add(text, " The plan: ");
        deed_words(explain, deed, text);
        text_add(text, ".");
    }
    scene_text(explain, at, text);
}

/* ---- what its trigger had done before ---- */

/* Campaigns of a node that no episode counts, between the last episode and this one. */
static uint32_t earlier(const struct explain *explain, uint32_t at, uint32_t node, uint32_t *first,
                        struct answers *answers)
{
    uint64_t from_ns = served_from(explain, at);
    uint32_t count = 0;
    for (uint32_t i = 0; i < explain->page.campaign_count; i++) {
        const struct campaign *campaign = &explain->page.campaigns[i];
        if (campaign->node != node || campaign->episode != UINT32_MAX ||
            campaign->at_ns < from_ns || campaign->at_ns > explain->page.episodes[at].begin_ns)
            continue;
        if (!count++)
            *first = i;
        answers_add(explain, i, answers);
    }
    return count;
}

static void earlier_line(const struct explain *explain, uint32_t at, struct lines *lines)
{
    const struct episode *episode = &explain->page.episodes[at];
    struct answers answers = {{0}, 0};
    uint32_t first = 0;
    if (!at || !episode->campaign_count)
        return;
    uint32_t node = explain->page.campaigns[episode->campaign_first].node;
    uint32_t count = earlier(explain, at, node, &first, &answers);
    if (!count)
        return;
    const struct campaign *campaign = &explain->page.campaigns[first];
    struct text *text = lines_add(lines, "before");
    text_add(text, "%s had asked in vain %s time%s since %s, while a leader served",
             name_of(explain, node), short_count(count).text, count == 1 ? "" : "s",
             short_at(campaign->at_ns).text);
    if (!campaign->prevote)
        text_add(text, ", each time in a higher term");
    text_add(text, ". Of its %s requests: ", short_count(answers.all).text);
    answers_text(&answers, text);
    text_add(text, ".");
}

/* ---- who noticed ---- */

static void noticed_line(const struct explain *explain, uint32_t at, struct lines *lines)
{
    const struct episode *episode = &explain->page.episodes[at];
    if (!episode->campaign_count) {
        text_add(lines_add(lines, "noticed"), "Nobody asked for votes.");
        return;
    }
    uint32_t first = episode->campaign_first;
    const struct campaign *campaign = &explain->page.campaigns[first];
    bool before = at && campaign->at_ns <= episode->begin_ns;
    struct text *text = lines_add(lines, before ? "trigger" : "noticed");
    timeout_text(explain, first, text);
    if (before) {
        between_text(explain, first, text);
        text_add(text, " To ask for votes it began a term, and who hears of a higher term leaves "
                       "its leader.");
    } else if (at) {
        text_add(text, " That is %s after the loss.",
                 length_text(campaign->at_ns - episode->begin_ns).text);
    }
}

/* ---- the campaigns ---- */

static bool is_winner(const struct episode *episode, const struct campaign *campaign)
{
    return campaign->won && campaign->node == episode->leader && (campaign->term == episode->term);
}

static void campaign_line(const struct explain *explain, uint32_t at, struct lines *lines)
{
    const struct campaign *campaign = &explain->page.campaigns[at];
    char label[16];
    snprintf(label, sizeof label, campaign->prevote ? "pre %" PRIu64 : "term %" PRIu64,
             campaign->term);
    campaign_text(explain, at, lines_add(lines, label));
}

static void rest_line(const struct explain *explain, const uint32_t *told, uint32_t count,
                      struct lines *lines)
{
    struct answers answers = {{0}, 0};
    uint32_t failures[FAILURE_COUNT] = {0}, ended = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct campaign *campaign = &explain->page.campaigns[told[i]];
        answers_add(explain, told[i], &answers);
        failures[campaign->failure]++;
        ended += campaign->ended && !campaign->won;
    }
    struct text *text = lines_add(lines, "..");
    text_add(text, "%s more campaign%s, up to term %" PRIu64 ", %s in vain (",
             short_count(count).text, count == 1 ? "" : "s",
             explain->page.campaigns[told[count - 1]].term, short_count(ended).text);
    bool any = false;
    for (uint32_t i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++) {
        if (failures[i])
            text_add(text, "%s%s: %s", any ? "; " : "", failure_words((enum failure)i),
                     short_count(failures[i]).text);
        any |= failures[i] > 0;
    }
    text_add(text, "). Of their %s requests: ", short_count(answers.all).text);
    answers_text(&answers, text);
    text_add(text, ".");
}

/* Which of an episode's campaigns are told one by one: the first few, and those that led to the
 * new leader. */
static bool is_told(const struct explain *explain, const struct episode *episode, uint32_t nth,
                    uint32_t at)
{
    return episode->campaigns <= TOLD_ALL || nth < TOLD_FIRST ||
           is_winner(episode, &explain->page.campaigns[at]);
}

static void campaign_lines(const struct explain *explain, uint32_t at, struct lines *lines)
{
    const struct episode *episode = &explain->page.episodes[at];
    uint32_t *rest = allocate(episode->campaign_count + 1, sizeof *rest), count = 0, nth = 0;
    for (uint32_t i = 0; i < episode->campaign_count; i++) {
        uint32_t which = episode->campaign_first + i;
        if (explain->page.campaigns[which].episode != at)
            continue;
        if (!is_told(explain, episode, nth++, which)) {
            rest[count++] = which;
            continue;
        }
        if (count)
            rest_line(explain, rest, count, lines);
        count = 0;
        campaign_line(explain, which, lines);
    }
    if (count)
        rest_line(explain, rest, count, lines);
    free(rest);
}

/* ---- what ended it ---- */

static void ended_line(const struct explain *explain, uint32_t at, struct lines *lines)
{
    const struct episode *episode = &explain->page.episodes[at];
    struct text *text = lines_add(lines, "ended");
    if (episode->outcome == OUTCOME_OPEN)
        text_add(text, "Never: the run ends at %s, and nobody serves.",
                 short_at(explain->page.report->run->simulated_ns).text);
    else if (episode->outcome == OUTCOME_RESUMED)
        text_add(text, "%s itself served again at %s. No term was won meanwhile.",
                 name_of(explain, episode->leader), short_at(episode->end_ns).text);
    else
        text_add(text,
                 "%s, elected in term %" PRIu64 " at %s, committed an entry of that term at "
                 "%s: it serves.",
                 name_of(explain, episode->leader), episode->term,
                 short_at(episode->elected_ns).text, short_at(episode->end_ns).text);
}

static uint64_t time_in_failed_terms(const struct explain *explain, uint32_t at)
{
    const struct episode *episode = &explain->page.episodes[at];
    const struct term_begun *terms;
    uint32_t count = measures_terms(explain->page.report->run->measures, &terms);
    uint64_t first_ns = NONE_NS, won_ns = episode->end_ns;
    for (uint32_t i = 0; i < count; i++) {
        if (terms[i].episode != at)
            continue;
        if (term_failed(&terms[i]) && terms[i].at_ns < first_ns)
            first_ns = terms[i].at_ns;
        if (terms[i].term == episode->term)
            won_ns = terms[i].at_ns;
    }
    first_ns = first_ns < episode->begin_ns ? episode->begin_ns : first_ns;
    return first_ns < won_ns ? won_ns - first_ns : 0;
}

static void time_line(const struct explain *explain, uint32_t at, struct lines *lines)
{
    const struct episode *episode = &explain->page.episodes[at];
    if (episode->outcome != OUTCOME_ELECTED)
        return;
    struct text *text = lines_add(lines, "time");
    uint64_t failed_ns = time_in_failed_terms(explain, at);
    bool vain = episode->detect_ns > explain->page.campaigns[episode->campaign_first].at_ns;
    text_add(text, "%s = %s until somebody asked%s",
             length_text(episode->end_ns - episode->begin_ns).text,
             length_text(episode->detect_ns - episode->begin_ns).text,
             vain && episode->detect_ns > episode->begin_ns ? " who could reach a quorum" : "");
    if (episode->prevote_ns > episode->detect_ns)
        text_add(text, " + %s for pre-votes",
                 length_text(episode->prevote_ns - episode->detect_ns).text);
    text_add(text, " + %s until one was elected",
             length_text(episode->elected_ns - episode->prevote_ns).text);
    if (failed_ns)
        text_add(text, " (%s of it in terms that elected nobody)", length_text(failed_ns).text);
    text_add(text, " + %s until it had committed.",
             length_text(episode->end_ns - episode->elected_ns).text);
}

void episode_lines(const struct explain *explain, uint32_t at, struct lines *lines)
{
    lost_line(explain, at, lines);
    faults_line(explain, at, lines);
    earlier_line(explain, at, lines);
    noticed_line(explain, at, lines);
    campaign_lines(explain, at, lines);
    if (explain->page.episodes[at].outcome == OUTCOME_OPEN)
        missing_lines(explain, explain->page.episodes[at].campaign_first,
                      explain->page.episodes[at].campaign_count, lines);
    ended_line(explain, at, lines);
    time_line(explain, at, lines);
}
