/* When a change of a leader is known everywhere; the words for what took leaders away. */
#include "sim/broker.h"
#include "sim/partition_episode.h"

const char *partition_cause_name(enum partition_cause cause)
{
#define X(id, name, words, help) name,
    static const char *const names[] = {LOSSES_OF_PARTITIONS(X)};
#undef X
    return names[cause];
}

const char *partition_cause_words(enum partition_cause cause)
{
#define X(id, name, words, help) words,
    static const char *const all[] = {LOSSES_OF_PARTITIONS(X)};
#undef X
    return all[cause];
}

const char *partition_cause_help(enum partition_cause cause)
{
#define X(id, name, words, help) help,
    static const char *const all[] = {LOSSES_OF_PARTITIONS(X)};
#undef X
    return all[cause];
}

/* ---- published: every running broker has applied the change ---- */

static bool lags(const struct world *world, uint32_t id, uint64_t index)
{
    return id && node_runs(world, id) && world->nodes[id].applied < index;
}

static uint32_t find_lagging(const struct world *world, uint64_t index)
{
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (lags(world, id, index))
            return id;
    return RAFT_NONE;
}

/* One broker that lags is enough to know that nothing in the queue is published. */
void partition_publish_review(struct partition_episodes *episodes, const struct world *world)
{
    while (episodes->queue_count > 0) {
        const struct unpublished *first = &episodes->queue[episodes->queue_first];
        if (lags(world, episodes->witness, first->index))
            return;
        episodes->witness = find_lagging(world, first->index);
        if (episodes->witness)
            return;
        episodes->items[first->episode].published_ns = world->now_ns;
        episodes->queue_first++;
        episodes->queue_count--;
    }
    episodes->queue_first = 0;
}

void partition_publish(struct partition_episodes *episodes, const struct world *world,
                       uint32_t episode)
{
    size_t at = episodes->queue_first + episodes->queue_count++;
    episodes->queue =
        make_room(episodes->queue, &episodes->queue_room, at + 1, sizeof *episodes->queue);
    episodes->queue[at] = (struct unpublished){brokers_of(world)->applied, episode};
    partition_publish_review(episodes, world);
}
