#include "sim/deed.h"

#include <string.h>

uint64_t deed_draw(const struct deed *deed, uint64_t a, uint64_t b, uint64_t n)
{
    return chance_draw(chance_draw(chance_draw(deed->key, a), b), n);
}

uint64_t deed_draw_message(const struct deed *deed, const struct raft_message *message,
                           uint64_t number, enum deed_purpose purpose)
{
    uint64_t b = message->to | (uint64_t)message->kind << 32 | (uint64_t)purpose << 40;
    return deed_draw(deed, message->from, b, number);
}

void deed_each(struct world *world, const struct deed *deed,
               void (*run)(struct world *world, uint32_t id))
{
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id))
        run(world, id);
}

/* ---- links ---- */

/* A link is lost if both its ends are in some side, and no side has both. */
static struct raft_set across(const struct deed *deed, uint32_t from)
{
    struct raft_set far = {0}, near = {0};
    for (uint32_t i = 0; i < deed->side_count; i++) {
        if (raft_set_has(&deed->sides[i], from))
            set_join(&near, &deed->sides[i]);
        if (i > 0 || deed->both)
            set_join(&far, &deed->sides[i]);
    }
    if (set_empty(&near) || (!deed->both && !raft_set_has(&deed->sides[0], from)))
        return (struct raft_set){0};
    set_cut(&far, &near);
    return far;
}

struct raft_set deed_peers(const struct deed *deed, uint32_t from)
{
    struct raft_set peers = {0};
    if (deed->side_count > 0)
        peers = across(deed, from);
    if (raft_set_has(&deed->from, from))
        set_join(&peers, &deed->to);
    if (deed->both && raft_set_has(&deed->to, from))
        set_join(&peers, &deed->from);
    if (raft_set_has(&deed->healed, from))
        set_cut(&peers, &deed->healed);
    raft_set_remove(&peers, from);
    return peers;
}

bool deed_covers(const struct deed *deed, uint32_t from, uint32_t to)
{
    if (from == to || (raft_set_has(&deed->healed, from) && raft_set_has(&deed->healed, to)))
        return false;
    if (raft_set_has(&deed->from, from) && raft_set_has(&deed->to, to))
        return true;
    if (deed->both && raft_set_has(&deed->to, from) && raft_set_has(&deed->from, to))
        return true;
    if (deed->side_count == 0)
        return false;
    struct raft_set far = across(deed, from);
    return raft_set_has(&far, to);
}

/* Does `change` to each link from a node of `among` (NULL: any) to another one that the deed
 * covers. True: there was one. */
static bool change_links(struct world *world, const struct deed *deed, const struct raft_set *among,
                         void (*change)(struct world *world, uint32_t from, uint32_t to))
{
    bool changed = false;
    for (uint32_t from = 1; from <= world->node_count; from++) {
        if (among && !raft_set_has(among, from))
            continue;
        struct raft_set peers = deed_peers(deed, from);
        if (among)
            set_keep(&peers, among);
        for (uint32_t to = raft_set_next(&peers, 0); to; to = raft_set_next(&peers, to)) {
            change(world, from, to);
            changed = true;
        }
    }
    return changed;
}

static bool is_cut(const struct deed *deed)
{
    return deed->turns & 1;
}

void deed_cut(struct world *world, struct deed *deed)
{
    must(!is_cut(deed));
    deed->turns++;
    if (change_links(world, deed, NULL, link_cut))
        world_emit(world, (struct record){.kind = RECORD_LINKS});
}

void deed_mend(struct world *world, struct deed *deed)
{
    if (!is_cut(deed))
        return;
    deed->turns++;
    if (change_links(world, deed, NULL, link_mend))
        world_emit(world, (struct record){.kind = RECORD_LINKS});
}

/* A core healed before and this one are one core from now on: their links heal too. */
bool deed_mend_core(struct world *world, struct deed *deed, const struct raft_set *core)
{
    struct raft_set healed = deed->healed;
    set_join(&healed, core);
    bool changed = is_cut(deed) && change_links(world, deed, &healed, link_mend);
    deed->healed = healed;
    return changed;
}

void deed_let_go(struct world *world, struct deed *deed, const struct raft_set *core)
{
    struct packet *packet = deed->held, *next;
    deed->held = NULL;
    deed->held_end = &deed->held;
    for (; packet; packet = next) {
        const struct raft_message *label = &packet->label;
        next = packet->next;
        if (!core || (raft_set_has(core, label->from) && raft_set_has(core, label->to))) {
            net_release(world, packet);
            continue;
        }
        packet->next = NULL;
        *deed->held_end = packet;
        deed->held_end = &packet->next;
    }
}

/* ---- max_down ---- */

static bool works(const struct world *world, uint32_t id, const struct raft_set *stopped)
{
    const struct disk *disk = &world->nodes[id].disk;
    return node_runs(world, id) && disk->stalls == 0 && disk->full == 0 &&
           !raft_set_has(stopped, id);
}

/* How many working nodes exchange messages both ways with this one, itself included. */
static uint32_t reach(const struct world *world, const struct deed *deed, uint32_t id,
                      const struct raft_set *working)
{
    struct raft_set near = *working, lost = deed_peers(deed, id);
    uint32_t count = 0;
    set_cut(&near, &lost);
    for (uint32_t to = raft_set_next(&near, 0); to; to = raft_set_next(&near, to))
        count += link_up(world, id, to) && link_up(world, to, id) &&
                 (deed->both || !deed_covers(deed, to, id));
    return count;
}

/* Down or cut off are all nodes but those of the best connected one's circle. */
static bool exceeds(const struct world *world, const struct deed *deed, enum deed_harm harm)
{
    const struct item *item = &world->scenario->items[deed->item];
    struct raft_set working = {0}, stopped = {0};
    uint32_t best = 0;
    if (!item->chaos || item->max_down == 0 || harm == HARMS_NOBODY)
        return false;
    if (harm == STOPS_NODES)
        stopped = deed->nodes;
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (works(world, id, &stopped))
            raft_set_add(&working, id);
    for (uint32_t id = raft_set_next(&working, 0); id; id = raft_set_next(&working, id)) {
        uint32_t count = reach(world, deed, id, &working);
        if (count > best)
            best = count;
    }
    return world->node_count - best > item->max_down;
}

/* ---- life ---- */

struct deed *deed_new(struct world *world, uint32_t item, uint32_t turn)
{
    size_t room = world->deed_room;
    world->deeds = make_room(world->deeds, &room, world->deed_count + 1u, sizeof *world->deeds);
    memset(world->deeds + world->deed_room, 0, (room - world->deed_room) * sizeof *world->deeds);
    world->deed_room = (uint32_t)room;
    const struct item *plan = &world->scenario->items[item];
    struct deed *deed = &world->deeds[world->deed_count], kept = *deed;
    *deed = (struct deed){
        .number = world->deed_count++,
        .item = item,
        .action = plan->action,
        .params = plan->params,
        .key = rng_key(world->seed, RNG_ACTION, plan->key, turn),
        .began_ns = world->now_ns,
        .end_ns = NS_MAX,
        .sides = kept.sides,
        .side_room = kept.side_room,
        .partitions = kept.partitions,
        .partition_room = kept.partition_room,
    };
    return deed;
}

static uint32_t *longer(uint32_t *list, uint32_t room, size_t *grown)
{
    *grown = room;
    return make_room(list, grown, room + 1u, sizeof *list);
}

/* One room for all three lists. */
static void make_active_room(struct world *world)
{
    uint32_t room = world->active_room;
    size_t grown = room;
    if (world->sender_count < room && world->writer_count < room && world->stepper_count < room)
        return;
    world->senders = longer(world->senders, room, &grown);
    world->writers = longer(world->writers, room, &grown);
    world->steppers = longer(world->steppers, room, &grown);
    world->active_room = (uint32_t)grown;
}

static void enlist(struct world *world, const struct deed *deed)
{
    make_active_room(world);
    if (deed->action->on_send)
        world->senders[world->sender_count++] = deed->number;
    if (deed->action->on_write)
        world->writers[world->writer_count++] = deed->number;
    if (deed->action->on_step)
        world->steppers[world->stepper_count++] = deed->number;
}

static void delist(uint32_t *list, uint32_t *count, uint32_t number)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (list[i] != number)
            continue;
        *count -= 1;
        memmove(list + i, list + i + 1, (*count - i) * sizeof *list);
        return;
    }
}

static void emit(struct world *world, const struct deed *deed, enum record_kind kind)
{
    world_emit(world, (struct record){.kind = (uint8_t)kind,
                                      .node = raft_set_next(&deed->nodes, 0),
                                      .index = deed->item,
                                      .value = deed->number});
}

bool deed_begin(struct world *world, struct deed *deed, enum deed_harm harm)
{
    must(!deed->running);
    if (exceeds(world, deed, harm))
        return false;
    deed->running = true;
    enlist(world, deed);
    emit(world, deed, RECORD_ACTION_BEGIN);
    return true;
}

void deed_end(struct world *world, uint32_t number)
{
    must(number < world->deed_count);
    struct deed *deed = &world->deeds[number];
    must(deed->running);
    deed->running = false;
    delist(world->senders, &world->sender_count, number);
    delist(world->writers, &world->writer_count, number);
    delist(world->steppers, &world->stepper_count, number);
    emit(world, deed, RECORD_ACTION_END);
    if (deed->action->end)
        deed->action->end(world, deed);
}

/* An action's end undoes what it does to deed->nodes, so it ends as well for a part of them. */
static void end_part(struct world *world, struct deed *deed, const struct raft_set *core)
{
    struct deed part = {
        .number = deed->number,
        .item = deed->item,
        .action = deed->action,
        .params = deed->params,
        .key = deed->key,
        .nodes = deed->nodes,
    };
    set_keep(&part.nodes, core);
    set_cut(&deed->nodes, core);
    if (!set_empty(&part.nodes) && deed->action->end)
        deed->action->end(world, &part);
}

static bool holds_besides(const struct world *world, const struct deed *deed,
                          const struct raft_set *core)
{
    struct raft_set nodes = deed->nodes;
    set_cut(&nodes, core);
    if (!set_empty(&nodes))
        return true;
    for (uint32_t from = 1; from <= world->node_count; from++) {
        struct raft_set peers = deed_peers(deed, from);
        if (!set_empty(&peers))
            return true;
    }
    return false;
}

void deed_heal(struct world *world, struct deed *deed, const struct raft_set *core)
{
    if (!holds_besides(world, deed, core)) {
        deed_end(world, deed->number);
        return;
    }
    deed_let_go(world, deed, &deed->healed);
    end_part(world, deed, core);
}

void deed_wake_at(struct world *world, struct deed *deed, uint64_t at_ns)
{
    queue_push(&world->queue, at_ns, (struct event){.kind = EVENT_DEED, .number = deed->number});
}
