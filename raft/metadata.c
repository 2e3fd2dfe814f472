/* Epochs count as in Kafka (PartitionRegistration.merge, ReplicationControlManager). */
#include "raft/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "raft/chance.h"
#include "raft/must.h"
#include "raft/room.h"

/* Who wants to know which partitions changed. */
struct listener {
    void (*changed)(void *context, uint32_t partition, const struct metadata_partition *before);
    void *context;
};

const char *metadata_reason_name(enum metadata_reason reason)
{
#define X(id, name, elects) name,
    static const char *const names[] = {METADATA_REASONS(X)};
#undef X
    return names[reason];
}

bool metadata_reason_elects(enum metadata_reason reason)
{
#define X(id, name, elects) elects,
    static const bool elects[] = {METADATA_REASONS(X)};
#undef X
    return elects[reason];
}

void metadata_open(struct metadata *metadata, const struct metadata_layout *layout)
{
    size_t partitions = layout->partition_count, brokers = (size_t)layout->broker_count + 1;
    metadata->layout = layout;
    metadata->partitions = room_for(metadata->partitions, &metadata->partition_room, partitions,
                                    sizeof *metadata->partitions);
    metadata->brokers =
        room_for(metadata->brokers, &metadata->broker_room, brokers, sizeof *metadata->brokers);
    if (partitions)
        memset(metadata->partitions, 0, partitions * sizeof *metadata->partitions);
    memset(metadata->brokers, 0, brokers * sizeof *metadata->brokers);
    metadata->applied = metadata->commands = metadata->digest = 0;
}

void metadata_close(struct metadata *metadata)
{
    free(metadata->partitions);
    free(metadata->brokers);
    *metadata = (struct metadata){0};
}

void metadata_copy(struct metadata *to, const struct metadata *from)
{
    const struct metadata_layout *layout = from->layout;
    must(to->layout == layout);
    if (layout->partition_count)
        memcpy(to->partitions, from->partitions,
               layout->partition_count * sizeof *from->partitions);
    memcpy(to->brokers, from->brokers, (layout->broker_count + 1u) * sizeof *from->brokers);
    to->applied = from->applied;
    to->commands = from->commands;
    to->digest = from->digest;
}

/* The digest is a sum over places, so that a change costs what it changes. */
static uint64_t partition_digest(const struct metadata_partition *is, uint32_t partition)
{
    uint64_t epochs = (uint64_t)is->leader_epoch << 32 | is->partition_epoch;
    uint64_t rest = (uint64_t)is->leader << 48 | (uint64_t)is->isr << 32 | (uint64_t)is->elr << 16 |
                    (uint64_t)is->assigned << 1 | is->recovering;
    return chance_draw(chance_draw(partition, epochs), rest);
}

static uint64_t broker_digest(const struct metadata_broker *is, uint32_t broker)
{
    uint64_t key = chance_draw(~(uint64_t)broker, is->epoch);
    return chance_draw(chance_draw(key, is->incarnation), is->fenced);
}

static void write_partition(struct metadata *metadata, uint32_t partition,
                            struct metadata_partition to, const struct listener *listener)
{
    struct metadata_partition *is = &metadata->partitions[partition];
    struct metadata_partition before = *is;
    *is = to;
    metadata->digest += partition_digest(is, partition) - partition_digest(&before, partition);
    if (listener->changed)
        listener->changed(listener->context, partition, &before);
}

static void write_broker(struct metadata *metadata, uint32_t broker, struct metadata_broker to)
{
    must(broker >= 1 && broker <= metadata->layout->broker_count);
    struct metadata_broker *is = &metadata->brokers[broker];
    metadata->digest += broker_digest(&to, broker) - broker_digest(is, broker);
    *is = to;
}

void metadata_copy_broker(struct metadata *to, const struct metadata *from, uint32_t broker)
{
    write_broker(to, broker, from->brokers[broker]);
}

static void set_fenced(struct metadata *metadata, uint32_t broker, bool fenced)
{
    must(broker >= 1 && broker <= metadata->layout->broker_count);
    struct metadata_broker to = metadata->brokers[broker];
    to.fenced = fenced;
    write_broker(metadata, broker, to);
}

static uint32_t apply_changes(struct metadata *metadata, const struct metadata_command *command,
                              const struct listener *listener)
{
    uint32_t applied = 0;
    for (uint32_t i = 0; i < command->change_count; i++) {
        const struct metadata_change *change = &command->changes[i];
        must(change->partition < metadata->layout->partition_count);
        struct metadata_partition to = metadata->partitions[change->partition];
        if (change->expected_epoch != to.partition_epoch)
            continue;
        to.leader = change->leader;
        to.isr = change->isr;
        to.elr = change->elr;
        to.recovering = change->recovering;
        if (to.assigned) {
            to.partition_epoch++;
            to.leader_epoch += change->sets_leader;
        }
        to.assigned = to.has_isr = true;
        write_partition(metadata, change->partition, to, listener);
        applied++;
    }
    return applied;
}

static uint32_t apply_write(struct metadata *metadata, const struct metadata_command *command,
                            const struct listener *listener)
{
    must(command->partition < metadata->layout->partition_count);
    struct metadata_partition to = metadata->partitions[command->partition];
    if (command->kind != METADATA_ASSIGN || to.assigned)
        to.partition_epoch++;
    if (command->kind == METADATA_LEADER) {
        to.leader = command->leader;
        to.leader_epoch++;
    } else if (command->kind == METADATA_ISR) {
        to.isr = command->isr;
        to.has_isr = true;
    } else {
        to.assigned = true;
    }
    write_partition(metadata, command->partition, to, listener);
    return 1;
}

static uint32_t apply_command(struct metadata *metadata, const struct metadata_command *command,
                              const struct listener *listener)
{
    switch (command->kind) {
    case METADATA_REGISTER:
        write_broker(metadata, command->broker,
                     (struct metadata_broker){.epoch = metadata->applied,
                                              .incarnation = command->incarnation,
                                              .fenced = true});
        return 0;
    case METADATA_FENCE:
    case METADATA_UNFENCE:
        set_fenced(metadata, command->broker, command->kind == METADATA_FENCE);
        return apply_changes(metadata, command, listener);
    case METADATA_CHANGE:
        return apply_changes(metadata, command, listener);
    case METADATA_ASSIGN:
    case METADATA_LEADER:
    case METADATA_ISR:
        break;
    }
    return apply_write(metadata, command, listener);
}

uint32_t metadata_apply(struct metadata *metadata, const struct metadata_command *command,
                        uint64_t index,
                        void (*changed)(void *context, uint32_t partition,
                                        const struct metadata_partition *before),
                        void *context)
{
    must(index > metadata->applied);
    metadata->applied = index;
    if (!command)
        return 0;
    metadata->commands++;
    return apply_command(metadata, command, &(struct listener){changed, context});
}

static uint32_t replica_count(const struct metadata_layout *layout, uint32_t partition)
{
    return metadata_topic(layout, partition)->replication_factor;
}

uint16_t metadata_bit(const struct metadata_layout *layout, uint32_t partition, uint32_t broker)
{
    for (uint32_t i = 0; i < replica_count(layout, partition); i++)
        if (metadata_replica(layout, partition, i) == broker)
            return (uint16_t)(1u << i);
    return 0;
}

uint16_t metadata_all(const struct metadata_layout *layout, uint32_t partition)
{
    return (uint16_t)((1u << replica_count(layout, partition)) - 1);
}

uint32_t metadata_first(const struct metadata_layout *layout, uint32_t partition, uint16_t set)
{
    return set ? metadata_replica(layout, partition, (uint32_t)__builtin_ctz(set)) : 0;
}
