/* What is kept of a run: its verdict, a value for each metric of the whole run, and its episodes;
 * packed by the worker that ran it, unpacked by whoever stores it. */
#ifndef SIM_COLUMNS_H
#define SIM_COLUMNS_H

#include "sim/partition_episode.h"
#include "sim/run.h"
#include "sim/workers.h"

/* What a scenario's runs have values of, in the order of the table of metrics. */
struct column {
    const char *name; /* "term.last"; of episodes: "detect_ms" */
    struct metric_ref ref;
};

struct columns {
    const struct scenario *scenario;
    struct column *run, *episode, *partition;
    uint32_t run_count, episode_count, partition_count;
    /* Positions in sweep.expect of those that are about a window: no column has their samples. */
    uint32_t *asked;
    uint32_t asked_count;
};

/* Messages by kind are left out: they are for single runs. */
void columns_open(struct columns *columns, const struct scenario *scenario);
void columns_close(struct columns *columns);

/* Verdict of a run that was not finished because raftsim itself ended at it. */
enum { VERDICT_DIED = VERDICT_COUNT };

/* Of one episode; `values` as the columns say, NaN: not reached. */
struct episode_result {
    uint64_t begin_ns, term;
    uint32_t cause, outcome, lost, leader;
    uint32_t partition; /* of partitions only */
    const double *values;
};

/* One sample of an expectation about a window; NaN: an episode that has not ended. */
struct asked_result {
    uint64_t expectation;
    double value;
};

/* An unpacked run: loans of the bytes and of the reader's memory. */
struct result {
    uint64_t seed, trace_hash, events, simulated_ns;
    uint32_t verdict; /* enum verdict, or VERDICT_DIED */
    bool broken, absent;
    const double *values; /* [run_count]; NaN: null. NULL: it died */
    const char *rule;     /* safety; "" */
    const char *detail;   /* why it did not pass; "" */
    uint32_t episode_count, partition_count, asked_count;
};

/* Packs a finished run. */
void columns_pack(const struct columns *columns, struct run *run, struct bytes *out);

/* Reads what was packed: first the head, then so many of each as it says, in this order. */
struct unpacking {
    const struct columns *columns;
    const struct bytes *bytes;
    size_t at;
    double *values; /* of the reader: room for the longest row */
};
void unpack_begin(struct unpacking *unpacking, const struct columns *columns,
                  const struct bytes *bytes);
struct result unpack_head(struct unpacking *unpacking);
struct episode_result unpack_episode(struct unpacking *unpacking);
struct episode_result unpack_partition(struct unpacking *unpacking);
struct asked_result unpack_asked(struct unpacking *unpacking);
/* All was read. */
void unpack_end(struct unpacking *unpacking);
/* Frees the reader's memory; {0} is a reader without any. */
void unpack_close(struct unpacking *unpacking);

#endif
