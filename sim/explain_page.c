/* The page of an explanation: the gist first, then what it rests on, then what would help. */
#include <inttypes.h>

#include "sim/explain_parts.h"

enum { EPISODES_TOLD = 3 };

static void title(const struct page *page, const char *words)
{
    fprintf(page->out, "\n%s%s%s\n", paint(page, PAINT_TITLE), words, paint(page, PAINT_NONE));
}

static void section(const struct page *page, const char *name, struct lines *lines)
{
    if (lines->count) {
        title(page, name);
        lines_print(page, lines);
    }
    lines_close(lines);
}

/* ---- which episodes ---- */

/* The longest few; the start too, unless it went by as it should. */
static bool is_told(const struct explain *explain, uint32_t at)
{
    const struct page *page = &explain->page;
    const struct episode *episode = &page->episodes[at];
    uint32_t longer = 0;
    if (at == 0)
        return episode->terms > 1 || episode->outcome != OUTCOME_ELECTED ||
               (page->episode_count == 1 && !measures_of_topics(page->report->run->measures));
    for (uint32_t i = 1; i < page->episode_count; i++) {
        uint64_t length = episode_length(&page->episodes[i]);
        longer += length > episode_length(episode) || (length == episode_length(episode) && i < at);
    }
    return longer < EPISODES_TOLD;
}

static void episode_title(const struct explain *explain, uint32_t at)
{
    const struct episode *episode = &explain->page.episodes[at];
    struct text text = {0};
    if (at)
        text_add(&text, "LOSS %u of %u, ", at, explain->page.episode_count - 1);
    else
        text_add(&text, "START, ");
    if (episode->outcome == OUTCOME_OPEN)
        text_add(&text, "from %s to the end", short_at(episode->begin_ns).text);
    else
        text_add(&text, "%s to %s: %s without a leader", short_at(episode->begin_ns).text,
                 short_at(episode->end_ns).text,
                 length_text(episode->end_ns - episode->begin_ns).text);
    title(&explain->page, text_of(&text));
    text_close(&text);
}

static void untold_line(const struct explain *explain, uint32_t told)
{
    const struct page *page = &explain->page;
    uint32_t elected = 0, count = page->episode_count - told;
    bool start = !is_told(explain, 0);
    for (uint32_t i = start ? 1 : 0; i < page->episode_count; i++)
        elected += !is_told(explain, i) && page->episodes[i].outcome == OUTCOME_ELECTED;
    count -= start;
    if (count)
        fprintf(page->out, "\n  %s more losses, none of them longer; %s ended in an election.\n",
                short_count(count).text, short_count(elected).text);
}

static void episodes(const struct explain *explain)
{
    uint32_t told = 0;
    for (uint32_t i = 0; i < explain->page.episode_count; i++) {
        struct lines lines = {0};
        if (!is_told(explain, i))
            continue;
        told++;
        episode_title(explain, i);
        episode_lines(explain, i, &lines);
        lines_print(&explain->page, &lines);
        lines_close(&lines);
    }
    untold_line(explain, told);
}

/* ---- the rest ---- */

static void advice_section(const struct explain *explain, const struct advices *advices)
{
    struct lines lines = {0};
    if (advices->focus == FOCUS_NOTHING)
        return;
    advice_lines(explain, advices, &lines);
    section(&explain->page, "WHAT WOULD HAVE HELPED, each run with the same faults", &lines);
}

static void head(const struct explain *explain)
{
    const struct page *page = &explain->page;
    struct text text = {0}, line = {0};
    text_add(&line, "%s, seed %" PRIu64 ": ", page->scenario->name, page->report->run->seed);
    headline_text(explain, &line);
    page_wrap(page, 0, text_of(&line));
    gist_text(explain, &text);
    fputs("\n  ", page->out);
    page_wrap(page, 2, text_of(&text));
    text_close(&text);
    text_close(&line);
}

static void foot(const struct explain *explain)
{
    struct text text = {0};
    fputc('\n', explain->page.out);
    report_replay(explain->page.report, &text);
    page_command(&explain->page, "again", text_of(&text));
    text_clear(&text);
    const struct episode *episode = &explain->page.episodes[longest_episode(explain)];
    uint64_t end_ns = episode->outcome == OUTCOME_OPEN ? explain->page.report->run->simulated_ns
                                                       : episode->end_ns;
    uint64_t middle_ms = (episode->begin_ns + (end_ns - episode->begin_ns) / 2) / NS_PER_MS;
    report_command(explain->page.report, "explain", &text);
    text_add(&text, " --seed %" PRIu64 " --at %" PRIu64 "ms", explain->page.report->run->seed,
             middle_ms);
    page_command(&explain->page, "instant", text_of(&text));
    text_close(&text);
}

static void all_of_it(const struct explain *explain)
{
    const struct page *page = &explain->page;
    struct lines lines = {0};
    struct advices advices;
    head(explain);
    violation_lines(explain, &lines);
    section(page, "WHAT CONTRADICTS WHAT", &lines);
    episodes(explain);
    idle_lines(explain, &lines);
    section(page, "VOTES ASKED FOR WHILE A LEADER SERVED", &lines);
    partition_lines(explain, &lines);
    section(page, "PARTITIONS", &lines);
    fflush(page->out);
    advices_find(explain, &advices);
    advice_section(explain, &advices);
    foot(explain);
}

static void one_instant(struct explain *explain, struct watch *watch)
{
    struct lines lines = {0};
    const struct page *page = &explain->page;
    bool over = watch_go(watch, explain->options->at_ns);
    explain_episodes(explain);
    fprintf(page->out, "%s, seed %" PRIu64 ", at %s%s\n", page->scenario->name,
            page->report->run->seed, short_at(explain->options->at_ns).text,
            over ? ", when the run is over" : "");
    state_lines(explain, &lines);
    if (!over)
        watch_go(watch, NS_MAX);
    explain_episodes(explain);
    next_lines(explain, &lines);
    lines_print(page, &lines);
    lines_close(&lines);
}

void explain_page(const struct report *report, struct watch *watch,
                  const struct explain_options *options, FILE *out)
{
    struct explain explain = explain_of(report, watch, options);
    explain.page.out = out;
    if (options->at_given) {
        one_instant(&explain, watch);
        return;
    }
    watch_go(watch, NS_MAX);
    explain_episodes(&explain);
    all_of_it(&explain);
}
