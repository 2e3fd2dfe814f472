/* One broker's copies of partitions: their logs, who leads, and what may be acknowledged. */
#include <stdlib.h>
#include <string.h>

#include "sim/broker_parts.h"

/* Chronik waits for so many followers, whatever the topic says (its produce_handler.rs). */
enum { CHRONIK_QUORUM = 2 };
#define CHRONIK_WAIT_NS (30 * NS_PER_S)

/* ---- its log ---- */

void replica_reset(struct replica *replica)
{
    struct leadership *leadership = replica->leadership;
    *replica =
        (struct replica){.log = replica->log, .room = replica->room, .leadership = leadership};
    if (leadership)
        *leadership = (struct leadership){.waiting = leadership->waiting,
                                          .waiting_room = leadership->waiting_room};
}

static uint64_t chain_before(const struct replica *replica, uint64_t offset)
{
    return offset > 0 ? replica->log[offset - 1].chain : 0;
}

void replica_append(struct replica *replica, uint32_t record, uint32_t epoch)
{
    replica->log =
        make_room(replica->log, &replica->room, (size_t)replica->end + 1, sizeof *replica->log);
    uint64_t chain = chance_mix(chain_before(replica, replica->end) ^
                                ((uint64_t)record + 1) * UINT64_C(0x9e3779b97f4a7c15));
    replica->log[replica->end++] = (struct replica_record){record, epoch, chain};
}

void replica_truncate(struct world *world, struct node *node, uint32_t partition, uint64_t end)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    must(end < replica->end);
    replica->end = end;
    if (replica->high_watermark > end)
        replica->high_watermark = end;
    world_emit(world, (struct record){.kind = RECORD_TRUNCATED,
                                      .node = node->id,
                                      .term = replica->epoch,
                                      .index = partition,
                                      .value = end});
}

uint64_t replica_epoch_end(const struct replica *replica, uint32_t epoch)
{
    uint64_t low = 0, high = replica->end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (replica->log[middle].epoch <= epoch)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t replica_epoch_before(const struct replica *replica, uint64_t offset)
{
    return offset > 0 ? replica->log[offset - 1].epoch : 0;
}

/* ---- who leads ---- */

static void open_leadership(struct replica *replica, uint32_t stride, uint64_t now_ns)
{
    if (!replica->leadership)
        replica->leadership =
            allocate(1, sizeof *replica->leadership + stride * sizeof(struct follower));
    struct leadership *leadership = replica->leadership;
    *leadership = (struct leadership){.start = replica->end,
                                      .waiting = leadership->waiting,
                                      .waiting_room = leadership->waiting_room,
                                      .listed = leadership->listed};
    for (uint32_t i = 0; i < stride; i++)
        leadership->followers[i] = (struct follower){.sent = replica->end, .caught_up_ns = now_ns};
}

void replica_lead(struct world *world, struct node *node, uint32_t partition, uint32_t epoch)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    must(replica && !replica->leads);
    replica->leads = true;
    replica->epoch = epoch;
    replica->leader = (uint16_t)node->id;
    open_leadership(replica, world->brokers->layout->stride, world->now_ns);
    world_emit(world, (struct record){.kind = RECORD_PARTITION_LED,
                                      .node = node->id,
                                      .term = epoch,
                                      .index = partition,
                                      .value = replica->end});
    if (!world->brokers->rules->epochs) {
        replica->high_watermark = replica->end;
        return;
    }
    replica_advance(world, node, partition);
    replicate(world, node, partition);
}

void replica_resign(struct world *world, struct node *node, uint32_t partition)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    struct leadership *leadership = replica->leadership;
    must(replica->leads);
    replica->leads = false;
    world_emit(world, (struct record){.kind = RECORD_PARTITION_LEFT,
                                      .node = node->id,
                                      .term = replica->epoch,
                                      .index = partition,
                                      .value = replica->end});
    enum produce_answer answer = node->running ? ANSWER_REFUSED : ANSWER_NOTHING;
    for (size_t i = 0; i < leadership->waiting_count; i++)
        producer_answer(world, leadership->waiting[leadership->waiting_first + i].record, node->id,
                        answer, RAFT_NONE);
    leadership->waiting_count = leadership->waiting_first = 0;
}

/* A broker that must register leads only as the process that is registered, and not while it is
 * fenced (BrokerRegistration). */
static bool may_lead(const struct world *world, const struct node *node)
{
    if (world->brokers->rules->liveness != ELECTOR_BY_HEARTBEAT)
        return true;
    const struct metadata_broker *self = &broker_of(world, node->id)->metadata.brokers[node->id];
    return self->epoch > 0 && !self->fenced && self->incarnation == node->incarnation;
}

/* Asks for changes of the ISR are void once the partition has changed. */
static void lead_on(struct world *world, struct node *node, uint32_t partition)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    replica->leadership->asked_isr = 0;
    replica_advance(world, node, partition);
    if (world->brokers->rules->epochs)
        replicate(world, node, partition);
}

void replica_follow_metadata(struct world *world, struct node *node, uint32_t partition)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    const struct metadata_partition *known = partition_known(world, node->id, partition);
    bool leads = known->assigned && known->leader == node->id && may_lead(world, node);
    bool same =
        replica->leads && (!world->brokers->rules->epochs || replica->epoch == known->leader_epoch);
    if (leads && same) {
        replica->epoch = known->leader_epoch;
        lead_on(world, node, partition);
        return;
    }
    if (replica->leads && known->assigned)
        replica_resign(world, node, partition);
    if (leads && known->leader_epoch >= replica->epoch)
        replica_lead(world, node, partition, known->leader_epoch);
    else if (known->leader_epoch > replica->epoch) {
        replica->epoch = known->leader_epoch;
        replica->leader = known->leader;
    }
}

/* ---- what may be acknowledged ---- */

uint16_t replica_maximal_isr(const struct world *world, const struct node *node, uint32_t partition)
{
    const struct replica *replica = broker_replica(world, node->id, partition);
    return partition_known(world, node->id, partition)->isr | replica->leadership->asked_isr;
}

/* min(min.insync.replicas, replication factor): what must be in sync for acks=all. */
static uint32_t least_in_sync(const struct world *world, uint32_t partition)
{
    return metadata_topic(world->brokers->layout, partition)->min_insync;
}

static void set_high_watermark(struct world *world, struct node *node, uint32_t partition,
                               uint64_t offset)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    replica->high_watermark = offset;
    world_emit(world, (struct record){.kind = RECORD_HIGH_WATERMARK,
                                      .node = node->id,
                                      .term = replica->epoch,
                                      .index = partition,
                                      .value = offset});
}

static void acknowledge(struct world *world, struct node *node, uint32_t partition, uint32_t record)
{
    producer_answer(world, record, node->id, ANSWER_ACKED, node->id);
    if (world->brokers->rules->liveness == ELECTOR_BY_PRODUCE)
        broker_tell(world, node,
                    (struct elector_input){
                        .kind = ELECTOR_PRODUCED, .broker = node->id, .partition = partition});
}

static void answer_waiting(struct world *world, struct node *node, uint32_t partition, uint64_t end)
{
    struct leadership *leadership = broker_replica(world, node->id, partition)->leadership;
    while (leadership->waiting_count > 0 &&
           leadership->waiting[leadership->waiting_first].end <= end) {
        uint32_t record = leadership->waiting[leadership->waiting_first++].record;
        leadership->waiting_count--;
        acknowledge(world, node, partition, record);
    }
    if (leadership->waiting_count == 0)
        leadership->waiting_first = 0;
}

/* The least end of the replicas in the set; the leader's own log is its own. */
static uint64_t least_end(const struct world *world, const struct node *node, uint32_t partition,
                          uint16_t set)
{
    const struct replica *replica = broker_replica(world, node->id, partition);
    uint16_t own = metadata_bit(world->brokers->layout, partition, node->id);
    uint64_t end = replica->end;
    for (set &= (uint16_t)~own; set; set &= (uint16_t)(set - 1)) {
        uint64_t theirs = replica->leadership->followers[__builtin_ctz(set)].end;
        if (theirs < end)
            end = theirs;
    }
    return end;
}

/* Chronik counts followers, and never itself. */
static uint64_t chronik_end(const struct world *world, const struct node *node, uint32_t partition)
{
    const struct replica *replica = broker_replica(world, node->id, partition);
    uint32_t replicas = metadata_topic(world->brokers->layout, partition)->replication_factor;
    uint32_t quorum = replicas > CHRONIK_QUORUM ? CHRONIK_QUORUM : replicas - 1;
    uint64_t best = replica->high_watermark;
    for (uint64_t end = replica->end; end > best; end--) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < replicas; i++)
            count += replica->leadership->followers[i].end >= end;
        if (count >= quorum)
            return end;
    }
    return best;
}

/* The high watermark stands still while too few replicas are in sync (KAFKA-15583). */
void replica_advance(struct world *world, struct node *node, uint32_t partition)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    uint64_t end;
    if (world->brokers->rules->epochs) {
        uint16_t isr = partition_known(world, node->id, partition)->isr;
        if (metadata_count(isr) < least_in_sync(world, partition))
            return;
        end = least_end(world, node, partition, replica_maximal_isr(world, node, partition));
    } else {
        end = chronik_end(world, node, partition);
    }
    if (end > replica->high_watermark)
        set_high_watermark(world, node, partition, end);
    answer_waiting(world, node, partition, replica->high_watermark);
}

/* ---- a client's record ---- */

/* What was stored at an earlier try is not stored again (idempotent producers). */
static bool find_record(const struct replica *replica, uint32_t record, uint64_t *end)
{
    enum { WINDOW = 1000 };
    uint64_t least = replica->end > WINDOW ? replica->end - WINDOW : 0;
    for (*end = replica->end; *end > least; --*end)
        if (replica->log[*end - 1].record == record)
            return true;
    return false;
}

static void await(struct world *world, struct node *node, struct replica *replica, uint64_t end,
                  uint32_t record)
{
    struct leadership *leadership = replica->leadership;
    size_t count = leadership->waiting_first + leadership->waiting_count, at = count;
    leadership->waiting = make_room(leadership->waiting, &leadership->waiting_room, count + 1,
                                    sizeof *leadership->waiting);
    for (; at > leadership->waiting_first && leadership->waiting[at - 1].end > end; at--)
        leadership->waiting[at] = leadership->waiting[at - 1];
    leadership->waiting[at] = (struct waiting){end, record, world->now_ns + CHRONIK_WAIT_NS};
    leadership->waiting_count++;
    (void)node;
}

/* Is it this broker's to take? Chronik's brokers that know no leader think that they lead. */
static bool takes(struct world *world, struct node *node, uint32_t partition)
{
    struct replica *replica = broker_replica(world, node->id, partition);
    const struct metadata_partition *known = partition_known(world, node->id, partition);
    if (!replica)
        return false;
    if (!replica->leads && world->brokers->rules->local_fallback && known->leader == 0)
        replica_lead(world, node, partition, known->leader_epoch);
    return replica->leads;
}

static bool enough_in_sync(const struct world *world, const struct node *node,
                           const struct produced *produced)
{
    if (!world->brokers->rules->epochs || produced->acks != ACKS_ALL)
        return true;
    uint16_t isr = partition_known(world, node->id, produced->partition)->isr;
    return metadata_count(isr) >= least_in_sync(world, produced->partition);
}

static uint64_t store(struct world *world, struct node *node, uint32_t record)
{
    const struct produced *produced = &world->brokers->records[record - 1];
    struct replica *replica = broker_replica(world, node->id, produced->partition);
    uint64_t end;
    if (produced->tries > 1 && find_record(replica, record, &end))
        return end;
    replica_append(replica, record, replica->epoch);
    world_emit(world, (struct record){.kind = RECORD_APPENDED,
                                      .node = node->id,
                                      .term = replica->epoch,
                                      .index = produced->partition,
                                      .value = replica->end - 1});
    return replica->end;
}

void replica_produce(struct world *world, struct node *node, uint32_t record)
{
    struct produced produced = world->brokers->records[record - 1];
    uint32_t partition = produced.partition;
    if (!takes(world, node, partition) || !enough_in_sync(world, node, &produced)) {
        producer_answer(world, record, node->id, ANSWER_REFUSED,
                        partition_known(world, node->id, partition)->leader);
        return;
    }
    struct replica *replica = broker_replica(world, node->id, partition);
    uint64_t end = store(world, node, record);
    if (produced.acks == ACKS_ALL)
        await(world, node, replica, end, record);
    else if (!world->brokers->rules->epochs && end > replica->high_watermark)
        set_high_watermark(world, node, partition, end);
    replica_advance(world, node, partition);
    if (produced.acks != ACKS_ALL)
        acknowledge(world, node, partition, record);
    replicate(world, node, partition);
}

void replica_expire(struct world *world, struct node *node, uint32_t partition)
{
    struct leadership *leadership = broker_replica(world, node->id, partition)->leadership;
    while (leadership->waiting_count > 0 &&
           leadership->waiting[leadership->waiting_first].expires_ns <= world->now_ns) {
        uint32_t record = leadership->waiting[leadership->waiting_first++].record;
        leadership->waiting_count--;
        producer_answer(world, record, node->id, ANSWER_ACKED, node->id);
    }
}
