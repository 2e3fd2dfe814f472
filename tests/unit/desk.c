#include "tests/unit/desk.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

static void layout_open(struct desk *desk, uint32_t brokers, uint32_t partitions)
{
    uint32_t factor = brokers < DESK_REPLICAS ? brokers : DESK_REPLICAS;
    must(partitions <= DESK_PARTITIONS);
    desk->topics[0] = (struct metadata_topic){
        .count = partitions, .replication_factor = factor, .min_insync = factor > 1 ? 2 : 1};
    for (uint32_t p = 0; p < partitions; p++)
        for (uint32_t i = 0; i < factor; i++)
            desk->replicas[p * DESK_REPLICAS + i] = (uint16_t)((p + i) % brokers + 1);
    desk->layout = (struct metadata_layout){.topic_count = 1,
                                            .partition_count = partitions,
                                            .broker_count = brokers,
                                            .stride = DESK_REPLICAS,
                                            .topics = desk->topics,
                                            .topic_of = desk->topic_of,
                                            .replicas = desk->replicas};
}

struct desk *desk_new(const char *rules, uint32_t brokers, uint32_t partitions)
{
    struct desk *desk = allocate(1, sizeof *desk);
    layout_open(desk, brokers, partitions);
    desk->rules = elector_find(rules);
    must(desk->rules != NULL);
    desk->options = desk->rules->options;
    return desk;
}

void desk_free(struct desk *desk)
{
    for (uint32_t i = 0; i < desk->pending_count; i++)
        free(desk->pending[i].changes);
    desk->rules->close(desk->elector);
    elector_output_close(&desk->output);
    metadata_close(&desk->metadata);
    text_close(&desk->story);
    free(desk);
}

void desk_begin(struct desk *desk)
{
    metadata_open(&desk->metadata, &desk->layout);
    desk->index = 0;
    struct elector_config config = {
        .rules = desk->rules, .options = desk->options, .id = 1, .metadata = &desk->metadata};
    desk->elector = desk->rules->open(desk->elector, &config);
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_START});
}

struct desk *desk_begun(const char *rules, uint32_t brokers, uint32_t partitions)
{
    struct desk *desk = desk_new(rules, brokers, partitions);
    desk_begin(desk);
    return desk;
}

struct desk *desk_leading(const char *rules, uint32_t brokers, uint32_t partitions)
{
    struct desk *desk = desk_begun(rules, brokers, partitions);
    desk_role(desk, 1);
    desk_story(desk);
    return desk;
}

struct desk *desk_in_office(const char *rules, uint32_t brokers, uint32_t partitions)
{
    struct desk *desk = desk_leading(rules, brokers, partitions);
    desk_join(desk, 1, brokers);
    desk_story(desk);
    return desk;
}

void desk_ends(struct desk *desk, const char *story)
{
    ck_assert_str_eq(desk_story(desk), story);
    desk_free(desk);
}

static void tell_time(struct desk *desk)
{
    text_add(&desk->story, "%llu%s ", (unsigned long long)(desk->now_ns / NS_PER_MS),
             desk->now_ns % NS_PER_MS ? "+" : "");
}

static void tell_isr(struct desk *desk, uint32_t partition, const char *name, uint16_t set)
{
    text_add(&desk->story, " %s ", name);
    for (; set; set &= (uint16_t)(set - 1))
        text_add(&desk->story, "%u", metadata_first(&desk->layout, partition, set));
}

static void tell_change(struct desk *desk, const struct metadata_change *change)
{
    text_add(&desk->story, "; p%u n%u%s%s", change->partition, change->leader,
             change->sets_leader ? "!" : "", change->recovering ? "~" : "");
    tell_isr(desk, change->partition, "isr", change->isr);
    if (change->elr)
        tell_isr(desk, change->partition, "elr", change->elr);
}

static void tell_command(struct desk *desk, const struct metadata_command *command)
{
    static const char *const names[] = {
        [METADATA_CHANGE] = "change", [METADATA_REGISTER] = "register",
        [METADATA_FENCE] = "fence",   [METADATA_UNFENCE] = "unfence",
        [METADATA_ASSIGN] = "assign", [METADATA_LEADER] = "leader",
        [METADATA_ISR] = "isr",
    };
    tell_time(desk);
    text_add(&desk->story, "%s (%s)", names[command->kind], metadata_reason_name(command->reason));
    if (command->broker)
        text_add(&desk->story, " n%u", command->broker);
    if (command->kind >= METADATA_ASSIGN)
        text_add(&desk->story, " p%u", command->partition);
    if (command->kind == METADATA_LEADER)
        text_add(&desk->story, " n%u", command->leader);
    if (command->kind == METADATA_ISR)
        tell_isr(desk, command->partition, "isr", command->isr);
    for (uint32_t i = 0; i < command->change_count; i++)
        tell_change(desk, &command->changes[i]);
    text_add(&desk->story, "%s\n", desk->refuses ? ": not taken" : "");
}

static void tell_note(struct desk *desk, const struct elector_note *note)
{
    tell_time(desk);
    text_add(&desk->story, "%s (%s) p%u n%u\n", elector_note_name(note->kind),
             metadata_reason_name(note->reason), note->partition, note->broker);
}

/* The commands of a step are kept apart before the next step uses the output again. */
static uint32_t take_output(struct desk *desk)
{
    uint32_t count = desk->output.command_count;
    desk->deadline_ns = desk->output.deadline_ns;
    desk->commands += count;
    for (uint32_t i = 0; i < desk->output.note_count; i++)
        tell_note(desk, &desk->output.notes[i]);
    for (uint32_t i = 0; i < count; i++) {
        struct metadata_command *command = &desk->output.commands[i];
        tell_command(desk, command);
        must(desk->pending_count < DESK_PENDING);
        if (desk->refuses)
            free(command->changes);
        else
            desk->pending[desk->pending_count++] = *command;
    }
    return count;
}

void desk_tell(struct desk *desk, struct elector_input input)
{
    input.now_ns = desk->now_ns;
    elector_output_clear(&desk->output);
    desk->rules->step(desk->elector, &input, &desk->output);
    uint32_t count = take_output(desk);
    if (desk->refuses)
        for (uint32_t i = 0; i < count; i++)
            desk_tell(desk, (struct elector_input){.kind = ELECTOR_DROPPED, .command = i});
    else if (!desk->holds)
        desk_apply_all(desk);
}

void desk_run_to(struct desk *desk, uint64_t at_ms)
{
    uint64_t at_ns = at_ms * NS_PER_MS;
    while (desk->deadline_ns <= at_ns) {
        desk->now_ns = desk->deadline_ns > desk->now_ns ? desk->deadline_ns : desk->now_ns;
        desk_tell(desk, (struct elector_input){.kind = ELECTOR_TIMEOUT});
    }
    desk->now_ns = at_ns;
}

void desk_role(struct desk *desk, uint32_t leader)
{
    desk->leads = leader == 1;
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_ROLE,
                                           .leads = desk->leads,
                                           .leader = leader,
                                           .applied = desk->metadata.applied});
}

void desk_beat(struct desk *desk, uint32_t broker, uint64_t incarnation)
{
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_HEARTBEAT,
                                           .broker = broker,
                                           .incarnation = incarnation,
                                           .applied = desk->applied ? desk->applied
                                                                    : desk->metadata.applied});
}

void desk_join(struct desk *desk, uint32_t first, uint32_t last)
{
    for (uint32_t round = 0; round < 2; round++) /* registered, then unfenced */
        for (uint32_t i = first; i <= last; i++)
            desk_beat(desk, i, 1);
}

void desk_live_to(struct desk *desk, uint32_t brokers, uint64_t at_ms)
{
    while (desk->now_ns < at_ms * NS_PER_MS) {
        uint64_t next_ms = desk->now_ns / NS_PER_MS / 1000 * 1000 + 1000;
        desk_run_to(desk, next_ms < at_ms ? next_ms : at_ms);
        for (uint32_t i = 1; i <= desk->layout.broker_count; i++)
            if (brokers & 1u << i)
                desk_beat(desk, i, desk->metadata.brokers[i].incarnation);
    }
}

void desk_produce(struct desk *desk, uint32_t partition, uint32_t broker)
{
    desk_tell(desk, (struct elector_input){
                        .kind = ELECTOR_PRODUCED, .partition = partition, .broker = broker});
}

void desk_stream(struct desk *desk, uint32_t broker, uint32_t partition)
{
    desk_tell(desk, (struct elector_input){
                        .kind = ELECTOR_STREAM, .partition = partition, .broker = broker});
}

void desk_elect(struct desk *desk, uint32_t partition)
{
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_ELECT, .partition = partition});
}

void desk_ask_isr(struct desk *desk, uint32_t partition, uint16_t isr)
{
    const struct metadata_partition *is = &desk->metadata.partitions[partition];
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_ALTER_ISR,
                                           .broker = is->leader,
                                           .partition = partition,
                                           .leader_epoch = is->leader_epoch,
                                           .partition_epoch = is->partition_epoch,
                                           .isr = isr});
}

void desk_apply(struct desk *desk)
{
    must(desk->pending_count > 0);
    struct metadata_command command = desk->pending[0];
    desk->pending_count--;
    for (uint32_t i = 0; i < desk->pending_count; i++)
        desk->pending[i] = desk->pending[i + 1];
    metadata_apply(&desk->metadata, &command, ++desk->index, NULL, NULL);
    free(command.changes);
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_APPLIED});
}

void desk_apply_all(struct desk *desk)
{
    if (!desk->pending_count)
        return;
    for (uint32_t i = 0; i < desk->pending_count; i++) {
        metadata_apply(&desk->metadata, &desk->pending[i], ++desk->index, NULL, NULL);
        free(desk->pending[i].changes);
    }
    desk->pending_count = 0;
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_APPLIED});
}

void desk_command(struct desk *desk, struct metadata_command command)
{
    metadata_apply(&desk->metadata, &command, ++desk->index, NULL, NULL);
    desk_tell(desk, (struct elector_input){.kind = ELECTOR_APPLIED});
}

const char *desk_story(struct desk *desk)
{
    static const char empty[] = "";
    if (!desk->story.count)
        return empty;
    text_bytes(&desk->story, "", 1);
    desk->story.count = 0; /* the bytes stay until something is added */
    return desk->story.data;
}

const char *desk_partition(struct desk *desk, uint32_t partition)
{
    const struct metadata_partition *is = &desk->metadata.partitions[partition];
    text_clear(&desk->story);
    text_add(&desk->story, "n%u", is->leader);
    tell_isr(desk, partition, "isr", is->isr);
    if (is->elr)
        tell_isr(desk, partition, "elr", is->elr);
    text_add(&desk->story, " epochs %u/%u%s", is->leader_epoch, is->partition_epoch,
             is->recovering ? " recovering" : "");
    return desk_story(desk);
}
