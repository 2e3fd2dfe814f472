#include "sim/call.h"

#include <stdlib.h>

#include "sim/broker.h"
#include "sim/client.h"
#include "sim/node.h"

/* Draws of one call. */
enum call_draw { CALL_GAP, CALL_THERE, CALL_BACK, CALL_KEY, CALL_DRAWS };

static uint64_t draw(const struct world *world, const struct call *call, enum call_draw which)
{
    return chance_draw(world->calls->callers[call->client].keys[call->kind],
                       (uint64_t)call->sequence * CALL_DRAWS + which);
}

static const struct client_plan *plan_of(const struct world *world, uint32_t client)
{
    return &world->scenario->clients[client - 1];
}

/* ---- a run's memory ---- */

void calls_free(struct world *world)
{
    struct calls *calls = world->calls;
    if (!calls)
        return;
    for (uint32_t i = 0; i < calls->caller_room; i++)
        free(calls->callers[i].open);
    for (uint32_t i = 0; i < calls->machine_room; i++)
        free(calls->machines[i].waiting);
    prefixes_close(&calls->prefixes);
    free(calls->items);
    free(calls->callers);
    free(calls->machines);
    free(calls);
    world->calls = NULL;
}

static void make_calls(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct calls *calls = world->calls = allocate(1, sizeof *calls);
    calls->caller_room = scenario->client_count + 1;
    calls->machine_room = scenario->node_count + 1;
    calls->callers = allocate(calls->caller_room, sizeof *calls->callers);
    calls->machines = allocate(calls->machine_room, sizeof *calls->machines);
}

/* The next run of a plan of the same size finds its memory as the last one left it. */
void calls_open(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct calls *calls = world->calls;
    if (calls && (!scenario->any_reads || calls->caller_room != scenario->client_count + 1 ||
                  calls->machine_room != scenario->node_count + 1))
        calls_free(world);
    if (!scenario->any_reads)
        return;
    if (!world->calls)
        make_calls(world);
    calls = world->calls;
    calls->arriving = 0;
    prefixes_clear(&calls->prefixes);
    for (uint32_t i = 0; i < calls->caller_room; i++) {
        struct caller *caller = &calls->callers[i];
        for (uint32_t kind = 0; kind < countof(caller->keys); kind++)
            caller->keys[kind] = rng_key(world->seed, RNG_CALL, i, kind);
        caller->counts[0] = caller->counts[1] = 0;
        caller->first = caller->count = 0;
        caller->watching = false;
    }
}

/* ---- at the client ---- */

static void emit_call(struct world *world, enum record_kind kind, uint64_t id, struct record rest)
{
    rest.kind = (uint8_t)kind;
    rest.value = id;
    world_emit(world, rest);
}

static void watch(struct world *world, uint32_t client)
{
    struct caller *caller = &world->calls->callers[client];
    if (caller->watching || caller->count == caller->first)
        return;
    caller->watching = true;
    queue_push(&world->queue, call_at(world, caller->open[caller->first])->expires_ns,
               (struct event){.kind = EVENT_CALL, .input = CALL_LATE, .number = client});
}

/* Memory of the queue is used again from the start once half of it has gone by. */
static void expect_answer(struct world *world, uint64_t id, uint32_t client)
{
    struct caller *caller = &world->calls->callers[client];
    if (caller->first > 0 && caller->first >= caller->count / 2) {
        for (size_t i = caller->first; i < caller->count; i++)
            caller->open[i - caller->first] = caller->open[i];
        caller->count -= caller->first;
        caller->first = 0;
    }
    caller->open = make_room(caller->open, &caller->room, caller->count + 1, sizeof *caller->open);
    caller->open[caller->count++] = id;
    watch(world, client);
}

static struct call *make_call(struct world *world, uint64_t id, uint32_t client,
                              enum call_kind kind)
{
    struct calls *calls = world->calls;
    calls->items = make_room(calls->items, &calls->room, (size_t)id, sizeof *calls->items);
    struct call *call = call_at(world, id);
    *call = (struct call){.client = client, .kind = (uint8_t)kind};
    call->sequence = calls->callers[client].counts[kind]++;
    call->expires_ns = NS_MAX;
    if (client) {
        const struct client_plan *plan = plan_of(world, client);
        call->key = (uint32_t)chance_between(draw(world, call, CALL_KEY), 0, plan->keys - 1);
        call->expires_ns = world->now_ns + plan->timeout_ns;
    }
    return call;
}

void call_command(struct world *world, uint64_t id, uint32_t client, uint32_t to)
{
    make_call(world, id, client, CALL_COMMAND);
    emit_call(world, RECORD_CALLED, id,
              (struct record){.peer = to, .index = client, .detail = CALL_COMMAND});
    if (client)
        expect_answer(world, id, client);
}

/* The read after the one that is now due. */
static void schedule(struct world *world, uint32_t client, uint64_t from_ns)
{
    const struct read_plan *plan = &plan_of(world, client)->read;
    const struct call next = {
        .client = client, .kind = CALL_READ, .sequence = world->calls->callers[client].counts[1]};
    uint64_t gap_ns = distribution_sample(&plan->every, draw(world, &next, CALL_GAP));
    uint64_t at_ns = from_ns + (gap_ns > 0 ? gap_ns : 1);
    if (at_ns < plan->until_ns)
        queue_push(&world->queue, at_ns,
                   (struct event){.kind = EVENT_CALL, .input = CALL_NEXT, .number = client});
}

void calls_begin(struct world *world)
{
    for (uint32_t client = 1; world->calls && client <= world->scenario->client_count; client++)
        if (plan_of(world, client)->read.given)
            schedule(world, client, plan_of(world, client)->read.from_ns);
}

static void read(struct world *world, uint32_t client)
{
    const struct client_plan *plan = plan_of(world, client);
    uint64_t id = ++world->commands;
    const struct call *call = make_call(world, id, client, CALL_READ);
    uint32_t to = world->clients[client - 1].believed;
    if (plan->read.ask == ASK_ANY || !to)
        to = client_next(world, plan, call->sequence);
    uint64_t there_ns =
        distribution_sample(client_latency(world, plan, to), draw(world, call, CALL_THERE));
    emit_call(world, RECORD_CALLED, id,
              (struct record){.peer = to, .index = client, .detail = CALL_READ});
    queue_push(&world->queue, world->now_ns + there_ns,
               (struct event){.kind = EVENT_CALL, .input = CALL_ARRIVES, .node = to, .number = id});
    expect_answer(world, id, client);
    schedule(world, client, world->now_ns);
}

static void end(struct world *world, uint64_t id, enum call_outcome outcome)
{
    struct call *call = call_at(world, id);
    bool ok = outcome == CALL_OK;
    call->outcome = (uint8_t)outcome;
    emit_call(
        world, RECORD_ANSWERED, id,
        (struct record){.peer = call->node,
                        .index = ok ? prefix_length(&world->calls->prefixes, call->prefix) : 0,
                        .detail = (uint8_t)outcome});
}

/* What is too late counts as lost; its node, if it led, is believed to lead no more. */
static void look_for_late(struct world *world, uint32_t client)
{
    struct caller *caller = &world->calls->callers[client];
    caller->watching = false;
    for (; caller->first < caller->count; caller->first++) {
        uint64_t id = caller->open[caller->first];
        const struct call *call = call_at(world, id);
        if (call->outcome != CALL_OPEN)
            continue;
        if (call->expires_ns > world->now_ns)
            break;
        if (call->kind == CALL_READ)
            world->clients[client - 1].believed = RAFT_NONE;
        end(world, id, CALL_UNKNOWN);
    }
    watch(world, client);
}

static void hear(struct world *world, uint64_t id)
{
    const struct call *call = call_at(world, id);
    if (call->outcome != CALL_OPEN)
        return;
    if (call->kind == CALL_READ)
        world->clients[call->client - 1].believed = call->hint;
    end(world, id, call->refused ? CALL_REFUSED : CALL_OK);
}

/* ---- at the node ---- */

/* The node answers; the client hears of it later. */
static void serve(struct world *world, struct node *node, uint64_t id, bool refused)
{
    struct call *call = call_at(world, id);
    must(!call->served && call->node == node->id);
    call->served = true;
    call->refused = refused;
    call->hint = node->lead;
    call->prefix = refused ? 0 : world->calls->machines[node->id].prefix;
    if (!refused)
        emit_call(world, RECORD_SERVED, id,
                  (struct record){.node = node->id,
                                  .term = node->term,
                                  .index = prefix_length(&world->calls->prefixes, call->prefix),
                                  .detail = call->kind});
    const struct distribution *latency =
        client_latency(world, plan_of(world, call->client), node->id);
    queue_push(&world->queue,
               world->now_ns + distribution_sample(latency, draw(world, call, CALL_BACK)),
               (struct event){.kind = EVENT_CALL, .input = CALL_ENDS, .number = id});
}

/* Is it this node, as it now runs, that owes an answer? */
static bool owes(const struct node *node, const struct call *call)
{
    return call->client && call->node == node->id && call->incarnation == node->incarnation &&
           !call->served;
}

void call_reach(struct world *world, const struct node *node, uint64_t id)
{
    struct call *call = call_at(world, id);
    call->node = node->id;
    call->incarnation = node->incarnation;
    world->calls->arriving = id;
}

void call_reached(struct world *world)
{
    world->calls->arriving = 0;
}

/* What was sent on to a leader and dropped there, or was doubled on its way, may be taken still:
 * only what was dropped at once is known not to be. */
void call_dropped(struct world *world, struct node *node, uint64_t id)
{
    if (world->calls->arriving == id && owes(node, call_at(world, id)))
        serve(world, node, id, true);
}

static void arrive(struct world *world, struct event *event)
{
    struct node *node = &world->nodes[event->node];
    if (!node->running || node_defers(world, node, event))
        return;
    struct call *call = call_at(world, event->number);
    call->node = node->id;
    call->incarnation = node->incarnation;
    node_step(world, node, &(struct raft_input){.kind = RAFT_READ, .value = event->number});
}

void call_start(struct world *world, const struct node *node)
{
    struct machine *machine = &world->calls->machines[node->id];
    machine->prefix = 0;
    machine->count = 0;
}

static void wait_for(struct machine *machine, uint64_t id)
{
    machine->waiting =
        make_room(machine->waiting, &machine->room, machine->count + 1, sizeof *machine->waiting);
    machine->waiting[machine->count++] = id;
}

void call_reads(struct world *world, struct node *node)
{
    for (uint32_t i = 0; i < world->output.read_count; i++) {
        const struct raft_read *read = &world->output.reads[i];
        struct call *call = call_at(world, read->id);
        if (!owes(node, call))
            continue;
        call->index = read->index;
        if (read->dropped || read->index <= node->applied)
            serve(world, node, read->id, read->dropped);
        else
            wait_for(&world->calls->machines[node->id], read->id);
    }
}

static void serve_waiting(struct world *world, struct node *node)
{
    struct machine *machine = &world->calls->machines[node->id];
    size_t left = 0;
    for (size_t i = 0; i < machine->count; i++) {
        uint64_t id = machine->waiting[i];
        const struct call *call = call_at(world, id);
        if (call->index > node->applied)
            machine->waiting[left++] = id;
        else if (!call->served)
            serve(world, node, id, false);
    }
    machine->count = left;
}

void call_apply(struct world *world, struct node *node, uint64_t from, uint64_t to)
{
    struct calls *calls = world->calls;
    struct machine *machine = &calls->machines[node->id];
    for (uint64_t index = from + 1; index <= to; index++) {
        uint64_t id = world->backend->entry(node->raft, index).id;
        if (id == 0 || id >= COMMAND_FIRST)
            continue;
        machine->prefix = prefix_extend(&calls->prefixes, machine->prefix, id);
        if (id <= world->commands && owes(node, call_at(world, id)))
            serve(world, node, id, false);
    }
    if (machine->count > 0)
        serve_waiting(world, node);
}

uint64_t call_value(const struct world *world, const struct call *call)
{
    const struct prefix *items = world->calls->prefixes.items;
    uint32_t at = call->prefix;
    while (at && (items[at].command > world->commands ||
                  call_at(world, items[at].command)->key != call->key))
        at = items[at].parent;
    return at ? items[at].command : 0;
}

void call_event(struct world *world, struct event *event)
{
    switch ((enum call_event)event->input) {
    case CALL_NEXT:
        read(world, (uint32_t)event->number);
        break;
    case CALL_ARRIVES:
        arrive(world, event);
        break;
    case CALL_ENDS:
        hear(world, event->number);
        break;
    case CALL_LATE:
        look_for_late(world, (uint32_t)event->number);
        break;
    }
}
