/* What exploring found: files that reproduce it, a page, and JSON. */
#ifndef SIM_EXPLORE_PAGE_H
#define SIM_EXPLORE_PAGE_H

#include <stdio.h>

#include "sim/explore.h"

struct explore_report {
    const struct explore *explore;
    const char *program;  /* as it was called */
    const char *file;     /* the user's plan, or NULL */
    const char *flags;    /* of the search, as a shell takes them: " --hosts --set .." */
    const char *searched; /* "drawn schedules of faults", "63 steps of an election .." */
    const char *folder;   /* where files were written, or NULL */
    char **paths;         /* of them, one for each discovery; NULL without a folder */
    double elapsed_s;
    int signal; /* that ended it, or 0 */
    int status;
};

/* Writes a scenario for each discovery into the folder, which is made; paths: room for as many, the
 * caller frees each. False: `error` says what could not be written. */
bool explore_write(const struct explore *explore, const char *folder, char **paths,
                   struct error *error);
void explore_page(const struct explore_report *report, FILE *out);
void explore_json(const struct explore_report *report, FILE *out);

#endif
