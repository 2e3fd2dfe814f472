/* The built-in Raft core: state and parts, for the files of this folder only.
 *
 *   core.c         the boundary; what one step changes and wants done
 *   receive.c      the rules of terms, and who handles which message
 *   timer.c        ticks and timeouts, without an event for each tick
 *   role.c         becoming follower, (pre-)candidate, leader; the quorum check
 *   election.c     votes asked for, given and counted
 *   leader.c       entries sent, acknowledged and committed; leadership transfer
 *   follower.c     entries received
 *   read.c         reads that need no entry of their own
 *   peers.c        who takes part
 *   log.c, progress.c, quorum.c   know nothing of this file */
#ifndef RAFT_CORE_H
#define RAFT_CORE_H

#include "raft/log.h"
#include "raft/progress.h"
#include "raft/quorum.h"
#include "raft/raft.h"

/* A message's size on the wire without its body. */
enum { WIRE_HEADER = 40 };

/* Bodies of messages: append carries its entries; the others one of these. */
struct body_reject {
    uint64_t hint; /* append_reply: where the logs may agree; its term is the message's log_term */
};

struct body_vote { /* raft-rs flavor: requests, and replies that refuse */
    uint64_t commit_term;
    int64_t priority;
};

struct body_propose {
    uint64_t id;
};

struct body_read {       /* read_index, and its reply */
    uint64_t id, origin; /* origin: who was asked first */
};

/* Time in units: whole ticks, or nanoseconds when there are no ticks. What has elapsed is
 * now - start; only what falls due costs a step. */
struct timer {
    uint64_t first_ns, tick_ns; /* unit n is reached at first + (n - 1) * tick */
    uint64_t now, next_ns;      /* units passed when last looked; when the next one is reached */
    uint64_t election_start;
    uint64_t heartbeat_start;
    uint64_t due, deadline_ns; /* when something falls due, unless `changed` since */
    uint64_t units_max;        /* a longer timeout is as good as infinite */
    uint64_t stream;           /* the stream of this term's draws */
    uint64_t draws;            /* draws made in this term; the stream is opened at the first */
    bool changed;
};

/* Votes counted in one candidacy, for both halves of a joint configuration. */
struct ballot {
    uint32_t number; /* peers counted in it carry this number */
    uint32_t size[2], yes[2], no[2];
};

/* A read that a leader has not answered yet. */
struct waiting_read {
    uint64_t id, origin;
    uint64_t round; /* a quorum must answer it first; 0: an entry of this term must be committed */
    uint64_t index; /* the commit index when its round began */
};

struct core {
    struct raft_view view;          /* role, term, vote, lead, commit, timeout ... live here */
    const struct raft_input *input; /* of the step under way */
    struct raft_output *output;
    uint32_t id;
    uint32_t attempts; /* campaigns since a leader was last heard of */
    bool started;
    bool promotable; /* may campaign: votes in its own configuration */
    bool dirty;      /* this step changed term, vote or log: it ends with a write */
    struct timer timer;
    struct ballot ballot;

    uint64_t ticket;     /* of the last write given out */
    uint64_t durable;    /* of the last write known to be durable */
    uint64_t unwritten;  /* the last write if it is not durable yet, this step's included; or 0 */
    uint64_t unmarked;   /* likewise, of writes with a new term or vote */
    uint64_t cut_ticket; /* of the last write that overwrote entries */
    uint64_t self_vote;  /* own vote counts when this write is durable; 0: counted or none */
    uint64_t stable;     /* last index of the log known to be durable */
    uint64_t offered;    /* entries up to here were given out to be applied */

    uint64_t round;        /* of heartbeats for reads: the last one begun. Above all before it, and
                              no less than its time, so that a lease may begin with it */
    uint64_t lease_end_ns; /* reads are answered at once before that, if options say so */
    uint32_t read_count;   /* reads that wait */

    /* From here on memory is reused by the next instance, not cleared. */
    struct raft_log log;
    struct peer *peers;         /* by ascending id, this node included */
    uint16_t *slots;            /* by id: 1 + position in peers, 0: not a member */
    uint16_t *voters;           /* positions in peers of all who vote */
    struct waiting_read *reads; /* by ascending round */
    size_t read_room;
    uint32_t peer_count, peer_room, slot_count, slot_room, voter_count;
    struct raft_options options;
    struct raft_members members;
};

/* core.c */
static inline struct peer *core_peer(const struct core *core, uint32_t id)
{
    uint32_t slot = id < core->slot_count ? core->slots[id] : 0;
    return slot ? &core->peers[slot - 1] : NULL;
}
struct raft_message *core_send(struct core *core, enum raft_message_kind kind, uint32_t to,
                               uint32_t body_size);

/* What a message claims must be durable before it leaves. Sync: a follower's or candidate's
 * messages wait for all that is unwritten; a leader's only for its vote (thesis section 10.2.1),
 * unless it has to write its entries first. Async (etcd): only replies that vote or acknowledge
 * claim anything. */
static inline uint64_t core_awaited(const struct core *core, enum raft_message_kind kind)
{
    const uint32_t claims =
        1u << RAFT_MSG_APPEND_REPLY | 1u << RAFT_MSG_VOTE_REPLY | 1u << RAFT_MSG_PREVOTE_REPLY;
    if (!core->unwritten)
        return 0;
    if (core->options.async_storage)
        return claims >> kind & 1 ? core->unwritten : 0;
    bool ahead = core->view.role == RAFT_LEADER && !core->options.leader_writes_first;
    return ahead ? core->unmarked : core->unwritten;
}

/* A message without a body: the way that heartbeats take. */
static inline struct raft_message *core_send_plain(struct core *core, enum raft_message_kind kind,
                                                   uint32_t to)
{
    struct raft_output *output = core->output;
    uint64_t wait = core_awaited(core, kind);
    if (output->message_count >= output->message_room)
        raft_output_reserve(output, 1);
    struct raft_message *message = &output->messages[output->message_count++];
    *message = (struct raft_message){0};
    message->kind = (uint8_t)kind;
    message->from = core->id;
    message->to = to;
    message->bytes = WIRE_HEADER;
    message->term = core->view.term;
    message->wait = wait;
    return message;
}

void core_note(struct core *core, struct raft_note note);
void core_set_term(struct core *core, uint64_t term);
void core_set_vote(struct core *core, uint32_t vote);
void core_append(struct core *core, const struct raft_entry *entries, uint64_t count);
void core_cut(struct core *core, uint64_t from);
void core_commit(struct core *core, uint64_t index);
static inline void *core_body(const struct core *core, const struct raft_message *message)
{
    return core->output->bodies + message->body;
}

/* peers.c */
void peers_seat(struct core *core);
void peers_close(struct core *core);

/* receive.c */
void receive_message(struct core *core);

/* timer.c */
void timer_open(struct core *core, uint64_t phase_ns);
void timer_run(struct core *core);
void timer_draw(struct core *core);
void timer_set(struct core *core, uint64_t timeout);
void timer_arm(struct core *core);
uint64_t timer_pass(struct core *core);

static inline uint64_t timer_now(struct core *core)
{
    struct timer *timer = &core->timer;
    uint64_t now_ns = core->input->now_ns;
    if (now_ns < timer->next_ns)
        return timer->now;
    if (now_ns - timer->next_ns >= timer->tick_ns)
        return timer_pass(core);
    timer->next_ns += timer->tick_ns;
    return ++timer->now;
}

static inline void timer_restart(struct core *core)
{
    core->timer.election_start = timer_now(core);
    core->timer.changed = true;
}

static inline uint64_t timer_elapsed(struct core *core)
{
    return timer_now(core) - core->timer.election_start;
}

/* role.c */
void role_follower(struct core *core, uint64_t term, uint32_t lead);
void role_pre_candidate(struct core *core);
void role_candidate(struct core *core);
void role_leader(struct core *core);
void role_check_quorum(struct core *core);

/* election.c */
void election_hup(struct core *core, enum raft_note_kind why);
void election_count_self(struct core *core);
bool election_in_lease(struct core *core, const struct raft_message *message);
void election_on_stale(struct core *core, const struct raft_message *message);
void election_on_vote(struct core *core, const struct raft_message *message);
void election_on_reply(struct core *core, const struct raft_message *message);

/* leader.c */
void leader_send(struct core *core, struct peer *peer);
void leader_send_all(struct core *core);
void leader_heartbeat(struct core *core);
void leader_abort_transfer(struct core *core);
void leader_acknowledge(struct core *core, struct peer *peer, uint64_t index);
void leader_on_append_reply(struct core *core, struct peer *peer, const struct raft_message *reply);
void leader_on_heartbeat_reply(struct core *core, struct peer *peer,
                               const struct raft_message *reply);
void leader_on_unreachable(struct core *core, uint32_t id);
void leader_on_propose(struct core *core, uint64_t id);
void leader_on_transfer(struct core *core, uint32_t target);

/* follower.c */
void follower_on_append(struct core *core, const struct raft_message *message);
void follower_on_heartbeat(struct core *core, const struct raft_message *message);
void follower_on_forget_leader(struct core *core);

/* read.c */
void read_on_ask(struct core *core, uint64_t id, uint64_t origin);
void read_on_reply(struct core *core, const struct raft_message *reply);
void read_on_round(struct core *core, struct peer *peer, uint64_t round);
void read_resume(struct core *core);
void read_forget(struct core *core);

/* What a heartbeat asks its receiver to say back; 0: nothing. */
static inline uint64_t read_round(const struct core *core)
{
    return core->read_count ? core->round : 0;
}

#endif
