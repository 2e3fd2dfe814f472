/* A family of metrics: a row of sim/metrics.def and a file in sim/metrics/. */
#ifndef SIM_METRIC_H
#define SIM_METRIC_H

#include "sim/interval.h"
#include "sim/measure.h"

/* The time that a value is about: the whole run, or one window of it. */
struct period {
    uint64_t from_ns, to_ns; /* to_ns is outside */
    uint32_t window;         /* 0: the whole run */
};

struct family {
    const struct metric *metrics;
    uint32_t count;
    bool of_topics; /* a plan without topics has none of its metrics, and pays nothing for it */
    bool of_reads;  /* the same of a plan in which no client reads */
    uint64_t kinds; /* records that it wants to see */
    size_t state_size;
    /* `state` is zeroed memory the first time, and what the last run left in it later. */
    void (*open)(void *state, const struct world *world);
    void (*observe)(void *state, struct world *world, const struct record *record);
    /* The run is over, and the last mark is still to come. */
    void (*finish)(void *state, const struct world *world);
    /* Window edges and the run's end are marks, counted from 0 in the order of time. */
    void (*mark)(void *state, const struct world *world, uint32_t mark);
    struct value (*value)(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period);
    /* Of one episode; only families of METRIC_EPISODE have it. */
    struct value (*episode)(const struct episode *episode, uint32_t row);
    /* Of one episode of a partition; the one family that has them (METRIC_PARTITION). */
    struct value (*partition)(const struct partition_episode *episode, uint32_t row);
    uint32_t (*partitions)(const void *state, const struct partition_episode **episodes);
    void (*close)(void *state); /* frees what the state owns */
};

#define ROW(name) extern const struct family family_##name;
#include "sim/metrics.def"
#undef ROW

/* Counts that only grow, and what they were at each mark. {0} is ready to be opened. */
struct tally {
    uint32_t width;
    uint64_t *now;   /* [width] */
    uint64_t *marks; /* [mark * width + which] */
    size_t now_room, mark_room;
};

void tally_open(struct tally *tally, uint32_t width);
void tally_mark(struct tally *tally, uint32_t mark);
/* How much `which` grew within the period. */
struct value tally_value(const struct tally *tally, const struct measures *measures, uint32_t which,
                         const struct period *period);
/* What `which` was at the end of the period. */
struct value tally_at_end(const struct tally *tally, const struct measures *measures,
                          uint32_t which, const struct period *period);
void tally_close(struct tally *tally);

/* The marks at which a period begins (UINT32_MAX: at the start) and ends. */
void measures_marks(const struct measures *measures, const struct period *period, uint32_t *begin,
                    uint32_t *end);

static inline struct value value_of(double number)
{
    return (struct value){.known = true, .number = number};
}

static inline struct value value_ms(uint64_t ns)
{
    return value_of((double)ns / (double)NS_PER_MS);
}

static inline bool period_has(const struct period *period, uint64_t at_ns)
{
    return at_ns >= period->from_ns && at_ns < period->to_ns;
}

/* Is it among the episodes that the metric is about? `position` is its own in the run. */
bool episode_counts(const struct metric_ref *ref, const struct episode *episode, uint32_t position);
bool partition_counts(const struct metric_ref *ref, const struct partition_episode *episode);
/* The metric's value in one episode: not known, or (`unended`) above every other. */
struct value episode_value(const struct metric_ref *ref, const struct episode *episode,
                           bool *unended);
/* What happened in an episode that has not ended has its value too. */
struct value partition_value(const struct metric_ref *ref, const struct partition_episode *episode,
                             bool *unended);
/* Has the family anything to measure in this run? */
bool family_takes_part(const struct family *family, const struct measures *measures);
/* The family of a metric and its row there. */
const struct family *family_of(uint32_t index, uint32_t *row);
size_t family_count(void);
const struct family *family_at(size_t index);

#endif
