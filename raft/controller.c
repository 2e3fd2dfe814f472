/* The office: taking it, proposing, what is not taken, and time. */
#include "raft/controller.h"

#include <stdlib.h>
#include <string.h>

#include "raft/room.h"

void controller_add(struct draft *draft, struct metadata_change change)
{
    draft->changes =
        room_for(draft->changes, &draft->room, draft->count + 1u, sizeof *draft->changes);
    draft->changes[draft->count++] = change;
}

void controller_note(struct controller *controller, struct elector_note note)
{
    elector_output_note(controller->output, note);
}

static void count_partition(struct controller *controller, const struct metadata_partition *is,
                            uint32_t by)
{
    controller->unassigned += is->assigned ? 0 : by;
    controller->leaderless += is->assigned && !is->leader ? by : 0;
}

static void on_changed(void *context, uint32_t partition, const struct metadata_partition *before)
{
    struct controller *controller = context;
    count_partition(controller, before, UINT32_MAX); /* one less */
    count_partition(controller, &controller->ahead.partitions[partition], 1);
}

/* The index that a command will have is not known: in `ahead` it is the next one. */
void controller_propose(struct controller *controller, struct metadata_command command,
                        struct draft *draft)
{
    must(controller->active && !controller->stuck);
    command.changes = draft->changes;
    command.change_count = draft->count;
    *draft = (struct draft){0};
    *elector_output_command(controller->output, command.kind, command.reason) = command;
    metadata_apply(&controller->ahead, &command, controller->ahead.applied + 1, on_changed,
                   controller);
    controller->outstanding++;
}

static void copy_ahead(struct controller *controller)
{
    const struct metadata *metadata = controller->config.metadata;
    struct metadata *ahead = &controller->ahead;
    metadata_copy(ahead, metadata);
    controller->unassigned = controller->leaderless = 0;
    for (uint32_t i = 0; i < metadata->layout->partition_count; i++)
        count_partition(controller, &ahead->partitions[i], 1);
    for (uint32_t i = 1; i <= metadata->layout->broker_count; i++)
        controller->live[i] = ahead->brokers[i].epoch && !ahead->brokers[i].fenced;
    controller->stuck = controller->registering = false;
    controller_open_sessions(controller);
}

/* Only a controller needs memory for it. */
static void need(struct controller *controller)
{
    const struct metadata_layout *layout = controller->config.metadata->layout;
    size_t brokers = (size_t)layout->broker_count + 1;
    metadata_open(&controller->ahead, layout);
    silence_open(&controller->contact, (uint32_t)brokers, 1);
    controller->live =
        room_for(controller->live, &controller->live_room, brokers, sizeof *controller->live);
    controller->live[0] = false;
}

/* Brokers greet a leader as soon as they know of it, which may be before it is in office. */
static void await_greetings(struct controller *controller)
{
    size_t brokers = (size_t)controller->config.metadata->layout->broker_count + 1;
    controller->greetings = room_for(controller->greetings, &controller->greeting_room, brokers,
                                     sizeof *controller->greetings);
    memset(controller->greetings, 0, brokers * sizeof *controller->greetings);
}

/* Every unfenced broker has contact from now on: its session begins in full. */
static void take_office(struct controller *controller)
{
    const struct elector_options *options = &controller->config.options;
    uint64_t now_ns = controller->input->now_ns;
    need(controller);
    controller->active = true;
    controller->commands = controller->config.metadata->commands;
    controller->outstanding = 0;
    controller->preferring = controller->late = false;
    controller->new_due_ns = now_ns + options->timeout_ns;
    controller->prefer_due_ns =
        options->rebalance_ns ? now_ns + options->rebalance_ns : CONTROLLER_NEVER;
    copy_ahead(controller);
    controller_mend(controller);
    controller_hear_again(controller);
    controller_begin(controller);
}

static void on_role(struct controller *controller)
{
    const struct elector_input *input = controller->input;
    controller->active = false;
    controller->leads = input->leads;
    controller->from_index = input->applied;
    if (controller->leads)
        await_greetings(controller);
}

/* A broker whose fencing did not come about, and which has not been heard of since. */
static bool is_lost(const struct controller *controller, uint32_t broker)
{
    const struct metadata_broker *ahead = &controller->ahead.brokers[broker];
    const struct metadata_broker *agreed = &controller->config.metadata->brokers[broker];
    return agreed->epoch && !agreed->fenced && ahead->fenced &&
           agreed->incarnation == ahead->incarnation && !controller_heard(controller, broker);
}

/* What the proposals that did not come about were for is decided anew. */
static void decide_again(struct controller *controller)
{
    uint32_t count = controller->ahead.layout->broker_count;
    for (uint32_t i = 1; i <= count; i++)
        controller->greetings[i].lost = is_lost(controller, i);
    copy_ahead(controller);
    if (!controller->config.options.retry_ns)
        return;
    for (uint32_t i = 1; i <= count; i++)
        if (controller->greetings[i].lost)
            controller_fence(controller, i);
    controller_mend(controller);
    controller_hear_again(controller);
    controller_begin(controller);
    if (controller->preferring)
        controller->prefer_due_ns = controller->input->now_ns;
}

/* The registrations' indexes are known now. */
static void learn_epochs(struct controller *controller)
{
    for (uint32_t i = 1; controller->registering && i <= controller->ahead.layout->broker_count;
         i++)
        metadata_copy_broker(&controller->ahead, controller->config.metadata, i);
    controller->registering = false;
}

/* Once all that was proposed is applied, what was expected must have come about. If a proposal was
 * not taken, or another's command came between, it has not. */
static void catch_up(struct controller *controller)
{
    const struct metadata *metadata = controller->config.metadata;
    uint64_t applied = metadata->commands - controller->commands;
    controller->commands = metadata->commands;
    controller->outstanding -=
        applied < controller->outstanding ? applied : controller->outstanding;
    if (controller->outstanding)
        return;
    if (!controller->stuck) {
        learn_epochs(controller);
        if (metadata->digest == controller->ahead.digest) {
            controller->preferring = false;
            return;
        }
    } else if (controller->input->now_ns < controller->retry_due_ns) {
        return;
    }
    decide_again(controller);
}

static void on_dropped(struct controller *controller)
{
    if (!controller->outstanding)
        return;
    controller->outstanding--;
    controller->stuck = true;
    controller->retry_due_ns = controller->input->now_ns + controller->config.options.retry_ns;
}

static void on_timeout(struct controller *controller)
{
    uint64_t now_ns = controller->input->now_ns;
    if (controller->stuck)
        return;
    controller_expire(controller);
    if (now_ns >= controller->new_due_ns) {
        controller->new_due_ns = CONTROLLER_NEVER;
        controller->late = true;
        controller_begin(controller);
    }
    if (now_ns >= controller->prefer_due_ns)
        controller_prefer(controller);
}

static void on_elect(struct controller *controller)
{
    if (controller->active && !controller->stuck)
        controller_elect(controller, controller->input->partition);
    else
        controller_note(controller,
                        (struct elector_note){.kind = ELECTOR_NOTE_REFUSED,
                                              .reason = METADATA_MANUAL,
                                              .partition = controller->input->partition});
}

static void obey(struct controller *controller)
{
    switch (controller->input->kind) {
    case ELECTOR_TIMEOUT:
        if (controller->active)
            on_timeout(controller);
        return;
    case ELECTOR_HEARTBEAT:
        if (controller->active)
            controller_on_heartbeat(controller, controller->input->broker);
        else if (controller->leads)
            controller_greet(controller, controller->input->broker);
        return;
    case ELECTOR_ALTER_ISR:
        controller_on_alter_isr(controller);
        return;
    case ELECTOR_ELECT:
        on_elect(controller);
        return;
    case ELECTOR_START:
    case ELECTOR_ROLE:
    case ELECTOR_APPLIED:
    case ELECTOR_DROPPED:
    case ELECTOR_PRODUCED:
    case ELECTOR_STREAM:
        return;
    }
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static uint64_t deadline(const struct controller *controller)
{
    if (!controller->active)
        return CONTROLLER_NEVER;
    if (controller->stuck)
        return controller->outstanding ? CONTROLLER_NEVER : controller->retry_due_ns;
    uint64_t due_ns = earlier(controller_session_end(controller), controller->prefer_due_ns);
    return controller->unassigned ? earlier(due_ns, controller->new_due_ns) : due_ns;
}

static void step(void *self, const struct elector_input *input, struct elector_output *output)
{
    struct controller *controller = self;
    controller->input = input;
    controller->output = output;
    if (input->kind == ELECTOR_ROLE)
        on_role(controller);
    else if (controller->active && input->kind == ELECTOR_DROPPED)
        on_dropped(controller);
    if (controller->active)
        catch_up(controller);
    else if (controller->leads && controller->config.metadata->applied >= controller->from_index)
        take_office(controller);
    obey(controller);
    uint64_t due_ns = deadline(controller);
    output->deadline_ns = due_ns < input->now_ns ? input->now_ns : due_ns;
}

static void *open_controller(void *memory, const struct elector_config *config)
{
    struct controller *controller = memory ? memory : calloc(1, sizeof *controller);
    must(controller != NULL);
    controller->config = *config;
    controller->leads = controller->active = false;
    return controller;
}

static void close_controller(void *self)
{
    struct controller *controller = self;
    metadata_close(&controller->ahead);
    silence_close(&controller->contact);
    free(controller->greetings);
    free(controller->live);
    free(controller);
}

const struct elector_rules elector_kraft = {
    .name = "kraft",
    .help = "broker sessions, fencing, epochs, ISR changes, preferred leaders",
    .source = "Apache Kafka 4.0 (KRaft), ReplicationControlManager.java",
    .liveness = ELECTOR_BY_HEARTBEAT,
    .gate = ELECTOR_WHO_LEADS,
    .options = {.timeout_ns = UINT64_C(9000000000),
                .heartbeat_ns = UINT64_C(2000000000),
                .lag_ns = UINT64_C(30000000000),
                .rebalance_ns = UINT64_C(300000000000),
                .retry_ns = UINT64_C(50000000)},
    .epochs = true,
    .proposes = true,
    .open = open_controller,
    .step = step,
    .close = close_controller,
};

const struct elector_rules elector_fixed = {
    .name = "fixed",
    .help = "what Chronik should do: the first live in-sync replica, epochs, retries",
    .source = "raftsim",
    .liveness = ELECTOR_BY_HEARTBEAT,
    .gate = ELECTOR_WHO_LEADS,
    .options = {.timeout_ns = UINT64_C(3000000000),
                .heartbeat_ns = UINT64_C(1000000000),
                .lag_ns = UINT64_C(10000000000),
                .retry_ns = UINT64_C(50000000)},
    .epochs = true,
    .proposes = true,
    .takes_over = true,
    .isr_order = true,
    .open = open_controller,
    .step = step,
    .close = close_controller,
};
