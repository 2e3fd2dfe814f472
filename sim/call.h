/* Calls: commands and reads whose clients wait for an answer, and what nodes have applied to answer
 * them with. Only a plan in which some client reads has them; others pay a test for NULL. */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "sim/prefix.h"
#include "sim/world.h"

/* What happens to a call (event.input of EVENT_CALL). */
enum call_event {
    CALL_NEXT,    /* a client's next read is due; number: the client */
    CALL_ARRIVES, /* a read reaches its node */
    CALL_ENDS,    /* an answer reaches the client */
    CALL_LATE,    /* a look at what has not been answered in time; number: the client */
};

struct call {
    uint64_t index;             /* a read: the node answers when it has applied so much */
    uint64_t expires_ns;        /* unknown, if it has not been answered by then */
    uint32_t client;            /* number; 0: the plan's own `propose` */
    uint32_t sequence;          /* among its client's of its kind, from 0 */
    uint32_t node, incarnation; /* who took it; 0: nobody yet */
    uint32_t prefix;            /* what that node had applied when it answered */
    uint32_t hint;              /* whom it believed to lead then */
    uint32_t key;               /* the register that it is about */
    uint8_t kind;               /* enum call_kind */
    uint8_t outcome;            /* enum call_outcome, as its client knows it */
    bool served, refused;       /* its node has answered; refused: that it did not take it */
};

/* A client's side. Calls end in the order in which they expire, so those open are a queue. */
struct caller {
    uint64_t keys[2]; /* of the chance of its commands, of its reads: enum call_kind */
    uint32_t counts[2];
    uint64_t *open; /* ids, [first .. count), some of which have ended */
    size_t first, count, room;
    bool watching; /* a look at the first is planned */
};

/* A node's state machine, and reads that wait for it. */
struct machine {
    uint32_t prefix; /* what it holds */
    uint64_t *waiting;
    size_t count, room;
};

struct calls {
    struct prefixes prefixes;
    struct call *items; /* [id - 1]; ids are those of commands, reads take theirs from the same */
    size_t room;
    uint64_t arriving;        /* the command that its node is being told of; 0: none */
    struct caller *callers;   /* [client] */
    struct machine *machines; /* [node] */
    uint32_t caller_room, machine_room;
};

/* Forgets the last run; makes what the plan needs, or nothing. */
void calls_open(struct world *world);
/* Schedules each client's first read. */
void calls_begin(struct world *world);
void calls_free(struct world *world);

/* ---- each of these only if world->calls ---- */

/* A client (0: the plan) sends a command to a node. */
void call_command(struct world *world, uint64_t id, uint32_t client, uint32_t to);
/* It is being told to the node: what the node drops now it never took. Then it has been. */
void call_reach(struct world *world, const struct node *node, uint64_t id);
void call_reached(struct world *world);
/* Raft at the node did not take a command. */
void call_dropped(struct world *world, struct node *node, uint64_t id);
/* The node starts from its disk: it has applied nothing. */
void call_start(struct world *world, const struct node *node);
/* Raft's reads of the node's last step. */
void call_reads(struct world *world, struct node *node);
/* Raft applied the entries after `from` up to `to`. */
void call_apply(struct world *world, struct node *node, uint64_t from, uint64_t to);
/* EVENT_CALL. */
void call_event(struct world *world, struct event *event);

static inline struct call *call_at(const struct world *world, uint64_t id)
{
    return &world->calls->items[id - 1];
}

/* What is in the call's register in what it was answered with: the last command of that key; 0:
 * none. */
uint64_t call_value(const struct world *world, const struct call *call);

#endif
