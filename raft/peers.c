/* Who takes part, as a compact list by ascending id and a table from id to place. */
#include "raft/core.h"

#include <stdlib.h>
#include <string.h>

static void *grown(void *array, size_t count, size_t size)
{
    void *more = realloc(array, count * size);
    must(more != NULL);
    return more;
}

/* Room for all members, by position and by id. Rings of an earlier life stay with their slots. */
static void reserve_peers(struct core *core, uint32_t count, uint32_t greatest)
{
    if (count > core->peer_room) {
        core->peers = grown(core->peers, count, sizeof *core->peers);
        core->voters = grown(core->voters, count, sizeof *core->voters);
        memset(core->peers + core->peer_room, 0, (count - core->peer_room) * sizeof *core->peers);
        core->peer_room = count;
    }
    if (greatest + 1 > core->slot_room) {
        core->slot_room = greatest + 1;
        core->slots = grown(core->slots, core->slot_room, sizeof *core->slots);
    }
    core->slot_count = greatest + 1;
    memset(core->slots, 0, core->slot_count * sizeof *core->slots);
}

static void add_peer(struct core *core, uint32_t id)
{
    struct peer *peer = &core->peers[core->peer_count];
    struct inflight inflight = peer->inflight;
    inflight.start = inflight.count = 0;
    must(id < core->slot_count && core->peer_count < core->peer_room);
    bool in = raft_set_has(&core->members.voters, id),
         out = raft_set_has(&core->members.outgoing, id);
    int part = (in ? PEER_INCOMING : 0) | (out ? PEER_OUTGOING : 0);
    *peer = (struct peer){
        .id = id, .part = (uint8_t)(part ? part : PEER_LEARNER), .inflight = inflight};
    progress_reset(peer, core->log.last + 1);
    core->ballot.size[0] += in;
    core->ballot.size[1] += out;
    if (part)
        core->voters[core->voter_count++] = (uint16_t)core->peer_count;
    core->slots[id] = (uint16_t)++core->peer_count;
}

/* Members by ascending id: the order in which messages leave. */
void peers_seat(struct core *core)
{
    const struct raft_members *members = &core->members;
    struct raft_set all = members->voters;
    for (size_t i = 0; i < sizeof all.bits / sizeof *all.bits; i++)
        all.bits[i] |= members->outgoing.bits[i] | members->learners.bits[i];
    uint32_t count = 0, greatest = 0;
    for (uint32_t i = 0; i < sizeof all.bits / sizeof *all.bits; i++)
        if (all.bits[i]) {
            count += (uint32_t)__builtin_popcountll(all.bits[i]);
            greatest = i * 64 + 63 - (uint32_t)__builtin_clzll(all.bits[i]);
        }
    reserve_peers(core, count, greatest);
    core->peer_count = core->voter_count = 0;
    core->ballot.size[0] = core->ballot.size[1] = 0;
    for (uint32_t id = 1; id <= greatest; id++)
        if (raft_set_has(&all, id))
            add_peer(core, id);
    must(core->ballot.size[0] <= RAFT_VOTERS_MAX && core->ballot.size[1] <= RAFT_VOTERS_MAX);
    const struct peer *self = core_peer(core, core->id);
    core->promotable = self && self->part & PEER_VOTER;
}

void peers_close(struct core *core)
{
    for (uint32_t i = 0; i < core->peer_room; i++)
        free(core->peers[i].inflight.last);
    free(core->peers);
    free(core->voters);
    free(core->slots);
}
