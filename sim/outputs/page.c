#include "sim/page/page.h"

enum { FIRST_SHOWN = 3, ALL_SHOWN = 6 };

static size_t widest_name(const struct scenario *scenario)
{
    size_t widest = 3;
    for (uint32_t node = 1; node <= scenario->node_count; node++) {
        size_t width = text_width(scenario->nodes[node].name);
        widest = width > widest ? width : widest;
    }
    return widest < PAGE_NAME_WIDTH_MAX ? widest : PAGE_NAME_WIDTH_MAX;
}

/* The longest election that is not the cold start; without one, the first. */
static uint32_t most_telling(const struct episode *episodes, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool later = episodes[i].cause != CAUSE_START;
        bool better = episodes[best].cause == CAUSE_START ||
                      episode_length(&episodes[i]) > episode_length(&episodes[best]);
        if (later && better)
            best = i;
    }
    return best;
}

/* All, or the first few, the longest and the last; in their order. */
static void choose_shown(struct page *page)
{
    for (uint32_t i = 0; i < page->episode_count; i++) {
        bool ends = i < FIRST_SHOWN || i + 1 == page->episode_count;
        if (page->episode_count <= ALL_SHOWN || ends || i == page->zoom)
            page->shown[page->shown_count++] = i;
    }
}

static void write_page(const struct report *report, FILE *out)
{
    struct page page = {.report = report, .scenario = report->run->scenario, .out = out};
    page.episode_count = measures_episodes(report->run->measures, &page.episodes);
    page.campaign_count = measures_campaigns(report->run->measures, &page.campaigns);
    page.zoom = most_telling(page.episodes, page.episode_count);
    page.name_width = widest_name(page.scenario);
    choose_shown(&page);
    page_settings(&page);
    page_verdict(&page);
    page_violation(&page);
    page_elections(&page);
    page_terms(&page);
    page_partitions(&page);
    page_picture(&page);
    page_expected(&page);
    page_foot(&page);
}

const struct output output_page = {
    .name = "text",
    .help = "a page for people: verdict, elections, partitions, a picture, what was expected",
    .write = write_page,
};
