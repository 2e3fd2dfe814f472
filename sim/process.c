#include "sim/broker.h"
#include "sim/call.h"
#include "sim/clock.h"
#include "sim/disk.h"
#include "sim/host.h"
#include "sim/net.h"
#include "sim/node.h"

bool node_runs(const struct world *world, uint32_t id)
{
    const struct node *node = &world->nodes[id];
    return node->running && !node->stands;
}

bool is_voter(const struct world *world, uint32_t id)
{
    const struct raft_members *members = &world->scenario->members;
    return raft_set_has(&members->voters, id) || raft_set_has(&members->outgoing, id);
}

uint32_t world_leader(const struct world *world)
{
    uint32_t leader = RAFT_NONE;
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (world->nodes[id].role == RAFT_LEADER && node_runs(world, id) &&
            (!leader || world->nodes[id].term > world->nodes[leader].term))
            leader = id;
    return leader;
}

void node_open(struct world *world, uint32_t id)
{
    struct node *node = &world->nodes[id], kept = *node;
    const struct node_plan *plan = &world->scenario->nodes[id];
    *node = (struct node){.id = id,
                          .downs = 1,
                          .raft = kept.raft,
                          .disk = kept.disk,
                          .inbox = kept.inbox,
                          .inbox_room = kept.inbox_room,
                          .options = plan->options,
                          .burst = plan->burst,
                          .host = plan->host,
                          .chance_key = rng_key(world->seed, RNG_ELECTION, id, 0)};
    clock_open(world, node);
    disk_open(world, node);
}

/* A process started again falls on another phase of its ticks, unless the plan fixes it. */
static uint64_t tick_phase(const struct world *world, const struct node *node)
{
    const struct node_plan *plan = &world->scenario->nodes[node->id];
    if (node->options.tick_ns == 0)
        return 0;
    if (plan->tick_phase_given)
        return clock_phase(plan->tick_phase_ns, node->options.tick_ns);
    uint64_t key = rng_key(world->seed, RNG_TICK_PHASE, node->id, 0);
    return chance_between(chance_draw(key, node->incarnation), 0, node->options.tick_ns - 1);
}

static void see(struct node *node)
{
    node->term = node->view->term;
    node->role = node->view->role;
    node->vote = node->view->vote;
    node->lead = node->view->lead;
    node->commit = node->view->commit;
    node->applied = node->view->applied;
}

static void start(struct world *world, struct node *node)
{
    static const struct raft_members nobody = {0};
    node->tick_phase_ns = tick_phase(world, node);
    node->raft = world->backend->open(
        node->raft,
        &(struct raft_config){
            .id = node->id,
            .tick_phase_ns = node->tick_phase_ns,
            .options = node->options,
            .members = host_has(node, HOST_NO_VOTERS) ? &nobody : &world->scenario->members,
        },
        &node->disk.durable);
    node->view = world->backend->view(node->raft);
    node->disk.durable.unchanged = UINT64_MAX;
    node->running = true;
    node->incarnation++;
    node->timed = false;
    node->disk.durable_ticket = 0;
    see(node);
    world_emit(world, (struct record){.kind = RECORD_STARTED,
                                      .node = node->id,
                                      .term = node->term,
                                      .detail = node->incarnation > 1 ? START_AGAIN : START_FIRST});
    node_standing(world, node);
    node->awaits_start = node->holds > 0;
    if (world->brokers)
        broker_start(world, node);
    if (world->calls)
        call_start(world, node);
    if (!node->awaits_start)
        node_step(world, node, &(struct raft_input){.kind = RAFT_START});
}

static void stop(struct world *world, struct node *node)
{
    node->running = node->awaits_start = false;
    node->armed_any = node->timed = false;
    node->busy_until_ns = 0;
    node->role = RAFT_FOLLOWER;
    node->lead = RAFT_NONE;
    disk_crash(world, node);
    host_stop(world, node);
    world_emit(world,
               (struct record){.kind = RECORD_CRASHED, .node = node->id, .term = node->term});
    for (size_t i = 0; i < node->inbox_count; i++)
        if (node->inbox[i].packet)
            net_lose(world, node->inbox[i].packet, LOSS_DOWN);
    node->inbox_count = 0;
    node_standing(world, node);
    if (world->brokers)
        broker_stop(world, node);
}

void node_take_down(struct world *world, uint32_t id)
{
    struct node *node = &world->nodes[id];
    node->downs++;
    if (node->running)
        stop(world, node);
}

void node_let_up(struct world *world, uint32_t id)
{
    struct node *node = &world->nodes[id];
    must(node->downs > 0);
    if (--node->downs == 0)
        start(world, node);
}

void node_change(struct world *world, uint32_t id, const struct option_changes *changes)
{
    struct node *node = &world->nodes[id];
    struct node_options options = {.raft = node->options, .burst = node->burst, .host = node->host};
    must(!node->running);
    if (!changes)
        return;
    options_apply(&options, changes);
    node->options = options.raft;
    node->burst = options.burst;
    node->host = options.host;
}

void node_wipe(struct world *world, uint32_t id)
{
    struct disk *disk = &world->nodes[id].disk;
    must(!world->nodes[id].running);
    disk->durable = (struct raft_durable){.first = 1};
    if (world->brokers)
        broker_wipe(world, id);
}

/* A disk that holds its node for the time of an ordinary write is how some systems run; only one
 * that the plan has slowed or stalled makes the node stand still in the sense of the measures. */
void node_standing(struct world *world, struct node *node)
{
    const struct disk *disk = &node->disk;
    uint32_t pauses = node->holds - (disk->holds_node ? 1 : 0);
    bool by_disk = disk->holds_node && (disk->stalls > 0 || disk->blocks > 0);
    bool stands = node->running && (pauses > 0 || by_disk);
    if (stands == node->stands)
        return;
    node->stands = stands;
    if (node->running)
        world_emit(world, (struct record){.kind = stands ? RECORD_PAUSED : RECORD_RESUMED,
                                          .node = node->id,
                                          .term = node->term});
}

void node_hold(struct world *world, uint32_t id)
{
    struct node *node = &world->nodes[id];
    if (node->holds++ == 0)
        node->held_own_ns = clock_own(world, node);
    node_standing(world, node);
}

/* What came meanwhile happens now, in its order, each as an event of its own. */
static void empty_inbox(struct world *world, struct node *node)
{
    for (size_t i = 0; i < node->inbox_count; i++)
        queue_push(&world->queue, world->now_ns, node->inbox[i]);
    node->inbox_count = 0;
}

void node_release(struct world *world, uint32_t id)
{
    struct node *node = &world->nodes[id];
    must(node->holds > 0);
    node->holds--;
    node_standing(world, node);
    if (node->holds > 0 || !node->running)
        return;
    if (!node->burst)
        clock_skip_ticks(world, node);
    if (node->awaits_start)
        node_step(world, node, &(struct raft_input){.kind = RAFT_START});
    node->awaits_start = false;
    node_rearm(world, id);
    node_persisted(world, node);
    empty_inbox(world, node);
}

void node_late_input(struct world *world, struct event *event)
{
    struct node *node = &world->nodes[event->node];
    if (!node->running || node_defers(world, node, event))
        return;
    node_step(world, node,
              &(struct raft_input){
                  .kind = event->input, .node = (uint32_t)event->number, .value = event->number});
}

/* A node that is held, or slow, is told in its turn. */
void node_input(struct world *world, uint32_t id, struct raft_input input)
{
    struct event event = {.kind = EVENT_INPUT,
                          .input = (uint8_t)input.kind,
                          .node = id,
                          .number = input.kind == RAFT_TRANSFER ? input.node : input.value};
    node_late_input(world, &event);
}
