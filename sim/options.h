/* Raft options: one table says what a plan may set, for presets, clusters, nodes and restarts. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "raft/raft.h"
#include "sim/base.h"
#include "sim/field.h"
#include "sim/preset.h"

/* Faults of the loop that drives a node: what a host does wrong around a correct core. X(id, key,
 * help): a bit of node_options.host each. */
#define HOST_FAULTS(X)                                                                             \
    X(NO_TRANSPORT, "no_transport", "none of its messages is ever sent (Chronik I1)")              \
    X(NO_LOOP, "no_loop", "its loop never runs: no ticks, nothing is sent (Chronik I3)")           \
    X(NO_VOTERS, "no_voters", "it starts with an empty configuration (Chronik I2)")                \
    X(DISCARD_LIGHT_READY, "discard_light_ready",                                                  \
      "what its own write commits is thrown away: counted as applied, never applied")              \
    X(PERSIST_AFTER_SEND, "persist_after_send", "its messages do not wait for its disk")           \
    X(SHARED_SEND_QUEUE, "shared_send_queue",                                                      \
      "one queue to all peers: a peer that cannot be reached holds up the rest")                   \
    X(OUTPUT_AT_TICKS, "output_at_ticks", "its messages leave at its next tick")

enum host_fault {
#define X(id, key, help) HOST_##id,
    HOST_FAULTS(X)
#undef X
        HOST_FAULT_COUNT
};
const char *host_fault_key(enum host_fault fault);

/* All that the options of one node say. {0} with nothing applied has no timers yet. */
struct node_options {
    struct raft_options raft;
    bool burst; /* missed ticks are made up at once; else they never happened */
    bool tick_phase_given;
    uint64_t tick_phase_ns; /* else drawn from [0, tick) */
    uint32_t host;          /* enum host_fault, a bit each */
};

/* What timers count: a tick, or without ticks a nanosecond. */
static inline uint64_t timer_unit_ns(const struct raft_options *options)
{
    return options->tick_ns ? options->tick_ns : 1;
}

/* Which raft options of a node differ from what it was given; made by scenario reading. */
struct option_changes {
    uint32_t count;
    struct option_change {
        const struct field *field; /* of the table of raft options */
        uint64_t bits, high;       /* the value, as its kind keeps it; high: a range's second */
    } * items;                     /* a preset's own first, then in the table's order */
    const struct preset *preset;   /* replaces all first; NULL: keeps */
    uint32_t preset_count;         /* of the items are the preset's own */
};

/* The rows of the table, but for "preset", which stands for many. */
size_t option_count(void);
const struct field *option_at(size_t index);

/* Applies changes to a node's options. Giving timers in the other way (ticks, or ranges of time)
 * drops all timers that were given in the first. */
void options_apply(struct node_options *options, const struct option_changes *changes);

/* Do the options make sense together, after `changes`? False: `error` says what was expected. */
bool options_check(const struct node_options *options, const struct option_changes *changes,
                   struct error *error);

/* Frees what the changes own. */
void options_close(struct option_changes *changes);

#endif
