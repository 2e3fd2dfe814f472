/* What a sweep has to say to a person, at 80 columns. */
#ifndef SIM_SWEEP_PAGE_H
#define SIM_SWEEP_PAGE_H

#include <stdio.h>

#include "sim/sweep.h"

struct sweep_report {
    const struct sweep *sweep;
    const struct finding *findings;
    uint32_t finding_count;
    const char *program;
    const struct settings *settings;
    double elapsed_s;
};

void sweep_page(const struct sweep_report *report, FILE *out);

#endif
