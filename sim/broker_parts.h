/* What the parts of a broker tell each other: its elector, its replicas, their replication, and
 * the clients that produce. */
#ifndef SIM_BROKER_PARTS_H
#define SIM_BROKER_PARTS_H

#include "sim/broker.h"

/* Which timer of a broker an EVENT_BROKER is (event.input). */
enum broker_timer {
    BROKER_ELECTOR, /* its elector's deadline */
    BROKER_BEAT,    /* it tells the controller that it is there */
    BROKER_SWEEP,   /* what was not acknowledged is sent again */
    BROKER_PROPOSE, /* number: a command that its elector decided on; at the same instant */
};

/* What an EVENT_ANSWER brings to a client (event.input). */
enum produce_answer {
    ANSWER_ACKED,
    ANSWER_REFUSED, /* not the leader, or too few replicas in sync: try again */
    ANSWER_NOTHING, /* the broker is gone: the connection broke */
    ANSWER_AGAIN,   /* the client has waited long enough to try again */
    ANSWER_LATE,    /* a look at what has not been answered in time; number: the client */
};

/* The body of a broker's messages. The label has: term, the leader epoch; index, the offset where
 * the records begin, or a log's end; log_term, the epoch before it; commit, the high watermark. */
struct broker_body {
    uint32_t partition;
    uint32_t count;   /* replicate: records that follow */
    uint64_t end;     /* replicate: the leader's log end when it was sent */
    uint64_t applied; /* broker_heartbeat: the index that its sender has applied */
    uint64_t incarnation;
    uint32_t partition_epoch; /* broker_heartbeat with `isr`: what the leader wants changed */
    uint16_t isr;             /* 0: only a heartbeat */
    uint16_t padding[5];
};

/* A broker's message, without what only its kind has. */
static inline struct raft_message broker_label(const struct node *node, uint32_t to,
                                               enum raft_message_kind kind, uint32_t body_size)
{
    enum { HEADER_BYTES = 60 };
    return (struct raft_message){.kind = (uint8_t)kind,
                                 .from = node->id,
                                 .to = to,
                                 .bytes = HEADER_BYTES + body_size,
                                 .body_size = body_size};
}

static inline struct broker *broker_of(const struct world *world, uint32_t id)
{
    return &world->brokers->items[id];
}

static inline const struct metadata_partition *partition_known(const struct world *world,
                                                               uint32_t broker, uint32_t partition)
{
    return &world->brokers->items[broker].metadata.partitions[partition];
}

/* ---- sim/broker.c, sim/controller.c ---- */

/* Steps the node's elector; its commands are proposed after this event, at the same instant. */
void broker_tell(struct world *world, struct node *node, struct elector_input input);
/* May this broker take part? Registered as it now runs, and not fenced, as `broker` knows. */
bool broker_active(const struct world *world, uint32_t knower, uint32_t broker);
/* Plans a timer of a broker. */
void broker_timer(struct world *world, const struct node *node, enum broker_timer timer,
                  uint64_t at_ns, uint64_t number);

/* BROKER_PROPOSE. */
void broker_propose(struct world *world, struct node *node, uint64_t id);
/* Tells the controller that the broker is there, or (isr) what it wants changed. */
void broker_beat(struct world *world, struct node *node, const struct broker_body *alter,
                 uint64_t leader_epoch);
/* What a broker says to the controller has arrived. */
void controller_hear(struct world *world, struct node *node, uint32_t broker,
                     const struct broker_body *body, uint64_t leader_epoch);

/* ---- sim/in_sync.c ---- */

/* Asks the controller for the ISR that the partition should have, if that is another. */
void in_sync_look(struct world *world, struct node *node, uint32_t partition);

/* ---- sim/replica.c ---- */

void replica_reset(struct replica *replica);
/* Appends a record; an epoch never falls along a log of a broker that fences. */
void replica_append(struct replica *replica, uint32_t record, uint32_t epoch);
void replica_truncate(struct world *world, struct node *node, uint32_t partition, uint64_t end);
/* The end of what the log holds of epochs up to this one. */
uint64_t replica_epoch_end(const struct replica *replica, uint32_t epoch);
/* The epoch of the record before `offset`; 0 at the log's beginning. */
uint32_t replica_epoch_before(const struct replica *replica, uint64_t offset);
/* Brings the replica to what its broker knows of the partition: leads, follows, or neither. */
void replica_follow_metadata(struct world *world, struct node *node, uint32_t partition);
/* Leads from now on, in this epoch. */
void replica_lead(struct world *world, struct node *node, uint32_t partition, uint32_t epoch);
void replica_resign(struct world *world, struct node *node, uint32_t partition);
/* Moves a leader's high watermark as far as its replicas allow, and answers who waited for it. */
void replica_advance(struct world *world, struct node *node, uint32_t partition);
/* The replicas in sync, and those that are asked to be: all must hold what is acknowledged. */
uint16_t replica_maximal_isr(const struct world *world, const struct node *node,
                             uint32_t partition);
/* A client's record: stored, refused, or left to wait. */
void replica_produce(struct world *world, struct node *node, uint32_t record);
/* Chronik: what has waited for followers too long is answered as if all were well. */
void replica_expire(struct world *world, struct node *node, uint32_t partition);

/* ---- sim/replicate.c ---- */

/* Sends each follower what it lacks, or asks it where its log ends. */
void replicate(struct world *world, struct node *node, uint32_t partition);
void replicate_receive(struct world *world, struct node *node, const struct packet *packet);
/* BROKER_SWEEP. */
void replicate_sweep(struct world *world, struct node *node);
/* The partition has unfinished work: it is looked at by the next sweep. */
void replicate_list(struct world *world, struct node *node, uint32_t partition);
/* Tells the controller that the broker is there, or (isr) what it wants changed. */
void broker_beat(struct world *world, struct node *node, const struct broker_body *alter,
                 uint64_t leader_epoch);

/* What a broker says to the controller has arrived. */
void controller_hear(struct world *world, struct node *node, uint32_t broker,
                     const struct broker_body *body, uint64_t leader_epoch);

/* ---- sim/producer.c ---- */

/* A client's next record. */
void producer_tick(struct world *world, uint32_t number);
/* EVENT_PRODUCE. */
void producer_arrive(struct world *world, struct event *event);
/* EVENT_ANSWER. */
void producer_event(struct world *world, const struct event *event);
/* The broker answers; the client hears of it later. `hint`: whom the broker believes to lead. */
void producer_answer(struct world *world, uint32_t record, uint32_t broker,
                     enum produce_answer answer, uint32_t hint);
void producers_open(struct world *world);
void producers_free(struct world *world);

#endif
