/* What a run is judged to be, and how each of the plan's expectations came out. */
#ifndef SIM_VERDICT_H
#define SIM_VERDICT_H

#include "sim/run.h"

/* Fills findings, verdict and why of a run that is over. */
void verdict_find(struct run *run);
/* Looks whether the clients' registers are linearizable, if the plan expects anything of that. What
 * is broken and should hold breaks the run. */
void run_check_linearizable(struct run *run);

#endif
