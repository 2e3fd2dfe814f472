#include "sim/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sim/deed.h"

/* What the draws of an item's occurrence are for; fixed, so that none moves another. */
enum item_draw { ITEM_AT, ITEM_AFTER, ITEM_LENGTH, ITEM_EVERY = ITEM_AT };

static uint64_t sample(const struct world *world, const struct distribution *distribution,
                       const struct item *item, uint32_t turn, enum item_draw draw)
{
    uint64_t key = rng_key(world->seed, RNG_PLAN, item->key, turn);
    return distribution_sample(distribution, chance_draw(key, draw));
}

static uint32_t *zeroed(uint32_t *counts, uint32_t count)
{
    size_t room = 0;
    counts = make_room(counts, &room, count + 1u, sizeof *counts);
    memset(counts, 0, (count + 1u) * sizeof *counts);
    return counts;
}

void plan_open(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    world->deed_count = 0;
    world->sender_count = world->writer_count = world->stepper_count = 0;
    world->item_turns = zeroed(world->item_turns, scenario->item_count);
    world->item_seen = zeroed(world->item_seen, scenario->item_count);
    world->when_kinds = 0;
    for (uint32_t i = 0; i < scenario->item_count; i++)
        if (scenario->items[i].when.given && !scenario->items[i].chaos)
            world->when_kinds |= UINT64_C(1) << scenario->items[i].when.kind;
    if (scenario->until.given)
        world->when_kinds |= UINT64_C(1) << scenario->until.kind;
}

void plan_free(struct world *world)
{
    for (uint32_t i = 0; i < world->deed_room; i++) {
        free(world->deeds[i].sides);
        free(world->deeds[i].partitions);
    }
    free(world->deeds);
    free(world->senders);
    free(world->writers);
    free(world->steppers);
    free(world->item_turns);
    free(world->item_seen);
}

static void schedule(struct world *world, uint32_t item, uint64_t at_ns)
{
    queue_push(&world->queue, at_ns, (struct event){.kind = EVENT_BEGIN, .number = item});
}

/* The next occurrence of chaos, if it still falls before the item's end. One every 0 ns would
 * never get there. */
static void schedule_chaos(struct world *world, uint32_t index, uint64_t from_ns)
{
    const struct item *item = &world->scenario->items[index];
    uint64_t wait_ns = sample(world, &item->every, item, world->item_turns[index], ITEM_EVERY);
    uint64_t at_ns = from_ns + (wait_ns > 0 ? wait_ns : 1);
    if (item->until_ns == 0 || at_ns < item->until_ns)
        schedule(world, index, at_ns);
}

void plan_begin(struct world *world)
{
    for (uint32_t i = 0; i < world->scenario->item_count; i++) {
        const struct item *item = &world->scenario->items[i];
        if (item->chaos)
            schedule_chaos(world, i, item->from_ns);
        else if (!item->when.given)
            schedule(world, i,
                     sample(world, &item->at, item, 0, ITEM_AT) +
                         sample(world, &item->after, item, 0, ITEM_AFTER));
    }
}

static void miss(struct world *world, uint32_t index)
{
    const struct item *item = &world->scenario->items[index];
    world_emit(world, (struct record){.kind = RECORD_ACTION_SKIPPED, .index = index});
    if (item->chaos || item->optional || world->missed_item > 0)
        return;
    world->missed_item = index + 1;
    world->stopped = true;
}

static void begin_item(struct world *world, uint32_t index)
{
    const struct item *item = &world->scenario->items[index];
    uint32_t turn = world->item_turns[index]++;
    if (item->chaos)
        schedule_chaos(world, index, world->now_ns);
    struct deed *deed = deed_new(world, index, turn);
    if (item->for_given)
        deed->end_ns = world->now_ns + sample(world, &item->length, item, turn, ITEM_LENGTH);
    if (!item->action->begin(world, deed)) {
        must(!deed->running);
        world->deed_count--;
        miss(world, index);
        return;
    }
    must(deed->running);
    world->events++;
    deed->running = item->action->ends_by != NULL;
    if (item->for_given)
        queue_push(&world->queue, deed->end_ns,
                   (struct event){.kind = EVENT_END, .number = deed->number});
}

void plan_event(struct world *world, const struct event *event)
{
    if (event->kind == EVENT_BEGIN) {
        begin_item(world, (uint32_t)event->number);
        return;
    }
    must(event->number < world->deed_count);
    struct deed *deed = &world->deeds[event->number];
    if (!deed->running)
        return;
    world->events++;
    if (event->kind == EVENT_END)
        deed_end(world, deed->number);
    else
        deed->action->wake(world, deed);
}

/* True at the record that is the count-th of those that the condition means. */
static bool fires(const struct condition *condition, const struct record *record, uint32_t *seen)
{
    if (!condition->given || condition->kind != record->kind ||
        (condition->node && condition->node != record->node))
        return false;
    *seen += 1;
    return *seen == (condition->count ? condition->count : 1);
}

void plan_observe(struct world *world, const struct record *record)
{
    const struct scenario *scenario = world->scenario;
    for (uint32_t i = 0; i < scenario->item_count; i++) {
        const struct item *item = &scenario->items[i];
        if (!item->chaos && fires(&item->when, record, &world->item_seen[i]))
            schedule(world, i, world->now_ns + sample(world, &item->after, item, 0, ITEM_AFTER));
    }
    if (fires(&scenario->until, record, &world->item_seen[scenario->item_count]))
        world->until_met = world->stopped = true;
}

void plan_send(struct world *world, const struct raft_message *message, struct fate *fate)
{
    for (uint32_t i = 0; i < world->sender_count; i++) {
        const struct deed *deed = &world->deeds[world->senders[i]];
        if (fate->cut || fate->copies == 0)
            return;
        if (deed_covers(deed, message->from, message->to))
            deed->action->on_send(deed, message, fate);
    }
}

uint64_t plan_write_ns(struct world *world, uint32_t node, uint64_t number, uint64_t fsync_ns)
{
    for (uint32_t i = 0; i < world->writer_count; i++) {
        const struct deed *deed = &world->deeds[world->writers[i]];
        if (raft_set_has(&deed->nodes, node))
            fsync_ns = deed->action->on_write(deed, node, number, fsync_ns);
    }
    return fsync_ns;
}

uint64_t plan_step_ns(struct world *world, uint32_t node, uint64_t number, uint64_t step_ns)
{
    for (uint32_t i = 0; i < world->stepper_count; i++) {
        const struct deed *deed = &world->deeds[world->steppers[i]];
        if (raft_set_has(&deed->nodes, node))
            step_ns = deed->action->on_step(deed, node, number, step_ns);
    }
    return step_ns;
}
