/* The summary that CI shows beside a change: GitHub's Markdown, with what a person's text may hold
 * made harmless. */
#include <string.h>

#include "sim/suite_page.h"
#include "sim/text.h"

/* CI pages take 1 MiB a step. */
enum { DETAILS_SIZE_MAX = 900 << 10 };

/* As text of HTML, in a cell of a table too. */
static void add_plain(struct text *text, const char *words)
{
    for (; *words; words++) {
        if (*words == '&')
            text_add(text, "&amp;");
        else if (*words == '<')
            text_add(text, "&lt;");
        else if (*words == '>')
            text_add(text, "&gt;");
        else
            text_bytes(text, words, 1);
    }
}

/* What means something to Markdown becomes a reference. */
static void add_cell(struct text *text, const char *words)
{
    for (; *words; words++) {
        bool marked = *words > 0 && *words < 0x7f && strchr("|*_`[]\\~#&<>!\n\r", *words);
        if (marked)
            text_add(text, "&#%d;", *words == '\n' || *words == '\r' ? ' ' : *words);
        else
            text_bytes(text, words, 1);
    }
}

static bool failed(const struct suite_case *one)
{
    return one->kind < SUITE_PASSED;
}

static void add_row(const struct suite *suite, const struct suite_case *one, struct text *text)
{
    struct text seeds = {0}, replay = {0};
    suite_seeds(one, &seeds);
    suite_replay(suite, one, &replay);
    text_add(text, "| ");
    add_cell(text, suite_name(one));
    text_add(text, " | %s | %d | %s | <code>", suite_kind_name(one->kind),
             suite_kind_status(one->kind), text_of(&seeds));
    add_cell(text, text_of(&replay));
    text_add(text, "</code> |\n");
    text_close(&seeds);
    text_close(&replay);
}

static void add_details(const struct suite_case *one, struct text *text)
{
    struct text detail = {0};
    suite_detail(one, &detail);
    text_add(text, "\n<details><summary>");
    add_plain(text, suite_name(one));
    text_add(text, ": %s</summary>\n\n<pre>\n", suite_kind_name(one->kind));
    add_plain(text, text_of(&detail));
    text_add(text, "</pre>\n\n</details>\n");
    text_close(&detail);
}

static void add_all_details(const struct suite *suite, struct text *text)
{
    for (uint32_t i = 0; i < suite->count && text->count < DETAILS_SIZE_MAX; i++)
        if (failed(&suite->cases[i]))
            add_details(&suite->cases[i], text);
    if (text->count >= DETAILS_SIZE_MAX)
        text_add(text, "\nThere is more, but a page of CI is full: see the log.\n");
}

void suite_markdown(const struct suite *suite, const struct suite_end *end, FILE *out)
{
    struct text text = {0};
    uint32_t wrong = suite_failed(suite), not_run = suite_count(suite, SUITE_NOT_RUN);
    if (wrong)
        text_add(&text, "## raftsim: %u of %u scenarios failed\n", wrong, suite->count);
    else
        text_add(&text, "## raftsim: %u of %u scenarios passed\n", suite_count(suite, SUITE_PASSED),
                 suite->count);
    text_add(&text, "\n%s runs in %s s, raftsim %s.", short_count(suite->ended).text,
             short_number(end->elapsed_s, 1).text, RAFTSIM_VERSION);
    if (not_run)
        text_add(&text, " It was ended early: %u scenarios were not run to their end.", not_run);
    text_add(&text, "\n");
    if (wrong)
        text_add(&text, "\n| scenario | what | exit | seeds | again |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < suite->count; i++)
        if (failed(&suite->cases[i]))
            add_row(suite, &suite->cases[i], &text);
    add_all_details(suite, &text);
    fputs(text_of(&text), out);
    text_close(&text);
}
