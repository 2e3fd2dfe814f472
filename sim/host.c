#include "sim/host.h"

#include "sim/clock.h"
#include "sim/disk.h"
#include "sim/net.h"
#include "sim/node.h"

/* Chronik 2.2.7: ten tries at a peer that does not answer, after 50 ms doubling to 1 s each. */
#define TRIES_NS (6550 * NS_PER_MS)

static void lose_all(struct world *world, enum loss_reason reason)
{
    for (uint32_t i = 0; i < world->output.message_count; i++)
        net_never_sent(world, &world->output.messages[i], reason);
}

void host_discard(struct world *world)
{
    lose_all(world, LOSS_DISCARDED);
}

/* ---- one sender: messages leave in their order, each no sooner than it is due ---- */

/* The node's next tick, which may be now. A step of its timer is taken at a tick. */
static uint64_t next_tick(struct world *world, struct node *node, enum raft_input_kind input)
{
    uint64_t tick_ns = node->options.tick_ns;
    if (input == RAFT_TIMEOUT || tick_ns == 0)
        return world->now_ns;
    uint64_t since = clock_own(world, node) - node->tick_phase_ns;
    uint64_t ticks = since / tick_ns + (since % tick_ns > 0);
    return clock_when(world, node, node->tick_phase_ns + ticks * tick_ns);
}

static bool is_reached(const struct world *world, const struct raft_message *message)
{
    return world->nodes[message->to].running && link_up(world, message->from, message->to);
}

/* Its sender's first message is tried; it keeps the sender busy if its peer does not answer. */
static void send_first(struct world *world, struct node *node)
{
    struct packet *packet = node->queued;
    node->queued = packet->next;
    if (host_has(node, HOST_SHARED_SEND_QUEUE) && !is_reached(world, &packet->label)) {
        node->sender_free_ns = world->now_ns + TRIES_NS;
        net_never_sent(world, &packet->label,
                       world->nodes[packet->label.to].running ? LOSS_CUT : LOSS_DOWN);
    } else {
        net_send(world, &packet->label, packet->body);
    }
    packet_free(world, packet);
}

static void send_due(struct world *world, struct node *node)
{
    while (node->queued && node->queued->id <= world->now_ns &&
           node->sender_free_ns <= world->now_ns)
        send_first(world, node);
    if (!node->queued)
        return;
    uint64_t due_ns = node->queued->id;
    queue_push(&world->queue, due_ns > node->sender_free_ns ? due_ns : node->sender_free_ns,
               (struct event){.kind = EVENT_SEND, .node = node->id, .number = node->incarnation});
}

static void enqueue(struct world *world, struct node *node, struct packet *packet)
{
    bool alone = !node->queued;
    if (alone)
        node->queued_end = &node->queued;
    packet->next = NULL;
    *node->queued_end = packet;
    node->queued_end = &packet->next;
    if (alone)
        send_due(world, node);
}

void host_event(struct world *world, struct event *event)
{
    struct node *node = &world->nodes[event->node];
    if (node->running && node->incarnation == event->number &&
        (node->holds == 0 || !node_put_off(world, node, event)))
        send_due(world, node);
}

void host_release(struct world *world, struct node *node, struct packet *packet)
{
    enqueue(world, node, packet);
}

void host_stop(struct world *world, struct node *node)
{
    for (struct packet *packet = node->queued, *next; packet; packet = next) {
        next = packet->next;
        packet_free(world, packet);
    }
    node->queued = NULL;
    node->sender_free_ns = 0;
}

/* ---- what a step wants sent ---- */

/* Nothing holds a message up but its write, and that only if its host waits. */
static void send_one(struct world *world, struct node *node, const struct raft_message *message,
                     uint64_t due_ns)
{
    struct packet *packet = packet_new(world, message, world->output.bodies + message->body);
    packet->id = due_ns;
    if (message->wait > node->disk.durable_ticket && !host_has(node, HOST_PERSIST_AFTER_SEND))
        disk_wait(&node->disk, message->wait, packet);
    else
        enqueue(world, node, packet);
}

void host_send(struct world *world, struct node *node, enum raft_input_kind input)
{
    const struct raft_output *output = &world->output;
    uint64_t due_ns = world->now_ns;
    if (host_has(node, HOST_NO_TRANSPORT)) {
        lose_all(world, LOSS_NO_TRANSPORT);
        return;
    }
    if (host_has(node, HOST_OUTPUT_AT_TICKS))
        due_ns = next_tick(world, node, input);
    for (uint32_t i = 0; i < output->message_count; i++)
        send_one(world, node, &output->messages[i], due_ns);
}
