/* Streams of chance, each named by its purpose and by stable ids, never by position or order.
 *
 * A stream is a key; draw n of it is chance_draw(key, n). Adding a node, a fault or a metric
 * therefore moves no other draw, and two settings can be compared seed by seed. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdbool.h>

#include "raft/chance.h"

/* Each purpose has draws of its own. Values are part of the format: append, never renumber. */
enum rng_purpose {
    RNG_ELECTION = 1,   /* node */
    RNG_LATENCY = 2,    /* from << 8 | kind, to */
    RNG_LOSS = 3,       /* from << 8 | kind, to */
    RNG_DISK = 4,       /* node */
    RNG_STEP_TIME = 5,  /* node */
    RNG_TICK_PHASE = 6, /* node */
    RNG_PLAN = 7,       /* id of the item of the plan */
    RNG_ACTION = 8,     /* id of the item of the plan */
    RNG_CLIENT = 9,     /* number of the client */
    RNG_DUPLICATE = 10, /* from << 8 | kind, to */
    RNG_REORDER = 11,   /* from << 8 | kind, to */
    RNG_BEAT = 12,      /* node */
    RNG_PRODUCE = 13,   /* number of the client */
    RNG_CALL = 14,      /* number of the client, enum call_kind */
};

/* All streams of a purpose. */
static inline uint64_t rng_base(uint64_t seed, enum rng_purpose purpose)
{
    return chance_draw(seed, (uint64_t)purpose);
}

/* One of them. Each draw mixes its key in twice, so that keys need only be distinct. */
static inline uint64_t rng_stream(uint64_t base, uint64_t a, uint64_t b)
{
    return base ^ (a ^ b << 40) * UINT64_C(0xd6e8feb86659fd93);
}

/* The key of a stream. Ids that a purpose does not use are 0; b is below 2^24. */
static inline uint64_t rng_key(uint64_t seed, enum rng_purpose purpose, uint64_t a, uint64_t b)
{
    return rng_stream(rng_base(seed, purpose), a, b);
}

/* True with probability p / 2^64; monotone: a larger p keeps every true. UINT64_MAX is always. */
static inline bool rng_chance(uint64_t bits, uint64_t p)
{
    return p == UINT64_MAX || bits < p;
}

#endif
