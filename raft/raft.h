/* The boundary between the simulator and any Raft implementation (a backend).
 *
 * A backend is a pure state machine: an input and the present time go in, and what the node
 * wants done comes out. It reads no clock, draws no chance and performs no I/O. */
#ifndef RAFT_RAFT_H
#define RAFT_RAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAFT_NODES_MAX = 1000, RAFT_VOTERS_MAX = 99, RAFT_NONE = 0 };

/* A set of node ids, 1 .. RAFT_NODES_MAX. All bits 0 is the empty set. */
struct raft_set {
    uint64_t bits[RAFT_NODES_MAX / 64 + 1];
};

static inline bool raft_set_has(const struct raft_set *set, uint32_t id)
{
    return set->bits[id / 64] >> (id % 64) & 1;
}

static inline void raft_set_add(struct raft_set *set, uint32_t id)
{
    set->bits[id / 64] |= UINT64_C(1) << (id % 64);
}

static inline void raft_set_remove(struct raft_set *set, uint32_t id)
{
    set->bits[id / 64] &= ~(UINT64_C(1) << (id % 64));
}

/* How many ids the set holds. */
uint32_t raft_set_count(const struct raft_set *set);

/* The least id in the words after `word`, or RAFT_NONE. */
uint32_t raft_set_after(const struct raft_set *set, size_t word);

/* The least id greater than `id`, or RAFT_NONE: for (id = raft_set_next(s, 0); id; ...). */
static inline uint32_t raft_set_next(const struct raft_set *set, uint32_t id)
{
    size_t word = ++id / 64;
    if (word >= sizeof set->bits / sizeof *set->bits)
        return RAFT_NONE;
    uint64_t bits = set->bits[word] & (UINT64_MAX << (id % 64));
    return bits ? (uint32_t)(word * 64 + (uint32_t)__builtin_ctzll(bits))
                : raft_set_after(set, word);
}

#define RAFT_ROLES(X)                                                                              \
    X(FOLLOWER, "follower")                                                                        \
    X(PRE_CANDIDATE, "precandidate")                                                               \
    X(CANDIDATE, "candidate")                                                                      \
    X(LEADER, "leader")

enum raft_role {
#define X(id, name) RAFT_##id,
    RAFT_ROLES(X)
#undef X
};

/* Every kind of message a scenario may name; the broker kinds belong to sim/broker. */
#define RAFT_MESSAGES(X)                                                                           \
    X(APPEND, "append")                                                                            \
    X(APPEND_REPLY, "append_reply")                                                                \
    X(HEARTBEAT, "heartbeat")                                                                      \
    X(HEARTBEAT_REPLY, "heartbeat_reply")                                                          \
    X(VOTE, "vote")                                                                                \
    X(VOTE_REPLY, "vote_reply")                                                                    \
    X(PREVOTE, "prevote")                                                                          \
    X(PREVOTE_REPLY, "prevote_reply")                                                              \
    X(SNAPSHOT, "snapshot")                                                                        \
    X(SNAPSHOT_REPLY, "snapshot_reply")                                                            \
    X(TIMEOUT_NOW, "timeout_now")                                                                  \
    X(PROPOSE, "propose")                                                                          \
    X(READ_INDEX, "read_index")                                                                    \
    X(REPLICATE, "replicate")                                                                      \
    X(REPLICATE_REPLY, "replicate_reply")                                                          \
    X(PRODUCE, "produce")                                                                          \
    X(PRODUCE_REPLY, "produce_reply")                                                              \
    X(BROKER_HEARTBEAT, "broker_heartbeat")                                                        \
    X(READ_INDEX_REPLY, "read_index_reply")

enum raft_message_kind {
#define X(id, name) RAFT_MSG_##id,
    RAFT_MESSAGES(X)
#undef X
        RAFT_MSG_KINDS
};

/* Is it a kind of the brokers', which no backend reads? */
static inline bool raft_message_of_brokers(uint8_t kind)
{
    return kind >= RAFT_MSG_REPLICATE && kind <= RAFT_MSG_BROKER_HEARTBEAT;
}

const char *raft_role_name(enum raft_role role);
const char *raft_message_name(enum raft_message_kind kind);

/* One log entry. id 0 is the empty entry that a new leader appends; commands have ids above 0. */
struct raft_entry {
    uint64_t term;
    uint64_t id;
};

/* What the simulator understands of a message. The body (entries, hints, a foreign library's own
 * bytes) follows it as `body_size` bytes that only the backend reads. */
struct raft_message {
    uint8_t kind;  /* enum raft_message_kind */
    bool reject;   /* replies: not granted, not appended */
    bool transfer; /* vote requests: forced by a leadership transfer, the lease is void */
    uint32_t from, to;
    uint32_t entry_count;
    uint32_t bytes;     /* size on the wire */
    uint32_t body_size; /* bytes of body */
    size_t body;        /* where the body begins in raft_output.bodies; the sender's step only */
    uint64_t term;
    uint64_t index;    /* vote, prevote: last index; append: previous index; append_reply: the index
                          acknowledged, or rejected; heartbeat: the round that reads wait for, and
                          its reply the same; read_index_reply: what must be applied before */
    uint64_t log_term; /* term at `index`; append_reply with reject: the hint's term */
    uint64_t commit;
    uint64_t wait; /* leaves when the write of this ticket is durable; 0: at once */
};

/* What must reach the disk. Tickets count up from 1; a later write is durable no earlier. */
struct raft_write {
    uint64_t ticket;
    uint64_t term;
    uint64_t commit;
    uint32_t vote;
    uint32_t entry_count;
    uint64_t from; /* the log is cut before this index, then extended; 0: untouched */
    const struct raft_entry *entries; /* a loan until the next step */
    uint64_t last_index, last_term;   /* of the log once this is durable */
};

/* What survives a crash. The simulator owns it. */
struct raft_durable {
    uint64_t term;
    uint64_t commit;
    uint32_t vote;
    uint64_t first;         /* index of entries[0], at least 1 */
    uint64_t previous_term; /* term at first - 1 (0 at the log's beginning) */
    uint64_t count;
    const struct raft_entry *entries; /* a loan for the length of open() */
    uint64_t unchanged; /* an instance that is reused ended with the same entries up to here */
};

enum raft_flavor { RAFT_ETCD, RAFT_RAFT_RS, RAFT_PAPER };

/* How reads are answered (thesis section 6.4). LEASE: while the leader may believe that it leads,
 * and like INDEX when not. LOCAL: by any node, from what it has applied. */
enum raft_read_way { RAFT_READ_INDEX, RAFT_READ_LEASE, RAFT_READ_LOCAL };

/* The protocol's settings. Times are in units: ticks when tick_ns > 0, else nanoseconds. */
struct raft_options {
    enum raft_flavor flavor;
    uint64_t tick_ns;                    /* 0: timers are ranges in time, unit 1 ns */
    uint64_t election_min, election_max; /* a timeout is drawn from [min, max], both included */
    uint64_t election_base;              /* lease, quorum check and transfer limit (etcd's E) */
    uint64_t heartbeat;
    uint64_t candidate_min, candidate_max; /* drawn by (pre-)candidates instead; 0, 0: the same */
    uint32_t backoff;                      /* doublings at most of a candidate's range; 0: none */
    uint64_t grain;                        /* timeouts are rounded to multiples of it; 0: not */
    bool pre_vote, check_quorum;
    bool async_storage;       /* etcd: only replies wait for the disk */
    bool self_vote_durable;   /* own vote counts when durable (etcd raft 3.6), or at once */
    bool leader_writes_first; /* a leader's messages wait for its entries too */
    bool step_down_on_removal;
    enum raft_read_way read;
    uint64_t read_lease_ns; /* LEASE: so long after the beginning of a round that a quorum answered
                               (TiKV); 0: as long as check-quorum lets it lead (etcd) */
    bool sticky;            /* refuses votes within election_base of a leader's message,
                               whatever check_quorum says */
    int64_t priority;       /* raft-rs */
    uint64_t inflight_max;  /* appends unacknowledged to one follower; 0: no limit */
    uint64_t entries_max;   /* entries in one append; 0: no limit */
};

/* Who takes part. `outgoing` is empty but in a joint configuration. */
struct raft_members {
    struct raft_set voters, outgoing, learners;
};

struct raft_config {
    uint32_t id;
    uint64_t tick_phase_ns; /* the node's ticks fall at phase + k * tick_ns of its own clock */
    struct raft_options options;
    const struct raft_members *members; /* a loan for the length of open() */
};

#define RAFT_INPUTS(X)                                                                             \
    X(START)                                                                                       \
    X(TIMEOUT)                                                                                     \
    X(RECEIVE)                                                                                     \
    X(PERSISTED)                                                                                   \
    X(APPLIED)                                                                                     \
    X(PROPOSE)                                                                                     \
    X(READ)                                                                                        \
    X(CAMPAIGN)                                                                                    \
    X(SET_TIMEOUT)                                                                                 \
    X(TRANSFER)                                                                                    \
    X(FORGET_LEADER)                                                                               \
    X(UNREACHABLE)                                                                                 \
    X(CONFIGURE)

enum raft_input_kind {
#define X(id) RAFT_##id,
    RAFT_INPUTS(X)
#undef X
};

struct raft_input {
    enum raft_input_kind kind;
    uint32_t node;       /* TRANSFER: the target; UNREACHABLE: the peer */
    uint64_t now_ns;     /* the node's own clock; never goes back */
    uint64_t chance_key; /* the node's stream: a timeout is draw(draw(key, term), n) */
    uint64_t value;      /* APPLIED: index; PROPOSE: command id; READ: its id; SET_TIMEOUT: units */
    const struct raft_message *message; /* RECEIVE */
    const void *body;                   /* RECEIVE: message->body_size bytes, 8-byte aligned */
    const struct raft_write *write;     /* PERSISTED: as it was given out (entries excepted) */
};

/* Notes are for people and measurements: nothing may depend on them. */
#define RAFT_NOTES(X)                                                                              \
    X(CAMPAIGN_TIMEOUT, "timeout")         /* a campaign began, and why; term: it runs for */      \
    X(CAMPAIGN_FORCED, "forced")           /* CAMPAIGN input */                                    \
    X(CAMPAIGN_TRANSFER, "transfer")       /* TIMEOUT_NOW received */                              \
    X(CAMPAIGN_PREVOTE_WON, "prevote won") /* pre-candidate becomes candidate */                   \
    X(REFUSED_VOTED, "voted already")      /* peer: who asked */                                   \
    X(REFUSED_LEADER, "knows a leader")    /* same term, no vote cast, but has a leader */         \
    X(REFUSED_LOG, "log older")                                                                    \
    X(REFUSED_LEASE, "leader lease")                                                               \
    X(REFUSED_PRIORITY, "priority")                                                                \
    X(REFUSED_STALE, "term older")                                                                 \
    X(QUORUM_LOST, "quorum lost") /* a leader steps down: check-quorum */                          \
    X(TRANSFER_ABORTED, "transfer aborted")                                                        \
    X(PROPOSAL_DROPPED, "proposal dropped")     /* value: the command's id */                      \
    X(PROPOSAL_FORWARDED, "proposal forwarded") /* value: the command's id; peer: the leader */    \
    X(INPUT_REFUSED, "input refused") /* TRANSFER, CAMPAIGN, FORGET_LEADER had no effect */

enum raft_note_kind {
#define X(id, name) RAFT_NOTE_##id,
    RAFT_NOTES(X)
#undef X
        RAFT_NOTE_KINDS
};

const char *raft_note_name(enum raft_note_kind kind);

struct raft_note {
    uint8_t kind; /* enum raft_note_kind */
    bool prevote; /* campaigns and refusals: of a pre-vote */
    uint32_t peer;
    uint64_t term;
    uint64_t value;
};

/* A read asked of this node: to be answered as soon as all up to `index` is applied, or dropped. */
struct raft_read {
    uint64_t id, index;
    bool dropped;
};

/* What a step wants done, in this order: notes said, the write issued, messages sent, entries
 * applied, reads answered, the timer set. The simulator owns it and reuses it; a step begins with
 * it empty. */
struct raft_output {
    struct raft_message *messages;
    unsigned char *bodies;
    struct raft_note *notes;
    struct raft_read *reads;
    size_t message_room, body_room, note_room, read_room;
    uint32_t message_count, note_count, read_count;
    size_t body_count; /* bytes, a multiple of 8 */
    bool has_write;
    struct raft_write write;
    uint64_t apply_to;    /* committed entries up to here may be applied; 0: none new */
    uint64_t deadline_ns; /* TIMEOUT is due then, by the node's own clock; UINT64_MAX: never */
};

/* Appends a message with `body_size` bytes of body, zeroed (rounded up to 8). The pointer is good
 * until the next call; body: output->bodies + message->body. */
struct raft_message *raft_output_message(struct raft_output *output, uint32_t body_size);
/* Room for `count` more messages: so many may then be written in place, without bodies. */
void raft_output_reserve(struct raft_output *output, uint32_t count);
void raft_output_note(struct raft_output *output, struct raft_note note);
void raft_output_read(struct raft_output *output, struct raft_read read);
static inline void raft_output_clear(struct raft_output *output)
{
    output->message_count = output->note_count = output->read_count = 0;
    output->body_count = 0;
    output->has_write = false;
    output->apply_to = 0;
    output->deadline_ns = UINT64_MAX;
}

void raft_output_close(struct raft_output *output);

/* What everyone may look at. The backend keeps it current; the pointer is good until close. */
struct raft_view {
    enum raft_role role;
    uint32_t vote, lead;
    uint64_t term, commit, applied;
    uint64_t first, last;  /* indexes of the log; last = first - 1 when it is empty */
    uint64_t changed_from; /* least index that the last step cut or wrote; 0: none */
    uint64_t timeout;      /* the election timeout now drawn, in units */
    uint32_t transferee;
    const struct raft_members *members;
};

struct raft_backend {
    const char *name;
    const char *help;
    /* Opens a node at rest; `memory` is NULL or an instance to be reused whole. Never NULL. */
    void *(*open)(void *memory, const struct raft_config *config,
                  const struct raft_durable *durable);
    void (*step)(void *self, const struct raft_input *input, struct raft_output *output);
    const struct raft_view *(*view)(const void *self);
    /* view->first <= index <= view->last; index first - 1 gives the term before the log, id 0. */
    struct raft_entry (*entry)(const void *self, uint64_t index);
    void (*close)(void *self);
};

/* The built-in core (raft/core.c). */
extern const struct raft_backend raft_core;

#endif
