/* The page that a person reads after a run, and the parts of which it is made. */
#ifndef SIM_PAGE_PAGE_H
#define SIM_PAGE_PAGE_H

#include "sim/output.h"

enum paint { PAINT_NONE, PAINT_GOOD, PAINT_BAD, PAINT_TITLE, PAINT_DIM, PAINT_FIRST_LOOK };

enum { PAGE_EPISODES_MAX = 8, PAGE_NAME_WIDTH_MAX = 9 };

struct page {
    const struct report *report;
    const struct scenario *scenario;
    FILE *out;
    const struct episode *episodes;
    uint32_t episode_count;
    const struct campaign *campaigns;
    uint32_t campaign_count;
    uint32_t shown[PAGE_EPISODES_MAX]; /* positions of the episodes that the page tells of */
    uint32_t shown_count;
    uint32_t zoom; /* position of the episode that is drawn */
    size_t name_width;
};

/* Escape sequence of a colour, or "" where colours are not wanted. */
const char *paint(const struct page *page, enum paint paint);
/* The colour of a look in pictures. */
enum paint paint_of(enum look look);
/* Words of `text` from column `at` on, wrapped to the page's width; the lines after the first
 * begin at that column as well. */
void page_wrap(const struct page *page, size_t at, const char *text);
/* The label and a command, continued by backslashes where it is wider than `columns`. */
void add_command(struct text *text, const char *label, const char *command, size_t columns);
/* The same as a line of the page. */
void page_command(const struct page *page, const char *label, const char *command);
/* The node's name, cut to the page's width for names; "" for node 0. */
struct short_text page_node(const struct page *page, uint32_t node);
/* Names of a set, apart by spaces; or how many when they are wider than `width`. */
void page_set(const struct page *page, const struct raft_set *set, size_t width, struct text *text);
bool page_shows(const struct page *page, uint32_t episode);
/* How long the episode lasted, an unended one longest of all. */
uint64_t episode_length(const struct episode *episode);

/* What an item of the plan did: "crash n1", "partition n1 n2 | n3". */
void deed_text(const struct page *page, const struct deed *deed, struct text *text);

/* "5 nodes, preset etcd-3.5 (tick 100 ms, ..), one-way 1-5 ms, .." */
void settings_words(const struct scenario *scenario, struct text *text);

void page_settings(const struct page *page);
void page_verdict(const struct page *page);
void page_violation(const struct page *page);
void page_elections(const struct page *page);
void page_terms(const struct page *page);
void page_partitions(const struct page *page);
void page_picture(const struct page *page);
void page_expected(const struct page *page);
void page_foot(const struct page *page);

#endif
