#include <string.h>

#include "sim/page/page.h"

static const char *headline(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_NONDETERMINISTIC] = "TWO RUNS FROM ONE SEED",
        [VERDICT_SAFETY] = "SAFETY BROKEN",
        [VERDICT_LIVENESS] = "LIVENESS ABSENT",
        [VERDICT_EXPECTATION] = "EXPECTATION MISSED",
        [VERDICT_UNDECIDED] = "UNDECIDED",
        [VERDICT_PASS] = "PASS",
    };
    return words[verdict];
}

static void add_liveness(const struct run *run, struct text *text)
{
    bool holds = strcmp(run->liveness_why, "holds") == 0;
    text_add(text, ", liveness %s", holds ? "held" : run->liveness_why);
}

static void add_expectations(const struct run *run, struct text *text)
{
    uint32_t held = 0;
    for (uint32_t i = 0; i < run->finding_count; i++)
        held += run->findings[i].held;
    if (run->finding_count)
        text_add(text, ", %u of %u expectation%s held", held, run->finding_count,
                 run->finding_count == 1 ? "" : "s");
    else
        text_add(text, ", nothing else expected");
}

void page_verdict(const struct page *page)
{
    const struct run *run = page->report->run;
    const char *word = headline(run->verdict);
    struct text text = {0};
    text_add(&text, "safety %s", run->world->judge.broken ? "broken" : "held");
    add_liveness(run, &text);
    add_expectations(run, &text);
    if (page->report->verified && run->verdict != VERDICT_NONDETERMINISTIC)
        text_add(&text, ", run twice alike");
    text_add(&text, "   (%s simulated)",
             short_duration(run->simulated_ns - run->simulated_ns % NS_PER_MS).text);
    fprintf(page->out, "\n%s%s%s   ",
            paint(page, run->verdict == VERDICT_PASS ? PAINT_GOOD : PAINT_BAD), word,
            paint(page, PAINT_NONE));
    page_wrap(page, strlen(word) + 3, text_of(&text));
    bool explained = run->verdict == VERDICT_UNDECIDED || run->verdict == VERDICT_NONDETERMINISTIC;
    if (explained && run->why[0]) {
        fputs("    ", page->out);
        page_wrap(page, 4, run->why);
    }
    text_close(&text);
}
