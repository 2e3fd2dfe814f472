/* A partition's leader asks for another ISR: validateAlterPartitionData of Kafka. */
#include "raft/controller.h"

static bool is_valid(const struct controller *controller, const struct elector_input *input)
{
    const struct metadata *ahead = &controller->ahead;
    const struct metadata_partition *is = &ahead->partitions[input->partition];
    uint16_t asker = metadata_bit(ahead->layout, input->partition, input->broker);
    if (controller->stuck || !is->assigned || is->leader != input->broker)
        return false;
    if (is->leader_epoch != input->leader_epoch || is->partition_epoch != input->partition_epoch)
        return false;
    return (input->isr & asker) && !(input->isr & ~controller_live(controller, input->partition));
}

/* Whoever asks has recovered; neither growing nor shrinking starts a leader epoch (3.6-IV0). */
void controller_on_alter_isr(struct controller *controller)
{
    const struct elector_input *input = controller->input;
    const struct metadata_partition *is =
        &controller->config.metadata->partitions[input->partition];
    bool valid = controller->active && is_valid(controller, input);
    if (valid)
        is = &controller->ahead.partitions[input->partition];
    enum metadata_reason reason = input->isr & ~is->isr ? METADATA_ISR_EXPAND : METADATA_ISR_SHRINK;
    if (!valid) {
        controller_note(controller, (struct elector_note){.kind = ELECTOR_NOTE_ISR_REFUSED,
                                                          .reason = reason,
                                                          .partition = input->partition,
                                                          .broker = input->broker});
        return;
    }
    if (is->isr == input->isr && !is->recovering)
        return;
    struct draft draft = {0};
    controller_add(&draft, (struct metadata_change){
                               .partition = input->partition,
                               .expected_epoch = is->partition_epoch,
                               .leader = is->leader,
                               .isr = input->isr,
                               .elr = controller_elr(controller, input->partition, input->isr, 0),
                           });
    controller_propose(
        controller, (struct metadata_command){.kind = METADATA_CHANGE, .reason = reason}, &draft);
}
