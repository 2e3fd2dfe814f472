/* No bytes make the reading of scenarios fail in any other way than by a refusal. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario_read.h"
#include "sim/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A refusal says something, in one line. */
static void check_refusal(const struct error *error)
{
    must(error->text[0] != '\0');
    must(strchr(error->text, '\n') == NULL);
}

/* "@PATH=VALUE" and a newline, then the file that the change is made to. */
static void change(const char *setting, const char *text, size_t size)
{
    struct json json;
    struct error error = {""};
    struct scenario scenario = {.seed = 1};
    struct reader reader = {&json, &scenario, &error};
    const struct settings settings = {1, &setting};
    if (!json_open(&json, "fuzz.json", text, size, &error) ||
        !settings_apply(&json, &settings, &error) ||
        !bind_fields(&reader, json.root, scenario_fields, &scenario))
        check_refusal(&error);
    scenario_close(&scenario);
    json_close(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario scenario;
    struct error error = {""};
    const char *text = (const char *)data;
    const char *line = size ? memchr(data, '\n', size) : NULL;
    if (line && text[0] == '@') {
        size_t length = (size_t)(line - text) - 1;
        char *setting = allocate(length + 1, 1);
        memcpy(setting, text + 1, length);
        change(setting, line + 1, size - length - 2);
        free(setting);
        return 0;
    }
    if (!scenario_parse(&scenario, "fuzz.json", text, size, &error))
        check_refusal(&error);
    scenario_close(&scenario);
    return 0;
}
