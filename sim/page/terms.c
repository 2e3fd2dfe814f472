#include <inttypes.h>
#include <string.h>

#include "sim/page/page.h"

enum { ROWS_MAX = 24, FEW = 14, CANDIDATE_COLUMN = 19, WHY_COLUMN = 29, VOTES_COLUMN = 55 };
enum { VOTES_WIDTH = 13, RESULT_COLUMN = 69 };

/* The words of sim/measure.h, as far as they fit a narrow column. */
static const char *failure_word(enum failure failure)
{
    switch (failure) {
    case FAILURE_NONE:
        return "failed";
    case FAILURE_SPLIT:
        return "split vote";
    case FAILURE_LEASE:
        return "lease";
    case FAILURE_LOG:
        return "log older";
    case FAILURE_UNREACHABLE:
        return "unreachable";
    case FAILURE_OVERTAKEN:
        return "overtaken";
    case FAILURE_STOPPED:
        return "stopped";
    case FAILURE_PRIORITY:
        return "priority";
    case FAILURE_ANOTHER:
        return "another won";
    case FAILURE_COUNT:
        break;
    }
    return "";
}

static const char *result_of(const struct campaign *campaign)
{
    if (campaign->won)
        return campaign->prevote ? "goes on" : "LEADS";
    return campaign->ended ? failure_word(campaign->failure) : "undecided";
}

static const char *why(const struct campaign *campaign)
{
    static const char timeout[] = "timeout: ";
    const char *name = trigger_name(campaign->trigger);
    return strncmp(name, timeout, strlen(timeout)) == 0 ? name + strlen(timeout) : name;
}

static bool listed(const struct page *page, const struct campaign *campaign)
{
    return page->campaign_count <= FEW ||
           (campaign->episode != UINT32_MAX && page_shows(page, campaign->episode));
}

/* Campaigns that a node repeats in vain: one of them tells of all. */
static bool alike(const struct campaign *a, const struct campaign *b)
{
    return a->node == b->node && a->prevote == b->prevote && !a->won && !b->won &&
           a->failure == b->failure && a->ended == b->ended && a->episode == b->episode;
}

static void term_row(const struct page *page, const struct campaign *campaign,
                     const struct campaign *before)
{
    struct text text = {0}, at = {0};
    bool same_term =
        before && before->term == campaign->term && before->prevote == campaign->prevote;
    bool same_time = same_term && before->at_ns / NS_PER_MS == campaign->at_ns / NS_PER_MS;
    if (!same_term)
        text_add(&at, campaign->prevote ? "(%" PRIu64 ")" : "%" PRIu64, campaign->term);
    text_add(&text, campaign->prevote ? "%7s" : "%6s", text_of(&at));
    text_column(&text, 8, 1);
    text_add(&text, "%s", same_time ? "" : short_at(campaign->at_ns).text);
    text_column(&text, CANDIDATE_COLUMN, 1);
    text_add(&text, "%s", page_node(page, campaign->node).text);
    text_column(&text, WHY_COLUMN, 1);
    text_add(&text, "%s", why(campaign));
    text_column(&text, VOTES_COLUMN, 1);
    page_set(page, &campaign->votes, VOTES_WIDTH, &text);
    text_column(&text, RESULT_COLUMN, 1);
    fprintf(page->out, "%s%s%s%s\n", text_of(&text),
            campaign->won && !campaign->prevote ? paint(page, paint_of(LOOK_LEADER)) : "",
            result_of(campaign),
            campaign->won && !campaign->prevote ? paint(page, PAINT_NONE) : "");
    text_close(&text);
    text_close(&at);
}

static void repeats_row(const struct page *page, const struct campaign *last, uint32_t count)
{
    fprintf(page->out, "%*s.. %s more like it, the last for term %" PRIu64 " at %s\n", 8, "",
            short_count(count).text, last->term, short_at(last->at_ns).text);
}

/* The last of the campaigns from `first` on that are like it, as far as they are listed. */
static uint32_t last_alike(const struct page *page, uint32_t first)
{
    uint32_t last = first;
    while (last + 1 < page->campaign_count && listed(page, &page->campaigns[last + 1]) &&
           alike(&page->campaigns[first], &page->campaigns[last + 1]))
        last++;
    return last - first < 2 ? first : last;
}

static uint32_t rows(const struct page *page, bool *prevotes)
{
    const struct campaign *before = NULL;
    uint32_t count = 0, told = 0;
    for (uint32_t i = 0; i < page->campaign_count && count < ROWS_MAX; i++) {
        const struct campaign *campaign = &page->campaigns[i];
        if (!listed(page, campaign))
            continue;
        term_row(page, campaign, before);
        *prevotes |= campaign->prevote;
        before = campaign;
        uint32_t last = last_alike(page, i);
        if (last > i)
            repeats_row(page, &page->campaigns[last], last - i);
        told += last - i + 1;
        i = last;
        count++;
    }
    return told;
}

void page_terms(const struct page *page)
{
    uint32_t voters = raft_set_count(&page->scenario->members.voters);
    bool prevotes = false;
    if (!page->campaign_count)
        return;
    fprintf(page->out, "\n%sTERMS%s%*sneeded to win: %u of %u\n", paint(page, PAINT_TITLE),
            paint(page, PAINT_NONE), VOTES_COLUMN - 5, "", voters / 2 + 1, voters);
    fprintf(page->out, "%6s  %-*s%-*s%-*s%-*s%s\n", "term", CANDIDATE_COLUMN - 8, "at",
            WHY_COLUMN - CANDIDATE_COLUMN, "candidate", VOTES_COLUMN - WHY_COLUMN,
            "why it campaigned", RESULT_COLUMN - VOTES_COLUMN, "votes", "result");
    uint32_t told = rows(page, &prevotes);
    if (told < page->campaign_count)
        fprintf(page->out, "%*s.. %s more campaigns\n", 8, "",
                short_count(page->campaign_count - told).text);
    if (prevotes)
        fprintf(page->out, "   (n): a pre-vote, which only asks whether term n could be won\n");
}
