/* What the cluster has agreed about its partitions: the state machine that every node applies from
 * the committed entries of Raft. Pure: a command goes in, the state changes, nothing else does.
 *
 * Partitions are numbered from 0 over all topics; brokers are node ids from 1. The replicas of a
 * partition never change, so that sets of them are bits of positions in its list of replicas. */
#ifndef RAFT_METADATA_H
#define RAFT_METADATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METADATA_REPLICAS_MAX = 15 };

struct metadata_topic {
    uint32_t first, count; /* its partitions */
    uint32_t replication_factor, min_insync;
    bool unclean; /* a replica out of sync may lead rather than none */
};

/* What is given and never changes: shared by all nodes. */
struct metadata_layout {
    uint32_t topic_count, partition_count, broker_count;
    uint32_t stride; /* the largest replication factor */
    const struct metadata_topic *topics;
    const uint16_t *topic_of; /* [partition] */
    const uint16_t *replicas; /* [partition * stride + position], in order of preference */
};

/* One partition, as agreed. Epochs count up from 0; a leader epoch has one leader. */
struct metadata_partition {
    uint32_t leader_epoch, partition_epoch;
    uint16_t leader;     /* broker; 0: none */
    uint16_t isr, elr;   /* bits of positions: in-sync and eligible leader replicas (KIP-966) */
    bool assigned : 1;   /* its replicas are known */
    bool has_isr : 1;    /* its ISR was written: Chronik's may be unknown still */
    bool recovering : 1; /* its leader was elected uncleanly and has not yet said it recovered */
};

struct metadata_broker {
    uint64_t epoch;       /* index of the entry that registered it; 0: not registered */
    uint64_t incarnation; /* which start of the process registered */
    bool fenced;
};

/* Why a command is proposed: for people and measures. X(id, name, elects): does it choose leaders?
 */
#define METADATA_REASONS(X)                                                                        \
    X(INITIAL, "initial", true)         /* the partition is new */                                 \
    X(NO_LEADER, "no leader", true)     /* its metadata has none */                                \
    X(NO_RECORD, "no record", true)     /* nothing was heard of it since the elector took over */  \
    X(TIMEOUT, "heartbeat late", true)  /* no produce was heard of for too long */                 \
    X(STREAM, "stream silent", true)    /* its replication stream was silent for too long */       \
    X(FENCED, "session lost", true)     /* its leader's broker session ended */                    \
    X(UNFENCED, "broker back", true)    /* a broker that may lead it came back */                  \
    X(PREFERRED, "preferred", true)     /* back to the first of its replicas */                    \
    X(UNCLEAN, "unclean", true)         /* nobody in sync is left */                               \
    X(MANUAL, "manual", true)           /* the plan demands it */                                  \
    X(REGISTERED, "registered", false)  /* a broker said that it is there */                       \
    X(ISR_SHRINK, "isr shrinks", false) /* a follower lags */                                      \
    X(ISR_EXPAND, "isr expands", false) /* a follower has caught up */

enum metadata_reason {
#define X(id, name, elects) METADATA_##id,
    METADATA_REASONS(X)
#undef X
        METADATA_REASON_COUNT
};

const char *metadata_reason_name(enum metadata_reason reason);
bool metadata_reason_elects(enum metadata_reason reason);

/* A new state of one partition. Applied only while its partition epoch is still `expected_epoch`:
 * what was decided about an older state is void (Kafka: INVALID_UPDATE_VERSION). */
struct metadata_change {
    uint32_t partition, expected_epoch;
    uint16_t leader, isr, elr;
    bool sets_leader; /* the leader epoch rises, even if the leader stays (PartitionRegistration) */
    bool recovering;
};

enum metadata_command_kind {
    METADATA_CHANGE,   /* the changes, all or each that is still about the state it expects */
    METADATA_REGISTER, /* broker, incarnation: registered anew and fenced */
    METADATA_FENCE,    /* broker, and the changes that this brings */
    METADATA_UNFENCE,  /* broker, and the changes that this brings */
    /* Chronik's: plain writes, nothing is compared (its raft_metadata.rs of v2.2.0). */
    METADATA_ASSIGN, /* partition: its replicas are known */
    METADATA_LEADER, /* partition, leader */
    METADATA_ISR,    /* partition, isr */
};

struct metadata_command {
    enum metadata_command_kind kind;
    enum metadata_reason reason;
    uint32_t broker;
    uint32_t partition;
    uint16_t leader, isr;
    uint64_t incarnation;
    uint32_t change_count;
    struct metadata_change *changes; /* owned by whoever owns the command */
};

struct metadata {
    const struct metadata_layout *layout;
    struct metadata_partition *partitions; /* [partition_count] */
    struct metadata_broker *brokers;       /* [1 .. broker_count] */
    uint64_t applied;                      /* index of the last entry, a command or not */
    uint64_t commands;                     /* how many of the applied entries were commands */
    uint64_t digest; /* of partitions and brokers; equal states have equal digests, in whatever
                        order made */
    size_t partition_room, broker_room;
};

/* Empties it, for this layout (a loan until close). {0} or what an earlier run left is taken. */
void metadata_open(struct metadata *metadata, const struct metadata_layout *layout);
void metadata_close(struct metadata *metadata);
/* `to` becomes equal to `from`; it was opened for the same layout. */
void metadata_copy(struct metadata *to, const struct metadata *from);
/* Only the registration of one broker. */
void metadata_copy_broker(struct metadata *to, const struct metadata *from, uint32_t broker);

/* Applies the command at this index of the log; NULL: an entry that is none. Returns how many
 * partitions it changed: `changed` (NULL: not wanted) is called for each.
 *
 * The first change (or METADATA_ASSIGN) of a partition makes it assigned with the epochs it has: 0.
 * Every later write counts its partition epoch; its leader epoch is counted by a change that sets
 * the leader, be it to the same or to none, and by each METADATA_LEADER. */
uint32_t metadata_apply(struct metadata *metadata, const struct metadata_command *command,
                        uint64_t index,
                        void (*changed)(void *context, uint32_t partition,
                                        const struct metadata_partition *before),
                        void *context);

/* ---- of one partition ---- */

static inline const struct metadata_topic *metadata_topic(const struct metadata_layout *layout,
                                                          uint32_t partition)
{
    return &layout->topics[layout->topic_of[partition]];
}

/* The broker at a position of its replicas. */
static inline uint32_t metadata_replica(const struct metadata_layout *layout, uint32_t partition,
                                        uint32_t position)
{
    return layout->replicas[(size_t)partition * layout->stride + position];
}

/* The bit of a broker among its replicas; 0: it is none. */
uint16_t metadata_bit(const struct metadata_layout *layout, uint32_t partition, uint32_t broker);
/* All its replicas. */
uint16_t metadata_all(const struct metadata_layout *layout, uint32_t partition);
/* The first replica whose bit is in the set; 0: none. */
uint32_t metadata_first(const struct metadata_layout *layout, uint32_t partition, uint16_t set);

/* The bit of a position. */
static inline uint16_t metadata_at(uint32_t position)
{
    return (uint16_t)(1u << position);
}

static inline uint32_t metadata_count(uint16_t set)
{
    return (uint32_t)__builtin_popcount(set);
}

#endif
