#include "raft/progress.h"

#include "raft/must.h"

#include <stdlib.h>

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t greatest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t *slot(const struct inflight *inflight, uint32_t n)
{
    return &inflight->last[(inflight->start + n) & (inflight->room - 1)];
}

static void grow(struct inflight *inflight)
{
    uint32_t room = inflight->room ? inflight->room * 2 : 4;
    uint64_t *last = malloc(room * sizeof *last);
    must(last != NULL);
    for (uint32_t i = 0; i < inflight->count; i++)
        last[i] = *slot(inflight, i);
    free(inflight->last);
    inflight->last = last;
    inflight->room = room;
    inflight->start = 0;
}

static void inflight_add(struct inflight *inflight, uint64_t last)
{
    must(inflight->count < UINT32_MAX / 4);
    if (inflight->count == inflight->room)
        grow(inflight);
    *slot(inflight, inflight->count++) = last;
}

bool inflight_full(const struct inflight *inflight, uint64_t max)
{
    return max && inflight->count >= max;
}

void inflight_free_first(struct inflight *inflight)
{
    must(inflight->count > 0);
    inflight->start = (inflight->start + 1) & (inflight->room - 1);
    inflight->count--;
}

void inflight_free_to(struct inflight *inflight, uint64_t index)
{
    while (inflight->count && *slot(inflight, 0) <= index)
        inflight_free_first(inflight);
}

static void enter(struct peer *peer, enum progress_state state)
{
    peer->state = (uint8_t)state;
    peer->paused = false;
    peer->pending_snapshot = 0;
    peer->inflight.start = peer->inflight.count = 0;
}

void progress_reset(struct peer *peer, uint64_t next)
{
    must(next > 0);
    enter(peer, PROGRESS_PROBE);
    peer->match = peer->sent_commit = peer->round = 0;
    peer->next = next;
    peer->active = false;
}

void progress_probe(struct peer *peer)
{
    uint64_t from = peer->state == PROGRESS_SNAPSHOT ? peer->pending_snapshot : 0;
    enter(peer, PROGRESS_PROBE);
    peer->next = greatest(peer->match, from) + 1;
    peer->sent_commit = least(peer->sent_commit, peer->next - 1);
}

void progress_replicate(struct peer *peer)
{
    enter(peer, PROGRESS_REPLICATE);
    peer->next = peer->match + 1;
}

void progress_sent(struct peer *peer, uint64_t count, uint64_t inflight_max)
{
    must(peer->state != PROGRESS_SNAPSHOT);
    if (peer->state == PROGRESS_PROBE) {
        peer->paused |= count > 0;
        return;
    }
    peer->next += count;
    if (count && inflight_max)
        inflight_add(&peer->inflight, peer->next - 1);
    peer->paused = inflight_full(&peer->inflight, inflight_max);
}

bool progress_matched(struct peer *peer, uint64_t index)
{
    if (index <= peer->match)
        return false;
    peer->match = index;
    peer->next = greatest(peer->next, index + 1);
    peer->paused = false;
    return true;
}

bool progress_rejected(struct peer *peer, uint64_t rejected, uint64_t hint)
{
    if (peer->state == PROGRESS_REPLICATE) {
        if (rejected <= peer->match)
            return false;
        peer->next = peer->match + 1;
    } else {
        if (peer->next - 1 != rejected)
            return false;
        peer->next = greatest(least(rejected, hint + 1), peer->match + 1);
        peer->paused = false;
    }
    must(peer->next > peer->match);
    peer->sent_commit = least(peer->sent_commit, peer->next - 1);
    return true;
}
