/* Which replicas are in sync, as a partition's leader sees it, and what it asks the controller. */
#include "sim/broker_parts.h"

/* Asks the controller for another ISR; asked again by each sweep until the partition changes. */
static void ask(struct world *world, struct node *node, uint32_t partition, uint16_t isr)
{
    const struct metadata_partition *known = partition_known(world, node->id, partition);
    struct replica *replica = broker_replica(world, node->id, partition);
    replica->leadership->asked_isr |= isr;
    struct broker_body body = {
        .partition = partition, .partition_epoch = known->partition_epoch, .isr = isr};
    broker_beat(world, node, &body, known->leader_epoch);
}

/* A follower joins when it holds all that is acknowledged or that the leader had when its epoch
 * began; one that lags too long leaves (Partition.isFollowerInSync). */
static uint16_t wanted_isr(const struct world *world, const struct node *node, uint32_t partition)
{
    const struct brokers *brokers = world->brokers;
    const struct replica *replica = broker_replica(world, node->id, partition);
    uint16_t isr = partition_known(world, node->id, partition)->isr;
    uint16_t own = metadata_bit(brokers->layout, partition, node->id);
    uint64_t needed = replica->leadership->start > replica->high_watermark
                          ? replica->leadership->start
                          : replica->high_watermark;
    for (uint16_t set = metadata_all(brokers->layout, partition) & (uint16_t)~own; set;
         set &= (uint16_t)(set - 1)) {
        uint32_t position = (uint32_t)__builtin_ctz(set);
        const struct follower *follower = &replica->leadership->followers[position];
        uint32_t broker = metadata_replica(brokers->layout, partition, position);
        bool lags = follower->end < replica->end &&
                    world->now_ns - follower->caught_up_ns > brokers->options.lag_ns;
        if (isr & metadata_at(position))
            isr &= (uint16_t) ~(lags ? metadata_at(position) : 0);
        else if (follower->known && follower->end >= needed && !lags &&
                 broker_active(world, node->id, broker))
            isr |= metadata_at(position);
    }
    return isr;
}

/* A pending ask binds what may be acknowledged until the partition has changed; to be rid of one
 * that can no longer be granted, the present ISR is asked for, which voids it. */
void in_sync_look(struct world *world, struct node *node, uint32_t partition)
{
    if (world->brokers->options.lag_ns == 0)
        return;
    const struct leadership *leadership = broker_replica(world, node->id, partition)->leadership;
    uint16_t isr = partition_known(world, node->id, partition)->isr;
    uint16_t wanted = wanted_isr(world, node, partition);
    if (wanted != isr || leadership->asked_isr)
        ask(world, node, partition, wanted);
}
