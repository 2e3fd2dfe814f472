/* A node's own clock: it may be set off, run fast or slow, and jump, but never goes back. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include "sim/world.h"

/* Sets the clock for the start of the run: offset and drift of the plan. */
void clock_open(struct world *world, struct node *node);

/* What a clock that drifts shows now. */
uint64_t clock_drifted(const struct world *world, const struct clock *clock);

/* What the node's clock shows now. */
static inline uint64_t clock_own(struct world *world, struct node *node)
{
    struct clock *clock = &node->clock;
    uint64_t own = clock->ppm == 0 ? clock->base_own_ns + (world->now_ns - clock->base_ns)
                                   : clock_drifted(world, clock);
    if (own > clock->highest_own_ns)
        clock->highest_own_ns = own;
    return clock->highest_own_ns;
}

/* The first simulated time, not before now, at which the clock shows `own_ns`; at most NS_MAX. */
uint64_t clock_when(const struct world *world, const struct node *node, uint64_t own_ns);

/* Where the node's ticks fall on its own clock, for a phase counted from simulated time 0. */
uint64_t clock_phase(uint64_t phase_ns, uint64_t tick_ns);

/* Ticks that fell while the node was held never happened, but for the one that a ticker keeps for
 * its late reader (Go's time.Ticker): sets the clock back by the others. */
void clock_skip_ticks(struct world *world, struct node *node);

#endif
