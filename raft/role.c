/* Becoming a follower, a candidate, a leader: what is forgotten and what begins anew. */
#include "raft/core.h"

static void clear_votes(struct core *core)
{
    struct ballot *ballot = &core->ballot;
    ballot->number++;
    ballot->yes[0] = ballot->yes[1] = ballot->no[0] = ballot->no[1] = 0;
    core->self_vote = 0;
}

/* etcd and raft-rs restart and redraw the election timer with every change of role or term, so
 * that even a refused vote request of a higher term delays a follower. The paper (figure 2)
 * restarts it only for a leader's message, a vote given, an election begun; a leader that steps
 * down had none running. */
static bool restarts_timer(const struct core *core, enum raft_role next)
{
    if (core->options.flavor != RAFT_PAPER || !core->started)
        return true;
    return next != RAFT_FOLLOWER || core->view.role == RAFT_LEADER;
}

static void enter(struct core *core, enum raft_role role, uint64_t term)
{
    bool restart = restarts_timer(core, role);
    must(term >= core->view.term);
    if (term != core->view.term)
        core_set_term(core, term);
    core->view.role = role;
    core->view.lead = RAFT_NONE;
    core->view.transferee = RAFT_NONE;
    clear_votes(core);
    core->lease_end_ns = 0;
    if (core->read_count)
        read_forget(core);
    if (restart) {
        timer_restart(core);
        timer_draw(core);
    }
}

void role_follower(struct core *core, uint64_t term, uint32_t lead)
{
    must(lead != core->id);
    enter(core, RAFT_FOLLOWER, term);
    core->view.lead = lead;
    if (lead != RAFT_NONE)
        core->attempts = 0;
}

/* Thesis section 9.6: asking whether an election could be won changes neither term nor vote. The
 * libraries keep the running timer as well, unless candidates have timeouts of their own. */
void role_pre_candidate(struct core *core)
{
    const struct raft_options *options = &core->options;
    must(core->view.role != RAFT_LEADER);
    core->view.role = RAFT_PRE_CANDIDATE;
    core->view.lead = RAFT_NONE;
    clear_votes(core);
    if (options->flavor == RAFT_PAPER)
        timer_restart(core);
    if (options->flavor == RAFT_PAPER || options->candidate_max || options->backoff)
        timer_draw(core);
}

void role_candidate(struct core *core)
{
    must(core->view.role != RAFT_LEADER);
    enter(core, RAFT_CANDIDATE, core->view.term + 1);
    core_set_vote(core, core->id);
}

/* Section 8: a leader begins with an entry of its own term, for only such an entry can be counted
 * as committed. What followers hold is unknown yet (section 5.3). */
void role_leader(struct core *core)
{
    must(core->view.role == RAFT_CANDIDATE);
    enter(core, RAFT_LEADER, core->view.term);
    core->view.lead = core->id;
    core->attempts = 0;
    core->timer.heartbeat_start = timer_now(core);
    for (uint32_t i = 0; i < core->peer_count; i++)
        progress_reset(&core->peers[i], core->log.last + 1);
    struct peer *self = core_peer(core, core->id);
    if (self) {
        self->match = core->options.flavor == RAFT_RAFT_RS ? core->stable : core->log.last;
        self->active = true;
        progress_replicate(self);
    }
    core_append(core, &(struct raft_entry){.term = core->view.term}, 1);
}

/* etcd: once in each election timeout a leader must have heard from a quorum since the last time,
 * else it steps down; itself it hears always. */
void role_check_quorum(struct core *core)
{
    uint32_t active[2] = {0, 0};
    must(core->view.role == RAFT_LEADER);
    for (uint32_t i = 0; i < core->peer_count; i++) {
        struct peer *peer = &core->peers[i];
        bool heard = peer->active || peer->id == core->id;
        active[0] += heard && peer->part & PEER_INCOMING;
        active[1] += heard && peer->part & PEER_OUTGOING;
        peer->active = peer->id == core->id;
    }
    if (quorum_joint(quorum_vote(core->ballot.size[0], active[0], 0),
                     quorum_vote(core->ballot.size[1], active[1], 0)) == QUORUM_WON)
        return;
    core_note(core, (struct raft_note){.kind = RAFT_NOTE_QUORUM_LOST, .term = core->view.term});
    role_follower(core, core->view.term, RAFT_NONE);
}
