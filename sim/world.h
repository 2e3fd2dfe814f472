/* Everything that is simulated, and the loop that moves it forward. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "raft/raft.h"
#include "sim/base.h"
#include "sim/queue.h"
#include "sim/record.h"
#include "sim/rng.h"
#include "sim/scenario.h"

/* A message on its way: one flat block, owned by its event. */
struct packet {
    struct packet *next; /* in a pool, on a write that it waits for, or held back by a deed */
    uint64_t id;         /* of the message; until it is sent: when its host may send it */
    uint32_t size_class;
    uint32_t incarnation; /* of the sender, while it waits for the sender's disk */
    struct raft_message label;
    _Alignas(8) unsigned char body[];
};

/* A write that its node has issued and that is not yet durable. */
struct pending {
    struct raft_write write; /* entries: a copy, in `entries` */
    struct raft_entry *entries;
    size_t entry_room;
    uint64_t number; /* of the node's writes */
    bool done;       /* durable; its node, held, has not heard of it yet */
    struct packet *waiting, **waiting_end;
};

struct disk {
    struct raft_durable durable; /* what a crash leaves; entries in `log` */
    struct raft_entry *log;
    size_t log_room;
    struct pending *queue; /* ring: oldest first, at [head .. head + count) & (room - 1) */
    size_t room, head, count;
    struct pending *lied; /* said to be durable, and not: oldest first */
    size_t lied_count, lied_room;
    uint64_t writes;             /* issued ever */
    uint64_t batch;              /* writes of the sync in progress, from the oldest; 0: idle */
    uint64_t sync;               /* which sync is in progress: the number of its event */
    bool overdue;                /* its time has come, but the disk is stalled */
    uint64_t durable_ticket;     /* all writes up to it are (said to be) durable */
    uint32_t stalls, full, lies; /* deeds under way; they count, so that they may overlap */
    uint32_t blocks;             /* deeds under way that make writes hold the node */
    uint32_t unblocks;           /* deeds under way that make writes not hold it */
    bool lose, tear;             /* at its next crash */
    bool holds_node;             /* its node is held by a write in progress */
    bool full_down;              /* its node is down because a write failed */
};

/* The node's own clock: own = base_own + (now - base_ns) * (1 + ppm / 10^6). */
struct clock {
    uint64_t base_ns, base_own_ns;
    int64_t ppm;
    uint64_t highest_own_ns; /* a clock set back stands still until it has caught up */
};

struct node {
    void *raft;
    const struct raft_view *view;
    /* As last seen, so that a change becomes a record. */
    uint64_t term, commit, applied;
    uint32_t vote, lead;
    enum raft_role role;
    uint32_t id;
    bool running;                  /* started and not crashed; it may still be held */
    uint32_t downs;                /* reasons to be down: it starts when the last one ends */
    uint32_t holds;                /* reasons to stand still: pauses, and a disk that blocks it */
    bool stands;                   /* last said to stand still */
    bool awaits_start;             /* started while it was held: it has not stepped yet */
    uint32_t incarnation;          /* starts so far */
    uint64_t held_own_ns;          /* its own clock when it was held */
    bool timed;                    /* a timer is wanted */
    uint64_t deadline_own_ns;      /* when, by its own clock */
    bool armed_any;                /* an entry of this node is in the queue and is the live one */
    struct moment wanted, armed;   /* when the timer is due; which queue entry is the live one */
    uint64_t busy_until_ns, steps; /* slow nodes */
    uint64_t chance_key;
    uint64_t tick_phase_ns; /* on its own clock */
    struct clock clock;
    struct disk disk;
    struct raft_options options; /* now in force */
    bool burst;
    uint32_t host; /* faults of its host loop now in force: enum host_fault, a bit each */
    struct packet *queued, **queued_end; /* what its host is about to send, in order */
    uint64_t sender_free_ns; /* shared_send_queue: when its sender is done with a peer */
    struct event *inbox;     /* what arrived while it was held, in order */
    size_t inbox_count, inbox_room;
};

/* An item of the plan that took effect. */
struct deed {
    uint32_t number; /* in the world's table */
    uint32_t item;   /* position in the scenario's items */
    const struct action *action;
    const void *params;        /* item->params, const */
    uint64_t key;              /* of its chance */
    uint64_t began_ns, end_ns; /* end_ns: NS_MAX: not planned */
    bool running;              /* begun and not ended */
    struct raft_set nodes;     /* what it holds: nodes, */
    struct raft_set from, to;  /* or links from .. to .. (and back, if both) */
    bool both;
    struct raft_set healed; /* links with both ends in here are no longer its business */
    uint32_t side_count;    /* partition */
    struct raft_set *sides; /* memory kept for the next run */
    uint32_t side_room;
    uint32_t *partitions; /* whose produces it stops, or leaders it elects; memory kept as sides' */
    size_t partition_count, partition_room;
    uint64_t turns;                  /* how often its links were cut or mended; odd: cut now */
    struct packet *held, **held_end; /* hold: messages kept back */
};

struct client {
    uint64_t key, ticks;
    uint32_t believed; /* whom it thinks is the leader; 0: nobody */
};

/* The verdict of an invariant; the first ends the run. */
struct judge {
    bool broken;
    const char *rule;
    uint64_t at_ns;
    struct raft_set nodes;
    char detail[240];
};

/* Who wants to see records. */
struct subscription {
    void (*observe)(void *state, struct world *world, const struct record *record);
    void *state;
    uint32_t messages; /* of sent, delivered, lost, duplicated: only these kinds of message, a bit
                          each; 0: all */
};
enum { SUBSCRIPTIONS_MAX = 64 };

enum run_end {
    RUN_GOES_ON,
    RUN_DURATION,
    RUN_UNTIL,
    RUN_BROKEN,
    RUN_NOTHING_LEFT,
    RUN_LIMIT,
    RUN_MISSED_TARGET
};

struct world {
    const struct scenario *scenario;
    const struct raft_backend *backend;
    const struct raft_backend *forced_backend; /* instead of the scenario's; NULL: the scenario's */
    uint64_t seed;
    uint64_t now_ns;
    uint64_t events;              /* that stepped a node or changed the world */
    uint64_t popped, event_limit; /* events taken from the queue, and how many may be */
    uint64_t time_limit_ns;       /* for a plan without a duration */
    uint64_t end_ns;
    bool stopped; /* a rule is broken, `until` is met or a target was missed: no more events */
    bool ended;
    struct queue queue;
    struct node *nodes; /* [1 .. node_count] */
    uint32_t node_count, node_room;
    struct raft_output output;
    struct trace_hash hash;
    struct judge judge;
    /* Network. Tables are [from * stride + to]. */
    uint32_t stride;
    size_t link_room;
    uint16_t *cuts;         /* deeds that lose all on the link; up at 0 */
    uint32_t *link_sent;    /* [(from * stride + to) * RAFT_MSG_KINDS + kind] */
    uint64_t *link_last_ns; /* fifo links: last planned arrival */
    uint64_t message_ids;
    uint64_t latency_base, loss_base, duplicate_base; /* rng_base of this run */
    bool costly_steps;                                /* the plan gives each step a time */
    struct packet *pool[32];                          /* free blocks by size class */
    /* Plan. */
    struct deed *deeds; /* all that began; a number never changes */
    uint32_t deed_count, deed_room;
    uint32_t *senders, *writers, *steppers; /* running deeds with on_send, on_write, on_step */
    uint32_t sender_count, writer_count, stepper_count, active_room;
    uint32_t *item_turns; /* chaos: how often each item came up */
    uint32_t *item_seen;  /* `when`: records counted so far; the last is `until` */
    uint64_t when_kinds;  /* record kinds that some `when` waits for */
    bool until_met;
    uint32_t missed_item; /* 1 + the item that hit nothing and had to; 0: none */
    struct client *clients;
    uint32_t client_room;
    uint64_t commands; /* ids of proposals given out */
    struct subscription subscriptions[SUBSCRIPTIONS_MAX];
    uint32_t subscription_count;
    /* By kind of record and of message (0 where there is none): which subscriptions, a bit each. */
    uint64_t audience[RECORD_KINDS][RAFT_MSG_KINDS];
    void *health;            /* sim/health.h: who serves, who reaches whom */
    void *chains;            /* sim/chain.h: what the logs hold, by hash */
    struct brokers *brokers; /* sim/broker.h; NULL: the plan has no topics */
    struct calls *calls;     /* sim/call.h; NULL: no client of the plan reads */
    void *witness;           /* sim/witness.h: what clients were told */
};

/* ---- life of a run ---- */

/* A world of its own, empty. It keeps its memory from run to run. */
struct world *world_new(void);
/* Prepares a run: all before time 0. Observers subscribe between this and the first step. */
void world_open(struct world *world, const struct scenario *scenario, uint64_t seed);
/* Schedules the start of the plan: call once, after the observers have subscribed. */
void world_begin(struct world *world);
/* The next event happens. Anything but RUN_GOES_ON: the run is over, nothing happened. */
enum run_end world_step(struct world *world);
void world_free(struct world *world);

/* ---- records ---- */

/* Those who subscribed first are told first. */
void world_subscribe(struct world *world, uint64_t kinds, struct subscription subscription);
void world_tell(struct world *world, const struct record *record);
/* Something has happened now. Everyone who wants to know is told before this returns. Inline, so
 * that a record is made where it stays: half of what a message costs is its two records. */
static inline void world_emit(struct world *world, struct record record)
{
    record.at_ns = world->now_ns;
    world_tell(world, &record);
}
/* An invariant is broken: the run ends after this event. `nodes` are ids, 0 = none. */
void world_break(struct world *world, const char *rule, uint32_t a, uint32_t b, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));
/* An EVENT_ALARM at that time, so that an observer's deadline ends a silence. */
void world_alarm(struct world *world, uint64_t at_ns);

/* ---- what is so ---- */

/* Started, not crashed, not held. */
bool node_runs(const struct world *world, uint32_t id);
/* Up: no deed loses everything on it. A node always reaches itself. */
bool link_up(const struct world *world, uint32_t from, uint32_t to);
/* The running leader of the highest term; 0: none. */
uint32_t world_leader(const struct world *world);
bool is_voter(const struct world *world, uint32_t id);
/* Its name in the plan; "nobody" for 0. */
const char *world_name(const struct world *world, uint32_t id);

/* ---- what actions do (sim/process.c, node.c, net.c, disk.c, clock.c) ---- */

/* Counted: a node is down while anything keeps it down. First reason: a crash. */
void node_take_down(struct world *world, uint32_t id);
void node_let_up(struct world *world, uint32_t id);
/* Counted: a held node keeps its memory; what arrives waits in its inbox. */
void node_hold(struct world *world, uint32_t id);
void node_release(struct world *world, uint32_t id);
/* It comes back with these options changed; NULL: with those that it had. */
void node_change(struct world *world, uint32_t id, const struct option_changes *changes);
/* Forgets all that its disk holds; the node must be down. */
void node_wipe(struct world *world, uint32_t id);
/* An input from the plan: CAMPAIGN, SET_TIMEOUT, TRANSFER ... A node that is down ignores it. */
void node_input(struct world *world, uint32_t id, struct raft_input input);
/* Proposes a new command at a node, as client 0. */
void node_propose(struct world *world, uint32_t id);

/* Counted, directed. Emit a `links` record once after a batch of changes. */
void link_cut(struct world *world, uint32_t from, uint32_t to);
void link_mend(struct world *world, uint32_t from, uint32_t to);
/* Sends on a message that was held back. Takes the packet. */
void net_release(struct world *world, struct packet *packet);

/* After a change of stalls, full, lies, blocks: what can go on goes on. */
void disk_changed(struct world *world, uint32_t id);
/* Lies end: what was said to be durable becomes so. */
void disk_settle(struct world *world, uint32_t id);

void clock_jump(struct world *world, uint32_t id, int64_t by_ns);
void clock_drift(struct world *world, uint32_t id, int64_t ppm);
/* After a change of its clock: the timer is set anew. */
void node_rearm(struct world *world, uint32_t id);

/* ---- deeds (sim/plan.c) ---- */

/* The nodes that targets mean now, drawn by the deed's own chance. `others`: nodes that
 * TARGET_OTHERS leaves out. False: some target fits nobody. */
bool targets_resolve(struct world *world, struct deed *deed, const struct targets *targets,
                     const struct raft_set *others, struct raft_set *nodes);
/* Does the deed cover this link? */
bool deed_covers(const struct deed *deed, uint32_t from, uint32_t to);
/* Draw n for this deed and a link (or node) of it. */
uint64_t deed_draw(const struct deed *deed, uint64_t a, uint64_t b, uint64_t n);
/* Ends a running deed now. */
void deed_end(struct world *world, uint32_t number);
/* Wakes the deed (action->wake) at that time, while it runs. */
void deed_wake_at(struct world *world, struct deed *deed, uint64_t at_ns);

#endif
