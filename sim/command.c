#include "sim/command.h"

#include <string.h>

#include "sim/base.h"

#define ROW(name) &command_##name,
static const struct command *const commands[] = {
#include "sim/commands.def"
};
#undef ROW

size_t command_count(void)
{
    return countof(commands);
}

const struct command *command_at(size_t index)
{
    must(index < countof(commands));
    return commands[index];
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < countof(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}
