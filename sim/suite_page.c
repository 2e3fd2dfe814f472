#include "sim/suite_page.h"

#include <ctype.h>
#include <inttypes.h>

#include "sim/text.h"

enum { KIND_COLUMN = 37, SEEDS_COLUMN = 58, NAME_COLUMN = 2, COUNT_WIDTH = 12, EXIT_WIDTH = 7 };

void suite_page_head(const struct suite *suite, uint32_t workers, bool all, FILE *out)
{
    fprintf(out, "%s scenario%s, %u worker%s, raftsim %s%s\n", short_count(suite->count).text,
            suite->count == 1 ? "" : "s", workers, workers == 1 ? "" : "s", RAFTSIM_VERSION,
            all ? "" : "        (-v also lists what passed)");
}

/* "SAFETY BROKEN" */
static void add_headline(struct text *text, enum suite_kind kind)
{
    for (const char *at = suite_kind_name(kind); *at; at++)
        text_add(text, "%c", toupper((unsigned char)*at));
}

static void add_seconds(struct text *text, uint64_t ns)
{
    text_add(text, "%s s", short_number((double)ns / 1e9, ns < 10 * NS_PER_S ? 1 : 0).text);
}

void suite_page_case(const struct suite *suite, uint32_t number, FILE *out)
{
    const struct suite_case *one = &suite->cases[number];
    struct text text = {0};
    bool passed = one->kind == SUITE_PASSED;
    text_add(&text, "%s %u - %s", passed ? "ok" : "not ok", number + 1, suite_name(one));
    text_column(&text, KIND_COLUMN, 2);
    if (!passed)
        add_headline(&text, one->kind);
    if (!one->refusal) {
        text_column(&text, SEEDS_COLUMN, passed ? 0 : 2);
        suite_seeds(one, &text);
    }
    if (one->failure_count == 0 && !one->refusal) {
        text_add(&text, ", ");
        add_seconds(&text, one->work_ns);
    }
    text_add(&text, "\n");
    if (!passed)
        suite_detail(one, &text);
    fprintf(out, "%s%s", passed ? "" : "\n", text_of(&text));
    text_close(&text);
}

static void print_kind(const struct suite *suite, enum suite_kind kind, int status, FILE *out)
{
    uint32_t count = suite_count(suite, kind);
    if (!count && kind != SUITE_PASSED)
        return;
    fprintf(out, "  %-21s%*u%*d%s\n", suite_kind_name(kind), COUNT_WIDTH, count, EXIT_WIDTH, status,
            kind == suite_gravest(suite) && kind != SUITE_PASSED ? "   <- the gravest" : "");
}

static void print_kinds(const struct suite *suite, const struct suite_end *end, FILE *out)
{
    fprintf(out, "\n  %-21s%*s%*s\n", "kind", COUNT_WIDTH, "scenarios", EXIT_WIDTH, "exit");
    print_kind(suite, SUITE_PASSED, 0, out);
    for (enum suite_kind kind = SUITE_PASSED; kind-- > 0;)
        print_kind(suite, kind, suite_kind_status(kind), out);
    print_kind(suite, SUITE_NOT_RUN, end->signal ? 128 + end->signal : 74, out);
}

static const struct suite_case *slowest(const struct suite *suite)
{
    const struct suite_case *found = NULL;
    for (uint32_t i = 0; i < suite->count; i++)
        if (suite->cases[i].over && (!found || suite->cases[i].work_ns > found->work_ns))
            found = &suite->cases[i];
    return found;
}

void suite_page_end(const struct suite *suite, const struct suite_end *end, FILE *out)
{
    const struct suite_case *slow = slowest(suite);
    struct text text = {0};
    uint32_t not_run = suite_count(suite, SUITE_NOT_RUN);
    print_kinds(suite, end, out);
    add_seconds(&text, (uint64_t)(end->elapsed_s * 1e9));
    text_add(&text, ", %s run%s", short_count(suite->ended).text, suite->ended == 1 ? "" : "s");
    if (slow && slow->work_ns > 0) {
        text_add(&text, ", slowest %s ", suite_name(slow));
        add_seconds(&text, slow->work_ns);
    }
    fprintf(out, "%s\n", text_of(&text));
    for (size_t i = 0; i < countof(end->files); i++)
        if (end->files[i])
            fprintf(out, "%s written\n", end->files[i]);
    if (not_run > 0)
        fprintf(out, "%s: %u of %u scenarios were not run to their end\n",
                end->signal ? "interrupted" : "stopped", not_run, suite->count);
    fprintf(out, "%u passed, %u failed\n", suite_count(suite, SUITE_PASSED), suite_failed(suite));
    text_close(&text);
}
