#include "sim/clock.h"

/* Own clocks show this at simulated time 0, so that an offset may be negative. */
#define EPOCH_NS (UINT64_C(1) << 50)

enum { MILLION = 1000000 };

void clock_open(struct world *world, struct node *node)
{
    const struct node_plan *plan = &world->scenario->nodes[node->id];
    must(plan->clock_offset_ns > -(int64_t)EPOCH_NS);
    node->clock = (struct clock){
        .base_own_ns = EPOCH_NS + (uint64_t)plan->clock_offset_ns,
        .ppm = plan->drift_ppm,
    };
}

/* a * (10^6 + ppm) / 10^6 without overflow: whole seconds of a million first. */
static uint64_t scale(uint64_t a, uint64_t factor, uint64_t divisor)
{
    return a / divisor * factor + a % divisor * factor / divisor;
}

uint64_t clock_drifted(const struct world *world, const struct clock *clock)
{
    uint64_t passed = world->now_ns - clock->base_ns;
    return clock->base_own_ns + scale(passed, (uint64_t)(MILLION + clock->ppm), MILLION);
}

uint64_t clock_when(const struct world *world, const struct node *node, uint64_t own_ns)
{
    const struct clock *clock = &node->clock;
    if (own_ns <= clock->base_own_ns || own_ns <= clock->highest_own_ns)
        return world->now_ns;
    uint64_t wait = own_ns - clock->base_own_ns;
    if (wait >= NS_MAX)
        return NS_MAX;
    if (clock->ppm != 0) {
        uint64_t factor = (uint64_t)(MILLION + clock->ppm);
        wait = scale(wait, MILLION, factor);
        while (scale(wait, factor, MILLION) < own_ns - clock->base_own_ns)
            wait++;
    }
    uint64_t at_ns = clock->base_ns + wait;
    return at_ns < world->now_ns ? world->now_ns : at_ns < NS_MAX ? at_ns : NS_MAX;
}

uint64_t clock_phase(uint64_t phase_ns, uint64_t tick_ns)
{
    return (EPOCH_NS + phase_ns) % tick_ns;
}

static void rebase(struct world *world, struct node *node)
{
    node->clock.base_own_ns = clock_drifted(world, &node->clock);
    node->clock.base_ns = world->now_ns;
}

void clock_skip_ticks(struct world *world, struct node *node)
{
    uint64_t tick_ns = node->options.tick_ns;
    if (tick_ns == 0)
        return;
    uint64_t own = clock_own(world, node), phase = node->tick_phase_ns;
    uint64_t missed = (own - phase) / tick_ns - (node->held_own_ns - phase) / tick_ns;
    if (missed <= 1)
        return;
    rebase(world, node);
    node->clock.base_own_ns -= (missed - 1) * tick_ns;
    node->clock.highest_own_ns = node->held_own_ns;
}

void clock_jump(struct world *world, uint32_t id, int64_t by_ns)
{
    struct node *node = &world->nodes[id];
    clock_own(world, node);
    rebase(world, node);
    node->clock.base_own_ns += (uint64_t)by_ns;
    clock_own(world, node);
    node_rearm(world, id);
}

void clock_drift(struct world *world, uint32_t id, int64_t ppm)
{
    struct node *node = &world->nodes[id];
    must(ppm > -MILLION);
    clock_own(world, node);
    rebase(world, node);
    node->clock.ppm = ppm;
    node_rearm(world, id);
}
