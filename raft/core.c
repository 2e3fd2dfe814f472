/* The boundary of the built-in core; what a step changes, and what it then wants done. */
#include "raft/core.h"

#include <stdlib.h>
#include <string.h>

struct raft_message *core_send(struct core *core, enum raft_message_kind kind, uint32_t to,
                               uint32_t body_size)
{
    struct raft_message *message = raft_output_message(core->output, body_size);
    message->kind = (uint8_t)kind;
    message->from = core->id;
    message->to = to;
    message->term = core->view.term;
    message->bytes = WIRE_HEADER + body_size;
    message->wait = core_awaited(core, kind);
    return message;
}

void core_note(struct core *core, struct raft_note note)
{
    raft_output_note(core->output, note);
}

/* A vote is for one term. */
void core_set_term(struct core *core, uint64_t term)
{
    must(term > core->view.term);
    core->view.term = term;
    core->view.vote = RAFT_NONE;
    core->timer.draws = 0;
    core->dirty = true;
    core->unwritten = core->unmarked = core->ticket + 1;
}

void core_set_vote(struct core *core, uint32_t vote)
{
    if (core->view.vote == vote)
        return;
    must(core->view.vote == RAFT_NONE);
    core->view.vote = vote;
    core->dirty = true;
    core->unwritten = core->unmarked = core->ticket + 1;
}

static void log_changed(struct core *core, uint64_t from)
{
    struct raft_view *view = &core->view;
    must(from > view->commit);
    view->last = core->log.last;
    if (!view->changed_from || from < view->changed_from)
        view->changed_from = from;
    core->dirty = true;
    core->unwritten = core->ticket + 1;
}

void core_append(struct core *core, const struct raft_entry *entries, uint64_t count)
{
    uint64_t from = core->log.last + 1;
    must(count > 0);
    log_append(&core->log, entries, count);
    log_changed(core, from);
}

void core_cut(struct core *core, uint64_t from)
{
    must(from > core->view.commit);
    log_cut(&core->log, from);
    if (core->stable >= from)
        core->stable = from - 1;
    core->cut_ticket = core->ticket + 1;
    log_changed(core, from);
}

void core_commit(struct core *core, uint64_t index)
{
    must(index > core->view.commit);
    must(index <= core->log.last);
    core->view.commit = index;
}

/* Whether what a write made durable is still the log. A later term may have overwritten entries
 * and written the same ones again behind it (etcd: the append thread's ABA race), so etcd takes no
 * word from an older term; raft-rs asks whether anything was overwritten since. */
static bool still_holds(const struct core *core, const struct raft_write *write)
{
    if (core->options.flavor == RAFT_RAFT_RS ? write->ticket < core->cut_ticket
                                             : write->term != core->view.term)
        return false;
    return log_matches(&core->log, write->last_index, write->last_term);
}

static void on_persisted(struct core *core, const struct raft_write *write)
{
    must(write->ticket <= core->ticket);
    if (write->ticket > core->durable)
        core->durable = write->ticket;
    if (core->unwritten <= core->durable)
        core->unwritten = 0;
    if (core->unmarked <= core->durable)
        core->unmarked = 0;
    if (core->self_vote && core->self_vote <= core->durable)
        election_count_self(core);
    if (!still_holds(core, write))
        return;
    if (write->last_index > core->stable)
        core->stable = write->last_index;
    struct peer *self = core_peer(core, core->id);
    if (core->view.role == RAFT_LEADER && self)
        leader_acknowledge(core, self, write->last_index);
}

static void on_applied(struct core *core, uint64_t index)
{
    must(index >= core->view.applied);
    must(index <= core->view.commit);
    core->view.applied = index;
}

static void start(struct core *core)
{
    role_follower(core, core->view.term, RAFT_NONE);
    core->started = true;
}

static void obey(struct core *core)
{
    const struct raft_input *input = core->input;
    must(core->started == (input->kind != RAFT_START));
    switch (input->kind) {
    case RAFT_START:
        start(core);
        return;
    case RAFT_TIMEOUT: /* time has passed already */
    case RAFT_CONFIGURE:
        return;
    case RAFT_READ:
        read_on_ask(core, input->value, core->id);
        return;
    case RAFT_RECEIVE:
        receive_message(core);
        return;
    case RAFT_PERSISTED:
        on_persisted(core, input->write);
        return;
    case RAFT_APPLIED:
        on_applied(core, input->value);
        return;
    case RAFT_PROPOSE:
        leader_on_propose(core, input->value);
        return;
    case RAFT_CAMPAIGN:
        election_hup(core, RAFT_NOTE_CAMPAIGN_FORCED);
        return;
    case RAFT_SET_TIMEOUT:
        timer_set(core, input->value);
        return;
    case RAFT_TRANSFER:
        leader_on_transfer(core, input->node);
        return;
    case RAFT_FORGET_LEADER:
        follower_on_forget_leader(core);
        return;
    case RAFT_UNREACHABLE:
        leader_on_unreachable(core, input->node);
        return;
    }
}

/* Section 3.8: term, vote and log reach the disk before anything that depends on them leaves; the
 * commit index needs no write of its own. */
static void issue_write(struct core *core)
{
    const struct raft_view *view = &core->view;
    const struct raft_log *log = &core->log;
    uint64_t from = view->changed_from;
    must(core->unwritten == core->ticket + 1);
    core->output->has_write = true;
    core->output->write = (struct raft_write){
        .ticket = ++core->ticket,
        .term = view->term,
        .commit = view->commit,
        .vote = view->vote,
        .from = from,
        .last_index = log->last,
        .last_term = log_last_term(log),
    };
    if (!from)
        return;
    core->output->write.entry_count = (uint32_t)(log->last + 1 - from);
    core->output->write.entries = log->entries + (from - log->first);
}

/* raft-rs, and etcd with storage of its own pace, apply only what is durable here. */
static void offer(struct core *core)
{
    uint64_t to = core->view.commit;
    bool durable = core->options.async_storage || core->options.flavor == RAFT_RAFT_RS;
    if (durable && to > core->stable)
        to = core->stable;
    must(to <= core->log.last);
    if (to <= core->offered)
        return;
    core->offered = core->output->apply_to = to;
}

static void step(void *self, const struct raft_input *input, struct raft_output *output)
{
    struct core *core = self;
    core->input = input;
    core->output = output;
    core->dirty = false;
    core->view.changed_from = 0;
    if (input->now_ns >= core->timer.deadline_ns)
        timer_run(core);
    if (input->kind == RAFT_RECEIVE)
        receive_message(core);
    else
        obey(core);
    if (core->dirty)
        issue_write(core);
    if (core->view.commit > core->offered)
        offer(core);
    if (core->timer.changed)
        timer_arm(core);
    output->deadline_ns = core->timer.deadline_ns;
}

/* An instance to be reused keeps its room: for the log, the peers, and what was on its way. */
static void *open(void *memory, const struct raft_config *config,
                  const struct raft_durable *durable)
{
    struct core *core = memory ? memory : calloc(1, sizeof *core);
    must(core != NULL);
    memset(core, 0, offsetof(struct core, log));
    must(config->id > 0 && config->id <= RAFT_NODES_MAX);
    core->id = config->id;
    core->options = config->options;
    core->members = *config->members;
    timer_open(core, config->tick_phase_ns);
    log_load(&core->log, durable);
    peers_seat(core);
    uint64_t first = core->log.first, last = core->log.last;
    uint64_t commit = durable->commit < first ? first - 1 : durable->commit;
    core->view = (struct raft_view){
        .vote = durable->vote,
        .term = durable->term,
        .commit = commit < last ? commit : last,
        .applied = first - 1,
        .first = first,
        .last = last,
        .members = &core->members,
    };
    core->stable = last;
    core->offered = first - 1;
    return core;
}

static const struct raft_view *view(const void *self)
{
    const struct core *core = self;
    return &core->view;
}

static struct raft_entry entry(const void *self, uint64_t index)
{
    const struct core *core = self;
    must(log_knows(&core->log, index));
    if (index < core->log.first)
        return (struct raft_entry){.term = core->log.previous_term};
    return core->log.entries[index - core->log.first];
}

static void shut(void *self)
{
    struct core *core = self;
    if (!core)
        return;
    peers_close(core);
    log_close(&core->log);
    free(core->reads);
    free(core);
}

const struct raft_backend raft_core = {
    .name = "raft",
    .help = "the built-in core: Raft as the paper, etcd/raft or raft-rs have it",
    .open = open,
    .step = step,
    .view = view,
    .entry = entry,
    .close = shut,
};
