#include "sim/node.h"

#include "sim/broker.h"
#include "sim/call.h"
#include "sim/clock.h"
#include "sim/disk.h"
#include "sim/host.h"
#include "sim/net.h"
#include "sim/plan.h"

static enum record_kind role_record(enum raft_role role)
{
    static const enum record_kind kinds[] = {
        [RAFT_FOLLOWER] = RECORD_BECAME_FOLLOWER,
        [RAFT_PRE_CANDIDATE] = RECORD_BECAME_PRECANDIDATE,
        [RAFT_CANDIDATE] = RECORD_BECAME_CANDIDATE,
        [RAFT_LEADER] = RECORD_BECAME_LEADER,
    };
    return kinds[role];
}

static void emit_term(struct world *world, struct node *node)
{
    uint64_t before = node->term;
    node->term = node->view->term;
    world_emit(world,
               (struct record){
                   .kind = RECORD_TERM, .node = node->id, .term = node->term, .value = before});
}

static void emit_role(struct world *world, struct node *node)
{
    enum raft_role before = node->role;
    node->role = node->view->role;
    world_emit(world, (struct record){.kind = (uint8_t)role_record(node->role),
                                      .node = node->id,
                                      .term = node->term,
                                      .peer = node->view->lead,
                                      .index = node->view->last,
                                      .detail = (uint8_t)before});
}

static void emit_election(struct world *world, struct node *node)
{
    const struct raft_view *view = node->view;
    bool new_term = view->term != node->term;
    bool new_role = new_term || view->role != node->role || view->lead != node->lead;
    if (new_term)
        emit_term(world, node);
    if (view->role != node->role)
        emit_role(world, node);
    if (view->lead != node->lead) {
        node->lead = view->lead;
        world_emit(world, (struct record){.kind = RECORD_FOLLOWS,
                                          .node = node->id,
                                          .term = node->term,
                                          .peer = node->lead});
    }
    if (view->vote != node->vote || new_term) {
        node->vote = view->vote;
        if (node->vote)
            world_emit(world, (struct record){.kind = RECORD_VOTED,
                                              .node = node->id,
                                              .term = node->term,
                                              .peer = node->vote});
    }
    if (new_role && world->brokers)
        broker_role(world, node);
}

static void emit_log(struct world *world, struct node *node)
{
    const struct raft_view *view = node->view;
    if (view->changed_from != 0)
        world_emit(world,
                   (struct record){.kind = RECORD_LOG,
                                   .node = node->id,
                                   .term = world->backend->entry(node->raft, view->last).term,
                                   .index = view->changed_from,
                                   .value = view->last});
    if (view->commit != node->commit) {
        uint64_t before = node->commit;
        node->commit = view->commit;
        world_emit(world, (struct record){.kind = RECORD_COMMITTED,
                                          .node = node->id,
                                          .term = view->term,
                                          .index = view->commit,
                                          .value = before});
    }
}

/* What the step changed, in a fixed order. Most steps change nothing that is a record. */
static void emit_changes(struct world *world, struct node *node)
{
    const struct raft_view *view = node->view;
    for (uint32_t i = 0; i < world->output.note_count; i++)
        node_say(world, node, &world->output.notes[i]);
    if (view->term != node->term || view->role != node->role || view->lead != node->lead ||
        view->vote != node->vote)
        emit_election(world, node);
    if (view->changed_from != 0 || view->commit != node->commit)
        emit_log(world, node);
}

static void send_messages(struct world *world, struct node *node)
{
    const struct raft_output *output = &world->output;
    for (uint32_t i = 0; i < output->message_count; i++) {
        const struct raft_message *message = &output->messages[i];
        const void *body = output->bodies + message->body;
        must(message->from == node->id);
        if (message->wait <= node->disk.durable_ticket)
            net_send(world, message, body);
        else
            disk_wait(&node->disk, message->wait, packet_new(world, message, body));
    }
}

/* A deadline that moves later costs no queue entry: the old one, when it comes, is put back at
 * the moment wanted. One that moves earlier needs an entry of its own. */
static void arm(struct world *world, struct node *node, uint64_t at_ns)
{
    struct moment wanted = {at_ns, queue_order(&world->queue)};
    node->wanted = wanted;
    if (node->armed_any && node->armed.at_ns <= at_ns)
        return;
    node->armed_any = true;
    node->armed = wanted;
    queue_push_at(&world->queue, wanted, (struct event){.kind = EVENT_TIMER, .node = node->id});
}

static void set_timer(struct world *world, struct node *node, uint64_t deadline_own_ns)
{
    node->timed = deadline_own_ns != UINT64_MAX;
    node->deadline_own_ns = deadline_own_ns;
    if (node->timed)
        arm(world, node, clock_when(world, node, deadline_own_ns));
}

void node_rearm(struct world *world, uint32_t id)
{
    struct node *node = &world->nodes[id];
    if (!node->running || node->holds > 0 || !node->timed)
        return;
    uint64_t at_ns = clock_when(world, node, node->deadline_own_ns);
    if (node->armed_any && node->wanted.at_ns == at_ns)
        return;
    arm(world, node, at_ns);
}

/* What a step leaves to be done at the same instant. */
struct follow {
    uint64_t apply_to;
    bool discards; /* its host throws away what is to be applied */
    bool more;     /* there is something */
    bool instant;  /* `write` was durable at once */
    struct raft_write write;
    struct raft_write told; /* of which the node hears now */
};

static void issue_write(struct world *world, struct node *node, struct follow *follow)
{
    follow->write = world->output.write;
    follow->instant = disk_write(world, node, &follow->write);
    follow->more |= follow->instant;
}

/* What a step wants, carried out by a host with faults. raft-rs hands out what a write of the
 * node's own has committed apart from all else (LightReady), so it can be forgotten apart. */
static void carry_out_badly(struct world *world, struct node *node, enum raft_input_kind input,
                            struct follow *follow)
{
    struct raft_output *output = &world->output;
    bool discards = input == RAFT_PERSISTED && host_has(node, HOST_DISCARD_LIGHT_READY);
    if (host_has(node, HOST_NO_LOOP)) {
        host_discard(world);
        return;
    }
    if (output->has_write)
        issue_write(world, node, follow);
    if (!node->running)
        return;
    if (discards)
        host_discard(world);
    else
        host_send(world, node, input);
    if (!node->armed_any || node->deadline_own_ns != output->deadline_ns)
        set_timer(world, node, output->deadline_ns);
    if (output->apply_to > follow->apply_to) {
        follow->apply_to = output->apply_to;
        follow->more = true;
        follow->discards = discards;
    }
}

static inline void step_once(struct world *world, struct node *node, struct raft_input *input,
                             struct follow *follow)
{
    struct raft_output *output = &world->output;
    raft_output_clear(output);
    input->now_ns = clock_own(world, node);
    input->chance_key = node->chance_key;
    world->backend->step(node->raft, input, output);
    emit_changes(world, node);
    if (output->read_count > 0 && !host_has(node, HOST_NO_LOOP))
        call_reads(world, node);
    if (node->host) {
        carry_out_badly(world, node, input->kind, follow);
        return;
    }
    if (output->has_write)
        issue_write(world, node, follow);
    if (!node->running)
        return;
    send_messages(world, node);
    if (!node->armed_any || node->deadline_own_ns != output->deadline_ns)
        set_timer(world, node, output->deadline_ns);
    if (output->apply_to > follow->apply_to) {
        follow->apply_to = output->apply_to;
        follow->more = true;
    }
}

static void apply(struct world *world, struct node *node, const struct follow *follow)
{
    uint64_t before = node->applied;
    node->applied = follow->apply_to;
    world_emit(world,
               (struct record){.kind = follow->discards ? RECORD_APPLY_DISCARDED : RECORD_APPLIED,
                               .node = node->id,
                               .term = node->term,
                               .index = node->applied,
                               .value = before});
    if (world->brokers)
        broker_apply(world, node, before, node->applied, follow->discards);
    if (world->calls)
        call_apply(world, node, follow->discards ? node->applied : before, node->applied);
}

static void send_waiting(struct world *world, struct node *node, struct pending *pending)
{
    struct packet *packet = pending->waiting, *next;
    pending->waiting = NULL;
    for (; packet; packet = next) {
        next = packet->next;
        if (node->host) {
            host_release(world, node, packet);
            continue;
        }
        net_send(world, &packet->label, packet->body);
        packet_free(world, packet);
    }
}

/* The next input at this instant: entries to apply come first, then writes to hear of. */
static bool next_input(struct world *world, struct node *node, struct follow *follow,
                       struct raft_input *input)
{
    struct pending *pending;
    if (!node->running)
        return false;
    if (follow->apply_to > node->applied) {
        apply(world, node, follow);
        *input = (struct raft_input){.kind = RAFT_APPLIED, .value = follow->apply_to};
        return true;
    }
    if (follow->instant) {
        follow->instant = false;
        follow->told = follow->write;
    } else if (node->holds == 0 && (pending = disk_untold(&node->disk))) {
        node->disk.durable_ticket = pending->write.ticket;
        send_waiting(world, node, pending);
        follow->told = pending->write;
        disk_told(&node->disk);
    } else {
        return false;
    }
    *input = (struct raft_input){.kind = RAFT_PERSISTED, .write = &follow->told};
    return true;
}

/* Steps, until nothing follows any more. */
static void step_on(struct world *world, struct node *node, struct follow *follow,
                    struct raft_input *input)
{
    do
        step_once(world, node, input, follow);
    while (follow->more && next_input(world, node, follow, input));
}

void node_step(struct world *world, struct node *node, struct raft_input *input)
{
    struct follow follow;
    follow.apply_to = 0;
    follow.more = follow.instant = follow.discards = false;
    world->events++;
    step_on(world, node, &follow, input);
}

void node_persisted(struct world *world, struct node *node)
{
    struct follow follow;
    struct raft_input input;
    follow.apply_to = 0;
    follow.more = true;
    follow.instant = follow.discards = false;
    if (node->holds == 0 && next_input(world, node, &follow, &input))
        step_on(world, node, &follow, &input);
}

/* A slow node works on one thing at a time, in order of arrival: each is looked at again when
 * the time that its step costs has been spent. */
static bool takes_time(struct world *world, struct node *node, struct event *event)
{
    uint64_t number = node->steps++;
    uint64_t bits = chance_draw(rng_key(world->seed, RNG_STEP_TIME, node->id, 0), number);
    uint64_t cost_ns = distribution_sample(&world->scenario->step_time, bits);
    if (world->stepper_count > 0)
        cost_ns = plan_step_ns(world, node->id, number, cost_ns);
    if (cost_ns == 0 && node->busy_until_ns <= world->now_ns)
        return false;
    uint64_t from_ns = node->busy_until_ns > world->now_ns ? node->busy_until_ns : world->now_ns;
    node->busy_until_ns = from_ns + cost_ns;
    event->ready = true;
    queue_push(&world->queue, node->busy_until_ns, *event);
    return true;
}

bool node_put_off(struct world *world, struct node *node, struct event *event)
{
    if (node->holds > 0) {
        node->inbox =
            make_room(node->inbox, &node->inbox_room, node->inbox_count + 1, sizeof *node->inbox);
        node->inbox[node->inbox_count++] = *event;
        return true;
    }
    return !event->ready && takes_time(world, node, event);
}

static void fire(struct world *world, struct node *node)
{
    if (node->timed && clock_own(world, node) >= node->deadline_own_ns)
        node_step(world, node, &(struct raft_input){.kind = RAFT_TIMEOUT});
}

void node_timer(struct world *world, struct event *event, struct moment moment)
{
    struct node *node = &world->nodes[event->node];
    if (event->ready) {
        if (node->running && node->incarnation == event->number && !node_defers(world, node, event))
            fire(world, node);
        return;
    }
    if (!node->armed_any || moment.at_ns != node->armed.at_ns || moment.order != node->armed.order)
        return;
    node->armed_any = false;
    if (!node->running || node->holds > 0 || !node->timed)
        return;
    if (node->wanted.at_ns > moment.at_ns || node->wanted.order != moment.order) {
        node->armed_any = true;
        node->armed = node->wanted;
        queue_push_at(&world->queue, node->wanted, *event);
        return;
    }
    event->number = node->incarnation;
    if (!node_defers(world, node, event))
        fire(world, node);
}
