/* Looks for trouble: runs many schedules of faults, keeps those that reach new states and changes
 * them on, and tells what was found once for each rule and cause.
 *
 * A schedule has a name: "812" is drawn from seed 812, "812+9003" is that one changed by the draws
 * of 9003, "17" of a systematic search is its 17th. What is found depends on the plan and on how
 * many schedules were run; not on jobs, nor on time. */
#ifndef SIM_EXPLORE_H
#define SIM_EXPLORE_H

#include <cjson/cJSON.h>

#include "sim/explore_trial.h"
#include "sim/swarm.h"
#include "sim/text.h"
#include "sim/workers.h"

enum explore_mode { EXPLORE_DRAWN, EXPLORE_SINGLES, EXPLORE_PAIRS };

/* What was found, once for each rule and cause: what needs more than another is counted with it. */
struct discovery {
    enum explore_end end;
    uint64_t needs; /* a bit for each kind of fault of its cause, then for what hosts do wrong */
    char rule[64];  /* "one-vote-per-term", "liveness", "signal 11" */
    char
        cause[CAUSE_SIZE]; /* kinds of fault without which it does not happen: "crash, disk-lose" */
    char detail[240];
    char *name;         /* of the first such schedule */
    char *text;         /* its plan, without what it does not need, expecting what happens */
    uint64_t schedules; /* in which it happened */
    uint32_t faults;
};

/* One that reached new states. */
struct kept {
    char *name;
    cJSON *schedule;
};

struct explore_counts {
    uint64_t schedules, changed;
    uint64_t by_end[EXPLORE_DIED + 1];
    uint64_t events, simulated_ns;
};

struct steps; /* sim/explore_steps.h: what a systematic search goes through */

struct explore {
    /* What to do. */
    struct swarm swarm;
    enum explore_mode mode;
    const char *name;     /* of one schedule to run, or NULL */
    uint64_t first, last; /* seeds, or numbers of a systematic search */
    uint32_t jobs;
    /* Asked some ten times a second whether to go on; NULL: to the last. */
    enum workers_stop (*tick)(void *context);
    void *context;
    struct steps *steps; /* of a systematic search */
    /* What came of it. */
    struct explore_counts counts;
    struct coverage coverage;
    uint64_t done; /* schedules, those of the round under way included: for progress */
    struct kept *corpus;
    size_t corpus_count, corpus_room;
    size_t parent_count; /* of the corpus, those from before this round */
    struct discovery *found;
    size_t found_count, found_room;
};

/* Allocated: it is large. `first`, `last` and the rest are set by the caller. */
struct explore *explore_new(void);
/* False: `error` says why there is nothing to explore (`name` is none). */
bool explore_run(struct explore *explore, struct error *error);
void explore_free(struct explore *explore);
/* The exit status, but for signals. */
int explore_status(const struct explore *explore);

#endif
