/* A run as a drawing: roles of every node over time, faults and terms, drawn by gnuplot. */
#ifndef SIM_PLOT_H
#define SIM_PLOT_H

#include <stdio.h>

#include "sim/output.h"

/* At most this many nodes have a lane; those with the most changes. */
enum { PLOT_LANES_MAX = 12 };

struct plot {
    const struct report *report;
    const char *name; /* of the files, without folder and ending */
    uint32_t lanes[PLOT_LANES_MAX];
    uint32_t lane_count;
    uint32_t looks; /* those that are drawn, a bit each */
    struct plot_fault {
        uint64_t begin_ns, end_ns;
        uint32_t row;      /* above the lanes, 0 the highest */
        uint64_t label_ns; /* where its label begins or, if `leftward`, ends */
        bool leftward;
        struct text label;
    } * faults;
    size_t fault_count, fault_room;
    uint32_t rows;
    bool named;          /* every fault has its label, else `summary` tells of them all */
    struct text summary; /* "46 actions of the plan: 9 crash, ..." */
};

/* Chooses the nodes to be shown, and where the faults stand. `report` and `name` are loans until
 * plot_close. */
void plot_open(struct plot *plot, const struct report *report, const char *name);
void plot_close(struct plot *plot);
/* The data: a block for each look, then terms, bands, bars and labels of the faults. */
void plot_data(const struct plot *plot, FILE *out);
/* The drawing for gnuplot, which finds the data beside it, in NAME.dat. */
void plot_script(const struct plot *plot, FILE *out);

#endif
