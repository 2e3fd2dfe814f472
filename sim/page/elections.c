#include <inttypes.h>
#include <string.h>

#include "sim/page/page.h"

enum { MARKS = 4, AT_WIDTH = 9, LOST_WIDTH = 14, PHASES_COLUMN = 29, VOTE_END = 51 };

/* What the phases cost, in tenths of a millisecond, rounded so that they add up to the total. */
struct phases {
    bool known[MARKS]; /* detect, prevote, vote, commit */
    uint64_t tenths[MARKS];
    uint64_t total;
};

/* Above 100 s the tenths say nothing and take the room of a digit. */
static uint64_t tenths_of(const struct episode *episode, uint64_t at_ns)
{
    bool coarse = episode->end_ns - episode->begin_ns >= 100 * NS_PER_S;
    uint64_t unit = coarse ? NS_PER_MS : NS_PER_MS / 10;
    uint64_t count = (at_ns - episode->begin_ns + unit / 2) / unit;
    return coarse ? count * 10 : count;
}

static struct short_text phase_text(uint64_t tenths)
{
    struct short_text text = short_tenths(tenths);
    if (tenths >= 1000000)
        text.text[strlen(text.text) - 2] = '\0';
    return text;
}

/* A phase that did not happen takes nothing: its time goes to the one after it. */
static struct phases phases_of(const struct episode *episode)
{
    const uint64_t marks[MARKS] = {episode->detect_ns, episode->prevote_ns, episode->elected_ns,
                                   episode->end_ns};
    struct phases phases = {.total = tenths_of(episode, episode->end_ns)};
    uint64_t before = 0;
    for (int i = 0; i < MARKS; i++) {
        phases.known[i] = marks[i] >= episode->begin_ns && marks[i] <= episode->end_ns;
        if (!phases.known[i])
            continue;
        uint64_t until = tenths_of(episode, marks[i]);
        phases.tenths[i] = until > before ? until - before : 0;
        before = until > before ? until : before;
    }
    /* Without pre-votes the candidacy is what detects the loss. */
    phases.known[1] = phases.known[1] && episode->prevote_ns > episode->detect_ns;
    return phases;
}

static void add_lost_by(const struct page *page, const struct episode *episode, struct text *text)
{
    static const char *const words[CAUSE_COUNT] = {
        [CAUSE_START] = "cold start",  [CAUSE_CRASH] = "crash of",      [CAUSE_PAUSE] = "pause of",
        [CAUSE_ISOLATE] = "isolation", [CAUSE_PARTITION] = "partition", [CAUSE_LINK] = "links of",
        [CAUSE_DISK] = "disk of",      [CAUSE_CLOCK] = "clock of",      [CAUSE_REMOVAL] = "removal",
        [CAUSE_TRANSFER] = "transfer", [CAUSE_UNPLANNED] = "unplanned",
    };
    uint32_t node = episode->cause == CAUSE_UNPLANNED ? episode->unplanned_node : episode->lost;
    if (episode->cause == CAUSE_START || !node)
        text_add(text, "%s", words[episode->cause]);
    else
        text_add(text, "%s %s", words[episode->cause], page_node(page, node).text);
}

static void add_phases(const struct episode *episode, struct text *text)
{
    static const int widths[MARKS] = {7, 8, 7, 7};
    struct phases phases = phases_of(episode);
    for (int i = 0; i < MARKS; i++)
        text_add(text, "%*s", widths[i],
                 phases.known[i] && episode->outcome == OUTCOME_ELECTED
                     ? phase_text(phases.tenths[i]).text
                     : "-");
    if (episode->outcome == OUTCOME_OPEN)
        text_add(text, "%8s", "open");
    else
        text_add(text, "%8s", phase_text(phases.total).text);
}

static void election_row(const struct page *page, uint32_t number)
{
    const struct episode *episode = &page->episodes[number];
    struct text text = {0};
    text_add(&text, "%3u  ", number + 1);
    text_add(&text, "%-*s ", AT_WIDTH, short_at(episode->begin_ns).text);
    add_lost_by(page, episode, &text);
    text_column(&text, PHASES_COLUMN, 0);
    add_phases(episode, &text);
    text_add(&text, "  %s", episode->leader ? page_node(page, episode->leader).text : "nobody");
    if (episode->outcome == OUTCOME_RESUMED)
        text_add(&text, " *");
    fprintf(page->out, "%s\n", text_of(&text));
    text_close(&text);
}

static const struct campaign *winner_of(const struct page *page, const struct episode *episode)
{
    for (uint32_t i = 0; i < episode->campaign_count; i++) {
        const struct campaign *campaign = &page->campaigns[episode->campaign_first + i];
        if (campaign->won && !campaign->prevote && campaign->node == episode->leader &&
            campaign->term == episode->term)
            return campaign;
    }
    return NULL;
}

/* How much of the vote was spent on terms that elected nobody, beneath the vote's column. */
static void lost_row(const struct page *page, const struct episode *episode)
{
    const struct campaign *winner = winner_of(page, episode);
    uint64_t first = UINT64_MAX, last = 0;
    if (episode->outcome != OUTCOME_ELECTED || !winner || winner->at_ns <= episode->prevote_ns)
        return;
    for (uint32_t i = 0; i < episode->campaign_count; i++) {
        const struct campaign *campaign = &page->campaigns[episode->campaign_first + i];
        if (campaign->prevote || campaign->term >= winner->term ||
            campaign->at_ns < episode->prevote_ns)
            continue;
        first = campaign->term < first ? campaign->term : first;
        last = campaign->term > last ? campaign->term : last;
    }
    if (!last)
        return;
    uint64_t lost = tenths_of(episode, winner->at_ns) - tenths_of(episode, episode->prevote_ns);
    fprintf(page->out, "%*s of it lost in term%s %" PRIu64, VOTE_END, phase_text(lost).text,
            first == last ? "" : "s", first);
    if (last > first)
        fprintf(page->out, "-%" PRIu64, last);
    fputc('\n', page->out);
}

static void hidden_row(const struct page *page, uint32_t from, uint32_t to)
{
    uint32_t elected = 0;
    for (uint32_t i = from; i < to; i++)
        elected += page->episodes[i].outcome == OUTCOME_ELECTED;
    if (to > from)
        fprintf(page->out, "  .. %s more, shorter than the longest of these: %s elected a leader\n",
                short_count(to - from).text, short_count(elected).text);
}

void page_elections(const struct page *page)
{
    uint32_t next = 0;
    bool resumed = false;
    fprintf(page->out, "\n%sELECTIONS%s%*swhat the time was spent on, in ms\n",
            paint(page, PAINT_TITLE), paint(page, PAINT_NONE), 21, "");
    fprintf(page->out, "%3s  %-*s %-*s%7s%8s%7s%7s%8s  %s\n", "#", AT_WIDTH, "at", LOST_WIDTH,
            "lost by", "detect", "prevote", "vote", "commit", "TOTAL", "leader");
    for (uint32_t i = 0; i < page->shown_count; i++) {
        hidden_row(page, next, page->shown[i]);
        election_row(page, page->shown[i]);
        lost_row(page, &page->episodes[page->shown[i]]);
        resumed |= page->episodes[page->shown[i]].outcome == OUTCOME_RESUMED;
        next = page->shown[i] + 1;
    }
    hidden_row(page, next, page->episode_count);
    if (resumed)
        fprintf(page->out, "  * the same leader again, without an election\n");
}
