/* The page that a person reads while a suite runs and after it, at 80 columns; and the same as
 * Markdown, as the pages of CI show it. */
#ifndef SIM_SUITE_PAGE_H
#define SIM_SUITE_PAGE_H

#include <stdio.h>

#include "sim/suite.h"

/* How many there are, and with how many workers; all: what passes will be listed too. */
void suite_page_head(const struct suite *suite, uint32_t workers, bool all, FILE *out);
/* A case that is over: "not ok 14 - leader-crash ...", and why; or "ok ...". */
void suite_page_case(const struct suite *suite, uint32_t number, FILE *out);
/* What came of all: kinds with exit statuses, the time that it took, the files that were written,
 * "N passed, N failed". */
struct suite_end {
    double elapsed_s;
    int signal;           /* that ended it early, or 0 */
    const char *files[2]; /* that were written; or NULL */
};
void suite_page_end(const struct suite *suite, const struct suite_end *end, FILE *out);
/* A table of what failed, then the details, folded. */
void suite_markdown(const struct suite *suite, const struct suite_end *end, FILE *out);

#endif
