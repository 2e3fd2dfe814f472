/* Many scenarios, each with all that is expected of it: `expect` by its own seed and by every seed
 * of its sweep, `sweep.expect` by all of them together, and the run that was accepted.
 *
 * Every run is a job of its own, so that one large sweep keeps all workers busy, and a worker that
 * dies names the seed at which it did. */
#ifndef SIM_SUITE_H
#define SIM_SUITE_H

#include "sim/store.h"

/* What came of a scenario, the gravest first: id, name, exit status, what JUnit calls it. An error
 * is no verdict of the scenario's. */
#define SUITE_KINDS(X)                                                                             \
    X(REFUSED, "refused", 2, "error")                                                              \
    X(FAULT, "fault of raftsim", 70, "error")                                                      \
    X(NONDETERMINISTIC, "two runs from one seed", 5, "error")                                      \
    X(SAFETY, "safety broken", 3, "failure")                                                       \
    X(LIVENESS, "liveness absent", 4, "failure")                                                   \
    X(EXPECTATION, "expectation missed", 1, "failure")                                             \
    X(CHANGED, "behaviour changed", 1, "failure")                                                  \
    X(UNDECIDED, "undecided", 6, "error")                                                          \
    X(PASSED, "passed", 0, NULL)                                                                   \
    X(NOT_RUN, "not run", 0, "skipped")

#define X(id, name, status, junit) SUITE_##id,
enum suite_kind { SUITE_KINDS(X) SUITE_KIND_COUNT };
#undef X

const char *suite_kind_name(enum suite_kind kind);
int suite_kind_status(enum suite_kind kind);

/* Runs of one scenario that failed alike. */
struct suite_failure {
    enum suite_kind kind;
    char *key;    /* what makes them alike: the rule, the expectation, the item */
    char *detail; /* lines for a person about the run of `seed`, with the command that replays it */
    uint64_t seed; /* the scenario's own, else the least */
    uint64_t runs; /* of the sweep */
    bool own;      /* the scenario's own seed fails so */
};

struct suite_case {
    struct scenario scenario; /* of a refused one only `file` is good */
    char *refusal;            /* the sentence; NULL: it was read */
    enum suite_kind kind;
    uint64_t first_job, jobs, ended; /* the own seed, then the sweep's */
    uint64_t seeds;                  /* of the sweep; 0: none */
    struct columns columns;          /* of the sweep, if there is one, while it is run */
    struct store *store;             /* of its results, while they come in */
    struct suite_failure *failures;  /* once it has ended: the gravest first */
    uint32_t failure_count;
    size_t failure_room;
    char *sweep_key, *sweep_detail; /* what all runs together missed, or NULL */
    uint64_t work_ns;               /* of all its runs */
    uint64_t weight;                /* what a run of it may cost, for estimates */
    bool over;
};

struct suite {
    const char *program; /* as it was called */
    const struct settings *settings;
    bool can_shrink, can_explain; /* commands that a page may name */
    struct suite_case *cases;
    uint32_t count;
    size_t room;
    uint64_t jobs, ended;  /* runs */
    uint32_t told;         /* cases that were handed to `tell` */
    char store_error[480]; /* why results could not be kept, which ended it; or "" */
};

struct suite_plan {
    uint32_t workers; /* 0: one for each processor */
    void *context;
    /* A case is over: in the order of the cases, whatever the order in which they end. */
    void (*tell)(void *context, const struct suite *suite, uint32_t number);
    /* Some ten times a second; false: enough. */
    bool (*tick)(void *context, const struct suite *suite);
};

/* Adds the scenarios of a file, or of a folder and those in it, in the order of their names. A
 * scenario that is refused becomes a case as well. False: there is nothing of that name, or no
 * scenario in it. */
bool suite_add(struct suite *suite, const char *path, struct error *error);
/* Runs everything. Cases that were not over when it was interrupted are SUITE_NOT_RUN. */
void suite_run(struct suite *suite, const struct suite_plan *plan);
void suite_close(struct suite *suite);

uint32_t suite_count(const struct suite *suite, enum suite_kind kind);
/* Cases that are over and did not pass. */
uint32_t suite_failed(const struct suite *suite);
/* The gravest kind of all cases. */
enum suite_kind suite_gravest(const struct suite *suite);
/* Which seeds it was run with, such as "seed 7" or "12 of 1,000 seeds"; of the gravest failure, or
 * of all runs when it passed. The caller closes the text. */
void suite_seeds(const struct suite_case *one, struct text *text);
/* What is wrong in a word: the rule, the expectation, the item; or "". */
const char *suite_key(const struct suite_case *one);
/* All that there is to say of a case that did not pass: lines indented by 4. */
void suite_detail(const struct suite_case *one, struct text *text);
/* The command that shows its gravest failure again. */
void suite_replay(const struct suite *suite, const struct suite_case *one, struct text *text);
/* The scenario's name, or the file of one that has none. */
const char *suite_name(const struct suite_case *one);

#endif
