/* A few cores wired together for tests of the core alone: messages are delivered at once and in
 * order, writes are durable at once, unless a test holds them back. */
#ifndef TESTS_UNIT_CLUSTER_H
#define TESTS_UNIT_CLUSTER_H

#include "raft/raft.h"

enum {
    CLUSTER_NODES = 9,
    CLUSTER_NOTES = 256,
    CLUSTER_READS = 64,
    CLUSTER_LOG = 128,
    CLUSTER_ENTRIES = 32
};

/* A message on its way, with room for what the core puts into bodies. */
struct packet {
    struct raft_message message;
    _Alignas(8) unsigned char body[CLUSTER_ENTRIES * sizeof(struct raft_entry)];
};

struct packets {
    struct packet at[512];
    uint32_t count;
};

/* Messages that wait for a write. */
struct unsent {
    struct packet at[64];
    uint32_t count;
};

struct write {
    struct raft_write write;
    struct raft_entry entries[CLUSTER_ENTRIES];
};

struct member {
    void *raft;
    const struct raft_view *view;
    struct raft_output output; /* of the last step */
    uint64_t deadline_ns;
    bool slow; /* its writes are durable when a test says so */
    struct unsent unsent;
    struct write writes[32]; /* not durable yet */
    uint32_t write_count;
    uint64_t behind_ns; /* its clock behind the cluster's */
    bool stands;        /* its clock stands, at this: */
    uint64_t stands_ns;
    struct raft_durable disk;
    struct raft_entry log[CLUSTER_LOG]; /* of the disk */
};

struct cluster {
    uint32_t count;
    uint64_t now_ns;
    struct raft_config config; /* of all, but for the id */
    struct raft_members members;
    struct member node[CLUSTER_NODES + 1]; /* by id */
    bool cut[CLUSTER_NODES + 1][CLUSTER_NODES + 1];
    struct packets network;
    struct raft_note notes[CLUSTER_NOTES]; /* said since last forgotten */
    uint32_t note_count;
    struct raft_read reads[CLUSTER_READS]; /* given out since last forgotten */
    uint32_t read_count;
};

/* etcd's own settings in tests: ten ticks of 100 ms, a heartbeat each tick. */
struct raft_options etcd_options(void);

/* Nodes 1 .. count, all of them voters, none started yet. */
struct cluster *cluster_new(uint32_t count, struct raft_options options);
/* The same, started. */
struct cluster *cluster_of(uint32_t count, struct raft_options options);
void cluster_free(struct cluster *cluster);

/* Before it is started: the node comes up with this term, vote, and a log of these terms. */
void cluster_load(struct cluster *cluster, uint32_t id, struct raft_durable durable,
                  const char *terms);
void cluster_start(struct cluster *cluster);
/* Crash and restart: only what the disk holds survives. */
void cluster_restart(struct cluster *cluster, uint32_t id);

void tell(struct cluster *cluster, uint32_t id, struct raft_input input);
void campaign(struct cluster *cluster, uint32_t id);
void propose(struct cluster *cluster, uint32_t id, uint64_t command);
void read_at(struct cluster *cluster, uint32_t id, uint64_t read);
void transfer(struct cluster *cluster, uint32_t from, uint32_t to);
/* A message from outside; the body of entries may be NULL. */
void receive(struct cluster *cluster, struct raft_message message,
             const struct raft_entry *entries);

/* Delivers until nothing is on its way; each node's answers too. */
void settle(struct cluster *cluster);
/* Forgets what is on its way. */
void lose_all(struct cluster *cluster);
void isolate(struct cluster *cluster, uint32_t id);
void heal(struct cluster *cluster);
/* The first `count` writes of the node that are not durable yet become so. */
void persist(struct cluster *cluster, uint32_t id, uint32_t count);
/* Time passes for all, or for one node's clock only, timers firing where they are due; messages
 * settle. */
void pass(struct cluster *cluster, uint64_t ns);
void pass_for(struct cluster *cluster, uint32_t only, uint64_t ns);

/* Node `id` asks at once, everybody hears, it leads. */
void elect(struct cluster *cluster, uint32_t id);
/* The only leader of the highest term, or 0. */
uint32_t leader_of(const struct cluster *cluster);
bool said(const struct cluster *cluster, enum raft_note_kind kind);
/* The reads answered since last asked, in order: "7@3 8 dropped", and forgets them. */
const char *reads_text(struct cluster *cluster, char *text, size_t room);
/* How many messages of this kind are on their way. */
uint32_t flying(const struct cluster *cluster, enum raft_message_kind kind);
/* The terms of a node's log from its first entry: "1 1 2". */
const char *log_text(const struct cluster *cluster, uint32_t id, char *text, size_t room);

#endif
