/* What a plan's runs once were, in a small file beside it: each seed's values of the metrics that
 * are gated. Checked against what they are now, seed by seed.
 *
 * A check fails only on a change for the worse that is both sure and larger than is tolerated. */
#ifndef SIM_BASELINE_H
#define SIM_BASELINE_H

#include "sim/compare.h"

enum { BASELINE_VERSION = 1, ALARMS_MAX = 64 };

/* The head of the file, a line of JSON, readable as it is. */
struct baseline {
    char *program;        /* the version that ran it */
    uint64_t plan;        /* digest of the scenario's text */
    uint64_t trace_hash;  /* of all runs */
    uint64_t first, last; /* seeds */
    char *gated[METRICS_MAX];
    uint32_t gated_count;
    uint64_t size, packed; /* bytes of the values, and of them in the file */
    long values_at;        /* where they begin in it */
};

/* scenarios/NAME.baseline of scenarios/NAME.json. The caller frees it. */
char *baseline_path(const char *scenario);

/* What is gated of a plan when nothing else is asked for: the total of the usual cause and its
 * phases. Adds them to `gated`; the caller frees each. */
void baseline_gates(const struct scenario *plan, uint64_t seed, struct baseline *baseline);

/* Values as they are kept: in steps of a microsecond, of 1, or of a millionth. Both sides of a
 * check are rounded alike. */
void baseline_round(struct runs *runs, uint32_t side);
/* How many such steps make 1. */
double baseline_steps(const struct metric *metric);

/* Writes the baseline of side 0 of finished runs, whole or not at all. */
bool baseline_write(const struct baseline *baseline, const char *path, const struct runs *runs,
                    struct error *error);
/* Reads the head. False: there is none, or it is none of ours. baseline_close in any case. */
bool baseline_open(struct baseline *baseline, const char *path, struct error *error);
/* Reads the values into side 0, which is given; runs have its seeds, and were asked for what is
 * gated and nothing else. */
bool baseline_read(const struct baseline *baseline, const char *path, struct runs *runs,
                   struct error *error);
void baseline_close(struct baseline *baseline);

/* ---- baseline_judge.c ---- */

/* A change that is sure. */
struct alarm {
    const char *metric, *statistic; /* loans of runs */
    double a, b, share;             /* share: change / a; infinite when a is 0 */
    struct confidence bounds;       /* of the share */
    bool worse;
};

struct judgement {
    struct alarm alarms[ALARMS_MAX];
    uint32_t alarm_count, worse_count;
    uint64_t pairs;
    bool same_runs; /* every run has the hash that it had */
};

/* Compares side 1 with side 0 in all gated metrics; tolerance .05: changes up to 5 % are let pass.
 */
void baseline_judge(struct judgement *judgement, const struct runs *runs, const uint32_t *metrics,
                    uint32_t count, double tolerance);

#endif
