/* Jobs done by forked workers. A worker does many, in one memory that it keeps; one that dies costs
 * only the job that it died at. Results come in no particular order, so whoever takes them must not
 * depend on it. */
#ifndef SIM_WORKERS_H
#define SIM_WORKERS_H

#include "sim/base.h"

/* A result that grows. */
struct bytes {
    unsigned char *data;
    size_t size, room;
};

/* Appends; what `data` points to may move. */
void bytes_add(struct bytes *bytes, const void *data, size_t size);

/* Why the next job is not begun. */
enum workers_stop { WORKERS_GO_ON, WORKERS_ENOUGH };

struct workers {
    uint32_t count; /* workers; 0: one for each processor that this process may use */
    uint64_t jobs;  /* numbered from 0, begun in that order */
    void *context;
    /* In a worker, once: what it keeps from job to job. May be NULL, as close may. */
    void *(*open)(void *context);
    /* In a worker: does the job and appends its result. */
    void (*work)(void *context, void *state, uint64_t job, struct bytes *result);
    /* In a worker: this job may take much longer than those before it, so that what is ready is
     * handed over first. May be NULL: all are alike. */
    bool (*apart)(void *context, uint64_t job);
    /* In the parent, once for each job that was done. */
    void (*take)(void *context, uint64_t job, const struct bytes *result);
    /* In the parent: a worker ended at this job; `why` says how ("signal 11"). */
    void (*lost)(void *context, uint64_t job, const char *why);
    /* In the parent, some ten times a second: shows progress, saves, says whether to go on. May be
     * NULL. */
    enum workers_stop (*tick)(void *context);
};

/* Returns how many jobs were taken or lost. Fewer than all: interrupt_signal() tells why, or
 * `tick` had enough; then those done are the first ones, without gaps, unless a second was not
 * enough to end what was under way. */
uint64_t workers_run(const struct workers *workers);
/* The processors that this process may use. */
uint32_t workers_processors(void);

#endif
