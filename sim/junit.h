/* A suite as JUnit's XML: valid against the schemas of Ant's tasks and of Jenkins' plugin alike. */
#ifndef SIM_JUNIT_H
#define SIM_JUNIT_H

#include <stdio.h>

#include "sim/suite.h"

struct junit {
    const struct suite *suite;
    const char *timestamp; /* "2026-11-25T15:30:00": when it began, UTC */
    double elapsed_s;
};

void junit_write(const struct junit *junit, FILE *out);

#endif
