/* What took a leader away: read from the plan's deeds and from who campaigned. */
#ifndef SIM_CAUSE_H
#define SIM_CAUSE_H

#include "sim/measure.h"

struct campaigns;

/* What an action, by its name, takes leaders away by; CAUSE_UNPLANNED: it does not. */
enum cause cause_of_action(const char *name);

struct loss {
    enum cause cause;
    uint32_t item; /* 1 + the item of the plan; 0: none */
    uint32_t node; /* unplanned: who triggered it; 0: unknown */
};

/* Why `leader`, who served in `term` until now, serves no longer. `before` is the last episode,
 * or NULL: a leader deposed soon after it resumed was taken away by what made it pause. */
struct loss cause_find(const struct world *world, const struct campaigns *campaigns,
                       uint32_t leader, uint64_t term, const struct episode *before);

#endif
