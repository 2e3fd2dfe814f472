#include <inttypes.h>
#include <string.h>

#include "sim/page/page.h"

enum { SWEEP_SEEDS = 10000 };

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* `make sim` can say the same when the build's own program ran a file as it is. */
static bool make_can(const struct page *page)
{
    return strcmp(page->report->program, "build/raftsim") == 0 && !page->report->settings->count &&
           !*page->report->flags;
}

/* The file as make finds it: scenarios/ may be left out. */
static void add_make(const struct page *page, const char *target, struct text *text)
{
    const char *file = page->scenario->file;
    text_add(text, "make %s SCENARIO=", target);
    text_shell(text, starts_with(file, "scenarios/") ? strchr(file, '/') + 1 : file);
    text_add(text, " SEED=%" PRIu64, page->report->run->seed);
}

static void again(const struct page *page)
{
    struct text text = {0};
    if (make_can(page))
        add_make(page, "sim", &text);
    else
        report_replay(page->report, &text);
    page_command(page, "again", text_of(&text));
    text_close(&text);
}

static void trace(const struct page *page)
{
    struct text text = {0};
    report_replay(page->report, &text);
    text_add(&text, " --trace ");
    text_shell(&text, page->scenario->name);
    text_add(&text, ".jsonl");
    page_command(page, "trace", text_of(&text));
    text_close(&text);
}

static void plot(const struct page *page)
{
    struct text text = {0};
    if (make_can(page)) {
        add_make(page, "plot", &text);
    } else {
        report_command(page->report, "plot", &text);
        text_add(&text, " --seed %" PRIu64, page->report->run->seed);
    }
    page_command(page, "plot", text_of(&text));
    text_close(&text);
}

static void why(const struct page *page)
{
    struct text text = {0};
    report_command(page->report, "explain", &text);
    text_add(&text, " --seed %" PRIu64, page->report->run->seed);
    page_command(page, "why", text_of(&text));
    text_close(&text);
}

static void how_often(const struct page *page)
{
    struct text text = {0};
    report_command(page->report, "sweep", &text);
    text_add(&text, " --seeds 1..%d", SWEEP_SEEDS);
    page_command(page, "how often", text_of(&text));
    text_close(&text);
}

void page_foot(const struct page *page)
{
    const struct run *run = page->report->run;
    uint64_t accepted = 0;
    enum golden golden = golden_compare(page->report, &accepted);
    struct text text = {0};
    text_add(&text, "seed %" PRIu64 "   trace %016" PRIx64, run->seed, run->trace_hash);
    if (golden == GOLDEN_SAME)
        text_add(&text, " = golden");
    else if (golden == GOLDEN_DIFFERS)
        text_add(&text, " (golden: %016" PRIx64 ")", accepted);
    text_add(&text, "   %s events, %s ms", short_count(run->events).text,
             short_number(run->wall_ms, 1).text);
    fprintf(page->out, "\n%s\n", text_of(&text));
    text_close(&text);
    again(page);
    why(page);
    trace(page);
    plot(page);
    how_often(page);
}
