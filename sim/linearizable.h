/* Is there one order of all calls, each at an instant between its sending and its answer, that
 * explains every answer? (Herlihy and Wing 1990.) A search with a bound, for small histories: Wing
 * and Gong 1993, what failed once remembered as Lowe 2017 does, each key by itself. */
#ifndef SIM_LINEARIZABLE_H
#define SIM_LINEARIZABLE_H

#include "sim/base.h"

/* A call on the object of a key. Times are an order of instants, all different. */
struct linear_call {
    uint64_t id, key;
    uint64_t called, answered; /* answered: UINT64_MAX: unknown; it took effect, or never will */
    uint64_t value;            /* what it writes, above 0, and no other call does */
    uint64_t seen; /* the state that a read was told of, or a write left; 0: nothing yet, and of a
                      write: it was not told */
    bool writes;
};

/* What an object is: the state that a value written to it leaves. */
struct linear_object {
    uint64_t (*write)(uint64_t state, uint64_t value);
    bool forgets; /* what was written before is gone: nobody reads it any more */
};
/* The last value written. */
extern const struct linear_object linear_register;
/* All values in their order, by hash. */
extern const struct linear_object linear_log;

enum linear_verdict { LINEAR_HOLDS, LINEAR_BROKEN, LINEAR_UNKNOWN };

struct linear_result {
    enum linear_verdict verdict;
    uint64_t key; /* where it is broken, or the bound was met */
    uint64_t id; /* broken: an order was found for all calls answered before this one, no further */
    uint64_t steps; /* taken, of `bound` */
};

/* Of registers, what is unknown need not be: a write that nobody read can be left out, one that was
 * read took effect before whoever read it first was told; a read that was told nothing says
 * nothing. Between two instants there must be one more. Returns how many calls are left. */
size_t linear_settle(struct linear_call *calls, size_t count);

/* Looks at all keys, in order; the calls are sorted by key and time of sending. LINEAR_UNKNOWN: it
 * took more than `bound` steps. */
struct linear_result linear_check(struct linear_call *calls, size_t count,
                                  const struct linear_object *object, uint64_t bound);

#endif
