#include "sim/backend.h"

#include <string.h>

#include "sim/base.h"

#define ROW(name) &name,
static const struct raft_backend *const backends[] = {
#include "sim/backends.def"
};
#undef ROW

size_t backend_count(void)
{
    return countof(backends);
}

const struct raft_backend *backend_at(size_t index)
{
    must(index < countof(backends));
    return backends[index];
}

const struct raft_backend *backend_find(const char *name)
{
    for (size_t i = 0; i < countof(backends); i++)
        if (strcmp(backends[i]->name, name) == 0)
            return backends[i];
    return NULL;
}
