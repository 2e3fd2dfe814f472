/* What a finished run has to say, and the table of forms in which it can be said. */
#ifndef SIM_OUTPUT_H
#define SIM_OUTPUT_H

#include <stdio.h>

#include "sim/run.h"
#include "sim/strip.h"
#include "sim/text.h"

struct evidence;

struct report {
    const struct run *run;
    const struct strip *strip;
    const struct evidence *evidence;
    const char *program;             /* as it was called */
    const struct settings *settings; /* changes made by --set */
    const char *flags;               /* others that the replay needs: " --max-events 5"; or "" */
    uint32_t columns;                /* of a page */
    bool colour;
    bool verified; /* run twice, and it was the same run */
};

/* A row of sim/outputs.def: --format NAME. It writes each record when it happens, or the whole
 * when the run is over; what it does not do is NULL. */
struct output {
    const char *name;
    const char *help;
    void (*record)(const struct scenario *scenario, const struct record *record, FILE *out);
    void (*write)(const struct report *report, FILE *out);
};

#define ROW(name) extern const struct output output_##name;
#include "sim/outputs.def"
#undef ROW

size_t output_count(void);
const struct output *output_at(size_t index);
/* The output of that name, or NULL. */
const struct output *output_find(const char *name);

/* Adds "PROGRAM COMMAND FILE", then the changes made by --set: what every replay begins with. */
void report_command(const struct report *report, const char *command, struct text *text);
/* Adds the whole command that gives this run again. */
void report_replay(const struct report *report, struct text *text);

/* Where the accepted run of this plan is kept: tests/golden/NAME.txt; the caller frees it. */
char *golden_path(const struct scenario *scenario);
enum golden { GOLDEN_NONE, GOLDEN_SAME, GOLDEN_DIFFERS };
/* Compares with the accepted run; none: not kept for this plan, seed or version of the hash. */
enum golden golden_compare(const struct report *report, uint64_t *accepted);

#endif
