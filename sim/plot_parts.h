/* What the data of a drawing and its script must agree on: looks, blocks and places. */
#ifndef SIM_PLOT_PARTS_H
#define SIM_PLOT_PARTS_H

#include "sim/plot.h"

/* The time axis, in pixels of the PNG, and the width of a letter in labels. */
enum { PLOT_LEFT = 110, PLOT_RIGHT = 980, PLOT_LETTER = 7 };

/* Blocks of the data, counted by gnuplot from 0: the looks, then these. */
enum { BLOCK_TERMS = LOOK_COUNT, BLOCK_BANDS, BLOCK_BARS, BLOCK_LABELS };

/* How a stretch of a lane is drawn. */
struct look_style {
    const char *colour, *border;
    double height; /* share of the lane's own */
    int pattern;   /* gnuplot's fill pattern; 0: solid */
};

const struct look_style *look_style(enum look look);

/* Rows above the lanes: those of the faults and, if they are not named, that of the summary. */
static inline uint32_t plot_rows(const struct plot *plot)
{
    return plot->fault_count ? plot->rows + !plot->named : 0;
}

/* Pictures are in seconds; nothing that moves the world reads them. */
static inline double plot_seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* Where the time axis ends. */
static inline double plot_duration(const struct plot *plot)
{
    uint64_t end_ns = plot->report->run->simulated_ns;
    return end_ns ? plot_seconds(end_ns) : 1;
}

#endif
