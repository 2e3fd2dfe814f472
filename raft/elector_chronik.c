/* leader_election.rs and raft_metadata.rs of Chronik Stream. */
#include "raft/elector_chronik.h"

#include <stdlib.h>

#include "raft/room.h"

/* integrated_server.rs asks once a second whether there is a leader. */
#define LEADER_POLL_NS UINT64_C(1000000000)

struct chronik *chronik_open(struct chronik *chronik, const struct elector_config *config)
{
    if (!chronik) {
        chronik = calloc(1, sizeof *chronik);
        must(chronik != NULL);
    }
    chronik->config = *config;
    chronik->leads = false;
    chronik->leader = 0;
    chronik->check_due_ns = chronik->new_due_ns = CHRONIK_NEVER;
    chronik->new_from_index = 0;
    chronik->opened = false;
    chronik->watch_count = chronik->due_count = 0;
    return chronik;
}

void chronik_close(void *self)
{
    struct chronik *chronik = self;
    silence_close(&chronik->heard);
    free(chronik->watch);
    free(chronik->watched);
    free(chronik->due);
    free(chronik->beat_ns);
    free(chronik);
}

bool chronik_acts(const struct chronik *chronik)
{
    return chronik->config.rules->gate == ELECTOR_WHO_LEADS ? chronik->leads : chronik->leader != 0;
}

/* The propose() of a node that does not lead fails, and nothing forwards it. */
static bool may_propose(const struct chronik *chronik)
{
    return chronik->leads;
}

static void note(struct elector_output *output, enum elector_note_kind kind,
                 enum metadata_reason reason, const uint32_t partition, const uint32_t broker)
{
    elector_output_note(
        output, (struct elector_note){
                    .kind = kind, .reason = reason, .partition = partition, .broker = broker});
}

static uint32_t initial_leader(const struct chronik *chronik, uint32_t partition)
{
    const struct metadata_layout *layout = chronik->config.metadata->layout;
    uint32_t self = chronik->config.id;
    if (chronik->config.rules->prefers_leader && chronik->leads &&
        metadata_bit(layout, partition, self))
        return self;
    return metadata_replica(layout, partition, 0);
}

static void propose_new(const struct chronik *chronik, uint32_t partition,
                        struct elector_output *output)
{
    uint16_t leader = (uint16_t)initial_leader(chronik, partition);
    uint16_t isr = metadata_all(chronik->config.metadata->layout, partition);
    elector_output_command(output, METADATA_ASSIGN, METADATA_INITIAL)->partition = partition;
    struct metadata_command *command =
        elector_output_command(output, METADATA_LEADER, METADATA_INITIAL);
    command->partition = partition;
    command->leader = leader;
    command = elector_output_command(output, METADATA_ISR, METADATA_INITIAL);
    command->partition = partition;
    command->isr = isr;
}

/* Three commands a partition; whose first one fails is skipped. */
static void propose_all_new(const struct chronik *chronik, bool may, struct elector_output *output)
{
    const struct metadata *metadata = chronik->config.metadata;
    for (uint32_t i = 0; i < metadata->layout->partition_count; i++) {
        if (metadata->partitions[i].assigned)
            continue;
        if (may)
            propose_new(chronik, i, output);
        else
            note(output, ELECTOR_NOTE_REFUSED, METADATA_INITIAL, i, initial_leader(chronik, i));
    }
}

static void on_role(struct chronik *chronik, const struct elector_input *input)
{
    bool acted = chronik_acts(chronik), led = chronik->leads;
    chronik->leads = input->leads;
    chronik->leader = input->leader;
    if (!chronik_acts(chronik)) {
        chronik->new_due_ns = CHRONIK_NEVER;
    } else if (!chronik->config.options.at_start && (!acted || (chronik->leads && !led))) {
        chronik->new_due_ns = input->now_ns + LEADER_POLL_NS;
        chronik->new_from_index = chronik->leads ? input->applied : 0;
    }
}

void chronik_initialise(struct chronik *chronik, const struct elector_input *input,
                        struct elector_output *output)
{
    const struct elector_options *options = &chronik->config.options;
    if (input->kind == ELECTOR_START) {
        if (options->check_ns)
            chronik->check_due_ns = input->now_ns + options->check_ns;
        if (options->at_start)
            propose_all_new(chronik, true, output);
    }
    if (input->kind == ELECTOR_ROLE)
        on_role(chronik, input);
    if (chronik->new_due_ns == CHRONIK_NEVER)
        return;
    if (input->now_ns < chronik->new_due_ns &&
        chronik->config.metadata->applied < chronik->new_from_index)
        return;
    chronik->new_due_ns = CHRONIK_NEVER;
    propose_all_new(chronik, may_propose(chronik), output);
}

/* The first of the ISR, whoever that is: no liveness, no log, no memory of who just failed. Nobody
 * in the ISR: the first replica, with a warning. ISR unknown ("No ISR found"): nobody. At v2.2.9
 * and later the ISR is taken to be the replicas. */
static uint32_t candidate(const struct chronik *chronik, uint32_t partition)
{
    const struct metadata *metadata = chronik->config.metadata;
    const struct metadata_partition *is = &metadata->partitions[partition];
    if (!is->assigned || !is->has_isr)
        return 0;
    if (!chronik->config.rules->isr_order || !is->isr)
        return metadata_replica(metadata->layout, partition, 0);
    return metadata_first(metadata->layout, partition, is->isr);
}

bool chronik_elect(const struct chronik *chronik, uint32_t partition, enum metadata_reason reason,
                   struct elector_output *output)
{
    uint32_t chosen = candidate(chronik, partition);
    if (!chosen) {
        note(output, ELECTOR_NOTE_NO_CANDIDATE, reason, partition, 0);
        return false;
    }
    if (!may_propose(chronik)) {
        note(output, ELECTOR_NOTE_REFUSED, reason, partition, chosen);
        return false;
    }
    if (!chronik->config.rules->proposes) {
        note(output, ELECTOR_NOTE_NOT_PROPOSED, reason, partition, chosen);
        return true;
    }
    struct metadata_command *command = elector_output_command(output, METADATA_LEADER, reason);
    command->partition = partition;
    command->leader = (uint16_t)chosen;
    return true;
}

/* Each round sleeps first, then checks. */
bool chronik_check_due(struct chronik *chronik, const struct elector_input *input)
{
    if (input->now_ns < chronik->check_due_ns)
        return false;
    chronik->check_due_ns = input->now_ns + chronik->config.options.check_ns;
    return true;
}

void chronik_set_deadline(const struct chronik *chronik, struct elector_output *output)
{
    uint64_t check_ns = chronik->check_due_ns, new_ns = chronik->new_due_ns;
    output->deadline_ns = check_ns < new_ns ? check_ns : new_ns;
}
