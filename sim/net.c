#include "sim/net.h"

#include <stdlib.h>
#include <string.h>

#include "sim/broker.h"
#include "sim/node.h"
#include "sim/plan.h"

enum { CLASS_BYTES = 128 }; /* of the smallest block: a label without a body */

void net_open(struct world *world)
{
    uint32_t stride = world->node_count + 1;
    size_t links = (size_t)stride * stride;
    if (links > world->link_room) {
        free(world->cuts);
        free(world->link_sent);
        free(world->link_last_ns);
        world->cuts = allocate(links, sizeof *world->cuts);
        world->link_sent = allocate(links * RAFT_MSG_KINDS, sizeof *world->link_sent);
        world->link_last_ns = allocate(links, sizeof *world->link_last_ns);
        world->link_room = links;
    }
    memset(world->cuts, 0, links * sizeof *world->cuts);
    memset(world->link_sent, 0, links * RAFT_MSG_KINDS * sizeof *world->link_sent);
    if (world->scenario->any_fifo)
        memset(world->link_last_ns, 0, links * sizeof *world->link_last_ns);
    world->stride = stride;
    world->message_ids = 0;
    world->latency_base = rng_base(world->seed, RNG_LATENCY);
    world->loss_base = rng_base(world->seed, RNG_LOSS);
    world->duplicate_base = rng_base(world->seed, RNG_DUPLICATE);
}

void net_free(struct world *world)
{
    for (size_t i = 0; i < countof(world->pool); i++)
        for (struct packet *packet = world->pool[i], *next; packet; packet = next) {
            next = packet->next;
            free(packet);
        }
    free(world->cuts);
    free(world->link_sent);
    free(world->link_last_ns);
}

static struct packet *new_block(uint32_t class)
{
    struct packet *packet = allocate(1, (size_t)CLASS_BYTES << class);
    packet->size_class = class;
    return packet;
}

static inline struct packet *take_packet(struct world *world, const struct raft_message *label,
                                         const void *body)
{
    uint32_t class = 0;
    for (size_t need = sizeof(struct packet) + label->body_size;
         need > (size_t)CLASS_BYTES << class; class ++)
        must(class < countof(world->pool));
    struct packet *packet = world->pool[class];
    if (packet)
        world->pool[class] = packet->next;
    else
        packet = new_block(class);
    packet->next = NULL;
    packet->label = *label;
    if (label->body_size > 0)
        memcpy(packet->body, body, label->body_size);
    return packet;
}

struct packet *packet_new(struct world *world, const struct raft_message *label, const void *body)
{
    return take_packet(world, label, body);
}

void packet_free(struct world *world, struct packet *packet)
{
    packet->next = world->pool[packet->size_class];
    world->pool[packet->size_class] = packet;
}

static inline void emit_message(struct world *world, enum record_kind kind,
                                const struct raft_message *label, uint64_t id)
{
    world_emit(world, (struct record){
                          .kind = (uint8_t)kind,
                          .node = label->from,
                          .peer = label->to,
                          .message = label->kind,
                          .reject = label->reject,
                          .term = label->term,
                          .index = label->index,
                          .value = id,
                      });
}

static void emit_lost(struct world *world, const struct raft_message *label, uint64_t id,
                      enum loss_reason reason)
{
    world_emit(world, (struct record){
                          .kind = RECORD_LOST,
                          .node = label->from,
                          .peer = label->to,
                          .message = label->kind,
                          .detail = (uint8_t)reason,
                          .reject = label->reject,
                          .term = label->term,
                          .index = label->index,
                          .value = id,
                      });
}

void net_lose(struct world *world, struct packet *packet, enum loss_reason reason)
{
    emit_lost(world, &packet->label, packet->id, reason);
    packet_free(world, packet);
}

void net_never_sent(struct world *world, const struct raft_message *label, enum loss_reason reason)
{
    emit_lost(world, label, ++world->message_ids, reason);
}

/* Draws of a link are keyed by (from, kind, to) and the message's number among its like. */
static inline uint64_t link_draw(uint64_t base, const struct raft_message *label, uint64_t number)
{
    return chance_draw(rng_stream(base, (uint64_t)label->from << 8 | label->kind, label->to),
                       number);
}

static inline size_t link_of(const struct world *world, const struct raft_message *label)
{
    return (size_t)label->from * world->stride + label->to;
}

static inline const struct link_class *class_of(const struct world *world, size_t link)
{
    const struct scenario *scenario = world->scenario;
    return &scenario->classes[scenario->link_classes[link]];
}

static inline void launch(struct world *world, struct packet *packet, uint64_t delay_ns,
                          bool unordered)
{
    const struct raft_message *label = &packet->label;
    uint64_t at_ns = world->now_ns + (delay_ns < NS_MAX ? delay_ns : NS_MAX);
    if (world->scenario->any_fifo && !unordered) {
        size_t link = link_of(world, label);
        if (class_of(world, link)->fifo) {
            if (at_ns < world->link_last_ns[link])
                at_ns = world->link_last_ns[link];
            world->link_last_ns[link] = at_ns;
        }
    }
    queue_push(&world->queue, at_ns,
               (struct event){.kind = EVENT_DELIVER, .node = label->to, .packet = packet});
}

static void hold_back(struct world *world, struct deed *deed, struct packet *packet)
{
    must(deed->running && deed->number < world->deed_count);
    if (!deed->held)
        deed->held_end = &deed->held;
    *deed->held_end = packet;
    deed->held_end = &packet->next;
}

/* What becomes of a message by its link's class, and by the deeds under way. */
static void decide_fate(struct world *world, const struct raft_message *label, size_t link,
                        struct fate *fate)
{
    const struct link_class *class = class_of(world, link);
    uint64_t number = fate->number;
    fate->cut = world->cuts[link] > 0;
    if (class->loss && rng_chance(link_draw(world->loss_base, label, number), class->loss))
        fate->copies = 0;
    else if (class->duplicate &&
             rng_chance(link_draw(world->duplicate_base, label, number), class->duplicate))
        fate->copies = 2;
    bool by_chance = fate->copies == 0;
    if (world->sender_count > 0)
        plan_send(world, label, fate);
    if (fate->cut)
        emit_lost(world, label, world->message_ids, LOSS_CUT);
    else if (fate->copies == 0)
        emit_lost(world, label, world->message_ids, by_chance ? LOSS_CHANCE : LOSS_PLAN);
    if (fate->cut)
        fate->copies = 0;
}

static inline uint64_t latency_ns(const struct world *world, const struct link_class *class,
                                  const struct raft_message *label, uint64_t number)
{
    return distribution_sample(&class->latency, link_draw(world->latency_base, label, number));
}

/* The copy of a duplicate takes a time of its own: its draws are numbered apart. */
static void launch_copies(struct world *world, const struct raft_message *label, const void *body,
                          struct fate *fate)
{
    const struct link_class *class = class_of(world, link_of(world, label));
    for (uint32_t copy = 0; copy < fate->copies; copy++) {
        struct packet *packet = packet_new(world, label, body);
        packet->id = world->message_ids;
        if (copy > 0)
            emit_message(world, RECORD_DUPLICATED, label, world->message_ids);
        if (fate->held)
            hold_back(world, &world->deeds[fate->held - 1], packet);
        else
            launch(world, packet,
                   latency_ns(world, class, label, fate->number) + fate->delay_ns +
                       (copy > 0 ? fate->copy_ns : 0),
                   fate->unordered);
        fate->number += UINT64_C(1) << 40;
    }
}

/* Where nothing but the latency is drawn, as on most links at most times, that is all there is. */
void net_send(struct world *world, const struct raft_message *label, const void *body)
{
    must(label->to - 1 < world->node_count && label->to != label->from);
    size_t link = link_of(world, label);
    const struct link_class *class = class_of(world, link);
    uint64_t number = world->link_sent[link * RAFT_MSG_KINDS + label->kind]++;
    uint64_t id = ++world->message_ids;
    emit_message(world, RECORD_SENT, label, id);
    if (world->cuts[link] > 0 || world->sender_count > 0 || (class->loss | class->duplicate)) {
        struct fate fate = {.copies = 1, .number = number};
        decide_fate(world, label, link, &fate);
        launch_copies(world, label, body, &fate);
        return;
    }
    struct packet *packet = take_packet(world, label, body);
    packet->id = id;
    launch(world, packet, latency_ns(world, class, label, number), false);
}

void net_release(struct world *world, struct packet *packet)
{
    packet->next = NULL;
    launch(world, packet, 0, false);
}

static inline void emit_delivered(struct world *world, const struct packet *packet)
{
    const struct raft_message *label = &packet->label;
    world_emit(world, (struct record){
                          .kind = RECORD_DELIVERED,
                          .node = label->to,
                          .peer = label->from,
                          .message = label->kind,
                          .reject = label->reject,
                          .term = label->term,
                          .index = label->index,
                          .value = packet->id,
                      });
}

void net_deliver(struct world *world, struct event *event)
{
    struct packet *packet = event->packet;
    struct node *node = &world->nodes[event->node];
    if (!node->running) {
        net_lose(world, packet, LOSS_DOWN);
        return;
    }
    if (node_defers(world, node, event))
        return;
    const struct raft_message *label = &packet->label;
    emit_delivered(world, packet);
    if (raft_message_of_brokers(label->kind))
        broker_receive(world, node, packet);
    else
        node_step(
            world, node,
            &(struct raft_input){.kind = RAFT_RECEIVE, .message = label, .body = packet->body});
    packet_free(world, packet);
}

void link_cut(struct world *world, uint32_t from, uint32_t to)
{
    world->cuts[(size_t)from * world->stride + to]++;
}

void link_mend(struct world *world, uint32_t from, uint32_t to)
{
    size_t link = (size_t)from * world->stride + to;
    must(world->cuts[link] > 0);
    world->cuts[link]--;
}

bool link_up(const struct world *world, uint32_t from, uint32_t to)
{
    return from == to || world->cuts[(size_t)from * world->stride + to] == 0;
}
