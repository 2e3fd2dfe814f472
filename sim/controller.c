/* A broker's part in agreeing about partitions: its elector and what it decides, the metadata that
 * Raft applies. */
#include "sim/broker_parts.h"
#include "sim/clock.h"
#include "sim/net.h"
#include "sim/node.h"

/* ---- its elector ---- */

void broker_timer(struct world *world, const struct node *node, enum broker_timer timer,
                  uint64_t at_ns, uint64_t number)
{
    queue_push(
        &world->queue, at_ns,
        (struct event){
            .kind = EVENT_BROKER, .input = (uint8_t)timer, .node = node->id, .number = number});
}

static void say_note(struct world *world, const struct node *node, const struct elector_note *note)
{
    world_emit(world, (struct record){.kind = RECORD_ELECTOR_NOTE,
                                      .node = node->id,
                                      .peer = note->broker,
                                      .index = note->partition,
                                      .value = note->reason,
                                      .detail = (uint8_t)note->kind});
}

static void say_decided(struct world *world, const struct node *node,
                        const struct metadata_command *command, uint64_t id)
{
    struct record record = {.kind = RECORD_PARTITION_DECIDED,
                            .node = node->id,
                            .value = id - COMMAND_FIRST + 1,
                            .detail = (uint8_t)command->reason};
    if (command->kind == METADATA_LEADER) {
        record.index = command->partition;
        record.peer = command->leader;
        world_emit(world, record);
    }
    for (uint32_t i = 0; i < command->change_count; i++) {
        if (!command->changes[i].sets_leader)
            continue;
        record.index = command->changes[i].partition;
        record.peer = command->changes[i].leader;
        world_emit(world, record);
    }
}

/* The command gets its number for good; Raft is given it as soon as this event is over. */
static void decide(struct world *world, struct node *node, const struct metadata_command *command)
{
    struct brokers *brokers = world->brokers;
    brokers->commands = make_room(brokers->commands, &brokers->command_room,
                                  brokers->command_count + 1, sizeof *brokers->commands);
    brokers->commands[brokers->command_count] = *command;
    uint64_t id = COMMAND_FIRST + brokers->command_count++;
    say_decided(world, node, command, id);
    broker_timer(world, node, BROKER_PROPOSE, world->now_ns, id);
}

static void arm_elector(struct world *world, struct node *node, uint64_t deadline_own_ns)
{
    struct broker *broker = broker_of(world, node->id);
    if (broker->deadline_own_ns == deadline_own_ns && deadline_own_ns != UINT64_MAX)
        return;
    broker->deadline_own_ns = deadline_own_ns;
    broker->timer++;
    if (deadline_own_ns != UINT64_MAX)
        broker_timer(world, node, BROKER_ELECTOR, clock_when(world, node, deadline_own_ns),
                     broker->timer);
}

void broker_tell(struct world *world, struct node *node, struct elector_input input)
{
    struct brokers *brokers = world->brokers;
    struct elector_output *output = &brokers->output;
    elector_output_clear(output);
    input.now_ns = clock_own(world, node);
    brokers->rules->step(brokers->items[node->id].elector, &input, output);
    for (uint32_t i = 0; i < output->note_count; i++)
        say_note(world, node, &output->notes[i]);
    for (uint32_t i = 0; i < output->command_count; i++)
        decide(world, node, &output->commands[i]);
    arm_elector(world, node, output->deadline_ns);
}

/* Its host gives Raft no proposal but at the leader: Raft itself would forward it. */
void broker_propose(struct world *world, struct node *node, uint64_t id)
{
    const struct metadata_command *command = &world->brokers->commands[id - COMMAND_FIRST];
    if (node->role != RAFT_LEADER) {
        broker_dropped(world, node, id);
        return;
    }
    world_emit(world, (struct record){.kind = RECORD_METADATA_PROPOSED,
                                      .node = node->id,
                                      .term = node->term,
                                      .index = id - COMMAND_FIRST + 1,
                                      .value = command->change_count,
                                      .detail = (uint8_t)command->reason});
    node_step(world, node, &(struct raft_input){.kind = RAFT_PROPOSE, .value = id});
}

void broker_dropped(struct world *world, struct node *node, uint64_t command)
{
    if (command >= COMMAND_FIRST)
        broker_tell(world, node,
                    (struct elector_input){.kind = ELECTOR_DROPPED, .command = command});
}

void broker_role(struct world *world, struct node *node)
{
    struct broker *broker = broker_of(world, node->id);
    bool leads = node->role == RAFT_LEADER;
    uint32_t leader = leads ? node->id : node->lead;
    if (broker->role_leads == leads && broker->role_leader == leader &&
        broker->role_term == node->term)
        return;
    bool another = leader && leader != broker->role_leader;
    broker->role_leads = leads;
    broker->role_leader = leader;
    broker->role_term = node->term;
    broker_tell(world, node,
                (struct elector_input){.kind = ELECTOR_ROLE,
                                       .leads = leads,
                                       .leader = leader,
                                       .term = node->term,
                                       .applied = leads ? node->view->last : 0});
    if (another && world->brokers->rules->liveness == ELECTOR_BY_HEARTBEAT)
        broker_timer(world, node, BROKER_BEAT, world->now_ns, 0);
}

/* ---- metadata ---- */

struct application {
    struct world *world;
    struct node *node;
    bool first; /* no node has applied this entry before */
    enum metadata_reason reason;
};

static void note_change(void *context, uint32_t partition, const struct metadata_partition *before)
{
    struct application *application = context;
    struct world *world = application->world;
    uint32_t id = application->node->id;
    const struct metadata_partition *now = partition_known(world, id, partition);
    (void)before;
    if (application->first)
        world_emit(world, (struct record){.kind = RECORD_PARTITION_CHANGED,
                                          .node = id,
                                          .peer = now->leader,
                                          .term = now->leader_epoch,
                                          .index = partition,
                                          .value = now->partition_epoch,
                                          .detail = (uint8_t)application->reason});
    struct broker *broker = broker_of(world, id);
    if (!metadata_bit(world->brokers->layout, partition, id))
        return;
    broker->touched = make_room(broker->touched, &broker->touched_room, broker->touched_count + 1,
                                sizeof *broker->touched);
    broker->touched[broker->touched_count++] = partition;
}

static void say_fence(struct world *world, const struct node *node,
                      const struct metadata_command *command)
{
    enum record_kind kind =
        command->kind == METADATA_FENCE ? RECORD_BROKER_FENCED : RECORD_BROKER_UNFENCED;
    if (command->kind == METADATA_FENCE || command->kind == METADATA_UNFENCE)
        world_emit(world, (struct record){
                              .kind = (uint8_t)kind, .node = node->id, .peer = command->broker});
}

static const struct metadata_command *command_of(const struct world *world, const struct node *node,
                                                 uint64_t index)
{
    uint64_t id = world->backend->entry(node->raft, index).id;
    return id >= COMMAND_FIRST ? &world->brokers->commands[id - COMMAND_FIRST] : NULL;
}

/* Returns true if another broker may be sent what this one leads, as it might not before. */
static bool apply_entry(struct world *world, struct node *node, uint64_t index, bool discarded)
{
    struct brokers *brokers = world->brokers;
    const struct metadata_command *command = discarded ? NULL : command_of(world, node, index);
    struct application application = {world, node, index > brokers->applied,
                                      command ? command->reason : METADATA_INITIAL};
    if (application.first)
        brokers->applied = index;
    if (command && application.first)
        say_fence(world, node, command);
    metadata_apply(&broker_of(world, node->id)->metadata, command, index, note_change,
                   &application);
    return command && command->kind == METADATA_UNFENCE && command->broker != node->id;
}

/* Followers that are back fetch at once, be there anything new or not. */
static void replicate_all(struct world *world, struct node *node)
{
    for (uint32_t partition = 0; partition < world->brokers->layout->partition_count; partition++) {
        const struct replica *replica = broker_replica(world, node->id, partition);
        if (replica && replica->leads)
            replicate(world, node, partition);
    }
}

/* A broker that is registered as it now runs, or fenced, leads what it may and nothing else. */
static void see_own_state(struct world *world, struct node *node)
{
    const struct metadata_layout *layout = world->brokers->layout;
    for (uint32_t partition = 0; partition < layout->partition_count; partition++)
        if (metadata_bit(layout, partition, node->id))
            replica_follow_metadata(world, node, partition);
}

/* What a broker does follows from the state at the end of what is applied at once: a broker that
 * reads its log again after a restart does not live through old epochs. */
void broker_apply(struct world *world, struct node *node, uint64_t from, uint64_t to,
                  bool discarded)
{
    struct broker *broker = broker_of(world, node->id);
    struct metadata_broker before = broker->metadata.brokers[node->id];
    bool others_back = false;
    broker->touched_count = 0;
    for (uint64_t index = from + 1; index <= to; index++)
        others_back = apply_entry(world, node, index, discarded) || others_back;
    world_emit(world,
               (struct record){.kind = RECORD_METADATA_APPLIED, .node = node->id, .index = to});
    const struct metadata_broker *now = &broker->metadata.brokers[node->id];
    if (now->epoch != before.epoch || now->fenced != before.fenced)
        see_own_state(world, node);
    else
        for (size_t i = 0; i < broker->touched_count; i++)
            replica_follow_metadata(world, node, broker->touched[i]);
    if (others_back)
        replicate_all(world, node);
    if (now->epoch != before.epoch && now->incarnation == node->incarnation)
        broker_timer(world, node, BROKER_BEAT, world->now_ns, 0);
    broker_tell(world, node, (struct elector_input){.kind = ELECTOR_APPLIED});
}

/* ---- to the controller ---- */

static void beat_to(struct world *world, struct node *node, uint32_t to,
                    const struct broker_body *body, uint64_t leader_epoch)
{
    struct raft_message label =
        broker_label(node, to, RAFT_MSG_BROKER_HEARTBEAT, (uint32_t)sizeof *body);
    label.term = leader_epoch;
    net_send(world, &label, body);
}

void controller_hear(struct world *world, struct node *node, uint32_t broker,
                     const struct broker_body *body, uint64_t leader_epoch)
{
    broker_tell(world, node,
                (struct elector_input){.kind = body->isr ? ELECTOR_ALTER_ISR : ELECTOR_HEARTBEAT,
                                       .broker = broker,
                                       .incarnation = body->incarnation,
                                       .applied = body->applied,
                                       .partition = body->partition,
                                       .leader_epoch = (uint32_t)leader_epoch,
                                       .partition_epoch = body->partition_epoch,
                                       .isr = body->isr});
}

void broker_beat(struct world *world, struct node *node, const struct broker_body *alter,
                 uint64_t leader_epoch)
{
    struct broker_body body = alter ? *alter : (struct broker_body){0};
    uint32_t controller = node->role == RAFT_LEADER ? node->id : node->lead;
    body.incarnation = node->incarnation;
    body.applied = broker_of(world, node->id)->metadata.applied;
    if (world->brokers->rules->liveness == ELECTOR_BY_STREAM) {
        for (uint32_t id = 1; id <= world->node_count; id++)
            if (id != node->id)
                beat_to(world, node, id, &body, 0);
    } else if (controller == node->id) {
        controller_hear(world, node, node->id, &body, leader_epoch);
    } else if (controller) {
        beat_to(world, node, controller, &body, leader_epoch);
    }
}
