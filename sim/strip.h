/* What each node was at any time of a run, kept for pictures: roles, crashes, pauses, isolation,
 * the highest term, and what the plan did. An observer; it changes nothing. */
#ifndef SIM_STRIP_H
#define SIM_STRIP_H

#include "sim/world.h"

/* X(id, glyph, name): a node at one instant. */
#define LOOKS(X)                                                                                   \
    X(ABSENT, ' ', "not started")                                                                  \
    X(FOLLOWER, '.', "follower")                                                                   \
    X(ISOLATED, '!', "follower, cut off")                                                          \
    X(PRECANDIDATE, 'p', "precandidate")                                                           \
    X(CANDIDATE, 'C', "candidate")                                                                 \
    X(LEADER, 'L', "leader")                                                                       \
    X(CUT_LEADER, 'l', "leader, not effective")                                                    \
    X(HELD, '=', "paused")                                                                         \
    X(DOWN, 'x', "down")

enum look {
#define X(id, glyph, name) LOOK_##id,
    LOOKS(X)
#undef X
        LOOK_COUNT
};

char look_glyph(enum look look);
const char *look_name(enum look look);

struct look_change {
    uint64_t at_ns;
    uint64_t term; /* of the node, from then on */
    enum look look;
};

/* One node's changes, oldest first; before the first it is absent. */
struct lane {
    struct look_change *items;
    size_t count, room;
};

struct term_change {
    uint64_t at_ns, term;
};

/* An item of the plan in effect. The rest about it: world->deeds[number]. */
struct span {
    uint64_t begin_ns, end_ns; /* end_ns: NS_MAX while it lasts */
    uint32_t number;           /* of the deed */
    uint32_t item;
};

struct strip;

struct strip *strip_new(void);
/* Subscribes; the signature is that of run_options.subscribe. Forgets the run before. */
void strip_open(void *strip, struct world *world);
void strip_free(struct strip *strip);

/* All loans until the next run. */
const struct lane *strip_lane(const struct strip *strip, uint32_t node);
/* Where the highest term of all nodes grew. */
size_t strip_terms(const struct strip *strip, const struct term_change **terms);
size_t strip_spans(const struct strip *strip, const struct span **spans);

/* The change in force at that time: its position, or SIZE_MAX before the first. */
size_t lane_at(const struct lane *lane, uint64_t at_ns);

#endif
