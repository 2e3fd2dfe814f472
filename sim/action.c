#include "sim/action.h"

#include <string.h>

static const struct action *const actions[] = {
#define ROW(name) &action_##name,
#include "sim/actions.def"
#undef ROW
};

size_t action_count(void)
{
    return countof(actions);
}

const struct action *action_at(size_t index)
{
    must(index < countof(actions));
    return actions[index];
}

const struct action *action_find(const char *name)
{
    for (size_t i = 0; i < countof(actions); i++)
        if (strcmp(actions[i]->name, name) == 0)
            return actions[i];
    return NULL;
}
