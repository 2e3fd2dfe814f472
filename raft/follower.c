/* What a leader sends, received (paper section 5.3, figure 2: AppendEntries). */
#include "raft/core.h"

#include <string.h>

/* A message of the present term from its leader: whoever else runs gives way. */
static bool follow(struct core *core, const struct raft_message *message)
{
    if (core->view.role != RAFT_FOLLOWER) {
        if (core->view.role == RAFT_LEADER) /* cannot be: one leader a term */
            return false;
        role_follower(core, message->term, message->from);
    }
    core->view.lead = message->from;
    core->attempts = 0;
    timer_restart(core);
    if (core->options.flavor == RAFT_PAPER)
        timer_draw(core);
    return true;
}

/* The round for reads that the append names behind its entries, or 0: the reply says it back. */
static uint64_t round_of(const struct core *core, const struct raft_message *append)
{
    uint64_t round = 0, size = append->entry_count * sizeof(struct raft_entry);
    if (append->body_size >= size + sizeof round)
        memcpy(&round, (const unsigned char *)core->input->body + size, sizeof round);
    return round;
}

static void reply_append(struct core *core, const struct raft_message *append, uint64_t index)
{
    struct raft_message *reply = core_send_plain(core, RAFT_MSG_APPEND_REPLY, append->from);
    reply->index = index;
    reply->commit = round_of(core, append);
}

/* The leader learns from a refusal where the logs may agree: the last of our entries whose term is
 * not above that of the leader's; all between would be refused too (end of section 5.3; etcd). */
static void reject_append(struct core *core, const struct raft_message *append)
{
    const struct raft_log *log = &core->log;
    must(append->index >= core->view.commit);
    uint64_t hint = append->index < log->last ? append->index : log->last;
    hint = log_seek_term(log, hint, append->log_term);
    struct raft_message *reply =
        core_send(core, RAFT_MSG_APPEND_REPLY, append->from, sizeof(struct body_reject));
    reply->reject = true;
    reply->index = append->index;
    reply->commit = round_of(core, append);
    reply->log_term = log_knows(log, hint) ? log_term(log, hint) : 0;
    ((struct body_reject *)core_body(core, reply))->hint = hint;
}

/* Figure 2, steps 3 and 4: an entry that conflicts goes with all that follow it; entries already
 * there stay, for the message may be an old one. What is committed never conflicts, but where a
 * disk has lied; then nothing is done. */
static bool accept(struct core *core, uint64_t index, const struct raft_entry *entries,
                   uint32_t count)
{
    uint32_t same = 0;
    while (same < count && log_matches(&core->log, index + 1 + same, entries[same].term))
        same++;
    uint64_t from = index + 1 + same;
    if (same == count)
        return true;
    if (from <= core->view.commit)
        return false;
    if (from <= core->log.last)
        core_cut(core, from);
    core_append(core, entries + same, count - same);
    return true;
}

void follower_on_append(struct core *core, const struct raft_message *append)
{
    if (!follow(core, append))
        return;
    if (append->index < core->view.commit) {
        reply_append(core, append, core->view.commit);
        return;
    }
    if (!log_matches(&core->log, append->index, append->log_term)) {
        reject_append(core, append);
        return;
    }
    must(append->body_size >= append->entry_count * sizeof(struct raft_entry));
    if (!accept(core, append->index, core->input->body, append->entry_count))
        return;
    uint64_t last = append->index + append->entry_count;
    if (append->commit > core->view.commit && last > core->view.commit)
        core_commit(core, append->commit < last ? append->commit : last);
    reply_append(core, append, last);
}

/* The leader names no more than what this log is known to share with its own; a log that has lost
 * some of that to its disk must not take it for committed. */
void follower_on_heartbeat(struct core *core, const struct raft_message *heartbeat)
{
    if (!follow(core, heartbeat))
        return;
    if (heartbeat->commit > core->view.commit && heartbeat->commit <= core->log.last)
        core_commit(core, heartbeat->commit);
    core_send_plain(core, RAFT_MSG_HEARTBEAT_REPLY, heartbeat->from)->index = heartbeat->index;
}

/* etcd: a follower told that its leader is gone may vote within its lease; the next heartbeat
 * undoes it. A leader that answers reads by lease relies on nobody doing so. */
void follower_on_forget_leader(struct core *core)
{
    if (core->view.role != RAFT_FOLLOWER || core->options.read == RAFT_READ_LEASE) {
        core_note(core, (struct raft_note){.kind = RAFT_NOTE_INPUT_REFUSED});
        return;
    }
    core->view.lead = RAFT_NONE;
}
