#include "sim/client.h"

#include <stdlib.h>

#include "sim/broker.h"
#include "sim/call.h"
#include "sim/node.h"

/* An event has one number: of the command, with that of its client above. */
enum { CLIENT_SHIFT = 48 };

/* Which draw of a client's n-th command. */
enum client_draw { CLIENT_GAP, CLIENT_LATENCY, CLIENT_DRAWS };

static uint64_t draw(const struct client *client, enum client_draw which)
{
    return chance_draw(client->key, client->ticks * CLIENT_DRAWS + which);
}

void clients_open(struct world *world)
{
    uint32_t count = world->scenario->client_count;
    size_t room = world->client_room;
    world->clients = make_room(world->clients, &room, count, sizeof *world->clients);
    world->client_room = (uint32_t)room;
    must(count < 1u << (64 - CLIENT_SHIFT));
    for (uint32_t i = 0; i < count; i++)
        world->clients[i] =
            (struct client){.key = rng_key(world->seed, RNG_CLIENT, (uint64_t)i + 1, 0)};
    calls_open(world);
}

/* A gap of 0 ns would stop time. */
static void schedule(struct world *world, uint32_t number, uint64_t from_ns)
{
    const struct client_plan *plan = &world->scenario->clients[number - 1];
    uint64_t gap_ns =
        distribution_sample(&plan->every, draw(&world->clients[number - 1], CLIENT_GAP));
    uint64_t at_ns = from_ns + (gap_ns > 0 ? gap_ns : 1);
    if (plan->until_ns == 0 || at_ns < plan->until_ns)
        queue_push(&world->queue, at_ns, (struct event){.kind = EVENT_CLIENT, .number = number});
}

void clients_begin(struct world *world)
{
    for (uint32_t i = 0; i < world->scenario->client_count; i++)
        if (world->scenario->clients[i].kind != CLIENT_READS)
            schedule(world, i + 1, world->scenario->clients[i].from_ns);
    calls_begin(world);
}

uint32_t client_next(const struct world *world, const struct client_plan *plan, uint64_t turn)
{
    uint32_t beside = raft_set_count(&plan->near);
    turn %= plan->read.ask == ASK_ANY && beside ? beside : world->node_count;
    for (int near = 1; near >= 0; near--)
        for (uint32_t id = 1; id <= world->node_count; id++) {
            bool same = raft_set_has(&plan->near, id);
            if (same == (bool)near && turn-- == 0)
                return id;
        }
    must(false);
}

/* A client is as far from a node as the others are that it is beside. */
const struct distribution *client_latency(const struct world *world, const struct client_plan *plan,
                                          uint32_t to)
{
    const struct scenario *scenario = world->scenario;
    const struct link_class *class = &scenario->classes[0];
    for (uint32_t id = raft_set_next(&plan->near, 0); id; id = raft_set_next(&plan->near, id))
        if (id != to) {
            size_t link = (size_t)id * (scenario->node_count + 1) + to;
            class = &scenario->classes[scenario->link_classes[link]];
            break;
        }
    return &class->latency;
}

static void propose(struct world *world, uint32_t number)
{
    const struct client_plan *plan = &world->scenario->clients[number - 1];
    struct client *client = &world->clients[number - 1];
    uint32_t to = client->believed ? client->believed : client_next(world, plan, client->ticks);
    uint64_t latency_ns =
        distribution_sample(client_latency(world, plan, to), draw(client, CLIENT_LATENCY));
    uint64_t command = ++world->commands | (uint64_t)number << CLIENT_SHIFT;
    client->ticks++;
    if (world->calls)
        call_command(world, world->commands, number, to);
    queue_push(&world->queue, world->now_ns + latency_ns,
               (struct event){.kind = EVENT_PROPOSE, .node = to, .number = command});
    schedule(world, number, world->now_ns);
}

/* What the node answers: that it leads, who does, or that it does not know. No answer at all is
 * noticed at once. */
static void learn(struct world *world, uint32_t number, uint32_t leader)
{
    if (number > 0)
        world->clients[number - 1].believed = leader;
}

static void arrive(struct world *world, struct event *event)
{
    struct node *node = &world->nodes[event->node];
    uint32_t number = (uint32_t)(event->number >> CLIENT_SHIFT);
    uint64_t command = event->number & ((UINT64_C(1) << CLIENT_SHIFT) - 1);
    if (!node_runs(world, node->id))
        learn(world, number, RAFT_NONE);
    if (!node->running || node_defers(world, node, event))
        return;
    world_emit(world, (struct record){.kind = RECORD_PROPOSED,
                                      .node = node->id,
                                      .term = node->term,
                                      .index = number,
                                      .value = command});
    if (world->calls)
        call_reach(world, node, command);
    node_step(world, node, &(struct raft_input){.kind = RAFT_PROPOSE, .value = command});
    if (world->calls)
        call_reached(world);
    learn(world, number, node->role == RAFT_LEADER ? node->id : node->lead);
}

/* Its next record is due; brokers know what to do with it. */
static void produce(struct world *world, struct event *event)
{
    uint32_t number = (uint32_t)event->number;
    broker_event(world, event);
    world->clients[number - 1].ticks++;
    schedule(world, number, world->now_ns);
}

void client_event(struct world *world, struct event *event)
{
    if (event->kind != EVENT_CLIENT)
        arrive(world, event);
    else if (world->scenario->clients[event->number - 1].kind == CLIENT_PRODUCES)
        produce(world, event);
    else
        propose(world, (uint32_t)event->number);
}

void node_propose(struct world *world, uint32_t id)
{
    queue_push(&world->queue, world->now_ns,
               (struct event){.kind = EVENT_PROPOSE, .node = id, .number = ++world->commands});
    if (world->calls)
        call_command(world, world->commands, 0, id);
}
