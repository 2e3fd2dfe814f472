/* Numbers, times and seeds from their text, exactly: nothing here passes through a float. */
#ifndef SIM_QUANTITY_H
#define SIM_QUANTITY_H

#include "sim/text.h"

/* Whole numbers in JSON are exact up to here, in every reader. */
#define WHOLE_MAX ((UINT64_C(1) << 53) - 1)

enum { DECIMAL_PLACES_MAX = 80 };

/* A number as it was written: `whole`, a point, `count` digits that do not end in 0. */
struct decimal {
    bool negative;
    uint64_t whole;
    uint32_t count;
    uint8_t places[DECIMAL_PLACES_MAX];
};

/* Reads a number of JSON's grammar, exponent included, and says where it ended. False: there is
 * none, or its whole part is 2^64 or more, or it has more than DECIMAL_PLACES_MAX places. */
bool decimal_parse(const char *text, const char **end, struct decimal *decimal);
/* The whole text is a number without point or exponent, at most WHOLE_MAX (and its negative). */
bool whole_parse(const char *text, int64_t *whole);
/* The number times 2^bits, rounded down (bits: 32 or 64). False: negative, 2^64 or more, or
 * above 0 and yet too small to differ from it. */
bool decimal_scale(const struct decimal *decimal, unsigned bits, uint64_t *scaled);
/* The whole text is a probability from 0 to 1: its share of 2^64, where 1 is UINT64_MAX. */
bool probability_parse(const char *text, uint64_t *share);
/* The whole text is a number above 0, at most 2^31: fixed point, 2^32 = 1. */
bool factor_parse(const char *text, uint64_t *factor);

/* "1.5ms": digits and one of ns, us, ms, s, m, h; whole nanoseconds, at most NS_MAX. */
bool duration_parse(const char *text, uint64_t *ns);
/* The same, and it may begin with "-". */
bool signed_duration_parse(const char *text, int64_t *ns);
/* The exact time as people write it, in ns, us, ms or s: "1.5s", "250us". */
struct short_text duration_write(uint64_t ns);
/* To so many decimal digits, so that people can read it. */
uint64_t round_down(uint64_t ns, uint32_t digits);
uint64_t round_up(uint64_t ns, uint32_t digits);
uint64_t round_near(uint64_t ns, uint32_t digits);
/* The first `size` characters of a number with or without unit, for comparisons only. Times are
 * in ms. False: not a number. */
bool measure_parse(const char *text, double *number, bool *time);

/* Decimal digits: that number, at most WHOLE_MAX. Otherwise 4 to 64 hexadecimal digits, such as a
 * commit's id, in either case: their hash, below 2^53 as well, so that a run can be repeated by the
 * number that it prints. "1e10" is refused: whoever writes it means a number. */
bool seed_parse(const char *text, uint64_t *seed);
/* "1..10000" or "7": seeds from first to last, in decimal digits; first <= last. */
bool seeds_parse(const char *text, uint64_t *first, uint64_t *last);
/* A hash of a name, the same on every machine and for ever: it keys chance. */
uint64_t name_hash(const char *name);

#endif
