/* How sure a change of a quantile is, between two samples that were taken in pairs: by drawing the
 * clusters (seeds) again, with all that was measured in them, many times.
 *
 * Both samples of a pair are drawn together, so what they have in common cancels; drawn apart they
 * tell what samples without pairs would have shown. Chance is keyed, so every machine draws alike.
 */
#ifndef SIM_COMPARE_BOOTSTRAP_H
#define SIM_COMPARE_BOOTSTRAP_H

#include "sim/statistics.h"

enum { BOOTSTRAP_QUANTILES_MAX = 8, BOOTSTRAP_CLUSTERS_LEAST = 20 };

/* One value of a sample and the cluster that it was measured in. */
struct drawn {
    double value; /* INFINITY: above all others */
    uint32_t cluster;
};

struct sample {
    struct drawn *items;
    size_t count, room;
};

/* Ascending, as bootstrap_gaps needs it. */
void sample_sort(struct sample *sample);
/* The quantile share / of of a sorted sample; NaN when it is empty. */
double sample_quantile(const struct sample *sample, uint64_t share, uint64_t of);

/* A quantile, and what the intervals of its change, b - a, are. NaN: none can be given. */
struct quantile_gap {
    uint64_t share, of;
    bool bounded; /* there are enough samples for intervals */
    struct confidence paired, strict /* the paired one at 99 % */, apart;
};

/* Fills the intervals of `count` quantiles, ascending. Clusters are numbered from 0. */
void bootstrap_gaps(const struct sample *a, const struct sample *b, uint32_t clusters,
                    struct quantile_gap *gaps, uint32_t count);

#endif
