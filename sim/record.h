/* What has happened: the one stream that traces, metrics, invariants and pictures learn from. */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/* X(id, name, hashed, peer, index, value, detail, help): which fields a kind uses, and what they
 * are called in traces ("" = unused). `detail` names an enum: see record_detail_name. Hashed
 * records make the trace hash; those derived from them do not, so a new one changes no hash. */
#define RECORDS(X)                                                                                 \
    X(SENT, "sent", 1, "to", "index", "message", MESSAGE, "a message left its node")               \
    X(DELIVERED, "delivered", 1, "from", "index", "message", MESSAGE, "a message was received")    \
    X(LOST, "lost", 1, "to", "index", "message", LOSS, "a message will not arrive, and why")       \
    X(DUPLICATED, "duplicated", 0, "to", "index", "message", MESSAGE,                              \
      "a message will arrive twice")                                                               \
    X(TERM, "term", 1, "", "", "before", NONE, "a node's term changed")                            \
    X(BECAME_FOLLOWER, "became_follower", 1, "leader", "", "", ROLE, "a node's role changed")      \
    X(BECAME_PRECANDIDATE, "became_precandidate", 1, "leader", "", "", ROLE,                       \
      "a node's role changed")                                                                     \
    X(BECAME_CANDIDATE, "became_candidate", 1, "leader", "", "", ROLE, "a node's role changed")    \
    X(BECAME_LEADER, "became_leader", 1, "leader", "index", "", ROLE,                              \
      "an election was won; index: its last")                                                      \
    X(FOLLOWS, "follows", 0, "leader", "", "", NONE, "a node learned of a leader, or lost it")     \
    X(VOTED, "voted", 0, "for", "", "", NONE, "a node's vote in this term")                        \
    X(CAMPAIGN, "campaign", 0, "", "", "", NOTE, "a node began to ask for votes (or pre-votes)")   \
    X(REFUSED, "refused", 0, "candidate", "", "", NOTE, "a node refused its vote (or pre-vote)")   \
    X(STEPPED_DOWN, "stepped_down", 0, "", "", "", NONE, "a leader gave up: no quorum answers")    \
    X(LOG, "log", 0, "", "from", "last", NONE, "a node's log changed from an index on")            \
    X(COMMITTED, "committed", 0, "", "index", "before", NONE, "a node's commit index moved")       \
    X(APPLIED, "applied", 0, "", "index", "before", NONE, "a node applied entries up to an index") \
    X(WRITE, "write", 1, "vote", "from", "write", NONE, "a node asked its disk for a write")       \
    X(DURABLE, "durable", 0, "vote", "last", "write", NONE, "a write reached the disk")            \
    X(WRITE_LOST, "write_lost", 0, "", "from", "write", NONE,                                      \
      "a crash lost a write not yet durable")                                                      \
    X(STARTED, "started", 0, "", "", "", START, "a node runs, from what its disk holds")           \
    X(CRASHED, "crashed", 0, "", "", "", NONE, "a node stopped and forgot what was not durable")   \
    X(PAUSED, "paused", 0, "", "", "", NONE, "a node stands still: paused, or its disk blocks it") \
    X(RESUMED, "resumed", 0, "", "", "", NONE, "a node goes on")                                   \
    X(LINKS, "links", 0, "", "", "", NONE, "links went up or down")                                \
    X(ACTION_BEGIN, "action_begin", 1, "", "item", "deed", NONE,                                   \
      "an item of the plan took effect")                                                           \
    X(ACTION_END, "action_end", 1, "", "item", "deed", NONE, "an item of the plan ended")          \
    X(ACTION_SKIPPED, "action_skipped", 1, "", "item", "", NONE,                                   \
      "an item of the plan hit nothing")                                                           \
    X(PROPOSED, "proposed", 0, "", "client", "command", NONE, "a client's command reached a node") \
    X(PROPOSAL_DROPPED, "proposal_dropped", 0, "", "", "command", NONE,                            \
      "a node did not take a command")                                                             \
    X(PROPOSAL_FORWARDED, "proposal_forwarded", 0, "leader", "", "command", NONE,                  \
      "sent on to the leader")                                                                     \
    X(INPUT_REFUSED, "input_refused", 0, "", "", "", NONE, "a transfer or campaign had no effect") \
    X(TRANSFER_ABORTED, "transfer_aborted", 0, "", "", "", NONE,                                   \
      "a leadership transfer ran out of time")                                                     \
    X(EFFECTIVE, "effective", 0, "", "", "", NONE,                                                 \
      "derived: this leader is effective; none: node 0")                                           \
    X(SERVING, "serving", 0, "", "", "", NONE, "derived: this leader serves; none: node 0")        \
    X(END, "end", 0, "", "", "", NONE, "the run ended")                                            \
    X(PARTITION_DECIDED, "partition_decided", 0, "chosen", "partition", "command", REASON,         \
      "an elector chose a partition's leader")                                                     \
    X(ELECTOR_NOTE, "elector_note", 0, "chosen", "partition", "", ELECTOR,                         \
      "an elector's decision came to nothing, and why")                                            \
    X(METADATA_PROPOSED, "metadata_proposed", 0, "", "command", "partitions", REASON,              \
      "an elector's command was proposed to the Raft log")                                         \
    X(PARTITION_CHANGED, "partition_changed", 0, "leader", "partition", "epoch", REASON,           \
      "a partition's metadata changed; term: its leader epoch; said when first applied")           \
    X(BROKER_FENCED, "broker_fenced", 0, "broker", "", "", NONE, "said when first applied")        \
    X(BROKER_UNFENCED, "broker_unfenced", 0, "broker", "", "", NONE, "said when first applied")    \
    X(PARTITION_LED, "partition_led", 0, "", "partition", "end", NONE,                             \
      "a broker took a partition over; term: its leader epoch; end: of its log")                   \
    X(PARTITION_LEFT, "partition_left", 0, "", "partition", "end", NONE,                           \
      "a broker leads a partition no more")                                                        \
    X(APPENDED, "appended", 0, "", "partition", "offset", NONE,                                    \
      "a leader stored a client's record")                                                         \
    X(TRUNCATED, "truncated", 0, "", "partition", "end", NONE,                                     \
      "a follower cut its log back to its leader's")                                               \
    X(HIGH_WATERMARK, "high_watermark", 0, "", "partition", "offset", NONE,                        \
      "what may be read of a leader's log reaches further, or less far")                           \
    X(ACKED, "acked", 0, "", "partition", "produced", NONE,                                        \
      "a client was told that its record is stored")                                               \
    X(PRODUCE_GIVEN_UP, "produce_given_up", 0, "", "partition", "produced", NONE,                  \
      "a client does not know whether its record is stored, and asks no more")                     \
    X(APPLY_DISCARDED, "apply_discarded", 0, "", "index", "before", NONE,                          \
      "a host loop threw away the entries up to an index that it should have applied")             \
    X(METADATA_APPLIED, "metadata_applied", 0, "", "index", "", NONE,                              \
      "a broker's metadata is what the log says up to an index")                                   \
    X(CALLED, "called", 1, "to", "client", "call", CALL, "a client sent a command or a read")      \
    X(SERVED, "served", 0, "", "length", "call", CALL,                                             \
      "a node answered a call with the commands that it has applied: so many")                     \
    X(ANSWERED, "answered", 1, "from", "length", "call", OUTCOME,                                  \
      "a client's call ended: ok, refused, or unknown")

enum record_kind {
#define X(id, name, hashed, peer, index, value, detail, help) RECORD_##id,
    RECORDS(X)
#undef X
        RECORD_KINDS
};

_Static_assert(RECORD_KINDS <= 64, "sets of kinds are 64 bits");
#define RECORD_BIT(id) (UINT64_C(1) << RECORD_##id)

enum record_detail {
    DETAIL_NONE,
    DETAIL_MESSAGE,
    DETAIL_LOSS,
    DETAIL_ROLE,
    DETAIL_NOTE,
    DETAIL_START,
    DETAIL_REASON,
    DETAIL_ELECTOR,
    DETAIL_CALL,
    DETAIL_OUTCOME
};

#define LOSSES(X)                                                                                  \
    X(CHANCE, "loss")                                                                              \
    X(CUT, "link down")                                                                            \
    X(PLAN, "dropped by the plan")                                                                 \
    X(DOWN, "receiver down")                                                                       \
    X(NO_TRANSPORT, "no transport")                                                                \
    X(DISCARDED, "discarded by its host")

enum loss_reason {
#define X(id, name) LOSS_##id,
    LOSSES(X)
#undef X
};

enum call_kind { CALL_COMMAND, CALL_READ };

/* How a call ended, as its client knows it. UNKNOWN: no answer in time, it may have taken effect.
 */
enum call_outcome { CALL_OPEN, CALL_OK, CALL_REFUSED, CALL_UNKNOWN };

enum start_how { START_FIRST, START_AGAIN, START_WIPED };

struct record {
    uint64_t at_ns; /* set by world_emit */
    uint64_t term;
    uint64_t index;
    uint64_t value;
    uint32_t node; /* where it happened; sent, lost, duplicated: the sender. 0: nowhere */
    uint32_t peer;
    uint8_t kind;    /* enum record_kind */
    uint8_t message; /* enum raft_message_kind of sent, delivered, lost, duplicated */
    uint8_t detail;  /* role: the role before; lost: reason; campaign, refused: enum raft_note_kind;
                        started: enum start_how; partitions: enum metadata_reason;
                        elector_note: enum elector_note_kind; called, served: enum call_kind;
                        answered: enum call_outcome */
    bool reject;     /* replies */
    bool prevote;    /* campaign, refused */
};

struct record_info {
    const char *name, *help;
    const char *peer, *index, *value; /* names of the fields; "" = unused */
    enum record_detail detail;
    bool hashed;
};

const struct record_info *record_info(enum record_kind kind);
/* The kind of that name, or RECORD_KINDS. */
enum record_kind record_find(const char *name);
/* The text of record->detail, or NULL. */
const char *record_detail_name(const struct record *record);

/* The hash of a run: XXH3 chained over its hashed records, in blocks of little-endian words. */
#define TRACE_HASH_VERSION 1
enum { TRACE_WORDS = 3, TRACE_ROOM = 3 * 256 };

struct trace_hash {
    uint32_t count;                 /* words filled, the chain not counted */
    uint64_t words[1 + TRACE_ROOM]; /* the chain so far, then records */
};

void trace_hash_open(struct trace_hash *hash);
/* Folds the full block into the chain. */
void trace_hash_fold(struct trace_hash *hash);
/* The hash of all records so far; more may be added after. */
uint64_t trace_hash_value(const struct trace_hash *hash);

/* Byte order cannot enter: words are little-endian in memory. */
static inline uint64_t trace_word(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(word);
#else
    return word;
#endif
}

/* Terms, indexes and ids are small: turned apart, they share a word without touching. */
static inline uint64_t trace_turn(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

/* Is a kind one of those that make the hash? */
#define X(id, name, hashed, peer, index, value, detail, help)                                      \
    (hashed ? UINT64_C(1) << RECORD_##id : 0) |
static const uint64_t trace_kinds = RECORDS(X) 0;
#undef X

/* Fields one by one, never the struct: padding cannot enter. */
static inline void trace_hash_add(struct trace_hash *hash, const struct record *record)
{
    uint64_t *words = &hash->words[1 + hash->count];
    words[0] = trace_word(record->at_ns);
    words[1] = trace_word((uint64_t)record->kind | (uint64_t)record->message << 8 |
                          (uint64_t)record->detail << 16 | (uint64_t)record->reject << 24 |
                          (uint64_t)record->node << 32 | (uint64_t)record->peer << 48);
    words[2] =
        trace_word(record->term ^ trace_turn(record->index, 24) ^ trace_turn(record->value, 44));
    hash->count += TRACE_WORDS;
    if (hash->count == TRACE_ROOM)
        trace_hash_fold(hash);
}

#endif
