/* What concerns many partitions: ReplicationControlManager of Kafka. */
#include "raft/controller.h"

/* Room for other work between two runs over preferred leaders (QuorumController). */
#define PREFER_AGAIN_NS UINT64_C(10000000)

/* Unclean elections have a command of their own, so that they can be seen. */
struct sweep {
    struct controller *controller;
    enum metadata_reason reason;
    struct draft clean, unclean;
};

static void flush(struct sweep *sweep, struct draft *draft, enum metadata_reason reason)
{
    if (draft->count)
        controller_propose(sweep->controller,
                           (struct metadata_command){.kind = METADATA_CHANGE, .reason = reason},
                           draft);
}

static void add(struct sweep *sweep, const struct choice *choice)
{
    controller_add(choice->unclean ? &sweep->unclean : &sweep->clean, choice->change);
    if (!choice->change.leader && choice->change.sets_leader)
        controller_note(sweep->controller, (struct elector_note){.kind = ELECTOR_NOTE_NO_CANDIDATE,
                                                                 .reason = sweep->reason,
                                                                 .partition = choice->partition});
}

/* For commands that may be split. */
static void add_and_flush(struct sweep *sweep, const struct choice *choice)
{
    add(sweep, choice);
    if (sweep->clean.count == CONTROLLER_CHANGES_MAX)
        flush(sweep, &sweep->clean, sweep->reason);
    if (sweep->unclean.count == CONTROLLER_CHANGES_MAX)
        flush(sweep, &sweep->unclean, METADATA_UNCLEAN);
}

static void flush_all(struct sweep *sweep)
{
    flush(sweep, &sweep->clean, sweep->reason);
    flush(sweep, &sweep->unclean, METADATA_UNCLEAN);
}

void controller_leave(struct controller *controller, struct metadata_command command, bool lost)
{
    const struct metadata *ahead = &controller->ahead;
    struct sweep sweep = {.controller = controller, .reason = command.reason};
    controller->live[command.broker] = false;
    for (uint32_t i = 0; i < ahead->layout->partition_count; i++) {
        const struct metadata_partition *is = &ahead->partitions[i];
        uint16_t bit = metadata_bit(ahead->layout, i, command.broker);
        if (!is->assigned || !((is->isr | (lost ? is->elr : 0)) & bit))
            continue;
        struct choice choice = {
            .partition = i, .isr = (uint16_t)(is->isr & ~bit), .lost = lost ? bit : 0};
        if (controller_choose(controller, &choice))
            add(&sweep, &choice);
    }
    if (command.kind == METADATA_FENCE)
        controller_propose(controller, command, &sweep.clean);
    flush_all(&sweep);
}

/* handleBrokerUnfenced: the broker joins no ISR and takes nothing back. */
void controller_return(struct controller *controller, uint32_t broker)
{
    const struct metadata *ahead = &controller->ahead;
    struct sweep sweep = {.controller = controller, .reason = METADATA_UNFENCED};
    controller->live[broker] = true;
    for (uint32_t i = 0; controller->leaderless && i < ahead->layout->partition_count; i++) {
        const struct metadata_partition *is = &ahead->partitions[i];
        struct choice choice = {.partition = i, .isr = is->isr};
        if (is->assigned && !is->leader && controller_choose(controller, &choice))
            add(&sweep, &choice);
    }
    controller_propose(controller,
                       (struct metadata_command){
                           .kind = METADATA_UNFENCE, .reason = METADATA_UNFENCED, .broker = broker},
                       &sweep.clean);
    flush_all(&sweep);
    controller_begin(controller);
}

void controller_mend(struct controller *controller)
{
    const struct metadata *ahead = &controller->ahead;
    struct sweep sweep = {.controller = controller, .reason = METADATA_FENCED};
    for (uint32_t i = 0; i < ahead->layout->partition_count; i++) {
        const struct metadata_partition *is = &ahead->partitions[i];
        if (!is->assigned)
            continue;
        struct choice choice = {.partition = i, .isr = is->isr & controller_live(controller, i)};
        if (controller_choose(controller, &choice))
            add_and_flush(&sweep, &choice);
    }
    flush_all(&sweep);
}

static bool all_there(const struct controller *controller, const struct metadata_topic *topic)
{
    const struct metadata *ahead = &controller->ahead;
    for (uint32_t i = topic->first; i < topic->first + topic->count; i++)
        if (!ahead->partitions[i].assigned &&
            controller_live(controller, i) != metadata_all(ahead->layout, i))
            return false;
    return true;
}

static void begin_topic(struct controller *controller, const struct metadata_topic *topic)
{
    const struct metadata *ahead = &controller->ahead;
    struct sweep sweep = {.controller = controller, .reason = METADATA_INITIAL};
    for (uint32_t i = topic->first; i < topic->first + topic->count; i++) {
        uint16_t live = controller_live(controller, i);
        if (ahead->partitions[i].assigned || !live)
            continue;
        struct choice choice = {.partition = i};
        choice.change = (struct metadata_change){
            .partition = i,
            .leader = (uint16_t)metadata_first(ahead->layout, i, live),
            .isr = live,
            .sets_leader = true,
        };
        add_and_flush(&sweep, &choice);
    }
    flush_all(&sweep);
}

void controller_begin(struct controller *controller)
{
    const struct metadata_layout *layout = controller->ahead.layout;
    for (uint32_t i = 0; controller->unassigned && i < layout->topic_count; i++)
        if (controller->late || all_there(controller, &layout->topics[i]))
            begin_topic(controller, &layout->topics[i]);
}

static bool may_go_back(const struct controller *controller, uint32_t partition)
{
    const struct metadata_partition *is = &controller->ahead.partitions[partition];
    uint32_t preferred = metadata_replica(controller->ahead.layout, partition, 0);
    return is->assigned && is->leader != preferred && (is->isr & 1) && controller->live[preferred];
}

void controller_prefer(struct controller *controller)
{
    const struct metadata *ahead = &controller->ahead;
    struct sweep sweep = {.controller = controller, .reason = METADATA_PREFERRED};
    uint64_t pause_ns = controller->config.options.rebalance_ns;
    for (uint32_t i = 0; i < ahead->layout->partition_count; i++) {
        if (!may_go_back(controller, i))
            continue;
        if (sweep.clean.count == CONTROLLER_CHANGES_MAX) {
            pause_ns = PREFER_AGAIN_NS;
            break;
        }
        struct choice choice = {.partition = i, .isr = ahead->partitions[i].isr, .prefers = true};
        if (controller_choose(controller, &choice))
            add(&sweep, &choice);
    }
    controller->preferring = sweep.clean.count > 0;
    controller->prefer_due_ns = controller->input->now_ns + pause_ns;
    flush_all(&sweep);
}

void controller_elect(struct controller *controller, uint32_t partition)
{
    const struct metadata_partition *is = &controller->ahead.partitions[partition];
    struct sweep sweep = {.controller = controller, .reason = METADATA_MANUAL};
    struct choice choice = {.partition = partition, .isr = is->isr, .prefers = true};
    if (is->assigned && controller_choose(controller, &choice))
        add(&sweep, &choice);
    else if (!is->leader)
        controller_note(controller, (struct elector_note){.kind = ELECTOR_NOTE_NO_CANDIDATE,
                                                          .reason = METADATA_MANUAL,
                                                          .partition = partition});
    flush_all(&sweep);
}
