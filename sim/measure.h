/* What a run measured: episodes, the terms in them, and every metric of the table. */
#ifndef SIM_MEASURE_H
#define SIM_MEASURE_H

#include "sim/health.h"
#include "sim/world.h"

#define CAUSES(X)                                                                                  \
    X(START, "start") X(CRASH, "crash") X(PAUSE, "pause") X(ISOLATE, "isolate")                    \
    X(PARTITION, "partition") X(LINK, "link") X(DISK, "disk") X(CLOCK, "clock")                    \
    X(REMOVAL, "removal") X(TRANSFER, "transfer") X(UNPLANNED, "unplanned")

#define TRIGGERS(X)                                                                                \
    X(LEADER_LOST, "timeout: leader lost")                                                         \
    X(HEARTBEATS_LATE, "timeout: heartbeats late or lost")                                         \
    X(TERM_FAILED, "earlier term failed")                                                          \
    X(TRANSFER, "transfer")                                                                        \
    X(FORCED, "forced")                                                                            \
    X(REJOINED, "rejoined")                                                                        \
    X(CLOCK, "clock")                                                                              \
    X(FIRST, "cold start, first timeout")

#define FAILURES(X)                                                                                \
    X(NONE, "")                                                                                    \
    X(SPLIT, "split vote")                                                                         \
    X(LEASE, "voters still in lease")                                                              \
    X(LOG, "log older")                                                                            \
    X(UNREACHABLE, "voters unreachable or messages lost")                                          \
    X(OVERTAKEN, "overtaken by a higher term")                                                     \
    X(STOPPED, "candidate stopped")

#define X(id, name) CAUSE_##id,
enum cause { CAUSES(X) CAUSE_COUNT };
#undef X
#define X(id, name) TRIGGER_##id,
enum trigger { TRIGGERS(X) TRIGGER_COUNT };
#undef X
#define X(id, name) FAILURE_##id,
enum failure { FAILURES(X) FAILURE_COUNT };
#undef X

const char *cause_name(enum cause cause);
const char *trigger_name(enum trigger trigger);
const char *failure_name(enum failure failure);

/* One node asking for votes (or pre-votes) in one term. */
struct campaign {
    uint64_t at_ns;
    uint64_t term;       /* it asks for; a pre-vote: the term it would begin */
    uint32_t node;
    bool prevote;
    enum trigger trigger;
    struct raft_set votes; /* granted and received, its own included */
    struct raft_set refused[FAILURE_COUNT]; /* who refused, by what it says of the failure */
    bool won, ended;
    uint64_t ended_ns;
    enum failure failure; /* when it ended without winning */
    uint32_t episode;     /* position in episodes, or UINT32_MAX: no episode was open */
};

enum outcome { OUTCOME_OPEN, OUTCOME_ELECTED, OUTCOME_RESUMED };

/* A time in which no leader serves: from the loss until any serves again. UINT64_MAX: not reached. */
struct episode {
    enum cause cause;
    enum outcome outcome;
    uint32_t item;        /* 1 + the item of the plan that took the leader away; 0: none */
    uint32_t lost;        /* the leader that was lost; 0 at the start */
    uint64_t begin_ns, end_ns;
    uint64_t detect_ns, prevote_ns, elected_ns, announced_ns, committed_ns; /* absolute times */
    uint32_t leader;      /* who ended it */
    uint64_t term;
    uint32_t campaign_first, campaign_count; /* in campaigns */
    uint32_t terms;       /* real terms begun in it */
    uint32_t split_votes;
    uint32_t unplanned_node; /* UNPLANNED: the node that triggered it; 0: unknown */
};

enum unit { UNIT_MS, UNIT_COUNT, UNIT_FRACTION, UNIT_PER_MINUTE };
enum metric_kind { METRIC_RUN, METRIC_EPISODE }; /* one value a run; one value an episode */

/* A row of sim/metrics.def. Episode metrics exist as startup.X, failover.X and failover[cause].X. */
struct metric {
    const char *name; /* "split_votes"; episodes: "detect_ms" */
    const char *help;
    enum unit unit;
    enum metric_kind kind;
};

/* A metric by its full name, resolved once. */
struct metric_ref {
    const struct metric *metric;
    uint32_t index;      /* which row */
    bool startup;        /* episode metrics: of the first episode, else of the others */
    bool one_cause;
    enum cause cause;
};

/* One value, or nothing: what did not happen is null. */
struct value {
    bool known;
    double number; /* ms, count, fraction */
};

/* The samples of an episode metric in one run; an unended episode counts above every quantile. */
struct samples {
    uint32_t count, unended;
    double *items; /* ascending; a loan until the next call */
};

struct measures; /* the state of all metrics of one run; kept for the next */

struct measures *measures_new(void);
/* Subscribes; call after health_open. */
void measures_open(struct measures *measures, struct world *world);
/* The run is over: open episodes and campaigns are closed as unended. */
void measures_finish(struct measures *measures, struct world *world);
void measures_free(struct measures *measures);

uint32_t measures_episodes(const struct measures *measures, const struct episode **episodes);
uint32_t measures_campaigns(const struct measures *measures, const struct campaign **campaigns);

size_t metric_count(void);
const struct metric *metric_at(size_t index);
/* Resolves "failover[crash].total_ms", "term.last", "messages.vote.sent". False: no such metric;
 * `nearest` is the nearest known name. */
bool metric_resolve(const char *name, struct metric_ref *ref, const char **nearest);
/* The full names that a run has something to say about, in the table's order (with
 * failover[cause].X for each cause that occurred): calls `each` with name and reference. */
void metric_each(const struct measures *measures,
                 void (*each)(void *context, const char *name, const struct metric_ref *ref),
                 void *context);

/* window: 1 + position in the scenario's windows; 0: the whole run. */
struct value measure_value(struct measures *measures, const struct metric_ref *ref, uint32_t window);
struct samples measure_samples(struct measures *measures, const struct metric_ref *ref,
                               uint32_t window);
/* "min", "max", "mean", "p1" .. "p999", "count", "first", "last" of samples; NULL: max. */
struct value sample_statistic(const struct samples *samples, const char *statistic);
bool statistic_known(const char *statistic);

#endif
