/* A leader's work: entries sent, acknowledged, committed (paper sections 5.3, 5.4), and its
 * leadership handed over (thesis section 3.10). */
#include "raft/core.h"

#include <string.h>

static bool eager(const struct core *core)
{
    return core->options.flavor == RAFT_ETCD;
}

static struct raft_message *write_append(struct core *core, const struct peer *peer, uint64_t count)
{
    uint32_t size = (uint32_t)(count * sizeof(struct raft_entry));
    uint64_t round = core->options.flavor == RAFT_PAPER ? read_round(core) : 0;
    struct raft_message *append =
        core_send(core, RAFT_MSG_APPEND, peer->id, size + (round ? (uint32_t)sizeof round : 0));
    append->index = peer->next - 1;
    append->log_term = log_term(&core->log, append->index);
    append->commit = core->view.commit;
    append->entry_count = (uint32_t)count;
    if (count)
        memcpy(core_body(core, append), &core->log.entries[peer->next - core->log.first], size);
    if (round)
        memcpy((unsigned char *)core_body(core, append) + size, &round, sizeof round);
    return append;
}

static bool is_full(const struct core *core, const struct peer *peer)
{
    return peer->state == PROGRESS_REPLICATE &&
           inflight_full(&peer->inflight, core->options.inflight_max);
}

/* Entries that may go into one append now. With its window full, etcd's leader still sends empty
 * ones, so that a follower which lost the others is heard of again. */
static uint64_t sendable(const struct core *core, const struct peer *peer)
{
    uint64_t most = core->options.entries_max;
    if (is_full(core, peer))
        return 0;
    must(peer->next <= core->log.last + 1);
    uint64_t count = core->log.last + 1 - peer->next;
    return most && count > most ? most : count;
}

static bool is_paused(const struct core *core, const struct peer *peer)
{
    if (core->options.flavor == RAFT_RAFT_RS && is_full(core, peer))
        return true;
    return peer->paused || peer->state == PROGRESS_SNAPSHOT ||
           !log_knows(&core->log, peer->next - 1);
}

static bool try_append(struct core *core, struct peer *peer, bool even_empty)
{
    must(peer->id != core->id);
    if (is_paused(core, peer))
        return false;
    uint64_t count = sendable(core, peer);
    if (count == 0 && !even_empty)
        return false;
    write_append(core, peer, count);
    progress_sent(peer, count, core->options.inflight_max);
    peer->sent_commit = core->view.commit;
    return true;
}

void leader_send(struct core *core, struct peer *peer)
{
    try_append(core, peer, true);
}

void leader_send_all(struct core *core)
{
    must(core->view.role == RAFT_LEADER);
    for (struct peer *peer = core->peers, *end = peer + core->peer_count; peer < end; peer++)
        if (peer->id != core->id)
            try_append(core, peer, true);
}

/* Section 5.2: the paper's heartbeat is an append without entries, behind those on their way; a
 * follower still probed is sent its entries again, for they may be lost. */
static void append_as_heartbeat(struct core *core, struct peer *peer)
{
    peer->paused = false;
    if (is_paused(core, peer))
        return;
    if (peer->state == PROGRESS_PROBE)
        leader_send(core, peer);
    else
        write_append(core, peer, 0);
}

static void append_heartbeats(struct core *core)
{
    for (struct peer *peer = core->peers, *end = peer + core->peer_count; peer < end; peer++)
        if (peer->id != core->id)
            append_as_heartbeat(core, peer);
}

/* A heartbeat of the libraries looks at no log, so it must not commit beyond what is known to
 * match. */
void leader_heartbeat(struct core *core)
{
    struct raft_output *output = core->output;
    must(core->view.role == RAFT_LEADER);
    if (core->options.flavor == RAFT_PAPER) {
        append_heartbeats(core);
        return;
    }
    raft_output_reserve(output, core->peer_count);
    struct raft_message *message = output->messages + output->message_count;
    const struct raft_message heartbeat = {.kind = RAFT_MSG_HEARTBEAT,
                                           .from = core->id,
                                           .bytes = WIRE_HEADER,
                                           .term = core->view.term,
                                           .index = read_round(core),
                                           .wait = core_awaited(core, RAFT_MSG_HEARTBEAT)};
    uint64_t commit = core->view.commit;
    for (struct peer *peer = core->peers, *end = peer + core->peer_count; peer < end; peer++) {
        if (peer->id == heartbeat.from)
            continue;
        *message = heartbeat;
        message->to = peer->id;
        peer->sent_commit = message->commit = commit < peer->match ? commit : peer->match;
        message++;
    }
    output->message_count = (uint32_t)(message - output->messages);
}

/* Section 5.4.2: only an entry of the leader's own term is committed by counting. */
static bool commit_by_count(struct core *core)
{
    uint64_t matches[2][RAFT_VOTERS_MAX];
    uint32_t count[2] = {0, 0};
    must(core->view.role == RAFT_LEADER);
    for (uint32_t i = 0; i < core->voter_count; i++) {
        const struct peer *peer = &core->peers[core->voters[i]];
        if (peer->part & PEER_INCOMING)
            matches[0][count[0]++] = peer->match;
        if (peer->part & PEER_OUTGOING)
            matches[1][count[1]++] = peer->match;
    }
    uint64_t index = quorum_index(matches[0], count[0]);
    uint64_t other = quorum_index(matches[1], count[1]);
    index = other < index ? other : index;
    if (index == UINT64_MAX || index <= core->view.commit ||
        log_term(&core->log, index) != core->view.term)
        return false;
    core_commit(core, index);
    return true;
}

static void send_timeout_now(struct core *core, uint32_t to)
{
    core_send_plain(core, RAFT_MSG_TIMEOUT_NOW, to);
}

/* etcd remembers which commit index it told each peer; raft-rs tells one that was held back. */
static bool misses_commit(const struct core *core, const struct peer *peer, bool held)
{
    if (!eager(core))
        return held && core->options.flavor == RAFT_RAFT_RS;
    return core->view.commit > peer->sent_commit && peer->sent_commit < peer->next - 1;
}

static void spread(struct core *core, struct peer *peer, bool committed, bool held)
{
    bool other = peer->id != core->id;
    if (committed && core->options.flavor != RAFT_PAPER)
        leader_send_all(core);
    else if (other && misses_commit(core, peer, held))
        leader_send(core, peer);
    while (other && try_append(core, peer, false))
        ;
}

void leader_acknowledge(struct core *core, struct peer *peer, uint64_t index)
{
    bool held = is_paused(core, peer);
    bool found = peer->state == PROGRESS_PROBE && index == peer->match &&
                 core->options.flavor != RAFT_RAFT_RS;
    if (index > core->log.last) /* only a disk that lied makes a peer claim more than there is */
        return;
    if (!progress_matched(peer, index) && !found)
        return;
    if (peer->state == PROGRESS_PROBE)
        progress_replicate(peer);
    else if (peer->state == PROGRESS_REPLICATE)
        inflight_free_to(&peer->inflight, index);
    bool committed = peer->match > core->view.commit && commit_by_count(core);
    spread(core, peer, committed, held);
    if (committed && core->read_count)
        read_resume(core);
    if (peer->id == core->view.transferee && peer->match == core->log.last)
        send_timeout_now(core, peer->id);
}

/* The leader skips back by terms as well: where its own term is above the hint's, no match can
 * be. */
static void on_rejection(struct core *core, struct peer *peer, const struct raft_message *reply)
{
    const struct body_reject *body = core->input->body;
    must(reply->body_size >= sizeof *body);
    uint64_t hint = body->hint;
    if (reply->log_term)
        hint = log_seek_term(&core->log, hint, reply->log_term);
    if (!progress_rejected(peer, reply->index, hint))
        return;
    if (peer->state == PROGRESS_REPLICATE)
        progress_probe(peer);
    leader_send(core, peer);
}

void leader_on_append_reply(struct core *core, struct peer *peer, const struct raft_message *reply)
{
    peer->active = true;
    if (reply->commit > peer->round)
        read_on_round(core, peer, reply->commit);
    if (reply->reject)
        on_rejection(core, peer, reply);
    else
        leader_acknowledge(core, peer, reply->index);
}

/* Who answers can be sent to again. etcd probes once more even if nothing is missing, to return
 * to replication; raft-rs opens its window by one. */
void leader_on_heartbeat_reply(struct core *core, struct peer *peer,
                               const struct raft_message *reply)
{
    peer->active = true;
    peer->paused = false;
    if (reply->index > peer->round)
        read_on_round(core, peer, reply->index);
    bool probed = peer->state == PROGRESS_PROBE;
    if (core->options.flavor == RAFT_RAFT_RS) {
        probed = false;
        if (is_full(core, peer))
            inflight_free_first(&peer->inflight);
    }
    if (peer->match < core->log.last || probed)
        leader_send(core, peer);
}

/* The transport lost a message: what was sent ahead may have been lost with it. */
void leader_on_unreachable(struct core *core, uint32_t id)
{
    struct peer *peer = core_peer(core, id);
    if (core->view.role == RAFT_LEADER && peer && peer->state == PROGRESS_REPLICATE)
        progress_probe(peer);
}

static void note_proposal(struct core *core, enum raft_note_kind kind, uint64_t id)
{
    core_note(core, (struct raft_note){.kind = (uint8_t)kind,
                                       .peer = core->view.lead,
                                       .term = core->view.term,
                                       .value = id});
}

void leader_on_propose(struct core *core, uint64_t id)
{
    bool leader = core->view.role == RAFT_LEADER;
    must(id > 0); /* 0 is a new leader's own */
    if (core->view.lead == RAFT_NONE ||
        (leader && (core->view.transferee || !core_peer(core, core->id)))) {
        note_proposal(core, RAFT_NOTE_PROPOSAL_DROPPED, id);
        return;
    }
    if (leader) {
        core_append(core, &(struct raft_entry){.term = core->view.term, .id = id}, 1);
        leader_send_all(core);
        return;
    }
    struct raft_message *propose =
        core_send(core, RAFT_MSG_PROPOSE, core->view.lead, sizeof(struct body_propose));
    propose->term = 0; /* of no term: whoever leads when it arrives may take it */
    ((struct body_propose *)core_body(core, propose))->id = id;
    note_proposal(core, RAFT_NOTE_PROPOSAL_FORWARDED, id);
}

/* Thesis section 3.10: a transfer that takes an election timeout has failed; the leader goes on. */
void leader_abort_transfer(struct core *core)
{
    if (core->view.transferee == RAFT_NONE)
        return;
    core_note(core, (struct raft_note){.kind = RAFT_NOTE_TRANSFER_ABORTED,
                                       .peer = core->view.transferee,
                                       .term = core->view.term});
    core->view.transferee = RAFT_NONE;
}

/* Thesis section 3.10: proposals stop, the target's log is completed, then it is told to campaign
 * at once. Another transfer replaces one under way; the same one again changes nothing. */
void leader_on_transfer(struct core *core, uint32_t target)
{
    struct peer *peer = core_peer(core, target);
    if (core->view.role != RAFT_LEADER || !peer || !(peer->part & PEER_VOTER) ||
        target == core->view.transferee || target == core->id) {
        if (core->view.role == RAFT_LEADER && target == core->id)
            core->view.transferee = RAFT_NONE;
        core_note(core, (struct raft_note){.kind = RAFT_NOTE_INPUT_REFUSED, .peer = target});
        return;
    }
    timer_restart(core);
    core->view.transferee = target;
    core->lease_end_ns = 0; /* its voters do not keep to the lease */
    if (peer->match == core->log.last)
        send_timeout_now(core, target);
    else
        leader_send(core, peer);
}
