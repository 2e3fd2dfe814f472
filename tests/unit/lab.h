/* A plan and a world to run it in, for tests that tell a story: what was done, what came of it. */
#ifndef TESTS_UNIT_LAB_H
#define TESTS_UNIT_LAB_H

#include "sim/text.h"
#include "sim/world.h"

struct lab {
    struct scenario scenario;
    struct world *world;
    uint64_t kinds;    /* records that the story tells */
    struct text story; /* "1000 crashed n2\n": milliseconds, record, node */
    enum run_end end;
};

/* Reads a plan written with ' for ", with a latency of 1 ms. It must be sound. */
void lab_read(struct scenario *scenario, const char *plan);
/* Three nodes for 10 s: node 1 is made leader at 1 s and nobody else campaigns. `more` are further
 * members of the plan, each with a comma after it; `timeline` is what else happens. */
void lab_read_led(struct scenario *scenario, const char *more, const char *timeline);
/* Reads a plan written with ' for ", on five nodes with election timeouts of 1 to 2 s, a latency
 * of 1 ms and no disk time, unless the plan says otherwise. It must be sound. */
void lab_open(struct lab *lab, const char *plan);
/* The same with a "cluster" of its own. */
void lab_open_whole(struct lab *lab, const char *plan);
/* The same with the plan of lab_read_led. */
void lab_open_led(struct lab *lab, const char *more, const char *timeline);
/* Begins a run that will tell of these kinds of record. */
void lab_begin(struct lab *lab, uint64_t seed, uint64_t kinds);
/* Runs on until all before that time has happened, or to the end. */
void lab_run_to(struct lab *lab, uint64_t at_ms);
/* Begins, runs to the end and returns the story: a loan until the next run. */
const char *lab_run(struct lab *lab, uint64_t seed, uint64_t kinds);
void lab_close(struct lab *lab);

/* The records that say what the plan did to nodes and links. */
#define LAB_DEEDS                                                                                  \
    (RECORD_BIT(ACTION_BEGIN) | RECORD_BIT(ACTION_END) | RECORD_BIT(ACTION_SKIPPED) |              \
     RECORD_BIT(CRASHED) | RECORD_BIT(STARTED) | RECORD_BIT(PAUSED) | RECORD_BIT(RESUMED) |        \
     RECORD_BIT(LINKS))

#endif
