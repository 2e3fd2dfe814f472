/* Brokers: on every node an elector, the applied metadata, and its replicas of partitions, which
 * clients produce to. A plan without topics has none, and pays nothing. */
#ifndef SIM_BROKER_H
#define SIM_BROKER_H

#include "raft/elector.h"
#include "sim/world.h"

/* One record of a partition, as a replica holds it. */
struct replica_record {
    uint32_t record; /* number in brokers.records, from 1; 0: a hole (Chronik) */
    uint32_t epoch;  /* leader epoch in which it was appended */
    uint64_t chain;  /* hash of the chain before it and of the record: two logs with the same chain
                        at an offset are the same up to there */
};

/* What a leader knows of one of its partition's replicas. */
struct follower {
    uint64_t end;          /* acknowledged log end offset */
    uint64_t sent;         /* records below were sent and are not known to be lost */
    uint64_t caught_up_ns; /* when it last held all that the leader held */
    bool known;            /* it has answered in this leader epoch */
    bool waiting;          /* a message to it is unanswered */
};

/* A produce that waits for its acknowledgement. */
struct waiting {
    uint64_t end; /* acknowledged when the high watermark (Chronik: enough followers) reaches it */
    uint32_t record;
    uint64_t expires_ns; /* Chronik: answered then, as if all were well; NS_MAX: never */
};

/* The state that only a leader has. */
struct leadership {
    uint64_t start;          /* of its epoch: where its log ended when it took over */
    struct waiting *waiting; /* ascending by `end`, from waiting_first on */
    size_t waiting_first, waiting_count, waiting_room;
    uint16_t asked_isr; /* what was asked for since the last change of the partition; 0: nothing */
    bool listed;        /* among the broker's leaderships that have unfinished work */
    struct follower followers[]; /* [layout->stride], by position among the replicas */
};

/* One broker's copy of one partition. Its log survives crashes: what was written stays. */
struct replica {
    struct replica_record *log;
    size_t room;
    uint64_t end; /* log end offset */
    uint64_t high_watermark;
    uint32_t epoch;  /* leader epoch that it follows or leads */
    uint16_t leader; /* of that epoch */
    bool leads;
    struct leadership *leadership; /* kept once made */
};

struct broker {
    struct metadata metadata;
    void *elector;
    uint64_t deadline_own_ns; /* of its elector, by the node's clock; UINT64_MAX: none */
    uint64_t timer;           /* number of the live elector timer: older ones are stale */
    uint64_t beat, sweep;     /* the same for its heartbeats and its retries */
    bool sweeping;            /* a retry is planned */
    uint32_t *touched;        /* partitions that what is being applied changes, and it replicates */
    size_t touched_count, touched_room;
    uint32_t *busy; /* partitions that it leads with unfinished work */
    size_t busy_count, busy_room;
    uint32_t silenced; /* deeds under way that stop its heartbeats */
    bool role_leads;   /* what its elector was last told */
    uint32_t role_leader;
    uint64_t role_term;
};

/* What became of a produced record, as its client knows it. UNKNOWN stays unknown. */
enum produce_outcome { PRODUCE_PENDING, PRODUCE_ACKED, PRODUCE_UNKNOWN };

/* A record that a client wants to have stored. */
struct produced {
    uint32_t partition, client; /* client: number, from 1 */
    uint32_t sequence;          /* among its client's records, from 0 */
    uint32_t tries;
    uint8_t acks, outcome;
    uint64_t first_ns; /* when it was first sent */
};

struct brokers {
    uint64_t scenario; /* digest of the plan that this memory is for */
    const struct metadata_layout *layout;
    struct producers *producers; /* sim/producer.c */
    const struct elector_rules *rules;
    struct elector_options options;
    struct broker *items; /* [1 .. node_count] */
    uint32_t broker_room;
    struct replica *replicas; /* [partition * stride + position] */
    size_t replica_room;
    struct produced *records; /* [number - 1] */
    uint32_t record_count;
    size_t record_room;
    struct metadata_command *commands; /* [id - COMMAND_FIRST]: what entries of the Raft log mean */
    size_t command_count, command_room;
    uint64_t applied; /* the highest index that any node has applied, in this run */
    struct elector_output output;
    uint32_t *stopped; /* [partition]: deeds under way that stop produces to it */
    size_t stopped_room;
};

/* Ids of Raft entries that carry metadata, apart from those of clients' commands. */
#define COMMAND_FIRST (UINT64_C(1) << 56)

static inline struct brokers *brokers_of(const struct world *world)
{
    return world->brokers;
}

/* The copy of a partition at a position of its replicas. */
static inline struct replica *replica_at(const struct brokers *brokers, uint32_t partition,
                                         uint32_t position)
{
    return &brokers->replicas[(size_t)partition * brokers->layout->stride + position];
}

/* ---- life (called by the world and its nodes; each does nothing in a plan without topics) ---- */

void brokers_open(struct world *world);
void brokers_free(struct world *world);
void broker_start(struct world *world, struct node *node);
void broker_stop(struct world *world, struct node *node);
void broker_wipe(struct world *world, uint32_t id);
/* Raft applied the entries after `from` up to `to`; discarded: the host loop threw them away. */
void broker_apply(struct world *world, struct node *node, uint64_t from, uint64_t to,
                  bool discarded);
/* Raft's role, leader or term of the node changed. */
void broker_role(struct world *world, struct node *node);
/* Raft did not take a command. */
void broker_dropped(struct world *world, struct node *node, uint64_t command);
/* A message of a broker's kind has reached its node. */
void broker_receive(struct world *world, struct node *node, const struct packet *packet);
/* EVENT_BROKER: a timer of the broker; EVENT_PRODUCE: a client's record reaches it. */
void broker_event(struct world *world, struct event *event);

/* ---- what is so ---- */

/* Who leads the partition now: the running broker that took it over last; 0: none. */
uint32_t partition_leader(const struct world *world, uint32_t partition);
/* The broker's copy, or NULL: it has none. */
struct replica *broker_replica(const struct world *world, uint32_t broker, uint32_t partition);

/* ---- what actions do ---- */

/* Counted. */
void broker_silence(struct world *world, uint32_t id);
void broker_unsilence(struct world *world, uint32_t id);
void partition_stop(struct world *world, uint32_t partition);
void partition_resume(struct world *world, uint32_t partition);
/* A person demands an election of the partition, at the Raft leader (or at every elector that
 * would act). */
void partition_elect(struct world *world, uint32_t partition);

#endif
