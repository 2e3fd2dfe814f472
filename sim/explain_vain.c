/* Campaigns in vain, many at a time: what each candidate missed, and what the plan had to do with
 * it. */
#include <inttypes.h>

#include "sim/explain_parts.h"

/* ---- why nobody could win ---- */

void missing_lines(const struct explain *explain, uint32_t first, uint32_t count,
                   struct lines *lines)
{
    enum { TOLD_NODES = 9 };
    uint32_t told = 0, needed = raft_set_count(&explain->page.scenario->members.voters) / 2 + 1;
    for (uint32_t id = 1; id <= explain->page.scenario->node_count && told < TOLD_NODES; id++) {
        struct answers answers = {{0}, 0};
        uint32_t campaigns = 0, most = 0;
        for (uint32_t i = first; i < first + count; i++) {
            const struct campaign *campaign = &explain->page.campaigns[i];
            if (campaign->node != id || campaign->won)
                continue;
            uint32_t votes = raft_set_count(&campaign->votes);
            most = votes > most ? votes : most;
            campaigns++;
            answers_add(explain, i, &answers);
        }
        if (!campaigns)
            continue;
        struct text *text = lines_add(lines, told++ ? "" : "missing");
        text_add(text,
                 "%s: %s campaign%s, never more than %u of the %u votes that it needs. %s "
                 "requests: ",
                 name_of(explain, id), short_count(campaigns).text, campaigns == 1 ? "" : "s", most,
                 needed, short_count(answers.all).text);
        answers_text(&answers, text);
        text_add(text, ".");
    }
}

/* ---- campaigns that no episode explains ---- */

void idle_lines(const struct explain *explain, struct lines *lines)
{
    for (uint32_t id = 1; id <= explain->page.scenario->node_count; id++) {
        struct answers answers = {{0}, 0};
        uint64_t from_ns = 0, to_ns = 0, first_term = 0, last_term = 0;
        uint32_t count = 0;
        for (uint32_t i = 0; i < explain->page.campaign_count; i++) {
            const struct campaign *campaign = &explain->page.campaigns[i];
            if (campaign->node != id || campaign->episode != UINT32_MAX || campaign->won)
                continue;
            from_ns = count ? from_ns : campaign->at_ns;
            first_term = count++ ? first_term : campaign->term;
            to_ns = campaign->at_ns;
            last_term = campaign->term;
            answers_add(explain, i, &answers);
        }
        if (!count)
            continue;
        struct text *text = lines_add(lines, name_of(explain, id));
        text_add(text, "asked in vain %s time%s", short_count(count).text, count == 1 ? "" : "s");
        if (count == 1)
            text_add(text, ", at %s, in term %" PRIu64, short_at(from_ns).text, first_term);
        else
            text_add(text, ", from %s to %s, in terms %" PRIu64 " to %" PRIu64,
                     short_at(from_ns).text, short_at(to_ns).text, first_term, last_term);
        text_add(text, ". Of its %s requests: ", short_count(answers.all).text);
        answers_text(&answers, text);
        text_add(text, ".");
    }
}

/* ---- faults meanwhile ---- */

void faults_line(const struct explain *explain, uint32_t at, struct lines *lines)
{
    enum { TOLD = 4 };
    const struct world *world = explain->page.report->run->world;
    const struct episode *episode = &explain->page.episodes[at];
    uint32_t count = 0;
    struct text said = {0};
    for (uint32_t i = 0; i < world->deed_count; i++) {
        const struct deed *deed = &world->deeds[i];
        bool overlaps = deed->began_ns < episode->end_ns && deed->end_ns >= episode->begin_ns &&
                        (deed->action->end || deed->began_ns >= episode->begin_ns);
        if (!overlaps || deed->item + 1 == episode->item || count++ >= TOLD)
            continue;
        text_add(&said, "%s", count > 1 ? ", " : "");
        deed_words(explain, deed, &said);
        text_add(&said, deed->action->end ? " from %s" : " at %s", short_at(deed->began_ns).text);
        if (deed->action->end && deed->end_ns < NS_MAX)
            text_add(&said, " to %s", short_at(deed->end_ns).text);
    }
    if (count > TOLD)
        text_add(&said, " and %u more", count - TOLD);
    if (count)
        text_add(lines_add(lines, "faults"), "%s.", text_of(&said));
    text_close(&said);
}
