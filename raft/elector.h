/* The boundary between the simulator and partition leader electors: who leads each partition.
 *
 * An elector runs beside the Raft node of every broker. It is pure: it is told of heartbeats,
 * applied metadata, leadership and time, and says what it proposes to the Raft log. It reads no
 * clock, draws no chance and performs no I/O. */
#ifndef RAFT_ELECTOR_H
#define RAFT_ELECTOR_H

#include "raft/metadata.h"

/* How brokers are heard of. */
enum elector_liveness {
    ELECTOR_BY_PRODUCE,   /* a served produce is told to the elector of the same node */
    ELECTOR_BY_STREAM,    /* followers watch the replication streams */
    ELECTOR_BY_HEARTBEAT, /* brokers tell the controller, the Raft leader, that they are there */
};

enum elector_gate { ELECTOR_WHO_LEADS, ELECTOR_WHO_KNOWS_A_LEADER };

/* Settings of a rule set; the plan may change each (`elector` of a scenario). Times in ns. */
struct elector_options {
    uint64_t check_ns;     /* between two rounds of checks; 0: no rounds */
    uint64_t timeout_ns;   /* silence after which a partition, stream or broker counts as lost */
    uint64_t heartbeat_ns; /* between two heartbeats of a broker, or of a stream; 0: none */
    uint64_t lag_ns; /* a follower behind for so long leaves the ISR; 0: the ISR never changes */
    uint64_t rebalance_ns; /* between two looks for preferred leaders; 0: never */
    uint64_t retry_ns;     /* what was not taken is proposed again after so long; 0: never */
    bool elr;              /* eligible leader replicas (KIP-966) */
    bool at_start;         /* proposes new partitions when it starts, leader or not (Chronik I4) */
};

struct elector_rules;

struct elector_config {
    const struct elector_rules *rules;
    struct elector_options options;
    uint32_t id;                     /* of the node */
    const struct metadata *metadata; /* as this node has applied it; a loan until close */
};

#define ELECTOR_INPUTS(X)                                                                          \
    X(START)                                                                                       \
    X(TIMEOUT)   /* the deadline has come */                                                       \
    X(ROLE)      /* leads, leader, term: what Raft says of this node */                            \
    X(APPLIED)   /* the metadata has changed */                                                    \
    X(PRODUCED)  /* partition, broker: a produce was served here */                                \
    X(STREAM)    /* broker, partition (or ELECTOR_ALL: a stream's heartbeat): frame received */    \
    X(HEARTBEAT) /* broker, incarnation, applied: a broker says that it is there */                \
    X(ALTER_ISR) /* broker, partition, leader_epoch, partition_epoch, isr: its leader asks */      \
    X(DROPPED)   /* command: Raft did not take it */                                               \
    X(ELECT)     /* partition: a person demands an election */

enum elector_input_kind {
#define X(id) ELECTOR_##id,
    ELECTOR_INPUTS(X)
#undef X
};

#define ELECTOR_ALL UINT32_MAX

struct elector_input {
    enum elector_input_kind kind;
    uint64_t now_ns; /* the node's own clock; never goes back */
    bool leads;      /* ROLE: this node is the Raft leader */
    uint32_t leader; /* ROLE: whom it knows as leader; 0: nobody */
    uint64_t term;   /* ROLE */
    uint32_t broker, partition;
    uint64_t incarnation;
    uint64_t
        applied; /* HEARTBEAT: index up to which the broker has applied. ROLE, if it leads: of
                    its last entry on taking office; applied here, nothing older is under way */
    uint32_t leader_epoch, partition_epoch;
    uint16_t isr;
    uint64_t command; /* DROPPED: as numbered by the host when it was proposed */
};

/* What a person should know of a decision that came to nothing. */
#define ELECTOR_NOTES(X)                                                                           \
    X(REFUSED, "not the raft leader")  /* it decided, and may not propose */                       \
    X(NOT_PROPOSED, "not proposed")    /* it decided, and proposes nothing (chronik-head) */       \
    X(NO_CANDIDATE, "nobody may lead") /* no replica qualifies */                                  \
    X(ISR_REFUSED, "isr refused")      /* an ALTER_ISR that is void or names a fenced broker */

enum elector_note_kind {
#define X(id, name) ELECTOR_NOTE_##id,
    ELECTOR_NOTES(X)
#undef X
        ELECTOR_NOTE_KINDS
};

const char *elector_note_name(enum elector_note_kind kind);

struct elector_note {
    enum elector_note_kind kind;
    enum metadata_reason reason;
    uint32_t partition, broker; /* broker: whom it would have chosen; 0: nobody */
};

/* What a step wants done: commands proposed to Raft in this order, notes said, the timer set. The
 * simulator owns it and reuses it; a step begins with it empty. */
struct elector_output {
    struct metadata_command *commands; /* the host takes over the changes of each */
    struct elector_note *notes;
    size_t command_room, note_room;
    uint32_t command_count, note_count;
    uint64_t deadline_ns; /* TIMEOUT is due then, by the node's own clock; UINT64_MAX: never */
};

struct metadata_command *elector_output_command(struct elector_output *output,
                                                enum metadata_command_kind kind,
                                                enum metadata_reason reason);
void elector_output_note(struct elector_output *output, struct elector_note note);
static inline void elector_output_clear(struct elector_output *output)
{
    output->command_count = output->note_count = 0;
    output->deadline_ns = UINT64_MAX;
}

void elector_output_close(struct elector_output *output);

/* One rule set: a row of raft/electors.def. */
struct elector_rules {
    const char *name, *help, *source;
    enum elector_liveness liveness;
    enum elector_gate gate;
    struct elector_options options; /* its own settings */
    bool epochs;         /* brokers fence by leader epoch, truncate by it, and wait for the ISR */
    bool local_fallback; /* a broker that knows no leader of a partition serves it itself */
    bool prefers_leader; /* a new partition is led by the Raft leader, if that is a replica */
    bool proposes;       /* false: decides, says so, and proposes nothing (chronik-head) */
    bool stream_refresh; /* a stream's heartbeat counts for its partitions, else only data does */
    bool takes_over;     /* a broker that starts anew ends its old session at once */
    bool isr_order; /* the first of the ISR's live members leads, else of the replicas' order */
    /* Opens one node's elector at its start; `memory` is NULL or an instance to be reused whole. */
    void *(*open)(void *memory, const struct elector_config *config);
    void (*step)(void *self, const struct elector_input *input, struct elector_output *output);
    void (*close)(void *self);
};

#define ROW(name) extern const struct elector_rules elector_##name;
#include "raft/electors.def"
#undef ROW

size_t elector_count(void);
const struct elector_rules *elector_at(size_t index);
/* The rule set of that name, or NULL. */
const struct elector_rules *elector_find(const char *name);

#endif
