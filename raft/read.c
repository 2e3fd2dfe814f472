/* Reads that need no entry of their own (thesis section 6.4; etcd's and raft-rs's ReadIndex): the
 * leader remembers its commit index, makes sure that it still leads, and whoever was asked answers
 * once it has applied so much. */
#include "raft/core.h"
#include "raft/room.h"

static void drop(struct core *core, const struct waiting_read *read)
{
    if (read->origin == core->id)
        raft_output_read(core->output, (struct raft_read){.id = read->id, .dropped = true});
}

static struct raft_message *send_read(struct core *core, enum raft_message_kind kind, uint32_t to,
                                      const struct waiting_read *read)
{
    struct raft_message *message = core_send(core, kind, to, sizeof(struct body_read));
    *(struct body_read *)core_body(core, message) = (struct body_read){read->id, read->origin};
    return message;
}

/* All up to its index was committed when it was asked, and nobody else led then. */
static void grant(struct core *core, const struct waiting_read *read)
{
    if (read->origin == core->id)
        raft_output_read(core->output, (struct raft_read){.id = read->id, .index = read->index});
    else
        send_read(core, RAFT_MSG_READ_INDEX_REPLY, (uint32_t)read->origin, read)->index =
            read->index;
}

/* The latest round that a majority of both halves has answered. */
static uint64_t answered(const struct core *core)
{
    uint64_t rounds[2][RAFT_VOTERS_MAX];
    uint32_t count[2] = {0, 0};
    for (uint32_t i = 0; i < core->voter_count; i++) {
        const struct peer *peer = &core->peers[core->voters[i]];
        uint64_t round = peer->id == core->id ? core->round : peer->round;
        if (peer->part & PEER_INCOMING)
            rounds[0][count[0]++] = round;
        if (peer->part & PEER_OUTGOING)
            rounds[1][count[1]++] = round;
    }
    uint64_t round = quorum_index(rounds[0], count[0]);
    uint64_t other = quorum_index(rounds[1], count[1]);
    round = other < round ? other : round;
    return round < core->round ? round : core->round;
}

/* A quorum that answered follows nobody else until its lease has ended, counted from when it was
 * asked (section 6.4.1). */
static void extend_lease(struct core *core, uint64_t round)
{
    uint64_t end_ns = round + core->options.read_lease_ns;
    if (core->options.read_lease_ns && end_ns > core->lease_end_ns && !core->view.transferee)
        core->lease_end_ns = end_ns;
}

static void settle(struct core *core)
{
    uint64_t round = answered(core);
    uint32_t done = 0, left = 0;
    while (done < core->read_count && core->reads[done].round && core->reads[done].round <= round)
        grant(core, &core->reads[done++]);
    if (done == 0)
        return;
    extend_lease(core, round);
    for (; done < core->read_count; done++)
        core->reads[left++] = core->reads[done];
    core->read_count = left;
}

void read_on_round(struct core *core, struct peer *peer, uint64_t round)
{
    peer->round = round;
    if (core->read_count)
        settle(core);
}

/* Rounds never share a number: an answer to an earlier one proves nothing for a later read, though
 * the clock may stand still between them (etcd raft, pull request 397). */
static void begin_round(struct core *core)
{
    uint64_t now_ns = core->input->now_ns;
    core->round = now_ns > core->round ? now_ns : core->round + 1;
}

static void ask_quorum(struct core *core)
{
    leader_heartbeat(core);
    settle(core); /* it may be the only voter */
}

/* Before a leader has committed an entry of its own term it may not know of all that is committed
 * (section 6.4, step 1). */
static bool knows_commit(const struct core *core)
{
    return log_term(&core->log, core->view.commit) == core->view.term;
}

static bool in_lease(const struct core *core)
{
    if (core->options.read != RAFT_READ_LEASE)
        return false;
    return core->options.read_lease_ns == 0 || core->input->now_ns < core->lease_end_ns;
}

static void enqueue(struct core *core, const struct waiting_read *read)
{
    core->reads =
        room_for(core->reads, &core->read_room, core->read_count + 1u, sizeof *core->reads);
    core->reads[core->read_count++] = *read;
}

/* raft-rs does not wait for the entry of its term; etcd since 3.5, and the thesis, do. */
static void take(struct core *core, struct waiting_read read)
{
    read.index = core->view.commit;
    if (!knows_commit(core)) {
        if (core->options.flavor == RAFT_RAFT_RS)
            drop(core, &read);
        else
            enqueue(core, &read);
        return;
    }
    if (in_lease(core)) {
        grant(core, &read);
        return;
    }
    begin_round(core);
    read.round = core->round;
    enqueue(core, &read);
    ask_quorum(core);
}

void read_on_ask(struct core *core, uint64_t id, uint64_t origin)
{
    struct waiting_read read = {.id = id, .origin = origin, .index = core->view.applied};
    if (core->options.read == RAFT_READ_LOCAL)
        grant(core, &read);
    else if (core->view.role == RAFT_LEADER)
        take(core, read);
    else if (core->view.lead !=
             RAFT_NONE) /* of no term: whoever leads when it arrives may answer */
        send_read(core, RAFT_MSG_READ_INDEX, core->view.lead, &read)->term = 0;
    else
        drop(core, &read);
}

/* raft-rs learns what is committed from it too. */
void read_on_reply(struct core *core, const struct raft_message *reply)
{
    const struct body_read *body = core->input->body;
    must(reply->body_size >= sizeof *body);
    if (core->view.role != RAFT_FOLLOWER || body->origin != core->id)
        return;
    if (core->options.flavor == RAFT_RAFT_RS && reply->index > core->view.commit &&
        reply->index <= core->log.last && log_matches(&core->log, reply->index, reply->term))
        core_commit(core, reply->index);
    raft_output_read(core->output, (struct raft_read){.id = body->id, .index = reply->index});
}

/* An entry was committed, perhaps the first of this term: reads that waited for it are asked for
 * together. */
void read_resume(struct core *core)
{
    if (core->reads[0].round || !knows_commit(core))
        return;
    begin_round(core);
    for (uint32_t i = 0; i < core->read_count && !core->reads[i].round; i++) {
        core->reads[i].round = core->round;
        core->reads[i].index = core->view.commit;
    }
    ask_quorum(core);
}

/* It leads no more: what it was asked is not answered. Whoever was asked by others is not told. */
void read_forget(struct core *core)
{
    for (uint32_t i = 0; i < core->read_count; i++)
        drop(core, &core->reads[i]);
    core->read_count = 0;
}
