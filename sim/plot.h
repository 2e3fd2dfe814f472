/* A run as a drawing: roles of every node over time, faults and terms, drawn by gnuplot. */
#ifndef SIM_PLOT_H
#define SIM_PLOT_H

#include <stdio.h>

#include "sim/run.h"
#include "sim/strip.h"

/* At most this many nodes have a lane; those with the most changes. */
enum { PLOT_LANES_MAX = 12 };

struct plot {
    const struct run *run;
    const struct strip *strip;
    const char *name; /* of the files, without folder and ending */
    uint32_t lanes[PLOT_LANES_MAX];
    uint32_t lane_count;
};

/* Chooses the nodes to be shown. */
void plot_open(struct plot *plot, const struct run *run, const struct strip *strip,
               const char *name);
/* The data: a block for each look, one for faults, one for terms. */
void plot_data(const struct plot *plot, FILE *out);
/* The drawing for gnuplot, which finds the data beside it. */
void plot_script(const struct plot *plot, FILE *out);

#endif
