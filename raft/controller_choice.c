/* Who leads a partition: PartitionChangeBuilder of Kafka.
 *
 * Not modelled: the last known leader (KIP-966), which counts as an unclean election. */
#include "raft/controller.h"

uint16_t controller_live(const struct controller *controller, uint32_t partition)
{
    const struct metadata_layout *layout = controller->ahead.layout;
    uint32_t count = metadata_topic(layout, partition)->replication_factor;
    uint32_t live = 0;
    for (uint32_t i = 0; i < count; i++)
        live |= (uint32_t)controller->live[metadata_replica(layout, partition, i)] << i;
    return (uint16_t)live;
}

uint16_t controller_elr(const struct controller *controller, uint32_t partition, uint16_t isr,
                        uint16_t lost)
{
    const struct metadata_partition *is = &controller->ahead.partitions[partition];
    const struct metadata_topic *topic = metadata_topic(controller->ahead.layout, partition);
    uint32_t enough = topic->min_insync < topic->replication_factor ? topic->min_insync
                                                                    : topic->replication_factor;
    if (!controller->config.options.elr || metadata_count(isr) >= enough)
        return 0;
    return (uint16_t)((is->elr | is->isr) & ~isr & ~lost);
}

/* Kafka goes through the replicas in their order, whatever the order of the ISR; here sets have no
 * other order. */
static uint32_t pick(const struct controller *controller, const struct choice *choice,
                     uint16_t valid)
{
    const struct metadata_layout *layout = controller->ahead.layout;
    uint32_t leader = controller->ahead.partitions[choice->partition].leader;
    if (choice->prefers && (valid & 1))
        return metadata_replica(layout, choice->partition, 0);
    if (leader && (metadata_bit(layout, choice->partition, leader) & valid))
        return leader;
    return metadata_first(layout, choice->partition, valid);
}

static bool differs(const struct metadata_partition *is, const struct metadata_change *change)
{
    return change->sets_leader || change->isr != is->isr || change->elr != is->elr ||
           change->recovering != is->recovering;
}

bool controller_choose(const struct controller *controller, struct choice *choice)
{
    const struct metadata_layout *layout = controller->ahead.layout;
    const struct metadata_partition *is = &controller->ahead.partitions[choice->partition];
    uint16_t live = controller_live(controller, choice->partition);
    uint16_t isr = choice->isr;
    uint16_t elr = controller_elr(controller, choice->partition, isr, choice->lost);
    uint32_t leader = pick(controller, choice, live & (isr ? isr : elr));
    choice->unclean = !leader && live && metadata_topic(layout, choice->partition)->unclean;
    if (choice->unclean) {
        leader = metadata_first(layout, choice->partition, live);
        isr = metadata_bit(layout, choice->partition, leader);
        elr = 0;
    } else if (leader && !isr) {
        isr = metadata_bit(layout, choice->partition, leader);
        elr = (uint16_t)(elr & ~isr);
    } else if (!isr && !controller->config.options.elr) {
        isr = is->isr; /* without ELR somebody must remain who may lead again */
    }
    choice->change = (struct metadata_change){
        .partition = choice->partition,
        .expected_epoch = is->partition_epoch,
        .leader = (uint16_t)leader,
        .isr = isr,
        .elr = elr,
        .sets_leader = leader != is->leader,
        .recovering = is->recovering || choice->unclean,
    };
    return differs(is, &choice->change);
}
