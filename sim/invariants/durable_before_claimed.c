#include "sim/observer.h"

/* What the node may believe to be on its disk: a disk that lies is not the node's mistake. */
struct belief {
    uint64_t term, last;
    uint32_t vote;
};

static struct belief believe(const struct disk *disk)
{
    if (disk->lied_count > 0) {
        const struct raft_write *write = &disk->lied[disk->lied_count - 1].write;
        return (struct belief){write->term, write->last_index, write->vote};
    }
    const struct raft_durable *durable = &disk->durable;
    return (struct belief){durable->term, durable->first + durable->count - 1, durable->vote};
}

static void judge(struct world *world, const struct record *record)
{
    struct belief disk = believe(&world->nodes[record->node].disk);
    if (disk.term > record->term) /* an old claim, whose write others have replaced since */
        return;
    bool vote = record->message == RAFT_MSG_VOTE_REPLY;
    bool held = disk.term == record->term &&
                (vote ? disk.vote == record->peer : disk.last >= record->index);
    if (held)
        return;
    if (vote)
        world_break(world, invariant_durable_before_claimed.name, record->node, record->peer,
                    "%s told %s of its vote in term %llu before that was on its disk",
                    world_name(world, record->node), world_name(world, record->peer),
                    (unsigned long long)record->term);
    else
        world_break(world, invariant_durable_before_claimed.name, record->node, record->peer,
                    "%s acknowledged entry %llu to %s in term %llu; its disk holds entries to "
                    "%llu of term %llu",
                    world_name(world, record->node), (unsigned long long)record->index,
                    world_name(world, record->peer), (unsigned long long)record->term,
                    (unsigned long long)disk.last, (unsigned long long)disk.term);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)state;
    if (!record->reject)
        judge(world, record);
}

const struct invariant invariant_durable_before_claimed = {
    .name = "durable-before-claimed",
    .help = "no vote and no acknowledgement leaves before the disk holds it",
    .source = "Raft paper, figure 2: updated on stable storage before responding",
    .kinds = RECORD_BIT(SENT),
    .messages = 1u << RAFT_MSG_VOTE_REPLY | 1u << RAFT_MSG_APPEND_REPLY,
    .observe = observe,
};
