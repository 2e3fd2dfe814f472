/* The table of Raft implementations that can be simulated. */
#ifndef SIM_BACKEND_H
#define SIM_BACKEND_H

#include <stddef.h>

#include "raft/raft.h"

#define ROW(name) extern const struct raft_backend name;
#include "sim/backends.def"
#undef ROW

size_t backend_count(void);
const struct raft_backend *backend_at(size_t index);
/* The backend of that name, or NULL. */
const struct raft_backend *backend_find(const char *name);

#endif
