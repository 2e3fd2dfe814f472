/* Chance as a function: draw n of a stream is a hash of (the stream's key, n).
 *
 * Nothing is consumed, so no draw can move another (raftsim-chance/1). */
#ifndef RAFT_CHANCE_H
#define RAFT_CHANCE_H

#include <stdint.h>

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014; constants of Stafford's mix 13). */
static inline uint64_t chance_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Draw `n` of the stream `key`: 64 uniform bits. The key enters twice, so that two streams never
 * share a run of values. Also derives a narrower stream: chance_draw(key, id) is a key itself. */
static inline uint64_t chance_draw(uint64_t key, uint64_t n)
{
    return chance_mix(chance_mix(key + (n + 1) * UINT64_C(0x9e3779b97f4a7c15)) ^ key);
}

/* The upper 64 bits of a * b. */
static inline uint64_t chance_high(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)(((wide)a * b) >> 64);
#else
    uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
    uint64_t left = (a >> 32) * (b & UINT32_MAX), right = (a & UINT32_MAX) * (b >> 32);
    uint64_t middle = (low >> 32) + (left & UINT32_MAX) + (right & UINT32_MAX);
    return (a >> 32) * (b >> 32) + (left >> 32) + (right >> 32) + (middle >> 32);
#endif
}

/* Maps 64 random bits to [low, high], both included; monotone in `bits`. low <= high. */
static inline uint64_t chance_between(uint64_t bits, uint64_t low, uint64_t high)
{
    uint64_t span = high - low + 1;
    return span == 0 ? bits : low + chance_high(bits, span);
}

#endif
