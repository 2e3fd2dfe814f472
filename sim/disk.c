#include "sim/disk.h"

#include <stdlib.h>
#include <string.h>

#include "sim/net.h"
#include "sim/node.h"
#include "sim/plan.h"

/* Draws of a crash are apart from those of writes, which count up from 0. */
#define CRASH_DRAWS (UINT64_C(1) << 40)

static void put_entries(struct disk *disk, uint64_t from, const struct raft_entry *entries,
                        size_t count)
{
    must(from >= disk->durable.first && from <= disk->durable.first + disk->durable.count);
    size_t keep = (size_t)(from - disk->durable.first);
    disk->log = make_room(disk->log, &disk->log_room, keep + count, sizeof *disk->log);
    if (count > 0)
        memcpy(disk->log + keep, entries, count * sizeof *entries);
    disk->durable.count = keep + count;
    disk->durable.entries = disk->log;
}

static void make_durable(struct disk *disk, const struct raft_write *write)
{
    disk->durable.term = write->term;
    disk->durable.vote = write->vote;
    disk->durable.commit = write->commit;
    if (write->from != 0)
        put_entries(disk, write->from, write->entries, write->entry_count);
}

/* A write will never be durable: from where it changed the log, the disk has another than the node
 * had. */
static void lose(struct disk *disk, const struct raft_write *write)
{
    if (write->from != 0 && write->from <= disk->durable.unchanged)
        disk->durable.unchanged = write->from - 1;
}

void disk_open(struct world *world, struct node *node)
{
    const struct node_plan *plan = &world->scenario->nodes[node->id];
    struct disk *disk = &node->disk, kept = *disk;
    *disk = (struct disk){.log = kept.log,
                          .log_room = kept.log_room,
                          .queue = kept.queue,
                          .room = kept.room,
                          .lied = kept.lied,
                          .lied_room = kept.lied_room};
    disk->durable = (struct raft_durable){.first = 1, .term = plan->first_term};
    for (uint32_t i = 0; i < plan->first_count; i++) {
        /* Id 0 is what a new leader appends of its own: the entry is the same wherever it stands
         * with the same term and index, also where a term of the plan's elects a leader again. */
        struct raft_entry entry = {.term = plan->first_terms[i], .id = 0};
        put_entries(disk, i + 1, &entry, 1);
    }
}

static void free_pending(struct pending *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(items[i].entries);
    free(items);
}

void disk_free(struct disk *disk)
{
    free_pending(disk->queue, disk->room);
    free_pending(disk->lied, disk->lied_room);
    free(disk->log);
}

static struct pending *at(const struct disk *disk, size_t position)
{
    must(position < disk->count);
    return &disk->queue[(disk->head + position) & (disk->room - 1)];
}

/* The ring grows by doubling; what wraps around moves behind the old end. */
static void grow(struct disk *disk)
{
    size_t old = disk->room;
    disk->room = old ? old * 2 : 4;
    struct pending *queue = allocate(disk->room, sizeof *queue);
    for (size_t i = 0; i < old; i++)
        queue[i] = disk->queue[(disk->head + i) & (old - 1)];
    free(disk->queue);
    disk->queue = queue;
    disk->head = 0;
}

static void keep_write(struct pending *pending, const struct raft_write *write, uint64_t number)
{
    pending->entries = make_room(pending->entries, &pending->entry_room, write->entry_count,
                                 sizeof *pending->entries);
    if (write->entry_count > 0)
        memcpy(pending->entries, write->entries, write->entry_count * sizeof *write->entries);
    pending->write = *write;
    pending->write.entries = pending->entries;
    pending->number = number;
    pending->done = false;
    pending->waiting = NULL;
    pending->waiting_end = &pending->waiting;
}

static void emit_write(struct world *world, const struct node *node, enum record_kind kind,
                       const struct raft_write *write)
{
    world_emit(world, (struct record){
                          .kind = (uint8_t)kind,
                          .node = node->id,
                          .peer = kind == RECORD_WRITE_LOST ? 0 : write->vote,
                          .term = write->term,
                          .index = kind == RECORD_DURABLE ? write->last_index : write->from,
                          .value = write->ticket,
                      });
}

static uint64_t sync_ns(struct world *world, const struct node *node, uint64_t number)
{
    uint64_t bits = chance_draw(rng_key(world->seed, RNG_DISK, node->id, 0), number);
    uint64_t fsync_ns = distribution_sample(&world->scenario->fsync, bits);
    return world->writer_count > 0 ? plan_write_ns(world, node->id, number, fsync_ns) : fsync_ns;
}

/* Does a write in progress hold the node? A deed may say either; else the plan does. */
static bool blocks(const struct world *world, const struct disk *disk)
{
    return disk->blocks > 0 || (world->scenario->fsync_blocks_node && disk->unblocks == 0);
}

static void hold_node(struct world *world, struct node *node)
{
    struct disk *disk = &node->disk;
    bool holds = node->running && disk->batch > 0 && blocks(world, disk);
    if (holds == disk->holds_node)
        return;
    disk->holds_node = holds;
    if (holds)
        node_hold(world, node->id);
    else
        node_release(world, node->id);
}

/* One sync makes durable all writes issued before it began (group commit). */
static void begin_sync(struct world *world, struct node *node)
{
    struct disk *disk = &node->disk;
    size_t first = 0;
    while (first < disk->count && at(disk, first)->done)
        first++;
    disk->batch = disk->count - first;
    disk->overdue = false;
    if (disk->batch == 0)
        return;
    uint64_t took_ns = sync_ns(world, node, at(disk, first)->number);
    queue_push(&world->queue, world->now_ns + took_ns,
               (struct event){.kind = EVENT_DURABLE, .node = node->id, .number = ++disk->sync});
}

static void end_sync(struct world *world, struct node *node)
{
    struct disk *disk = &node->disk;
    for (size_t i = 0; i < disk->count && disk->batch > 0; i++) {
        struct pending *pending = at(disk, i);
        if (pending->done)
            continue;
        make_durable(disk, &pending->write);
        pending->done = true;
        disk->batch--;
        emit_write(world, node, RECORD_DURABLE, &pending->write);
    }
    begin_sync(world, node);
    hold_node(world, node);
    node_persisted(world, node);
}

void disk_event(struct world *world, const struct event *event)
{
    struct node *node = &world->nodes[event->node];
    if (event->number != node->disk.sync || node->disk.batch == 0)
        return;
    world->events++;
    if (node->disk.stalls > 0)
        node->disk.overdue = true;
    else
        end_sync(world, node);
}

/* A disk that is full fails the write, and the node stops rather than go on unsafely. */
static void stop_full(struct world *world, struct node *node)
{
    node->disk.full_down = true;
    node_take_down(world, node->id);
}

static void lie(struct disk *disk, const struct raft_write *write, uint64_t number)
{
    size_t old = disk->lied_room;
    disk->lied = make_room(disk->lied, &disk->lied_room, disk->lied_count + 1, sizeof *disk->lied);
    if (disk->lied_room > old)
        memset(disk->lied + old, 0, (disk->lied_room - old) * sizeof *disk->lied);
    keep_write(&disk->lied[disk->lied_count++], write, number);
}

bool disk_write(struct world *world, struct node *node, const struct raft_write *write)
{
    struct disk *disk = &node->disk;
    emit_write(world, node, RECORD_WRITE, write);
    uint64_t number = disk->writes++;
    if (disk->full > 0) {
        lose(disk, write);
        stop_full(world, node);
        return false;
    }
    if (disk->lies > 0) {
        lie(disk, write, number);
        disk->durable_ticket = write->ticket;
        emit_write(world, node, RECORD_DURABLE, write);
        return true;
    }
    if (disk->count == 0 && disk->stalls == 0 && sync_ns(world, node, number) == 0) {
        make_durable(disk, write);
        disk->durable_ticket = write->ticket;
        emit_write(world, node, RECORD_DURABLE, write);
        return true;
    }
    if (disk->count == disk->room)
        grow(disk);
    disk->count++;
    keep_write(at(disk, disk->count - 1), write, number);
    if (disk->batch == 0)
        begin_sync(world, node);
    hold_node(world, node);
    return false;
}

struct pending *disk_untold(const struct disk *disk)
{
    return disk->count > 0 && at(disk, 0)->done ? at(disk, 0) : NULL;
}

void disk_told(struct disk *disk)
{
    must(disk->count > 0 && disk->queue[disk->head].waiting == NULL);
    disk->head = (disk->head + 1) & (disk->room - 1);
    disk->count--;
}

void disk_wait(struct disk *disk, uint64_t ticket, struct packet *packet)
{
    for (size_t i = disk->count; i-- > 0;) {
        struct pending *pending = at(disk, i);
        if (pending->write.ticket != ticket)
            continue;
        *pending->waiting_end = packet;
        pending->waiting_end = &packet->next;
        return;
    }
    must(false);
}

/* What was on its way is now said to be durable too, so that what is durable stays in order. */
static void lie_of_pending(struct world *world, struct node *node)
{
    struct disk *disk = &node->disk;
    for (size_t i = 0; i < disk->count; i++) {
        struct pending *pending = at(disk, i);
        if (pending->done)
            continue;
        lie(disk, &pending->write, pending->number);
        pending->done = true;
        emit_write(world, node, RECORD_DURABLE, &pending->write);
    }
    disk->batch = 0;
    disk->overdue = false;
}

void disk_changed(struct world *world, uint32_t id)
{
    struct node *node = &world->nodes[id];
    struct disk *disk = &node->disk;
    if (disk->lies > 0 && disk->count > 0) {
        lie_of_pending(world, node);
    } else if (disk->overdue && disk->stalls == 0) {
        end_sync(world, node);
    }
    hold_node(world, node);
    node_standing(world, node);
    node_persisted(world, node);
    if (disk->full == 0 && disk->full_down) {
        disk->full_down = false;
        node_let_up(world, id);
    }
}

void disk_settle(struct world *world, uint32_t id)
{
    struct disk *disk = &world->nodes[id].disk;
    for (size_t i = 0; i < disk->lied_count; i++)
        make_durable(disk, &disk->lied[i].write);
    disk->lied_count = 0;
}

/* The first lost write is torn: what follows the vote in it, the entries, survives in part. */
static void tear(struct disk *disk, struct raft_write *write, uint64_t bits)
{
    if (write->entry_count == 0)
        return;
    write->entry_count = (uint32_t)chance_between(bits, 0, write->entry_count - 1);
    make_durable(disk, write);
}

static void drop_waiting(struct world *world, struct pending *pending)
{
    for (struct packet *packet = pending->waiting, *next; packet; packet = next) {
        next = packet->next;
        packet_free(world, packet);
    }
    pending->waiting = NULL;
}

void disk_crash(struct world *world, struct node *node)
{
    struct disk *disk = &node->disk;
    size_t first = 0, survive = 0;
    uint64_t key = rng_key(world->seed, RNG_DISK, node->id, 0);
    uint64_t number = CRASH_DRAWS + 2 * (uint64_t)node->incarnation;
    while (first < disk->count && at(disk, first)->done)
        first++;
    if ((disk->lose || disk->tear) && disk->count > first)
        survive = (size_t)chance_between(chance_draw(key, number), 0, disk->count - first - 1);
    for (size_t i = 0; i < disk->count; i++) {
        struct pending *pending = at(disk, i);
        drop_waiting(world, pending);
        if (i < first)
            continue;
        if (i < first + survive) {
            make_durable(disk, &pending->write);
            continue;
        }
        lose(disk, &pending->write);
        emit_write(world, node, RECORD_WRITE_LOST, &pending->write);
        if (i == first + survive && disk->tear)
            tear(disk, &pending->write, chance_draw(key, number + 1));
    }
    for (size_t i = 0; i < disk->lied_count; i++) {
        lose(disk, &disk->lied[i].write);
        emit_write(world, node, RECORD_WRITE_LOST, &disk->lied[i].write);
    }
    disk->count = disk->lied_count = 0;
    disk->batch = 0;
    disk->overdue = disk->lose = disk->tear = false;
    hold_node(world, node);
}
