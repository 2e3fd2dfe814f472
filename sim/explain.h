/* Why a run went as it did, in words: who noticed what, who refused whom and why, what contradicts
 * what, and which setting would have changed it. An observer; it changes nothing. */
#ifndef SIM_EXPLAIN_H
#define SIM_EXPLAIN_H

#include "sim/output.h"

struct watch;

/* What happened, kept for explanations; the next run forgets it. */
struct watch *watch_new(void);
void watch_free(struct watch *watch);

struct explain_options {
    bool at_given;
    uint64_t at_ns; /* explain this instant, and nothing else */
    uint64_t seeds; /* on how many other seeds advice is checked, at most */
};

/* Begins the run that is to be explained. */
void watch_begin(struct watch *watch, struct run *run, const struct scenario *scenario,
                 uint64_t seed);
/* Goes on until all before that time has happened; true: to the end, and judged. */
bool watch_go(struct watch *watch, uint64_t until_ns);

/* The page for a person; the same as JSON. `report->run` is the run that was watched;
 * options->at_ns, if given: up to there, and these go on with it. */
void explain_page(const struct report *report, struct watch *watch,
                  const struct explain_options *options, FILE *out);
void explain_json(const struct report *report, struct watch *watch,
                  const struct explain_options *options, FILE *out);

#endif
