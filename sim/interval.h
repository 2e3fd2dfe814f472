/* Stretches of time in which something was so: opened, closed, and measured within a window. */
#ifndef SIM_INTERVAL_H
#define SIM_INTERVAL_H

#include "sim/base.h"

struct interval {
    uint64_t from_ns, to_ns;
};

/* {0} is empty. The last one may still be open: its to_ns is NS_MAX. */
struct intervals {
    struct interval *items;
    size_t count, room;
    bool open;
};

void intervals_clear(struct intervals *intervals);
/* From now on it is so, or no longer; says nothing new if it was so already. */
void intervals_set(struct intervals *intervals, bool so, uint64_t now_ns);
/* How long it was so within [from_ns, to_ns). */
uint64_t intervals_sum(const struct intervals *intervals, uint64_t from_ns, uint64_t to_ns);
void intervals_close(struct intervals *intervals);

#endif
