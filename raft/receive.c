/* Messages as they come in: what their term means (paper section 5.1), and who handles them. */
#include "raft/core.h"

static bool is_reply(uint8_t kind)
{
    const uint32_t replies = 1u << RAFT_MSG_APPEND_REPLY | 1u << RAFT_MSG_HEARTBEAT_REPLY |
                             1u << RAFT_MSG_VOTE_REPLY | 1u << RAFT_MSG_PREVOTE_REPLY |
                             1u << RAFT_MSG_SNAPSHOT_REPLY | 1u << RAFT_MSG_READ_INDEX_REPLY;
    must(kind < RAFT_MSG_KINDS);
    return replies >> kind & 1;
}

static bool is_vote_request(const struct raft_message *message)
{
    return message->kind == RAFT_MSG_VOTE || message->kind == RAFT_MSG_PREVOTE;
}

static bool from_leader(const struct raft_message *message)
{
    return message->kind == RAFT_MSG_APPEND || message->kind == RAFT_MSG_HEARTBEAT ||
           message->kind == RAFT_MSG_SNAPSHOT;
}

/* Section 5.1: who sees a higher term follows it. A pre-vote's term is only a question, and a
 * pre-vote granted only an answer to it. */
static bool catch_up(struct core *core, const struct raft_message *message)
{
    must(message->term > core->view.term);
    if (is_vote_request(message) && election_in_lease(core, message))
        return false;
    if (message->kind == RAFT_MSG_PREVOTE)
        return true;
    if (message->kind == RAFT_MSG_PREVOTE_REPLY && !message->reject)
        return true;
    role_follower(core, message->term, from_leader(message) ? message->from : RAFT_NONE);
    return true;
}

/* Section 5.1: a request of an older term is refused, its sender told the newer one. The libraries
 * tell a deposed leader only if refused votes or pre-votes could otherwise keep them apart. */
static void refuse_stale(struct core *core, const struct raft_message *message)
{
    bool paper = core->options.flavor == RAFT_PAPER;
    must(message->term < core->view.term);
    if (is_vote_request(message)) {
        election_on_stale(core, message);
        return;
    }
    if (!from_leader(message))
        return;
    const struct raft_options *options = &core->options;
    if (!paper && !options->check_quorum && !options->pre_vote && !options->sticky)
        return;
    if (!paper && message->kind == RAFT_MSG_SNAPSHOT)
        return;
    struct raft_message *reply = core_send(core, RAFT_MSG_APPEND_REPLY, message->from,
                                           paper ? sizeof(struct body_reject) : 0);
    if (paper) {
        reply->reject = true;
        reply->index = message->index;
    }
}

static void on_timeout_now(struct core *core)
{
    if (core->view.role == RAFT_FOLLOWER)
        election_hup(core, RAFT_NOTE_CAMPAIGN_TRANSFER);
}

static void on_proposal(struct core *core)
{
    const struct body_propose *body = core->input->body;
    must(core->input->message->body_size >= sizeof *body);
    leader_on_propose(core, body->id);
}

static void on_read(struct core *core)
{
    const struct body_read *body = core->input->body;
    must(core->input->message->body_size >= sizeof *body);
    read_on_ask(core, body->id, body->origin);
}

/* Answers to what was asked as leader, candidate or, of reads, follower. */
static void answer(struct core *core, const struct raft_message *message, struct peer *peer)
{
    if (message->kind == RAFT_MSG_VOTE_REPLY || message->kind == RAFT_MSG_PREVOTE_REPLY) {
        election_on_reply(core, message);
        return;
    }
    if (message->kind == RAFT_MSG_READ_INDEX_REPLY)
        read_on_reply(core, message);
    if (core->view.role != RAFT_LEADER)
        return;
    if (message->kind == RAFT_MSG_HEARTBEAT_REPLY)
        leader_on_heartbeat_reply(core, peer, message);
    else if (message->kind == RAFT_MSG_APPEND_REPLY)
        leader_on_append_reply(core, peer, message);
}

static void request(struct core *core, const struct raft_message *message)
{
    switch ((enum raft_message_kind)message->kind) {
    case RAFT_MSG_APPEND:
        follower_on_append(core, message);
        return;
    case RAFT_MSG_HEARTBEAT:
        follower_on_heartbeat(core, message);
        return;
    case RAFT_MSG_VOTE:
    case RAFT_MSG_PREVOTE:
        election_on_vote(core, message);
        return;
    case RAFT_MSG_TIMEOUT_NOW:
        on_timeout_now(core);
        return;
    case RAFT_MSG_PROPOSE:
        on_proposal(core);
        return;
    case RAFT_MSG_READ_INDEX:
        on_read(core);
        return;
    case RAFT_MSG_APPEND_REPLY:
    case RAFT_MSG_HEARTBEAT_REPLY:
    case RAFT_MSG_VOTE_REPLY:
    case RAFT_MSG_PREVOTE_REPLY:
    case RAFT_MSG_SNAPSHOT:
    case RAFT_MSG_SNAPSHOT_REPLY:
    case RAFT_MSG_READ_INDEX_REPLY:
    case RAFT_MSG_REPLICATE:
    case RAFT_MSG_REPLICATE_REPLY:
    case RAFT_MSG_PRODUCE:
    case RAFT_MSG_PRODUCE_REPLY:
    case RAFT_MSG_BROKER_HEARTBEAT:
    case RAFT_MSG_KINDS:
        return;
    }
}

/* What the message's term asks for first; false: that was all. A message of term 0 belongs to
 * none. */
static inline bool admit(struct core *core, const struct raft_message *message)
{
    if (message->term == core->view.term || message->term == 0)
        return true;
    if (message->term > core->view.term)
        return catch_up(core, message);
    refuse_stale(core, message);
    return false;
}

/* Requests are heard from anyone, for the sender may know a newer configuration; answers only
 * from members. */
void receive_message(struct core *core)
{
    const struct raft_message *message = core->input->message;
    must(message->to == core->id);
    if (!is_reply(message->kind)) {
        if (admit(core, message))
            request(core, message);
        return;
    }
    struct peer *peer = core_peer(core, message->from);
    if (peer && admit(core, message))
        answer(core, message, peer);
}
