/* A run that is not the one that was accepted: where they part, as far as a golden's summary of
 * episodes and terms tells. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/file.h"
#include "sim/suite_parts.h"

enum { HEAD_LINES = 2, LINE_MAX_WIDTH = 200 };

/* The text's line of that number, from 0, without its end; "nothing" beyond the last. */
static void line_of(const char *text, uint32_t number, char line[LINE_MAX_WIDTH])
{
    while (number-- > 0 && text) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    if (text && *text)
        snprintf(line, LINE_MAX_WIDTH, "%.*s", (int)strcspn(text, "\n"), text);
    else
        snprintf(line, LINE_MAX_WIDTH, "nothing");
}

static uint32_t line_count(const char *text)
{
    uint32_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void write_pair(const char *accepted, const char *now, uint32_t number, FILE *out)
{
    char line[LINE_MAX_WIDTH];
    line_of(accepted, number, line);
    fprintf(out, "        accepted  %s\n", line);
    line_of(now, number, line);
    fprintf(out, "        now       %s\n", line);
}

/* What happened comes before the line that counts it. */
static void write_difference(const char *accepted, const char *now, FILE *out)
{
    uint32_t lines = line_count(accepted), lines_now = line_count(now);
    char before[LINE_MAX_WIDTH], after[LINE_MAX_WIDTH];
    lines = lines > lines_now ? lines : lines_now;
    for (uint32_t i = 1; i < lines; i++) {
        uint32_t number = i + 1 < lines ? i + 1 : HEAD_LINES - 1;
        line_of(accepted, number, before);
        line_of(now, number, after);
        if (strcmp(before, after) == 0)
            continue;
        fprintf(out, "    first difference of the summaries\n");
        write_pair(accepted, now, number, out);
        return;
    }
    fprintf(out, "    The summaries are the same: what changed is in messages or writes.\n");
}

static bool is_builds_own(const struct suite *suite, const char *file)
{
    return strcmp(suite->program, "build/raftsim") == 0 && strncmp(file, "scenarios/", 10) == 0;
}

/* How to see all of the difference, and how to accept it. */
static void write_commands(const struct suite *suite, const struct report *report, FILE *out)
{
    struct text run = {0}, text = {0};
    char *path = golden_path(report->run->scenario);
    report_command(report, "run", &run);
    text_add(&run, " --format golden");
    text_add(&text, "%s | diff ", text_of(&run));
    text_shell(&text, path);
    text_add(&text, " -");
    suite_write_command("diff", text_of(&text), out);
    text_clear(&text);
    text_add(&text, "%s > ", text_of(&run));
    text_shell(&text, path);
    if (is_builds_own(suite, report->run->scenario->file))
        suite_write_command("accept", "make bless   (then read its diff)", out);
    else
        suite_write_command("accept", text_of(&text), out);
    text_close(&text);
    text_close(&run);
    free(path);
}

void suite_write_change(const struct suite *suite, const struct report *report, FILE *out)
{
    char *path = golden_path(report->run->scenario), *accepted = file_text(path), *now = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&now, &size);
    must(stream != NULL);
    output_golden.write(report, stream);
    bool written = fclose(stream) == 0;
    must(written);
    fprintf(out,
            "    Every expectation holds, but this is not the run that was accepted:\n"
            "    trace %016" PRIx64 ", and not that of %s\n",
            report->run->trace_hash, path);
    if (accepted)
        write_difference(accepted, now, out);
    write_commands(suite, report, out);
    free(now);
    free(accepted);
    free(path);
}
