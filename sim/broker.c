#include "sim/broker_parts.h"

#include <stdlib.h>
#include <string.h>

#include "sim/clock.h"
#include "sim/node.h"

/* ---- a run's memory ---- */

static void free_brokers(struct brokers *brokers)
{
    for (uint32_t id = 1; id <= brokers->broker_room; id++) {
        struct broker *broker = &brokers->items[id];
        metadata_close(&broker->metadata);
        if (broker->elector)
            brokers->rules->close(broker->elector);
        free(broker->busy);
        free(broker->touched);
    }
    for (size_t i = 0; i < brokers->replica_room; i++) {
        free(brokers->replicas[i].log);
        if (brokers->replicas[i].leadership)
            free(brokers->replicas[i].leadership->waiting);
        free(brokers->replicas[i].leadership);
    }
    for (size_t i = 0; i < brokers->command_count; i++)
        free(brokers->commands[i].changes);
    elector_output_close(&brokers->output);
    free(brokers->items);
    free(brokers->replicas);
    free(brokers->records);
    free(brokers->commands);
    free(brokers->stopped);
    free(brokers);
}

static struct brokers *new_brokers(const struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct brokers *brokers = allocate(1, sizeof *brokers);
    size_t replicas = (size_t)scenario->layout.partition_count * scenario->layout.stride;
    *brokers = (struct brokers){
        .scenario = scenario->digest,
        .layout = &scenario->layout,
        .rules = scenario->elector,
        .options = scenario->elector_options,
        .items = allocate(world->node_count + 1, sizeof *brokers->items),
        .broker_room = world->node_count,
        .replicas = allocate(replicas, sizeof *brokers->replicas),
        .replica_room = replicas,
        .stopped = allocate(scenario->layout.partition_count, sizeof *brokers->stopped),
    };
    return brokers;
}

/* The next run of the same plan finds its memory as large as the last one left it. */
static void reset(struct brokers *brokers)
{
    for (size_t i = 0; i < brokers->replica_room; i++)
        replica_reset(&brokers->replicas[i]);
    for (size_t i = 0; i < brokers->command_count; i++)
        free(brokers->commands[i].changes);
    memset(brokers->stopped, 0, brokers->layout->partition_count * sizeof *brokers->stopped);
    brokers->command_count = brokers->record_count = 0;
    brokers->applied = 0;
    for (uint32_t id = 1; id <= brokers->broker_room; id++)
        brokers->items[id].silenced = 0;
}

void brokers_open(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct brokers *brokers = world->brokers;
    if (brokers && (brokers->layout != &scenario->layout || brokers->scenario != scenario->digest ||
                    brokers->broker_room != world->node_count)) {
        producers_free(world);
        free_brokers(brokers);
        brokers = world->brokers = NULL;
    }
    if (scenario->layout.partition_count == 0)
        return;
    if (!brokers)
        world->brokers = new_brokers(world);
    else
        reset(brokers);
    producers_open(world);
}

void brokers_free(struct world *world)
{
    if (!world->brokers)
        return;
    producers_free(world);
    free_brokers(world->brokers);
    world->brokers = NULL;
}

/* ---- its life ---- */

/* Brokers' heartbeats do not fall together. */
static uint64_t first_beat_ns(const struct world *world, const struct node *node, uint64_t gap_ns)
{
    uint64_t key = rng_key(world->seed, RNG_BEAT, node->id, 0);
    return world->now_ns + chance_between(chance_draw(key, node->incarnation), 1, gap_ns);
}

void broker_start(struct world *world, struct node *node)
{
    struct brokers *brokers = world->brokers;
    struct broker *broker = broker_of(world, node->id);
    metadata_open(&broker->metadata, brokers->layout);
    broker->elector = brokers->rules->open(broker->elector, &(struct elector_config){
                                                                .rules = brokers->rules,
                                                                .options = brokers->options,
                                                                .id = node->id,
                                                                .metadata = &broker->metadata,
                                                            });
    broker->role_leads = broker->sweeping = false;
    broker->role_leader = RAFT_NONE;
    broker->role_term = 0;
    broker->busy_count = 0;
    broker->deadline_own_ns = UINT64_MAX;
    broker_tell(world, node, (struct elector_input){.kind = ELECTOR_START});
    if (brokers->options.heartbeat_ns > 0 && brokers->rules->liveness != ELECTOR_BY_PRODUCE)
        broker_timer(world, node, BROKER_BEAT,
                     first_beat_ns(world, node, brokers->options.heartbeat_ns), ++broker->beat);
}

/* What it knew of Raft's metadata is gone with the process; its logs are not. */
void broker_stop(struct world *world, struct node *node)
{
    struct brokers *brokers = world->brokers;
    struct broker *broker = broker_of(world, node->id);
    broker->timer++;
    broker->beat++;
    broker->sweep++;
    for (uint32_t partition = 0; partition < brokers->layout->partition_count; partition++) {
        struct replica *replica = broker_replica(world, node->id, partition);
        if (replica && replica->leads)
            replica_resign(world, node, partition);
    }
}

void broker_wipe(struct world *world, uint32_t id)
{
    for (uint32_t partition = 0; partition < world->brokers->layout->partition_count; partition++) {
        struct replica *replica = broker_replica(world, id, partition);
        if (replica)
            replica_reset(replica);
    }
}

bool broker_active(const struct world *world, uint32_t knower, uint32_t broker)
{
    const struct metadata_broker *known = &broker_of(world, knower)->metadata.brokers[broker];
    return known->epoch > 0 && !known->fenced;
}

/* ---- events ---- */

static void elector_due(struct world *world, struct node *node, uint64_t number)
{
    struct broker *broker = broker_of(world, node->id);
    if (number != broker->timer)
        return;
    if (clock_own(world, node) < broker->deadline_own_ns) {
        broker_timer(world, node, BROKER_ELECTOR, clock_when(world, node, broker->deadline_own_ns),
                     number);
        return;
    }
    broker->deadline_own_ns = UINT64_MAX;
    broker_tell(world, node, (struct elector_input){.kind = ELECTOR_TIMEOUT});
}

/* Number 0 is one beat more, and no series of them. */
static void beat_due(struct world *world, struct node *node, uint64_t number)
{
    struct broker *broker = broker_of(world, node->id);
    if (number != broker->beat && number != 0)
        return;
    if (number != 0)
        broker_timer(world, node, BROKER_BEAT, world->now_ns + world->brokers->options.heartbeat_ns,
                     number);
    if (broker->silenced == 0)
        broker_beat(world, node, NULL, 0);
}

static void happen(struct world *world, struct node *node, const struct event *event)
{
    switch ((enum broker_timer)event->input) {
    case BROKER_ELECTOR:
        elector_due(world, node, event->number);
        break;
    case BROKER_BEAT:
        beat_due(world, node, event->number);
        break;
    case BROKER_SWEEP:
        if (event->number == broker_of(world, node->id)->sweep)
            replicate_sweep(world, node);
        break;
    case BROKER_PROPOSE:
        broker_propose(world, node, event->number);
        break;
    }
}

void broker_event(struct world *world, struct event *event)
{
    if (event->kind == EVENT_ANSWER) {
        producer_event(world, event);
        return;
    }
    if (event->kind == EVENT_PRODUCE) {
        producer_arrive(world, event);
        return;
    }
    if (event->kind == EVENT_CLIENT) {
        producer_tick(world, (uint32_t)event->number);
        return;
    }
    struct node *node = &world->nodes[event->node];
    if (!node->running || node_defers(world, node, event))
        return;
    world->events++;
    happen(world, node, event);
}

/* A controller hears of a broker, or of what the leader of a partition wants changed. */
static void hear(struct world *world, struct node *node, const struct packet *packet)
{
    const struct broker_body *body = (const void *)packet->body;
    if (world->brokers->rules->liveness == ELECTOR_BY_STREAM)
        broker_tell(world, node,
                    (struct elector_input){.kind = ELECTOR_STREAM,
                                           .broker = packet->label.from,
                                           .partition = ELECTOR_ALL});
    else
        controller_hear(world, node, packet->label.from, body, packet->label.term);
}

void broker_receive(struct world *world, struct node *node, const struct packet *packet)
{
    world->events++;
    if (packet->label.kind == RAFT_MSG_BROKER_HEARTBEAT)
        hear(world, node, packet);
    else
        replicate_receive(world, node, packet);
}

/* ---- what is so, and what actions do ---- */

struct replica *broker_replica(const struct world *world, uint32_t broker, uint32_t partition)
{
    uint16_t bit = metadata_bit(world->brokers->layout, partition, broker);
    return bit ? replica_at(world->brokers, partition, (uint32_t)__builtin_ctz(bit)) : NULL;
}

uint32_t partition_leader(const struct world *world, uint32_t partition)
{
    const struct brokers *brokers = world->brokers;
    const struct replica *best = NULL;
    uint32_t leader = RAFT_NONE;
    uint32_t count = brokers ? metadata_topic(brokers->layout, partition)->replication_factor : 0;
    for (uint32_t position = 0; position < count; position++) {
        const struct replica *replica = replica_at(brokers, partition, position);
        uint32_t id = metadata_replica(brokers->layout, partition, position);
        if (!replica->leads || !node_runs(world, id) || (best && best->epoch >= replica->epoch))
            continue;
        best = replica;
        leader = id;
    }
    return leader;
}

void broker_silence(struct world *world, uint32_t id)
{
    broker_of(world, id)->silenced++;
}

void broker_unsilence(struct world *world, uint32_t id)
{
    must(broker_of(world, id)->silenced > 0);
    broker_of(world, id)->silenced--;
}

void partition_stop(struct world *world, uint32_t partition)
{
    world->brokers->stopped[partition]++;
}

void partition_resume(struct world *world, uint32_t partition)
{
    must(world->brokers->stopped[partition] > 0);
    world->brokers->stopped[partition]--;
}

void partition_elect(struct world *world, uint32_t partition)
{
    uint32_t leader = world_leader(world);
    if (leader)
        broker_tell(world, &world->nodes[leader],
                    (struct elector_input){.kind = ELECTOR_ELECT, .partition = partition});
}
