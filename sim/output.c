#include "sim/output.h"

#include <inttypes.h>
#include <string.h>

#include "sim/settings.h"

#define ROW(name) &output_##name,
static const struct output *const outputs[] = {
#include "sim/outputs.def"
};
#undef ROW

size_t output_count(void)
{
    return countof(outputs);
}

const struct output *output_at(size_t index)
{
    must(index < countof(outputs));
    return outputs[index];
}

const struct output *output_find(const char *name)
{
    for (size_t i = 0; i < countof(outputs); i++)
        if (strcmp(outputs[i]->name, name) == 0)
            return outputs[i];
    return NULL;
}

void report_command(const struct report *report, const char *command, struct text *text)
{
    settings_add_command(report->settings, report->program, command, report->run->scenario->file,
                         text);
}

void report_replay(const struct report *report, struct text *text)
{
    report_command(report, "run", text);
    text_add(text, " --seed %" PRIu64 "%s", report->run->seed, report->flags);
}
