#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/backend.h"
#include "sim/broker.h"
#include "sim/call.h"
#include "sim/client.h"
#include "sim/disk.h"
#include "sim/host.h"
#include "sim/net.h"
#include "sim/node.h"
#include "sim/plan.h"

#define EVENT_LIMIT UINT64_C(50000000)
#define TIME_LIMIT_NS (3600 * NS_PER_S)

struct world *world_new(void)
{
    return allocate(1, sizeof(struct world));
}

static void drop_event(void *context, struct event *event)
{
    if (event->kind == EVENT_DELIVER)
        packet_free(context, event->packet);
}

static void drop_chain(struct world *world, struct packet *packet)
{
    for (struct packet *next; packet; packet = next) {
        next = packet->next;
        packet_free(world, packet);
    }
}

/* Gives back every packet that the last run left in flight, held, waiting or undelivered. */
static void drop_packets(struct world *world)
{
    queue_clear(&world->queue, drop_event, world);
    for (uint32_t i = 0; i < world->deed_count; i++) {
        drop_chain(world, world->deeds[i].held);
        world->deeds[i].held = NULL;
    }
    for (uint32_t id = 1; id <= world->node_count; id++) {
        struct node *node = &world->nodes[id];
        host_stop(world, node);
        for (size_t i = 0; i < node->inbox_count; i++)
            drop_event(world, &node->inbox[i]);
        node->inbox_count = 0;
        for (; node->disk.count > 0; disk_told(&node->disk)) {
            drop_chain(world, node->disk.queue[node->disk.head].waiting);
            node->disk.queue[node->disk.head].waiting = NULL;
        }
    }
}

static void make_nodes(struct world *world, uint32_t count)
{
    if (count > world->node_room) {
        struct node *nodes = allocate(count + 1, sizeof *nodes);
        if (world->nodes)
            memcpy(nodes, world->nodes, (world->node_room + 1) * sizeof *nodes);
        free(world->nodes);
        world->nodes = nodes;
        world->node_room = count;
    }
    world->node_count = count;
}

/* A backend's memory is reused only by the same backend. */
static void choose_backend(struct world *world, const struct raft_backend *backend)
{
    if (world->backend != backend)
        for (uint32_t id = 1; id <= world->node_room; id++)
            if (world->nodes[id].raft) {
                world->backend->close(world->nodes[id].raft);
                world->nodes[id].raft = NULL;
            }
    world->backend = backend;
}

static bool costs_time(const struct distribution *step_time)
{
    return step_time->kind != DISTRIBUTION_CONSTANT || step_time->a > 0;
}

void world_open(struct world *world, const struct scenario *scenario, uint64_t seed)
{
    drop_packets(world);
    choose_backend(world,
                   world->forced_backend ? world->forced_backend : backend_find(scenario->backend));
    make_nodes(world, scenario->node_count);
    world->scenario = scenario;
    world->seed = seed;
    world->now_ns = world->events = world->popped = world->commands = 0;
    world->event_limit = EVENT_LIMIT;
    world->time_limit_ns = TIME_LIMIT_NS;
    world->costly_steps = costs_time(&scenario->step_time);
    world->judge.broken = world->until_met = world->stopped = world->ended = false;
    world->missed_item = 0;
    world->subscription_count = 0;
    memset(world->audience, 0, sizeof world->audience);
    trace_hash_open(&world->hash);
    net_open(world);
    plan_open(world);
    clients_open(world);
    brokers_open(world);
    for (uint32_t id = 1; id <= scenario->node_count; id++)
        node_open(world, id);
}

static void see_record(void *state, struct world *world, const struct record *record)
{
    (void)state;
    plan_observe(world, record);
}

void world_begin(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    world_subscribe(world, world->when_kinds, (struct subscription){.observe = see_record});
    world->end_ns = scenario->duration_given ? scenario->duration_ns : world->time_limit_ns;
    plan_begin(world);
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (scenario->nodes[id].start == NODE_STARTS)
            queue_push(&world->queue, scenario->nodes[id].start_ns,
                       (struct event){.kind = EVENT_START, .node = id});
    clients_begin(world);
}

/* Most events are messages that arrive. */
static inline void happen(struct world *world, struct event *event, struct moment moment)
{
    if (event->kind == EVENT_DELIVER) {
        net_deliver(world, event);
        return;
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_TIMER:
        node_timer(world, event, moment);
        break;
    case EVENT_DURABLE:
        disk_event(world, event);
        break;
    case EVENT_START:
        node_let_up(world, event->node);
        break;
    case EVENT_BEGIN:
    case EVENT_END:
    case EVENT_DEED:
        plan_event(world, event);
        break;
    case EVENT_CLIENT:
    case EVENT_PROPOSE:
        client_event(world, event);
        break;
    case EVENT_INPUT:
        node_late_input(world, event);
        break;
    case EVENT_BROKER:
    case EVENT_PRODUCE:
    case EVENT_ANSWER:
        broker_event(world, event);
        break;
    case EVENT_CALL:
        call_event(world, event);
        break;
    case EVENT_SEND:
        host_event(world, event);
        break;
    case EVENT_DELIVER:
    case EVENT_ALARM:
        break;
    }
}

/* The time of an empty queue or of an event after the end is the end itself, if there is one. */
static enum run_end run_out(struct world *world, bool empty)
{
    bool limited = !world->scenario->duration_given;
    if (empty && limited)
        return RUN_NOTHING_LEFT;
    world->now_ns = world->end_ns;
    return limited ? RUN_LIMIT : RUN_DURATION;
}

static enum run_end over(const struct world *world)
{
    if (world->judge.broken)
        return RUN_BROKEN;
    if (world->missed_item > 0)
        return RUN_MISSED_TARGET;
    return world->until_met ? RUN_UNTIL : RUN_LIMIT;
}

static enum run_end finish(struct world *world, enum run_end end)
{
    if (!world->ended)
        world_emit(world, (struct record){.kind = RECORD_END});
    world->ended = true;
    return end;
}

enum run_end world_step(struct world *world)
{
    struct moment moment;
    struct event event;
    if (world->stopped || world->popped >= world->event_limit)
        return finish(world, over(world));
    if (!queue_pop(&world->queue, &moment, &event))
        return finish(world, run_out(world, true));
    if (moment.at_ns > world->end_ns) {
        drop_event(world, &event);
        return finish(world, run_out(world, false));
    }
    must(moment.at_ns >= world->now_ns);
    world->now_ns = moment.at_ns;
    world->popped++;
    happen(world, &event, moment);
    return RUN_GOES_ON;
}

void world_free(struct world *world)
{
    drop_packets(world);
    choose_backend(world, NULL);
    for (uint32_t id = 1; world->nodes && id <= world->node_room; id++) {
        disk_free(&world->nodes[id].disk);
        free(world->nodes[id].inbox);
    }
    brokers_free(world);
    calls_free(world);
    plan_free(world);
    net_free(world);
    raft_output_close(&world->output);
    queue_close(&world->queue);
    free(world->clients);
    free(world->nodes);
    free(world);
}

void world_subscribe(struct world *world, uint64_t kinds, struct subscription subscription)
{
    const uint64_t of_messages =
        RECORD_BIT(SENT) | RECORD_BIT(DELIVERED) | RECORD_BIT(LOST) | RECORD_BIT(DUPLICATED);
    must(world->subscription_count < SUBSCRIPTIONS_MAX);
    uint64_t bit = UINT64_C(1) << world->subscription_count;
    world->subscriptions[world->subscription_count++] = subscription;
    for (kinds &= (UINT64_C(1) << RECORD_KINDS) - 1; kinds; kinds &= kinds - 1) {
        int kind = __builtin_ctzll(kinds);
        uint32_t count = of_messages >> kind & 1 ? RAFT_MSG_KINDS : 1;
        for (uint32_t message = 0; message < count; message++)
            if (count == 1 || !subscription.messages || subscription.messages >> message & 1)
                world->audience[kind][message] |= bit;
    }
}

void world_tell(struct world *world, const struct record *record)
{
    if (trace_kinds >> record->kind & 1)
        trace_hash_add(&world->hash, record);
    for (uint64_t left = world->audience[record->kind][record->message]; left; left &= left - 1) {
        const struct subscription *next = &world->subscriptions[__builtin_ctzll(left)];
        next->observe(next->state, world, record);
    }
}

void world_break(struct world *world, const char *rule, uint32_t a, uint32_t b, const char *format,
                 ...)
{
    struct judge *judge = &world->judge;
    if (judge->broken)
        return;
    *judge = (struct judge){.broken = true, .rule = rule, .at_ns = world->now_ns};
    world->stopped = true;
    if (a)
        raft_set_add(&judge->nodes, a);
    if (b)
        raft_set_add(&judge->nodes, b);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(judge->detail, sizeof judge->detail, format, arguments);
    va_end(arguments);
}

const char *world_name(const struct world *world, uint32_t id)
{
    return id ? world->scenario->nodes[id].name : "nobody";
}

void world_alarm(struct world *world, uint64_t at_ns)
{
    queue_push(&world->queue, at_ns, (struct event){.kind = EVENT_ALARM});
}
