/* What a partition's leader and its followers say to each other.
 *
 * The leader pushes; Kafka's followers fetch, and hear of an append one round trip later at most.
 * A follower's log is compared at the epoch before what it is sent, and cut back to where the two
 * logs part (KIP-101, KIP-279). */
#include <string.h>

#include "sim/broker_parts.h"
#include "sim/net.h"

/* What was not answered is sent again after this (replica.fetch.wait.max.ms). */
#define SWEEP_NS (500 * NS_PER_MS)
enum { BATCH_MAX = 500 }; /* records in one message */

/* ---- the leader ---- */

static void send_records(struct world *world, struct node *node, uint32_t partition,
                         uint32_t position)
{
    const struct replica *replica = broker_replica(world, node->id, partition);
    struct follower *follower = &replica->leadership->followers[position];
    uint64_t begin = follower->sent, count = replica->end - begin;
    if (count > BATCH_MAX)
        count = BATCH_MAX;
    struct {
        struct broker_body body;
        struct replica_record records[BATCH_MAX];
    } full;
    full.body =
        (struct broker_body){.partition = partition, .count = (uint32_t)count, .end = replica->end};
    if (count > 0)
        memcpy(full.records, replica->log + begin, (size_t)count * sizeof *full.records);
    struct raft_message label = broker_label(
        node, metadata_replica(world->brokers->layout, partition, position), RAFT_MSG_REPLICATE,
        (uint32_t)(sizeof full.body + count * sizeof *full.records));
    label.term = replica->epoch;
    label.index = begin;
    label.log_term = replica_epoch_before(replica, begin);
    label.commit = replica->high_watermark;
    label.entry_count = (uint32_t)count;
    follower->sent = begin + count;
    follower->waiting = world->brokers->rules->epochs;
    net_send(world, &label, &full);
}

/* Is there anything that this follower has to be sent, or to say? Of an empty log nothing, but by
 * one that is to join the in-sync replicas. */
static bool lacks(const struct world *world, const struct node *node, uint32_t partition,
                  uint32_t position)
{
    const struct replica *replica = broker_replica(world, node->id, partition);
    const struct follower *follower = &replica->leadership->followers[position];
    bool in_sync = partition_known(world, node->id, partition)->isr & metadata_at(position);
    return follower->known ? follower->sent < replica->end : replica->end > 0 || !in_sync;
}

/* A broker that is fenced fetches nothing; Chronik sends to all, whoever is there. */
static bool may_be_sent(const struct world *world, const struct node *node, uint32_t broker)
{
    return !world->brokers->rules->epochs || broker_active(world, node->id, broker);
}

void replicate(struct world *world, struct node *node, uint32_t partition)
{
    const struct metadata_layout *layout = world->brokers->layout;
    const struct replica *replica = broker_replica(world, node->id, partition);
    uint32_t count = metadata_topic(layout, partition)->replication_factor;
    bool push = !world->brokers->rules->epochs;
    for (uint32_t position = 0; position < count; position++) {
        uint32_t broker = metadata_replica(layout, partition, position);
        const struct follower *follower = &replica->leadership->followers[position];
        bool wanted = push ? follower->sent < replica->end
                           : !follower->waiting && lacks(world, node, partition, position);
        if (broker != node->id && wanted && may_be_sent(world, node, broker))
            send_records(world, node, partition, position);
    }
    replicate_list(world, node, partition);
}

static void take_answer(struct world *world, struct node *node, uint32_t partition,
                        const struct raft_message *label)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    uint32_t position =
        (uint32_t)__builtin_ctz(metadata_bit(world->brokers->layout, partition, label->from));
    struct follower *follower = &replica->leadership->followers[position];
    follower->waiting = false;
    follower->known = true;
    if (label->reject) {
        uint64_t end = replica_epoch_end(replica, (uint32_t)label->log_term);
        follower->sent = label->index < end ? label->index : end;
        if (follower->end > follower->sent)
            follower->sent = follower->end;
    } else {
        if (label->index > follower->end)
            follower->end = label->index;
        if (follower->sent < follower->end)
            follower->sent = follower->end;
        if (follower->end == replica->end)
            follower->caught_up_ns = world->now_ns;
    }
    replica_advance(world, node, partition);
    if (!world->brokers->rules->epochs)
        return;
    uint16_t isr = replica_maximal_isr(world, node, partition);
    if (!(isr & metadata_at(position)))
        in_sync_look(world, node, partition);
    if (lacks(world, node, partition, position))
        replicate(world, node, partition);
}

/* ---- a follower ---- */

static void answer(struct world *world, struct node *node, const struct raft_message *asked,
                   uint32_t partition, struct raft_message reply)
{
    struct broker_body body = {.partition = partition};
    struct raft_message label =
        broker_label(node, asked->from, RAFT_MSG_REPLICATE_REPLY, sizeof body);
    label.term = reply.term;
    label.index = reply.index;
    label.log_term = reply.log_term;
    label.reject = reply.reject;
    net_send(world, &label, &body);
}

static void take_records(struct world *world, struct node *node, uint32_t partition,
                         const struct raft_message *label, const struct broker_body *body)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    const struct replica_record *records = (const void *)(body + 1);
    for (uint32_t i = 0; i < body->count; i++) {
        uint64_t offset = label->index + i;
        if (offset < replica->end && replica->log[offset].record == records[i].record &&
            replica->log[offset].epoch == records[i].epoch)
            continue;
        if (offset < replica->end)
            replica_truncate(world, node, partition, offset);
        replica_append(replica, records[i].record, records[i].epoch);
    }
    uint64_t end = label->index + body->count;
    if (end == body->end && replica->end > end && replica->log[end].epoch < label->term)
        replica_truncate(world, node, partition, end);
    uint64_t may_read = label->commit < end ? label->commit : end;
    if (may_read > replica->high_watermark)
        replica->high_watermark = may_read;
}

/* The rules of followers that know epochs. */
static void follow(struct world *world, struct node *node, uint32_t partition,
                   const struct packet *packet)
{
    const struct raft_message *label = &packet->label;
    struct replica *replica = broker_replica(world, node->id, partition);
    if (label->term < replica->epoch || (replica->leads && label->term == replica->epoch))
        return;
    if (replica->leads)
        replica_resign(world, node, partition);
    replica->epoch = (uint32_t)label->term;
    replica->leader = (uint16_t)label->from;
    if (label->index > replica->end ||
        replica_epoch_before(replica, label->index) != label->log_term) {
        uint64_t least = label->index < replica->end ? label->index : replica->end;
        uint64_t end = replica_epoch_end(replica, (uint32_t)label->log_term);
        end = end < least ? end : least;
        answer(world, node, label, partition,
               (struct raft_message){.term = label->term,
                                     .index = end,
                                     .log_term = replica_epoch_before(replica, end),
                                     .reject = true});
        return;
    }
    const struct broker_body *body = (const void *)packet->body;
    take_records(world, node, partition, label, body);
    answer(world, node, label, partition,
           (struct raft_message){.term = label->term, .index = label->index + body->count});
}

/* Chronik's followers store what comes, from whom it comes, at the offset that it names; but what
 * is of a partition that they have not heard of is lost (its I27). */
static void follow_blindly(struct world *world, struct node *node, uint32_t partition,
                           const struct packet *packet)
{
    const struct raft_message *label = &packet->label;
    const struct broker_body *body = (const void *)packet->body;
    const struct replica_record *records = (const void *)(body + 1);
    struct replica *replica = broker_replica(world, node->id, partition);
    if (!partition_known(world, node->id, partition)->assigned)
        return;
    while (replica->end < label->index)
        replica_append(replica, 0, (uint32_t)label->term);
    for (uint32_t i = 0; i < body->count; i++)
        if (label->index + i == replica->end)
            replica_append(replica, records[i].record, records[i].epoch);
    if (replica->end > replica->high_watermark && !replica->leads)
        replica->high_watermark = replica->end;
    answer(world, node, label, partition,
           (struct raft_message){.term = label->term, .index = label->index + body->count});
    if (world->brokers->rules->liveness == ELECTOR_BY_STREAM)
        broker_tell(world, node,
                    (struct elector_input){
                        .kind = ELECTOR_STREAM, .broker = label->from, .partition = partition});
}

void replicate_receive(struct world *world, struct node *node, const struct packet *packet)
{
    const struct broker_body *body = (const void *)packet->body;
    const struct raft_message *label = &packet->label;
    struct replica *replica = broker_replica(world, node->id, body->partition);
    must(replica != NULL);
    if (label->kind == RAFT_MSG_REPLICATE_REPLY) {
        if (replica->leads && label->term == replica->epoch)
            take_answer(world, node, body->partition, label);
    } else if (world->brokers->rules->epochs) {
        follow(world, node, body->partition, packet);
    } else {
        follow_blindly(world, node, body->partition, packet);
    }
}

/* ---- unfinished work ---- */

static bool unfinished(const struct world *world, const struct node *node, uint32_t partition)
{
    const struct metadata_layout *layout = world->brokers->layout;
    const struct replica *replica = broker_replica(world, node->id, partition);
    if (!replica->leads)
        return false;
    if (!world->brokers->rules->epochs)
        return replica->leadership->waiting_count > 0;
    uint16_t isr = partition_known(world, node->id, partition)->isr;
    uint16_t own = metadata_bit(layout, partition, node->id);
    for (uint16_t set = metadata_all(layout, partition) & (uint16_t)~own; set;
         set &= (uint16_t)(set - 1)) {
        uint32_t position = (uint32_t)__builtin_ctz(set);
        const struct follower *follower = &replica->leadership->followers[position];
        bool behind = follower->end < replica->end || lacks(world, node, partition, position);
        bool there = isr & metadata_at(position) ||
                     broker_active(world, node->id, metadata_replica(layout, partition, position));
        if (there && (behind || (!(isr & metadata_at(position)) && follower->known)))
            return true;
    }
    return replica->leadership->asked_isr != 0;
}

void replicate_list(struct world *world, struct node *node, uint32_t partition)
{
    struct broker *broker = broker_of(world, node->id);
    struct leadership *leadership = broker_replica(world, node->id, partition)->leadership;
    if (leadership->listed || !unfinished(world, node, partition))
        return;
    leadership->listed = true;
    broker->busy =
        make_room(broker->busy, &broker->busy_room, broker->busy_count + 1, sizeof *broker->busy);
    broker->busy[broker->busy_count++] = partition;
    if (broker->sweeping)
        return;
    broker->sweeping = true;
    broker_timer(world, node, BROKER_SWEEP, world->now_ns + SWEEP_NS, ++broker->sweep);
}

static void sweep(struct world *world, struct node *node, uint32_t partition)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    if (!world->brokers->rules->epochs) {
        replica_expire(world, node, partition);
        return;
    }
    for (uint32_t i = 0; i < world->brokers->layout->stride; i++) {
        struct follower *follower = &replica->leadership->followers[i];
        if (follower->waiting && follower->known)
            follower->sent = follower->end;
        follower->waiting = false;
        if (follower->known && follower->end < replica->end)
            follower->sent = follower->end;
    }
    in_sync_look(world, node, partition);
    replicate(world, node, partition);
}

/* Those that are done leave the list; the others keep their order. */
void replicate_sweep(struct world *world, struct node *node)
{
    struct broker *broker = broker_of(world, node->id);
    size_t count = broker->busy_count, kept = 0;
    broker->sweeping = false;
    for (size_t i = 0; i < count; i++) {
        uint32_t partition = broker->busy[i];
        struct leadership *leadership = broker_replica(world, node->id, partition)->leadership;
        bool goes_on = unfinished(world, node, partition);
        leadership->listed = goes_on;
        if (goes_on)
            broker->busy[kept++] = partition;
    }
    broker->busy_count = kept;
    for (size_t i = 0; i < kept; i++)
        sweep(world, node, broker->busy[i]);
    if (kept == 0)
        return;
    broker->sweeping = true;
    broker_timer(world, node, BROKER_SWEEP, world->now_ns + SWEEP_NS, ++broker->sweep);
}
