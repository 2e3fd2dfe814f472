/* What a run is judged to be, and how each of the plan's expectations came out. */
#ifndef SIM_VERDICT_H
#define SIM_VERDICT_H

#include "sim/run.h"

/* Fills findings, verdict and why of a run that is over. */
void verdict_find(struct run *run);

#endif
