/* Tables for sampling in integers; made by scripts/make-tables.py with 60 digits. */
#ifndef SIM_QUANTILE_TABLES_H
#define SIM_QUANTILE_TABLES_H

#include <stdint.h>

enum { CUBIC_BITS = 6, QUANTILE_BITS = 5, QUANTILES = 64 * 32 + 1 };

/* log2(1 + (i + t) / 64) = c0 + c1 t - c2 t^2 + c3 t^3, 2^64 = 1. */
extern const uint64_t log2_cubics[64][4];

/* exp2((i + t) / 64) = c0 + c1 t + c2 t^2 + c3 t^3, 2^63 = 1. */
extern const uint64_t exp2_cubics[64][4];

/* |z|, 2^28 = 1, of the normal law's tails (1 + j / 32) * 2^(k - 65), at 32 k + j. */
extern const uint32_t normal_quantiles[QUANTILES];

#endif
