/* Systematic search: every single fault, of each node, link and disk, at every step of an election;
 * or pairs of them. */
#ifndef SIM_EXPLORE_STEPS_H
#define SIM_EXPLORE_STEPS_H

#include <cjson/cJSON.h>

#include "sim/scenario.h"

struct steps;

/* Runs the plan once to find its steps: times at which something happens between the loss of a
 * leader (the first after the start; else the start) and the first commit of the next. `plan` is a
 * loan. NULL: `error` says that nobody was elected. */
struct steps *steps_open(const char *file, const cJSON *plan, bool pairs, struct error *error);
void steps_close(struct steps *steps);

/* How many schedules there are: of pairs, all. */
uint64_t steps_count(const struct steps *steps);
/* For people: "63 steps of an election from 2.000 s to 2.412 s, 70 faults at each". */
void steps_text(const struct steps *steps, char *text, size_t size);
/* The number-th, from 1: the plan and its faults. Pairs come in a drawn order, some of them again
 * where others do not come at all. The caller owns it. */
cJSON *steps_schedule(const struct steps *steps, uint64_t number);

#endif
