/* Raft options: one table says what a plan may set, for presets, clusters, nodes and restarts. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "raft/raft.h"
#include "sim/base.h"
#include "sim/field.h"
#include "sim/preset.h"

/* All that the options of one node say. {0} with nothing applied has no timers yet. */
struct node_options {
    struct raft_options raft;
    bool burst; /* missed ticks are made up at once; else they never happened */
    bool tick_phase_given;
    uint64_t tick_phase_ns; /* else drawn from [0, tick) */
};

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
/* Applies changes (a restart with other options) to a node's options. */
void options_change(struct raft_options *options, bool *burst,
                    const struct option_changes *changes);

/* Do the options make sense together, after `changes`? False: `error` says what was expected. */
bool options_check(const struct node_options *options, const struct option_changes *changes,
                   struct error *error);

/* Frees what the changes own. */
void options_close(struct option_changes *changes);

#endif
