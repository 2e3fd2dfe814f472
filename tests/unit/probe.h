/* A backend that does as a test tells it, to see what the world makes of it. */
#ifndef TESTS_UNIT_PROBE_H
#define TESTS_UNIT_PROBE_H

#include "sim/text.h"
#include "sim/world.h"

struct probe {
    struct raft_view view;
    uint64_t deadline_own_ns; /* wanted from the next step on; UINT64_MAX: none */
    /* Done once, in the next step: */
    bool write;
    uint64_t ticket;
    struct raft_entry entries[8];
    uint32_t entry_count;
    uint32_t send_to; /* 0: nobody */
    bool send_waits;
    struct raft_durable durable;        /* as it was opened */
    uint64_t heard[RAFT_CONFIGURE + 1]; /* inputs, by kind */
    uint64_t last_ns;                   /* own time of the last input */
};

extern const struct raft_backend probe_backend;

/* The probe of a node; it has one from its first start on. */
static inline struct probe *probe_of(const struct world *world, uint32_t id)
{
    return world->nodes[id].raft;
}

#endif
