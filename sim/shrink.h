/* Makes a plan that fails smaller, as long as it fails in the same way: fewer faults, nodes and
 * clients, fewer settings that matter, rounder times.
 *
 * The result depends on plan, seed and settings alone, unless `go_on` ends it early. */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "sim/run.h"

enum { SHRINK_WORD = 160 };

/* What one run of a plan came to; a worker hands it on as bytes. */
struct shrink_trial {
    bool refused; /* no plan at all, or its run ended raftsim */
    enum verdict verdict;
    enum run_end end;
    uint64_t missed; /* 1 + key of the item that hit nothing; 0: none */
    bool absent;     /* liveness was owed and absent */
    uint64_t faults; /* actions that took effect */
    uint64_t nodes;
    uint64_t events, popped, simulated_ns; /* popped: taken from the queue */
    uint64_t broken_ns;                    /* when the rule was broken */
    bool below;             /* too little happened, or nothing: what missed its bound is under it */
    char rule[SHRINK_WORD]; /* broken or "" */
    char key[SHRINK_WORD];  /* of the first expectation missed, or "" */
    char wanted[SHRINK_WORD]; /* it was, */
    char turned[SHRINK_WORD]; /* and the bound that what came meets */
    char got[48];
    char why[240]; /* undecided; liveness absent */
};

/* How large a plan is. */
struct shrink_size {
    uint64_t faults, nodes, events, simulated_ns, bytes;
};

/* What fails in it: a known failure, which the plan expects, is one too. VERDICT_PASS: nothing. */
enum verdict shrink_failure(const struct shrink_trial *trial);

struct shrink {
    const char *file; /* a loan: where samples are found, and for messages */
    cJSON *plan;      /* the smallest so far; its expectations are what fails, turned round */
    struct shrink_trial first, outcome; /* of the plan as it was, and as it is */
    struct shrink_size before;
    uint64_t seed; /* of the failure */
    uint64_t runs; /* plans tried */
    uint32_t jobs; /* workers; 0: one for each processor */
    bool ended_early;
    bool keeps; /* faults, nodes, options and time: something is missing that they should cause */
    /* Asked again and again; false: that will do. May be NULL. */
    bool (*go_on)(const struct shrink *shrink);
    void *context;
    struct shrink_state *state;
};

/* Reads the plan and runs it. False: `error` says why there is nothing to shrink. Close it
 * whatever came of it. `seed` NULL: the plan's own. Set jobs, go_on and context after it. */
bool shrink_open(struct shrink *shrink, const char *file, const struct settings *settings,
                 const uint64_t *seed, struct error *error);
/* Shrinks until nothing more can be left out, or go_on had enough. */
void shrink_run(struct shrink *shrink);
/* How large the plan is now. */
struct shrink_size shrink_size_now(const struct shrink *shrink);
/* The plan as people write it; the caller frees it. */
char *shrink_text(const struct shrink *shrink);
/* Does the text, read as that file, fail as the plan does? */
bool shrink_confirm(struct shrink *shrink, const char *file, const char *text);
void shrink_close(struct shrink *shrink);

#endif
