/* The plan: read once, strictly, and never changed. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "raft/elector.h"
#include "raft/raft.h"
#include "sim/action.h"
#include "sim/base.h"
#include "sim/distribution.h"
#include "sim/options.h"
#include "sim/place.h"
#include "sim/record.h"

enum start_kind { NODE_STARTS, NODE_NEVER };

struct node_plan {
    char *name;
    struct raft_options options;
    bool tick_phase_given;
    uint64_t tick_phase_ns; /* else drawn from [0, tick) */
    uint32_t host;          /* enum host_fault, a bit each */
    bool burst;             /* missed ticks are made up at once; else they never happened */
    enum start_kind start;
    uint64_t start_ns;
    uint64_t first_term;  /* durable at the start */
    uint32_t first_count; /* terms of its first entries, durable at the start */
    uint64_t *first_terms;
    int64_t clock_offset_ns, drift_ppm;
    uint32_t zone; /* 1 + position in zones; 0: none */
};

struct zone {
    char *name;
    struct raft_set nodes;
};

/* What a link is like. Class 0 is the network's own; later ones override it for some links. */
struct link_class {
    struct distribution latency; /* one way */
    uint64_t loss, duplicate;    /* shares of 2^64 */
    uint32_t fifo;               /* 0: unordered; 1: messages of a link arrive in order */
};

enum client_kind { CLIENT_PROPOSES, CLIENT_PRODUCES, CLIENT_READS };
/* Whom a client asks: who it believes leads, or each node in turn. */
enum ask { ASK_LEADER, ASK_ANY };
/* What its reads are owed: all that anybody was told before; all that itself was told; nothing. */
enum consistency { CONSISTENCY_LINEARIZABLE, CONSISTENCY_SESSION, CONSISTENCY_EVENTUAL };
enum acks { ACKS_NONE, ACKS_LEADER, ACKS_ALL };

struct read_plan {
    bool given;
    struct distribution every;
    uint64_t from_ns, until_ns;
    uint32_t ask;         /* enum ask */
    uint32_t consistency; /* enum consistency */
};

struct client_plan {
    enum client_kind kind; /* who proposes may read as well */
    struct distribution every;
    struct read_plan read;
    uint64_t
        keys; /* propose, read: its commands write, and its reads read, one of so many registers */
    bool keys_given, timeout_given;
    uint32_t topic;       /* produce: position in topics */
    uint32_t acks;        /* produce: enum acks */
    uint64_t timeout_ns;  /* an answer that is not there by then counts as lost */
    uint64_t give_up_ns;  /* produce: after so long its outcome is unknown for good */
    struct raft_set near; /* the nodes that it is beside; none: all */
    uint64_t from_ns, until_ns;
};

/* Fires at the count-th record of this kind (of this node, if given). */
struct condition {
    bool given;
    enum record_kind kind;
    uint32_t count;
    uint32_t node; /* 0: any */
};

/* One item of timeline or chaos. */
struct item {
    char *id;
    uint64_t key; /* of its chance: a hash of its id */
    struct place place;
    const struct action *action;
    void *params;            /* action->params_size bytes */
    struct targets *subject; /* first targets of params, for texts; may be NULL */
    bool chaos, optional;
    bool at_given, for_given;
    struct distribution at, after, length; /* length: `for` */
    struct condition when;
    struct distribution every;  /* chaos */
    uint64_t from_ns, until_ns; /* chaos */
    uint32_t max_down;          /* chaos; 0: no limit */
};

struct window {
    char *name;
    uint64_t from_ns, to_ns;
};

/* NULL, written "== null": it did not happen, or has not ended. */
enum bound_op { BOUND_LE, BOUND_LT, BOUND_GE, BOUND_GT, BOUND_EQ, BOUND_NE, BOUND_NULL };

struct bound {
    enum bound_op op;
    bool time; /* number is ms, given with a unit */
    double number;
    char text[32]; /* as it was written: "<= 500ms" */
};

/* One line of `expect`: "metric.statistic@window": bounds, or safety and liveness as text. */
struct expectation {
    struct place place;
    char *text;      /* the whole key */
    char *metric;    /* "failover[crash].total_ms" */
    char *statistic; /* "max", or NULL */
    uint32_t window; /* 1 + position in windows; 0: the whole run */
    uint32_t bound_count;
    struct bound bounds[4];
    char *word; /* safety, liveness: "holds", "broken:RULE", "absent"; else NULL */
};

struct expectations {
    uint32_t count;
    struct expectation *items;
};

struct scenario {
    char *file; /* as given on the command line */
    char *name, *description;
    uint64_t seed;
    uint64_t duration_ns;
    bool duration_given; /* else the run stops at the limit of events and time, undecided */
    uint32_t node_count;
    struct node_plan *nodes; /* [1 .. node_count] */
    struct raft_members members;
    char *preset; /* name of the preset in force, or NULL */
    char *backend;
    uint32_t zone_count;
    struct zone *zones;
    uint32_t class_count;
    struct link_class *classes;
    uint16_t *link_classes; /* [from * (node_count + 1) + to], positions in classes */
    bool any_fifo;
    struct distribution fsync;
    bool fsync_blocks_node; /* a write in progress holds the node, not only what waits for it */
    char **topic_names;     /* [layout.topic_count] */
    struct metadata_topic *topics; /* with the next two, what `layout` points to */
    uint16_t *topic_of, *replicas;
    struct metadata_layout layout;       /* of its partitions; partition_count 0: no topics */
    const struct elector_rules *elector; /* NULL: no topics */
    struct elector_options elector_options;
    struct distribution step_time; /* what each step of a node costs; default 0 */
    uint32_t client_count;
    struct client_plan *clients;
    bool any_reads;      /* some client reads: all calls are answered, and judged */
    uint32_t item_count; /* timeline first, then chaos */
    struct item *items;
    struct condition until;
    uint32_t window_count;
    struct window *windows;
    struct expectations expect, sweep_expect;
    bool seeds_given;
    uint64_t sweep_first, sweep_last; /* seeds, if given */
    char *text;                       /* of the plan, with all changes made, in one line */
    uint64_t digest;                  /* of that text: names this plan in stores and replays */
};

/* Changes to the file before it is bound: "--set PATH=VALUE". */
struct settings {
    uint32_t count;
    const char *const *items;
};

/* Reads a plan from a file; settings: NULL for none. False: `error` says file, line:column, path
 * and what was expected. The caller closes the scenario, whatever came of it. */
bool scenario_read(struct scenario *scenario, const char *file, const struct settings *settings,
                   struct error *error);
/* The same from text; `file` is only the name used in messages, and where samples are found. */
bool scenario_parse(struct scenario *scenario, const char *file, const char *text, size_t size,
                    struct error *error);
/* Frees all of it, also after a refusal; {0} is what is left. */
void scenario_close(struct scenario *scenario);

/* The topic of that name: its position, or layout.topic_count. */
uint32_t scenario_topic(const struct scenario *scenario, const char *name);
/* The node of that name, or 0. */
uint32_t scenario_node(const struct scenario *scenario, const char *name);
/* A refusal that points at a place of the file. */
bool refuse_at(struct error *error, const struct scenario *scenario, const struct place *place,
               const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
