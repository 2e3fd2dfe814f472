#include "sim/promise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void promise_book_open(struct promise_book *book, const struct world *world)
{
    size_t count = world->scenario->layout.partition_count, before = book->room;
    book->partitions = make_room(book->partitions, &book->room, count, sizeof *book->partitions);
    if (book->room > before)
        memset(book->partitions + before, 0, (book->room - before) * sizeof *book->partitions);
    for (size_t i = 0; i < count; i++) {
        book->partitions[i].count = 0;
        book->partitions[i].unclean = false;
    }
}

void promise_book_close(struct promise_book *book)
{
    for (size_t i = 0; i < book->room; i++)
        free(book->partitions[i].items);
    free(book->partitions);
}

struct promise promise_of(const struct world *world, uint32_t node, uint32_t partition,
                          uint64_t end)
{
    const struct replica *replica = broker_replica(world, node, partition);
    must(end > 0 && end <= replica->end);
    const struct replica_record *last = &replica->log[end - 1];
    return (struct promise){.end = end,
                            .chain = last->chain,
                            .epoch = replica->epoch,
                            .record = last->record,
                            .node = node};
}

bool promise_kept(const struct replica *replica, const struct promise *promise)
{
    return promise->end <= replica->end && replica->log[promise->end - 1].chain == promise->chain;
}

uint32_t promise_forgotten_by(const struct world *world, uint32_t partition,
                              const struct promise *promise)
{
    const struct metadata_layout *layout = &world->scenario->layout;
    uint32_t count = metadata_topic(layout, partition)->replication_factor;
    for (uint32_t i = 0; i < count; i++) {
        const struct replica *replica = replica_at(brokers_of(world), partition, i);
        if (replica->leads && replica->epoch > promise->epoch && !promise_kept(replica, promise))
            return metadata_replica(layout, partition, i);
    }
    return RAFT_NONE;
}

void promise_book_change(struct promise_book *book, const struct record *record)
{
    if (record->detail == METADATA_UNCLEAN)
        book->partitions[record->index].unclean = true;
}

struct short_text partition_name(const struct scenario *scenario, uint32_t partition)
{
    uint32_t topic = scenario->layout.topic_of[partition];
    struct short_text name;
    snprintf(name.text, sizeof name.text, "%.28s/%u", scenario->topic_names[topic],
             partition - scenario->topics[topic].first);
    return name;
}
