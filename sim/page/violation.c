#include <string.h>

#include "sim/evidence.h"
#include "sim/page/page.h"

static void evidence_rows(const struct page *page, const struct judge *judge)
{
    struct record found[EVIDENCE_MAX];
    size_t count = evidence_find(page->report->evidence, judge, found);
    for (size_t i = 0; i < count; i++) {
        struct text sentence = {0};
        size_t column =
            (size_t)fprintf(page->out, "        %s  ", short_instant(found[i].at_ns).text);
        record_sentence(page->scenario, &found[i], &sentence);
        text_add(&sentence, "%s", i + 1 == count ? "  <- broken here" : "");
        page_wrap(page, column, text_of(&sentence));
        text_close(&sentence);
    }
}

void page_violation(const struct page *page)
{
    const struct judge *judge = &page->report->run->world->judge;
    struct text text = {0};
    if (!judge->broken)
        return;
    fputs("    ", page->out);
    text_add(&text, "rule %s, node%s ", judge->rule, raft_set_count(&judge->nodes) == 1 ? "" : "s");
    page_set(page, &judge->nodes, 40, &text);
    text_add(&text, ", at %s", short_instant(judge->at_ns).text);
    page_wrap(page, 4, text_of(&text));
    fputs("    ", page->out);
    page_wrap(page, 4, judge->detail);
    evidence_rows(page, judge);
    text_clear(&text);
    report_replay(page->report, &text);
    page_command(page, "    again", text_of(&text));
    text_close(&text);
}
