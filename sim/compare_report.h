/* What `raftsim compare` tells: its sides by name, as a page or as JSON. */
#ifndef SIM_COMPARE_REPORT_H
#define SIM_COMPARE_REPORT_H

#include <stdio.h>

#include "sim/compare.h"

enum { AXES_MAX = 4, CHANGES_MAX = 64 };

/* One side: a file and the changes made to it. */
struct variant {
    const char *file;
    struct settings settings; /* `both` first */
    const char *items[CHANGES_MAX];
    const char *values[AXES_MAX]; /* of a matrix: where it stands on each axis */
    struct scenario scenario;
};

struct compare_report {
    const char *program;
    const char *why; /* the command that tells of one seed: "explain" */
    const struct runs *runs;
    struct variant *variants; /* [runs->side_count]; the first is A */
    uint32_t both;            /* changes that all sides have */
    const char *axes[AXES_MAX];
    uint32_t axis_count;            /* 0: no matrix, two sides */
    struct comparison *comparisons; /* [(side - 1) * metric_count + metric] */
    uint32_t metric_count;
};

/* "A", "B"; of a matrix "A", "1", "2" .. */
struct short_text side_name(const struct compare_report *report, uint32_t side);
/* Adds the command that tells of a seed on one side. */
void add_seed_command(const struct compare_report *report, uint32_t side, uint64_t seed,
                      struct text *text);

void compare_page(const struct compare_report *report, FILE *out);
void compare_json(const struct compare_report *report, FILE *out);
/* The table of a matrix, in compare_matrix.c: a part of the page. */
void compare_matrix(const struct compare_report *report, FILE *out);

#endif
