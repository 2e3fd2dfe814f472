/* Votes: asked for, given or refused, and counted (paper section 5.2, thesis sections 3.4, 9.6). */
#include "raft/core.h"

static void campaign(struct core *core, enum raft_note_kind why);

static void note(struct core *core, enum raft_note_kind kind, const struct raft_message *request)
{
    core_note(core, (struct raft_note){.kind = (uint8_t)kind,
                                       .prevote = request->kind == RAFT_MSG_PREVOTE,
                                       .peer = request->from,
                                       .term = request->term});
}

static enum quorum_verdict verdict(const struct core *core)
{
    const struct ballot *ballot = &core->ballot;
    return quorum_joint(quorum_vote(ballot->size[0], ballot->yes[0], ballot->no[0]),
                        quorum_vote(ballot->size[1], ballot->yes[1], ballot->no[1]));
}

/* The first answer of each voter counts, in each half of the configuration that it belongs to. */
static void record(struct core *core, uint32_t id, bool granted)
{
    struct ballot *ballot = &core->ballot;
    struct peer *peer = core_peer(core, id);
    if (!peer || peer->ballot == ballot->number)
        return;
    peer->ballot = ballot->number;
    uint32_t *count = granted ? ballot->yes : ballot->no;
    count[0] += (peer->part & PEER_INCOMING) != 0;
    count[1] += (peer->part & PEER_OUTGOING) != 0;
}

/* A lost election ends the candidacy at once in the libraries; in the paper it times out. */
static void poll(struct core *core, uint32_t id, bool granted)
{
    record(core, id, granted);
    switch (verdict(core)) {
    case QUORUM_PENDING:
        return;
    case QUORUM_WON:
        if (core->view.role == RAFT_PRE_CANDIDATE) {
            campaign(core, RAFT_NOTE_CAMPAIGN_PREVOTE_WON);
            return;
        }
        role_leader(core);
        leader_send_all(core);
        return;
    case QUORUM_LOST:
        if (core->options.flavor != RAFT_PAPER)
            role_follower(core, core->view.term, RAFT_NONE);
        return;
    }
}

void election_count_self(struct core *core)
{
    must(core->view.role == RAFT_CANDIDATE || core->view.role == RAFT_PRE_CANDIDATE);
    core->self_vote = 0;
    poll(core, core->id, true);
}

/* etcd raft 3.6 counts a candidate's own vote like any other, when it is durable; others at once.
 * Where requests may leave before the vote is durable, only the former is safe. */
static void vote_for_self(struct core *core)
{
    bool wait = core->options.self_vote_durable || core->options.async_storage;
    must(core->self_vote == 0);
    core->self_vote = wait ? core->unwritten : 0;
    if (!core->self_vote)
        election_count_self(core);
}

static void ask(struct core *core, uint32_t to, uint64_t term, bool transfer)
{
    bool extended = core->options.flavor == RAFT_RAFT_RS;
    bool prevote = core->view.role == RAFT_PRE_CANDIDATE;
    must(to != core->id && term == core->view.term + prevote);
    struct raft_message *request = core_send(core, prevote ? RAFT_MSG_PREVOTE : RAFT_MSG_VOTE, to,
                                             extended ? sizeof(struct body_vote) : 0);
    request->term = term;
    request->transfer = transfer;
    request->index = core->log.last;
    request->log_term = log_last_term(&core->log);
    if (!extended)
        return;
    request->commit = core->view.commit;
    struct body_vote *body = core_body(core, request);
    body->commit_term = log_term(&core->log, core->view.commit);
    body->priority = core->options.priority;
}

static void campaign(struct core *core, enum raft_note_kind why)
{
    bool transfer = why == RAFT_NOTE_CAMPAIGN_TRANSFER;
    bool prevote = core->options.pre_vote && !transfer && why != RAFT_NOTE_CAMPAIGN_PREVOTE_WON;
    must(core->view.role != RAFT_LEADER);
    if (why != RAFT_NOTE_CAMPAIGN_PREVOTE_WON)
        core->attempts++;
    if (prevote)
        role_pre_candidate(core);
    else
        role_candidate(core);
    uint64_t term = core->view.term + prevote;
    core_note(core, (struct raft_note){.kind = (uint8_t)why, .prevote = prevote, .term = term});
    enum raft_role role = core->view.role;
    vote_for_self(core);
    if (core->view.role != role) /* the only voter has won */
        return;
    for (uint32_t i = 0; i < core->voter_count; i++) {
        uint32_t id = core->peers[core->voters[i]].id;
        if (id != core->id)
            ask(core, id, term, transfer);
    }
}

/* raft-rs looks whether it may campaign where a timer fires or TIMEOUT_NOW comes, but not when
 * told to by hand. */
void election_hup(struct core *core, enum raft_note_kind why)
{
    bool unchecked = core->options.flavor == RAFT_RAFT_RS && why == RAFT_NOTE_CAMPAIGN_FORCED;
    if (core->view.role == RAFT_LEADER || (!core->promotable && !unchecked)) {
        if (why == RAFT_NOTE_CAMPAIGN_FORCED)
            core_note(core, (struct raft_note){.kind = RAFT_NOTE_INPUT_REFUSED});
        return;
    }
    campaign(core, why);
}

static void refuse(struct core *core, const struct raft_message *request)
{
    bool prevote = request->kind == RAFT_MSG_PREVOTE;
    bool extended = core->options.flavor == RAFT_RAFT_RS;
    must(request->from != core->id);
    struct raft_message *reply =
        core_send(core, prevote ? RAFT_MSG_PREVOTE_REPLY : RAFT_MSG_VOTE_REPLY, request->from,
                  extended ? sizeof(struct body_vote) : 0);
    reply->reject = true;
    if (!extended)
        return;
    reply->commit = core->view.commit;
    struct body_vote *body = core_body(core, reply);
    body->commit_term = log_term(&core->log, core->view.commit);
}

/* Thesis section 4.2.3: within the least election timeout of hearing from a leader a server
 * neither votes nor changes its term; a transfer is exempt. The libraries tie it to check-quorum
 * and say nothing; the paper's pre-vote (thesis section 9.6) includes it, with an answer. */
bool election_in_lease(struct core *core, const struct raft_message *request)
{
    const struct raft_options *options = &core->options;
    bool paper = options->flavor == RAFT_PAPER;
    bool bound =
        options->check_quorum || options->sticky || (paper && request->kind == RAFT_MSG_PREVOTE);
    if (!bound || request->transfer || core->view.lead == RAFT_NONE)
        return false;
    if (core->view.role != RAFT_LEADER && timer_elapsed(core) >= options->election_base)
        return false;
    note(core, RAFT_NOTE_REFUSED_LEASE, request);
    if (paper)
        refuse(core, request);
    return true;
}

/* The libraries answer a pre-vote of an older term (else clusters that migrate to pre-vote can
 * lock up), but not a vote; the paper answers both. */
void election_on_stale(struct core *core, const struct raft_message *request)
{
    must(request->term < core->view.term);
    note(core, RAFT_NOTE_REFUSED_STALE, request);
    if (request->kind == RAFT_MSG_PREVOTE || core->options.flavor == RAFT_PAPER)
        refuse(core, request);
}

/* raft-rs: the priority counts unless the candidate's log is longer, whatever its last term. */
static bool outranked(const struct core *core, const struct raft_message *request)
{
    if (core->options.flavor != RAFT_RAFT_RS || request->index > core->log.last)
        return false;
    const struct body_vote *body = core->input->body;
    int64_t priority = request->body_size >= sizeof *body ? body->priority : 0;
    return core->options.priority > priority;
}

/* Section 5.4.1: the log with the later last term is newer; with equal terms, the longer one. */
static bool is_behind(const struct core *core, const struct raft_message *request)
{
    uint64_t own = log_last_term(&core->log);
    return request->log_term < own || (request->log_term == own && request->index < core->log.last);
}

/* Why the vote is refused; RAFT_NOTE_KINDS: it is not. */
static enum raft_note_kind objection(const struct core *core, const struct raft_message *request)
{
    bool future = request->kind == RAFT_MSG_PREVOTE && request->term > core->view.term;
    if (core->view.vote != request->from && !future) {
        if (core->view.vote != RAFT_NONE)
            return RAFT_NOTE_REFUSED_VOTED;
        if (core->view.lead != RAFT_NONE && core->options.flavor != RAFT_PAPER)
            return RAFT_NOTE_REFUSED_LEADER;
    }
    if (is_behind(core, request))
        return RAFT_NOTE_REFUSED_LOG;
    return outranked(core, request) ? RAFT_NOTE_REFUSED_PRIORITY : RAFT_NOTE_KINDS;
}

/* raft-rs: an entry that the other side knows to be committed, and that is in our log too, is
 * committed. A leader's log needs no such help. */
static void commit_by_vote(struct core *core, const struct raft_message *message)
{
    const struct body_vote *body = core->input->body;
    if (core->options.flavor != RAFT_RAFT_RS || message->body_size < sizeof *body)
        return;
    if (message->commit <= core->view.commit || core->view.role == RAFT_LEADER)
        return;
    if (body->commit_term && log_matches(&core->log, message->commit, body->commit_term))
        core_commit(core, message->commit);
}

/* Any server votes when asked, learners too: who asks may know a newer configuration. */
void election_on_vote(struct core *core, const struct raft_message *request)
{
    enum raft_note_kind why = objection(core, request);
    must(request->term >= core->view.term);
    if (why != RAFT_NOTE_KINDS) {
        note(core, why, request);
        refuse(core, request);
        commit_by_vote(core, request);
        return;
    }
    bool prevote = request->kind == RAFT_MSG_PREVOTE;
    if (!prevote) {
        must(request->term == core->view.term);
        core_set_vote(core, request->from);
        timer_restart(core);
        if (core->options.flavor == RAFT_PAPER)
            timer_draw(core);
    }
    struct raft_message *reply =
        core_send(core, prevote ? RAFT_MSG_PREVOTE_REPLY : RAFT_MSG_VOTE_REPLY, request->from, 0);
    reply->term = request->term;
}

/* Answers to a candidacy that has ended or moved on are of no interest. */
void election_on_reply(struct core *core, const struct raft_message *reply)
{
    enum raft_role asked =
        reply->kind == RAFT_MSG_PREVOTE_REPLY ? RAFT_PRE_CANDIDATE : RAFT_CANDIDATE;
    if (core->view.role != asked)
        return;
    poll(core, reply->from, !reply->reject);
    commit_by_vote(core, reply);
}
