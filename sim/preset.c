#include "sim/preset.h"

#include <string.h>

#include "sim/base.h"

static const struct preset presets[] = {
#define ROW(name, help, approximation, source, names, ...)                                         \
    {name, help, approximation, #__VA_ARGS__, names, source},
#define ALIAS(name, preset)
#include "sim/presets.def"
#undef ROW
#undef ALIAS
};

static const struct preset_alias aliases[] = {
#define ROW(name, help, approximation, source, names, ...)
#define ALIAS(name, preset) {name, preset},
#include "sim/presets.def"
#undef ROW
#undef ALIAS
};

size_t preset_count(void)
{
    return countof(presets);
}

const struct preset *preset_at(size_t index)
{
    must(index < countof(presets));
    return &presets[index];
}

size_t preset_alias_count(void)
{
    return countof(aliases);
}

const struct preset_alias *preset_alias_at(size_t index)
{
    must(index < countof(aliases));
    return &aliases[index];
}

const struct preset *preset_find(const char *name)
{
    for (size_t i = 0; i < countof(aliases); i++)
        if (strcmp(aliases[i].name, name) == 0)
            name = aliases[i].preset;
    for (size_t i = 0; i < countof(presets); i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}
