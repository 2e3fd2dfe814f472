/* Clients that produce: each sends its records to whom it believes to lead, tries again until it
 * is told that a record is stored, and gives up in the end, never knowing (Kafka's producer). */
#include <stdlib.h>

#include "sim/broker_parts.h"
#include "sim/client.h"
#include "sim/node.h"

#define BACKOFF_MIN_NS (100 * NS_PER_MS)
#define BACKOFF_MAX_NS (1000 * NS_PER_MS)

/* Draws of one try of one record. */
enum try_draw { TRY_THERE, TRY_BACK, TRY_BACKOFF, TRY_DRAWS };

/* A try that may still be answered. They are sent, and expire, in order. */
struct pending_try {
    uint32_t record, number;
    uint64_t expires_ns;
};

struct producer {
    uint64_t key;
    uint32_t sequence;  /* records so far */
    uint32_t *believed; /* [partition of its topic]: whom it thinks leads; 0: unknown */
    size_t believed_room;
    struct pending_try *tries;
    size_t first, count, room;
    bool watching; /* a look at the first try is planned */
};

struct producers {
    struct producer *items;
    size_t room;
};

static struct producer *producer_of(const struct world *world, uint32_t number)
{
    return &world->brokers->producers->items[number - 1];
}

static const struct client_plan *plan_of(const struct world *world, uint32_t number)
{
    return &world->scenario->clients[number - 1];
}

static const struct metadata_topic *topic_of(const struct world *world, uint32_t number)
{
    return &world->scenario->layout.topics[plan_of(world, number)->topic];
}

void producers_open(struct world *world)
{
    struct brokers *brokers = world->brokers;
    uint32_t count = world->scenario->client_count;
    if (!brokers->producers) {
        brokers->producers = allocate(1, sizeof *brokers->producers);
        brokers->producers->items = allocate(count, sizeof *brokers->producers->items);
        brokers->producers->room = count;
    }
    for (uint32_t i = 1; i <= count; i++) {
        struct producer *producer = producer_of(world, i);
        if (plan_of(world, i)->kind != CLIENT_PRODUCES)
            continue;
        uint32_t partitions = topic_of(world, i)->count;
        producer->believed = make_room(producer->believed, &producer->believed_room, partitions,
                                       sizeof *producer->believed);
        for (uint32_t k = 0; k < partitions; k++)
            producer->believed[k] = RAFT_NONE;
        producer->key = rng_key(world->seed, RNG_PRODUCE, i, 0);
        producer->sequence = 0;
        producer->first = producer->count = 0;
        producer->watching = false;
    }
}

void producers_free(struct world *world)
{
    struct producers *producers = world->brokers->producers;
    if (!producers)
        return;
    for (size_t i = 0; i < producers->room; i++) {
        free(producers->items[i].believed);
        free(producers->items[i].tries);
    }
    free(producers->items);
    free(producers);
    world->brokers->producers = NULL;
}

static struct produced *record_of(const struct world *world, uint32_t record)
{
    return &world->brokers->records[record - 1];
}

static uint32_t *belief(const struct world *world, const struct produced *produced)
{
    uint32_t first = topic_of(world, produced->client)->first;
    return &producer_of(world, produced->client)->believed[produced->partition - first];
}

static uint64_t draw(const struct world *world, const struct produced *produced,
                     enum try_draw which)
{
    uint64_t key = chance_draw(producer_of(world, produced->client)->key, produced->sequence);
    return chance_draw(key, (uint64_t)produced->tries * TRY_DRAWS + which);
}

static uint64_t latency_ns(const struct world *world, const struct produced *produced,
                           uint32_t broker, enum try_draw which)
{
    const struct distribution *latency =
        client_latency(world, plan_of(world, produced->client), broker);
    return distribution_sample(latency, draw(world, produced, which));
}

static void emit_message(struct world *world, enum record_kind kind, enum raft_message_kind message,
                         uint32_t node, struct record rest)
{
    rest.kind = (uint8_t)kind;
    rest.message = (uint8_t)message;
    rest.node = node;
    world_emit(world, rest);
}

/* A number that says which try of which record an event is about. */
static uint64_t number_of(const struct world *world, uint32_t record)
{
    return record | (uint64_t)record_of(world, record)->tries << 32;
}

static void watch(struct world *world, uint32_t number)
{
    struct producer *producer = producer_of(world, number);
    if (producer->watching || producer->count == 0)
        return;
    producer->watching = true;
    queue_push(&world->queue, producer->tries[producer->first].expires_ns,
               (struct event){.kind = EVENT_ANSWER, .input = ANSWER_LATE, .number = number});
}

/* Tries that were answered leave the front of the list; its memory is used again from the start
 * once half of it has gone by. */
static void add_try(struct world *world, uint32_t record)
{
    const struct produced *produced = record_of(world, record);
    struct producer *producer = producer_of(world, produced->client);
    if (producer->first > 0 && producer->first >= producer->count) {
        for (size_t i = 0; i < producer->count; i++)
            producer->tries[i] = producer->tries[producer->first + i];
        producer->first = 0;
    }
    size_t at = producer->first + producer->count++;
    producer->tries = make_room(producer->tries, &producer->room, at + 1, sizeof *producer->tries);
    producer->tries[at] = (struct pending_try){
        record, produced->tries, world->now_ns + plan_of(world, produced->client)->timeout_ns};
    watch(world, produced->client);
}

/* Whoever knows no leader asks the brokers in turn. */
static void try_once(struct world *world, uint32_t record)
{
    struct produced *produced = record_of(world, record);
    produced->tries++;
    uint32_t to = *belief(world, produced);
    if (!to)
        to = 1 + (produced->sequence + produced->tries) % world->node_count;
    emit_message(world, RECORD_SENT, RAFT_MSG_PRODUCE, RAFT_NONE,
                 (struct record){.peer = to, .index = produced->partition, .value = record});
    queue_push(
        &world->queue, world->now_ns + latency_ns(world, produced, to, TRY_THERE),
        (struct event){.kind = EVENT_PRODUCE, .node = to, .number = number_of(world, record)});
    if (produced->acks == ACKS_NONE)
        produced->outcome = PRODUCE_ACKED;
    else
        add_try(world, record);
}

void producer_tick(struct world *world, uint32_t number)
{
    struct brokers *brokers = world->brokers;
    struct producer *producer = producer_of(world, number);
    const struct metadata_topic *topic = topic_of(world, number);
    uint32_t partition = topic->first + producer->sequence % topic->count;
    uint32_t sequence = producer->sequence++;
    if (brokers->stopped[partition])
        return;
    brokers->records = make_room(brokers->records, &brokers->record_room, brokers->record_count + 1,
                                 sizeof *brokers->records);
    brokers->records[brokers->record_count++] =
        (struct produced){.partition = partition,
                          .client = number,
                          .sequence = sequence,
                          .acks = (uint8_t)plan_of(world, number)->acks,
                          .first_ns = world->now_ns};
    try_once(world, brokers->record_count);
}

/* ---- at the broker ---- */

void producer_arrive(struct world *world, struct event *event)
{
    struct node *node = &world->nodes[event->node];
    uint32_t record = (uint32_t)event->number;
    struct record message = {.index = record_of(world, record)->partition, .value = record};
    if (!node->running) {
        message.peer = node->id;
        message.detail = LOSS_DOWN;
        emit_message(world, RECORD_LOST, RAFT_MSG_PRODUCE, RAFT_NONE, message);
        producer_answer(world, record, node->id, ANSWER_NOTHING, RAFT_NONE);
        return;
    }
    if (node_defers(world, node, event))
        return;
    emit_message(world, RECORD_DELIVERED, RAFT_MSG_PRODUCE, node->id, message);
    world->events++;
    replica_produce(world, node, record);
}

void producer_answer(struct world *world, uint32_t record, uint32_t broker,
                     enum produce_answer answer, uint32_t hint)
{
    const struct produced *produced = record_of(world, record);
    if (produced->acks == ACKS_NONE)
        return;
    if (answer != ANSWER_NOTHING)
        emit_message(world, RECORD_SENT, RAFT_MSG_PRODUCE_REPLY, broker,
                     (struct record){.index = produced->partition,
                                     .value = record,
                                     .reject = answer != ANSWER_ACKED});
    queue_push(&world->queue, world->now_ns + latency_ns(world, produced, broker, TRY_BACK),
               (struct event){.kind = EVENT_ANSWER,
                              .input = (uint8_t)answer,
                              .node = hint,
                              .number = number_of(world, record)});
}

/* ---- at the client ---- */

static void give_up(struct world *world, uint32_t record)
{
    struct produced *produced = record_of(world, record);
    produced->outcome = PRODUCE_UNKNOWN;
    world_emit(world, (struct record){.kind = RECORD_PRODUCE_GIVEN_UP,
                                      .index = produced->partition,
                                      .value = record});
}

/* It waits longer after each try, by a fifth more or less (retry.backoff.ms, its jitter). */
static uint64_t backoff_ns(const struct world *world, const struct produced *produced)
{
    uint64_t wait_ns = BACKOFF_MIN_NS;
    for (uint32_t i = 1; i < produced->tries && wait_ns < BACKOFF_MAX_NS; i++)
        wait_ns *= 2;
    if (wait_ns > BACKOFF_MAX_NS)
        wait_ns = BACKOFF_MAX_NS;
    return chance_between(draw(world, produced, TRY_BACKOFF), wait_ns - wait_ns / 5,
                          wait_ns + wait_ns / 5);
}

static void fail(struct world *world, uint32_t record, uint32_t hint)
{
    struct produced *produced = record_of(world, record);
    uint64_t at_ns = world->now_ns + backoff_ns(world, produced);
    *belief(world, produced) = hint;
    if (at_ns - produced->first_ns > plan_of(world, produced->client)->give_up_ns) {
        give_up(world, record);
        return;
    }
    queue_push(&world->queue, at_ns,
               (struct event){.kind = EVENT_ANSWER,
                              .input = ANSWER_AGAIN,
                              .number = number_of(world, record)});
}

static void succeed(struct world *world, uint32_t record, uint32_t broker)
{
    struct produced *produced = record_of(world, record);
    *belief(world, produced) = broker;
    produced->outcome = PRODUCE_ACKED;
    world_emit(world, (struct record){.kind = RECORD_ACKED,
                                      .node = broker,
                                      .index = produced->partition,
                                      .value = record});
}

/* What is too late counts as lost, and the leader as unknown. */
static void look_for_late(struct world *world, uint32_t number)
{
    struct producer *producer = producer_of(world, number);
    producer->watching = false;
    while (producer->count > 0) {
        struct pending_try oldest = producer->tries[producer->first];
        const struct produced *produced = record_of(world, oldest.record);
        bool open = produced->outcome == PRODUCE_PENDING && produced->tries == oldest.number;
        if (open && oldest.expires_ns > world->now_ns)
            break;
        producer->first++;
        producer->count--;
        if (open)
            fail(world, oldest.record, RAFT_NONE);
    }
    watch(world, number);
}

static bool is_open(const struct world *world, const struct event *event)
{
    const struct produced *produced = record_of(world, (uint32_t)event->number);
    return produced->outcome == PRODUCE_PENDING && produced->tries == event->number >> 32;
}

static void heard(struct world *world, const struct event *event)
{
    emit_message(world, RECORD_DELIVERED, RAFT_MSG_PRODUCE_REPLY, RAFT_NONE,
                 (struct record){.peer = event->node,
                                 .index = record_of(world, (uint32_t)event->number)->partition,
                                 .value = event->number & UINT32_MAX,
                                 .reject = event->input != ANSWER_ACKED});
}

void producer_event(struct world *world, const struct event *event)
{
    uint32_t record = (uint32_t)event->number;
    switch ((enum produce_answer)event->input) {
    case ANSWER_ACKED:
        heard(world, event);
        if (record_of(world, record)->outcome == PRODUCE_PENDING)
            succeed(world, record, event->node);
        break;
    case ANSWER_REFUSED:
        heard(world, event);
        if (is_open(world, event))
            fail(world, record, event->node);
        break;
    case ANSWER_NOTHING:
        if (is_open(world, event))
            fail(world, record, RAFT_NONE);
        break;
    case ANSWER_AGAIN:
        if (is_open(world, event))
            try_once(world, record);
        break;
    case ANSWER_LATE:
        look_for_late(world, record);
        break;
    }
}
