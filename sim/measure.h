/* What a run measured: episodes, the terms in them, and every metric of the table. */
#ifndef SIM_MEASURE_H
#define SIM_MEASURE_H

#include "sim/health.h"
#include "sim/suggest.h"
#include "sim/world.h"

#define CAUSES(X)                                                                                  \
    X(START, "start")                                                                              \
    X(CRASH, "crash")                                                                              \
    X(PAUSE, "pause")                                                                              \
    X(ISOLATE, "isolate")                                                                          \
    X(PARTITION, "partition")                                                                      \
    X(LINK, "link") X(DISK, "disk") X(CLOCK, "clock") X(REMOVAL, "removal")                        \
        X(TRANSFER, "transfer") X(UNPLANNED, "unplanned")

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
    X(STOPPED, "candidate stopped")                                                                \
    X(PRIORITY, "priority lower")                                                                  \
    X(ANOTHER, "another won the term")

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
    uint64_t at_ns; /* from its beginning; a real campaign after a won pre-vote is another */
    uint64_t term;  /* it asks for; a pre-vote: the term it would begin */
    uint32_t node;
    bool prevote;
    enum trigger trigger;
    struct raft_set votes; /* granted and received, its own included */
    bool won, ended;
    uint64_t ended_ns;
    enum failure failure; /* when it ended without winning */
    uint32_t episode;     /* position in episodes, or UINT32_MAX: no episode was open */
    bool reached;         /* when it began, its node could reach a quorum */
};

/* A term that some node began: it became a candidate in it (pre-votes begin no term). */
struct term_begun {
    uint64_t term;
    uint64_t at_ns;      /* of the first candidacy */
    uint64_t elected_ns; /* UINT64_MAX: nobody was elected */
    uint32_t leader;     /* 0: nobody */
    uint32_t candidates;
    uint32_t open;        /* candidates that still wait for votes */
    uint32_t votes;       /* of the failed candidate that had the most */
    enum failure failure; /* why it elected nobody: that candidate's, or split vote if any had it */
    uint32_t episode;     /* as of campaigns */
};

/* It elected nobody, and nobody waits for votes in it any more. */
static inline bool term_failed(const struct term_begun *term)
{
    return !term->leader && term->open == 0;
}

enum outcome { OUTCOME_OPEN, OUTCOME_ELECTED, OUTCOME_RESUMED };

/* A time in which no leader serves: from the loss until any serves again. UINT64_MAX: not reached.
 * Phases are those of a leader elected in it: all but the end are not reached when one resumed. */
struct episode {
    enum cause cause;
    enum outcome outcome;
    uint32_t item; /* 1 + the item of the plan that took the leader away; 0: none */
    uint32_t lost; /* the leader that was lost; 0 at the start */
    uint64_t begin_ns, end_ns;
    uint64_t detect_ns, prevote_ns, elected_ns, announced_ns, committed_ns; /* absolute times */
    uint32_t leader;                                                        /* who ended it */
    uint64_t term;
    uint32_t campaign_first,
        campaign_count; /* in campaigns; those with another `episode` are not its */
    uint32_t campaigns; /* begun in it, or under way when it began */
    uint32_t terms;     /* real terms begun in it */
    uint32_t split_votes;
    uint32_t unplanned_node; /* UNPLANNED: the node that triggered it; 0: unknown */
};

enum unit { UNIT_MS, UNIT_COUNT, UNIT_FRACTION, UNIT_PER_MINUTE, UNIT_PER_SECOND };
/* One value a run; one an episode without a leader; one an episode of a partition. */
enum metric_kind { METRIC_RUN, METRIC_EPISODE, METRIC_PARTITION };

/* One metric of a family (sim/metric.h). Those of episodes exist as startup.X, failover.X and
 * failover[cause].X, those of partitions as partition.X and partition[cause].X. */
struct metric {
    const char *name; /* "split_votes"; of episodes: "detect_ms" */
    const char *help;
    enum unit unit;
    enum metric_kind kind;
};

/* A metric by its full name, resolved once. */
struct metric_ref {
    const struct metric *metric;
    uint32_t index; /* as metric_at counts */
    bool startup;   /* episode metrics: of the first episode, else of the others */
    bool one_cause;
    uint32_t cause; /* enum cause; partitions: enum partition_cause */
};

/* One value, or nothing: what did not happen is null. */
struct value {
    bool known;
    double number; /* ms, count, fraction */
};

/* The samples of a metric in one run (or many); an unended episode counts above every quantile. */
struct samples {
    uint32_t count, unended;
    const double *items;      /* ascending; a loan until the next call */
    struct value first, last; /* in the order of time; null if that one has not ended */
};

struct partition_episode; /* sim/partition_episode.h */
struct measures;          /* the state of all metrics of one run; kept for the next */

struct measures *measures_new(void);
/* Subscribes; call between world_open and world_begin. */
void measures_open(struct measures *measures, struct world *world);
/* An edge of a window, or the time of none: NS_MAX. Then measures_edge must be called, before
 * anything else happens at that time; an alarm of the world's makes it an event. */
uint64_t measures_next_edge_ns(const struct measures *measures);
void measures_edge(struct measures *measures);
/* The run is over: what is still open ends unended. */
void measures_finish(struct measures *measures, struct world *world);
void measures_free(struct measures *measures);

uint32_t measures_episodes(const struct measures *measures, const struct episode **episodes);
uint32_t measures_campaigns(const struct measures *measures, const struct campaign **campaigns);
/* Terms in the order in which they were begun. */
uint32_t measures_terms(const struct measures *measures, const struct term_begun **terms);
/* Of all partitions, in the order in which they began; 0: the plan has no topics. */
uint32_t measures_partitions(const struct measures *measures,
                             const struct partition_episode **episodes);
/* Elections of healthy partitions, and the times from one to the next of the same partition. */
struct spurious {
    uint64_t count, gaps, gaps_ns;
};
struct spurious measures_spurious(const struct measures *measures);
/* The simulated time that was measured. */
uint64_t measures_end_ns(const struct measures *measures);

size_t metric_count(void);
const struct metric *metric_at(size_t index);
/* Resolves "failover[crash].total_ms", "term.last", "messages.vote.sent". False: no such metric;
 * `nearest` (or NULL) then knows the nearest name, for suggest_hint. */
bool metric_resolve(const char *name, struct metric_ref *ref, struct suggestion *nearest);
/* Every name that can be asked for, in the table's order: startup.X, failover.X, failover[c].X;
 * partition.X, partition[c].X. */
void metric_names(void (*each)(void *context, const char *name, const struct metric_ref *ref),
                  void *context);
/* Did the run have topics, as a family of_topics needs; reads, as one of_reads does? */
bool measures_of_topics(const struct measures *measures);
bool measures_of_reads(const struct measures *measures);
/* The full names that a run has something to say about, in the table's order (with
 * failover[cause].X for each cause that occurred): calls `each` with name and reference. */
void metric_each(const struct measures *measures,
                 void (*each)(void *context, const char *name, const struct metric_ref *ref),
                 void *context);

/* window: 1 + position in the scenario's windows; 0: the whole run. An episode belongs to the
 * windows in which it began; a metric with one value a run has one sample, or none. */
struct value measure_value(struct measures *measures, const struct metric_ref *ref,
                           uint32_t window);
struct samples measure_samples(struct measures *measures, const struct metric_ref *ref,
                               uint32_t window);
/* "min", "max", "mean", "p1" .. "p999", "count", "first", "last" of samples; NULL: max. A quantile
 * q is the order statistic ceil(q * n). */
struct value sample_statistic(const struct samples *samples, const char *statistic);
bool statistic_known(const char *statistic);

#endif
