#include <string.h>

#include "sim/page/picture.h"

enum { LINES_MAX = 8 };

static const struct deed *deed_of(const struct page *page, const struct span *span)
{
    return &page->report->run->world->deeds[span->number];
}

static void add_until(const struct page *page, const struct span *span, struct text *text)
{
    const struct deed *deed = deed_of(page, span);
    uint64_t end_ns = span->end_ns != NS_MAX ? span->end_ns : deed->end_ns;
    if (!deed->action->end)
        return;
    if (end_ns >= NS_MAX)
        text_add(text, " (to the end)");
    else
        text_add(text, " (until %s)", short_duration(end_ns / NS_PER_MS * NS_PER_MS).text);
}

/* Deeds of one kind, instant and end are one line: a campaign of two nodes, a crash of three. */
static bool joins(const struct page *page, const struct span *a, const struct span *b)
{
    const struct deed *first = deed_of(page, a), *second = deed_of(page, b);
    return a->begin_ns == b->begin_ns && a->end_ns == b->end_ns &&
           first->action == second->action && !first->side_count && !second->side_count &&
           raft_set_count(&first->nodes) && raft_set_count(&second->nodes);
}

/* Adds what the first span and those that join it did; returns how many they are. */
static size_t add_joined(const struct page *page, const struct span *spans, size_t count,
                         struct text *text)
{
    struct deed joined = *deed_of(page, &spans[0]);
    size_t used = 1;
    for (; used < count && joins(page, &spans[0], &spans[used]); used++) {
        const struct raft_set *nodes = &deed_of(page, &spans[used])->nodes;
        for (uint32_t id = raft_set_next(nodes, 0); id; id = raft_set_next(nodes, id))
            raft_set_add(&joined.nodes, id);
    }
    deed_text(page, &joined, text);
    add_until(page, &spans[0], text);
    return used;
}

/* The mark stands at its time; the words beside it, on the side where there is room. */
static void fault_line(const struct page *page, size_t column, char mark, const char *words)
{
    size_t width = text_width(words), columns = page->report->columns;
    struct text text = {0};
    bool right = column + 2 + width <= columns || column < width + 9;
    text_add(&text, "  fault");
    if (right) {
        text_column(&text, column, 1);
        text_add(&text, "%c %s", mark, words);
    } else {
        text_column(&text, column - width - 1, 1);
        text_add(&text, "%s %c", words, mark);
    }
    if (text_width(text_of(&text)) > columns)
        fprintf(page->out, "%.*s~\n", (int)columns - 1, text_of(&text));
    else
        fprintf(page->out, "%s\n", text_of(&text));
    text_close(&text);
}

static bool in_scope(const struct page *page, const struct scope *scope, const struct span *span)
{
    bool lasting = deed_of(page, span)->action->end && span->end_ns > scope->from_ns;
    return span->begin_ns < scope_ns(scope, scope->columns) &&
           (span->begin_ns >= scope->from_ns || lasting);
}

void picture_faults(const struct page *page, const struct scope *scope)
{
    const struct span *spans;
    size_t count = strip_spans(page->report->strip, &spans), lines = 0, more = 0;
    for (size_t i = 0, used; i < count; i += used) {
        used = 1;
        if (!in_scope(page, scope, &spans[i]))
            continue;
        struct text words = {0};
        used = add_joined(page, spans + i, count - i, &words);
        if (lines++ < LINES_MAX)
            fault_line(page, scope_column(scope, spans[i].begin_ns),
                       spans[i].begin_ns < scope->from_ns ? '<' : '^', text_of(&words));
        else
            more += used;
        text_close(&words);
    }
    if (more)
        fprintf(page->out, "  .. %s more actions of the plan\n", short_count(more).text);
}
