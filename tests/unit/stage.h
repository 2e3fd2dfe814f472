/* A whole run: a plan with all who judge and measure it, for tests of what they say. */
#ifndef TESTS_UNIT_STAGE_H
#define TESTS_UNIT_STAGE_H

#include "sim/run.h"
#include "sim/text.h"

struct stage {
    struct scenario scenario;
    struct run *run;
};

/* A plan as lab_read has it; what it expects must be known. */
void stage_open(struct stage *stage, const char *plan);
/* A plan as lab_read_led has it. */
void stage_open_led(struct stage *stage, const char *more, const char *timeline);
/* Runs it with its own seed to its end. */
void stage_run(struct stage *stage);
/* The invariant that the run broke, "liveness" if that was owed and absent, or "holds". */
const char *stage_rule(const struct stage *stage);
void stage_close(struct stage *stage);

#endif
