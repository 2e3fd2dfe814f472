#include <string.h>

#include "sim/page/page.h"

const char *paint(const struct page *page, enum paint paint)
{
    /* Bright enough on dark and on light grounds; the words and glyphs say the same. */
    static const char *const escapes[PAINT_FIRST_LOOK + LOOK_COUNT] = {
        [PAINT_NONE] = "\033[0m",
        [PAINT_GOOD] = "\033[1;32m",
        [PAINT_BAD] = "\033[1;31m",
        [PAINT_TITLE] = "\033[1m",
        [PAINT_DIM] = "\033[2m",
        [PAINT_FIRST_LOOK + LOOK_ABSENT] = "\033[2m",
        [PAINT_FIRST_LOOK + LOOK_FOLLOWER] = "\033[36m",
        [PAINT_FIRST_LOOK + LOOK_ISOLATED] = "\033[35m",
        [PAINT_FIRST_LOOK + LOOK_PRECANDIDATE] = "\033[33m",
        [PAINT_FIRST_LOOK + LOOK_CANDIDATE] = "\033[1;33m",
        [PAINT_FIRST_LOOK + LOOK_LEADER] = "\033[1;32m",
        [PAINT_FIRST_LOOK + LOOK_CUT_LEADER] = "\033[32m",
        [PAINT_FIRST_LOOK + LOOK_HELD] = "\033[34m",
        [PAINT_FIRST_LOOK + LOOK_DOWN] = "\033[31m",
    };
    return page->report->colour ? escapes[paint] : "";
}

enum paint paint_of(enum look look)
{
    return (enum paint)(PAINT_FIRST_LOOK + (int)look);
}

void page_wrap(const struct page *page, size_t indent, const char *words)
{
    struct text text = {0};
    text_bytes(&text, "", 0);
    text_wrap(&text, indent, page->report->columns, words);
    fputs(text_of(&text) + indent, page->out); /* what stands before it was written already */
    text_close(&text);
}

/* Where to break a command so that `columns` are enough: before the last flag that fits, else
 * before the last word that does, else before the next one; outside of quotes. 0: nowhere. */
static size_t break_at(const char *command, size_t columns)
{
    size_t word = 0, flag = 0;
    bool quoted = false;
    for (size_t i = 0; command[i] && (i + 2 <= columns || !word); i++) {
        if (command[i] == '\\' && !quoted && command[i + 1])
            i++; /* what it escapes opens no quotes */
        else if (command[i] == '\'')
            quoted = !quoted;
        if (command[i] != ' ' || quoted)
            continue;
        word = i + 1;
        if (command[word] == '-' && command[word + 1] == '-')
            flag = word;
    }
    return flag ? flag : word;
}

void add_command(struct text *text, const char *label, const char *command, size_t columns)
{
    size_t left = text_width(label), here;
    size_t room = columns > left ? columns - left : 0;
    text_add(text, "%s", label);
    while (text_width(command) > room && (here = break_at(command, room)) != 0) {
        text_bytes(text, command, here);
        text_add(text, "\\\n%*s", (int)left, "");
        command += here;
    }
    text_add(text, "%s\n", command);
}

void page_command(const struct page *page, const char *label, const char *command)
{
    struct text text = {0}, head = {0};
    text_add(&head, "%s", label);
    text_column(&head, 11, 1);
    add_command(&text, text_of(&head), command, page->report->columns);
    fputs(text_of(&text), page->out);
    text_close(&head);
    text_close(&text);
}

struct short_text page_node(const struct page *page, uint32_t node)
{
    return node ? short_name(page->scenario->nodes[node].name, page->name_width)
                : (struct short_text){{0}};
}

void page_set(const struct page *page, const struct raft_set *set, size_t width, struct text *text)
{
    struct text names = {0};
    uint32_t count = raft_set_count(set);
    for (uint32_t id = raft_set_next(set, 0); id; id = raft_set_next(set, id)) {
        text_add(&names, "%s%s", names.count ? " " : "", page_node(page, id).text);
        if (names.count > width * 4)
            break;
    }
    if (text_width(text_of(&names)) <= width)
        text_add(text, "%s", text_of(&names));
    else
        text_add(text, "%u nodes", count);
    text_close(&names);
}

bool page_shows(const struct page *page, uint32_t episode)
{
    for (uint32_t i = 0; i < page->shown_count; i++)
        if (page->shown[i] == episode)
            return true;
    return false;
}

uint64_t episode_length(const struct episode *episode)
{
    return episode->outcome == OUTCOME_OPEN ? NS_MAX : episode->end_ns - episode->begin_ns;
}
