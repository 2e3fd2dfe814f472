#include <stdlib.h>
#include <string.h>

#include "sim/explain_parts.h"

enum { LABEL_INDENT = 2, TEXT_COLUMN = 13 };

struct text *lines_add(struct lines *lines, const char *label)
{
    lines->items = make_room(lines->items, &lines->room, lines->count + 1, sizeof *lines->items);
    struct line *line = &lines->items[lines->count++];
    *line = (struct line){.command = false};
    snprintf(line->label, sizeof line->label, "%s", label);
    return &line->text;
}

void lines_close(struct lines *lines)
{
    for (uint32_t i = 0; i < lines->count; i++)
        text_close(&lines->items[i].text);
    free(lines->items);
    *lines = (struct lines){0};
}

void lines_print(const struct page *page, const struct lines *lines)
{
    for (uint32_t i = 0; i < lines->count; i++) {
        const struct line *line = &lines->items[i];
        if (line->command) {
            struct text text = {0};
            add_command(&text, "      ", text_of(&line->text), page->report->columns);
            fputs(text_of(&text), page->out);
            text_close(&text);
            continue;
        }
        struct text head = {0};
        text_add(&head, "%*s%s", LABEL_INDENT, "", line->label);
        text_column(&head, TEXT_COLUMN, 1);
        fputs(text_of(&head), page->out);
        page_wrap(page, text_width(text_of(&head)), text_of(&line->text));
        text_close(&head);
    }
}

const char *name_of(const struct explain *explain, uint32_t node)
{
    return node ? explain->page.scenario->nodes[node].name : "nobody";
}

void names_text(const struct explain *explain, const struct raft_set *set, struct text *text)
{
    enum { NAMED_MAX = 6 };
    uint32_t count = raft_set_count(set), at = 0;
    if (count > NAMED_MAX) {
        text_add(text, "%u nodes", count);
        return;
    }
    for (uint32_t id = raft_set_next(set, 0); id; id = raft_set_next(set, id), at++)
        text_add(text, "%s%s",
                 at == 0           ? ""
                 : at + 1 == count ? " and "
                                   : ", ",
                 name_of(explain, id));
}

void item_text(const struct explain *explain, uint32_t item, struct text *text)
{
    if (!item)
        return;
    const struct place *place = &explain->page.scenario->items[item - 1].place;
    if (place->line)
        text_add(text, " (line %u)", place->line);
    else
        text_add(text, " (%s)", place->path);
}

void deed_words(const struct explain *explain, const struct deed *deed, struct text *text)
{
    deed_text(&explain->page, deed, text);
    item_text(explain, deed->item + 1, text);
}

struct short_text length_text(uint64_t ns)
{
    struct short_text result;
    if (ns < NS_PER_S)
        snprintf(result.text, sizeof result.text, "%s ms",
                 short_tenths((ns + NS_PER_MS / 20) / (NS_PER_MS / 10)).text);
    else if (ns < 10 * NS_PER_S)
        result = short_at(ns + NS_PER_MS / 2);
    else if (ns < 600 * NS_PER_S)
        snprintf(result.text, sizeof result.text, "%s s",
                 short_tenths((ns + NS_PER_S / 20) / (NS_PER_S / 10)).text);
    else if (ns < 300 * 60 * NS_PER_S)
        snprintf(result.text, sizeof result.text, "%s min",
                 short_tenths((ns / 60 + NS_PER_S / 20) / (NS_PER_S / 10)).text);
    else
        snprintf(result.text, sizeof result.text, "%s h",
                 short_tenths((ns / 3600 + NS_PER_S / 20) / (NS_PER_S / 10)).text);
    return result;
}

struct explain explain_of(const struct report *report, const struct watch *watch,
                          const struct explain_options *options)
{
    struct explain explain = {.watch = watch, .options = options};
    explain.page = (struct page){
        .report = report, .scenario = report->run->scenario, .name_width = PAGE_NAME_WIDTH_MAX};
    return explain;
}

void explain_episodes(struct explain *explain)
{
    struct page *page = &explain->page;
    page->episode_count = measures_episodes(page->report->run->measures, &page->episodes);
    page->campaign_count = measures_campaigns(page->report->run->measures, &page->campaigns);
}
