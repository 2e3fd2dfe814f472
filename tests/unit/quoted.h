/* Plans written with ' for ", so that they can stand in C. */
#ifndef TESTS_UNIT_QUOTED_H
#define TESTS_UNIT_QUOTED_H

#include "sim/scenario.h"

/* A copy with the quotes that JSON wants; the caller frees it. */
char *quoted(const char *plan);
/* Reads such a plan as the file x.json. The caller closes it, whatever came of it. */
bool quoted_read(const char *plan, struct scenario *scenario, struct error *error);

#endif
