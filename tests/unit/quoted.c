#include "tests/unit/quoted.h"

#include <stdlib.h>
#include <string.h>

char *quoted(const char *plan)
{
    char *text = copy_text(plan);
    for (char *at = text; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return text;
}

bool quoted_read(const char *plan, struct scenario *scenario, struct error *error)
{
    char *text = quoted(plan);
    *error = (struct error){""};
    bool ok = scenario_parse(scenario, "x.json", text, strlen(text), error);
    free(text);
    return ok;
}
