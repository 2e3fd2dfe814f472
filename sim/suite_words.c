/* What a suite says of its cases, whatever the form: of a page, of JUnit, of Markdown. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/settings.h"
#include "sim/suite_parts.h"

enum { FAILURES_SHOWN = 3 };

void suite_command(const struct suite *suite, const struct suite_case *one, const char *command,
                   struct text *text)
{
    settings_add_command(suite->settings, suite->program, command, one->scenario.file, text);
}

void suite_replay(const struct suite *suite, const struct suite_case *one, struct text *text)
{
    const struct suite_failure *failure = one->failure_count ? &one->failures[0] : NULL;
    if (one->refusal || (failure && failure->kind == one->kind)) {
        suite_command(suite, one, "run", text);
        if (failure)
            text_add(text, " --seed %" PRIu64, failure->seed);
        return;
    }
    suite_command(suite, one, "sweep", text);
}

const char *suite_name(const struct suite_case *one)
{
    return one->refusal ? one->scenario.file : one->scenario.name;
}

const char *suite_key(const struct suite_case *one)
{
    if (one->failure_count > 0 && one->failures[0].kind == one->kind)
        return one->failures[0].key;
    return one->sweep_key ? one->sweep_key : "";
}

static void add_seeds(const struct suite_case *one, const struct suite_failure *failure,
                      struct text *text)
{
    if (failure->runs > 0)
        text_add(text, "%s of %s seeds", short_count(failure->runs).text,
                 short_count(one->seeds).text);
    else
        text_add(text, "seed %" PRIu64, failure->seed);
}

void suite_seeds(const struct suite_case *one, struct text *text)
{
    if (one->refusal)
        return;
    if (one->failure_count > 0 && one->failures[0].kind == one->kind)
        add_seeds(one, &one->failures[0], text);
    else if (one->seeds > 0)
        text_add(text, "%s seeds", short_count(one->seeds).text);
    else
        text_add(text, "seed %" PRIu64, one->scenario.seed);
}

/* A heading tells what came with the gravest from it. */
static void add_heading(const struct suite_case *one, const struct suite_failure *failure,
                        struct text *text)
{
    text_add(text, "    also %s, ", suite_kind_name(failure->kind));
    add_seeds(one, failure, text);
    text_add(text, ":\n");
}

void suite_detail(const struct suite_case *one, struct text *text)
{
    if (one->refusal)
        text_add(text, "    %s\n", one->refusal);
    for (uint32_t i = 0; i < one->failure_count && i < FAILURES_SHOWN; i++) {
        if (i > 0)
            add_heading(one, &one->failures[i], text);
        text_add(text, "%s", one->failures[i].detail);
    }
    if (one->failure_count > FAILURES_SHOWN)
        text_add(text, "    and %u other ways to fail\n", one->failure_count - FAILURES_SHOWN);
    if (one->sweep_detail && one->failure_count > 0)
        text_add(text, "    also missed by all %s seeds together:\n", short_count(one->seeds).text);
    if (one->sweep_detail)
        text_add(text, "%s", one->sweep_detail);
}

char *suite_words_of_death(const struct suite *suite, const struct suite_case *one, uint64_t seed,
                           const char *why)
{
    struct text command = {0};
    char *words = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&words, &size);
    must(out != NULL);
    fprintf(out, "    raftsim itself ended at seed %" PRIu64 ": %s\n", seed, why);
    suite_command(suite, one, "run", &command);
    text_add(&command, " --seed %" PRIu64, seed);
    suite_write_command("again", text_of(&command), out);
    text_close(&command);
    bool written = fclose(out) == 0;
    must(written);
    return words;
}
