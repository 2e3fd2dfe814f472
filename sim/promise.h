/* What a log of a partition has promised to keep: shared by the judges of lost records. */
#ifndef SIM_PROMISE_H
#define SIM_PROMISE_H

#include "sim/broker.h"
#include "sim/text.h"

/* A beginning of a log, by hash, and the leader epoch in which it was promised. */
struct promise {
    uint64_t end, chain; /* the first `end` records; the chain of the last */
    uint32_t epoch;
    uint32_t record; /* the last: number in brokers.records */
    uint32_t node;   /* who promised */
};

/* The promises of one partition, in order of `end`. */
struct promises {
    struct promise *items;
    size_t count, room;
    bool unclean; /* a replica out of sync was elected, as its topic allows: nothing is owed */
};

/* All partitions' promises of a run; {0} at first. */
struct promise_book {
    struct promises *partitions;
    size_t room;
};

/* Forgets all and keeps the memory, which grows to what the world's plan needs. */
void promise_book_open(struct promise_book *book, const struct world *world);
void promise_book_close(struct promise_book *book);

/* The promise of a replica's first `end` records, as they are now; end > 0. */
struct promise promise_of(const struct world *world, uint32_t node, uint32_t partition,
                          uint64_t end);
/* Does the replica hold them all? */
bool promise_kept(const struct replica *replica, const struct promise *promise);
/* A later leader that now leads without it, or 0. */
uint32_t promise_forgotten_by(const struct world *world, uint32_t partition,
                              const struct promise *promise);
/* PARTITION_CHANGED: after an unclean election nothing is owed any more. */
void promise_book_change(struct promise_book *book, const struct record *record);

/* "orders/0": as the plan calls it. */
struct short_text partition_name(const struct scenario *scenario, uint32_t partition);

#endif
