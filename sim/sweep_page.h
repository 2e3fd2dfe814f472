/* What a sweep has to say: to a person at 80 columns, to a program as JSON. */
#ifndef SIM_SWEEP_PAGE_H
#define SIM_SWEEP_PAGE_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "sim/sweep.h"

struct sweep_report {
    const struct sweep *sweep;
    const struct finding *findings;
    uint32_t finding_count;
    const char *program, *file; /* as commands that are printed name them */
    const struct settings *settings;
    double elapsed_s;
    uint64_t made; /* runs made in that time; the others were there */
};

void sweep_page(const struct sweep_report *report, FILE *out);
/* "raftsim-sweep/1". The caller owns it. */
cJSON *sweep_tree(const struct sweep_report *report);
/* "PROGRAM COMMAND FILE --set ..": a seed or more may follow. */
void sweep_command(const struct sweep_report *report, const char *command, struct text *text);

/* Reads the store and prints what it says, as text or JSON. Returns the exit status; -1: the store
 * failed, and that was said. */
struct sweep_telling {
    const struct columns *columns;
    struct store *store;
    struct seed_range range;
    struct sweep_report report; /* sweep and findings are filled in */
    bool json;
    uint64_t runs; /* told: how many it is about */
};
int sweep_tell(struct sweep_telling *telling);

/* ---- sweep_tables.c: parts of the page ---- */

/* A table for each group of episodes that occurred. */
void sweep_tables(const struct sweep_report *report, FILE *out);
/* "1,083", "6.4": three digits and no more than one decimal. */
struct short_text sweep_number(double number);

#endif
