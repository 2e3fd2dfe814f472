#include <string.h>

#include "sim/page/page.h"

enum { METRIC_COLUMN = 8, WANTED_COLUMN = 39, GOT_COLUMN = 56 };

static const char *wanted(const struct finding *finding)
{
    return finding->bound ? finding->bound->text : finding->expectation->word;
}

static void finding_row(const struct page *page, const struct finding *finding)
{
    struct text text = {0};
    bool safety = !finding->bound && strcmp(finding->expectation->text, "safety") == 0;
    bool holds = strcmp(finding->got_text, "holds") == 0;
    /* "MISSED" is wider than "held": where it stands, all move by its two letters. */
    size_t column = METRIC_COLUMN + (page->report->run->missed_count ? 2 : 0);
    text_column(&text, column, 0);
    text_add(&text, "%s", finding->expectation->text);
    if (text_width(text_of(&text)) >= WANTED_COLUMN)
        text_add(&text, "\n");
    text_column(&text, WANTED_COLUMN, 1);
    text_add(&text, "%s", wanted(finding));
    if (WANTED_COLUMN + text_width(wanted(finding)) >= GOT_COLUMN)
        text_add(&text, "\n");
    size_t got = text_width(finding->got_text), columns = page->report->columns;
    text_column(&text, GOT_COLUMN + got <= columns ? GOT_COLUMN : columns - got, 1);
    text_add(&text, "%s", finding->got_text);
    if (safety && holds)
        text_add(&text, " (%zu rules)", invariants_judging(page->scenario));
    fprintf(page->out, "  %s%-*s%s%s\n", paint(page, finding->held ? PAINT_GOOD : PAINT_BAD),
            (int)column - 2, finding->held ? "held" : "MISSED", paint(page, PAINT_NONE),
            text_of(&text) + column);
    text_close(&text);
}

/* What was missed stands first: it is what the reader looks for. */
void page_expected(const struct page *page)
{
    const struct run *run = page->report->run;
    if (!run->finding_count)
        return;
    fprintf(page->out, "\n%sEXPECTED%s%*s%-*s%s\n", paint(page, PAINT_TITLE),
            paint(page, PAINT_NONE), WANTED_COLUMN - 8, "", GOT_COLUMN - WANTED_COLUMN, "wanted",
            "got");
    for (int held = 0; held < 2; held++)
        for (uint32_t i = 0; i < run->finding_count; i++)
            if (run->findings[i].held == (held == 1))
                finding_row(page, &run->findings[i]);
}
