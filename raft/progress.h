/* What a leader knows of one peer: how far its log agrees, what is on its way, whether it lives.
 *
 *   PROBE      one append at a time, until the place where the logs agree is found
 *   REPLICATE  appends are sent ahead of their acknowledgements, within a window
 *   SNAPSHOT   the log does not reach back far enough; nothing is sent meanwhile
 */
#ifndef RAFT_PROGRESS_H
#define RAFT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum progress_state { PROGRESS_PROBE, PROGRESS_REPLICATE, PROGRESS_SNAPSHOT };

enum peer_part { PEER_INCOMING = 1, PEER_OUTGOING = 2, PEER_VOTER = 3, PEER_LEARNER = 4 };

/* Appends not yet acknowledged, by the last index of each; a ring that grows by doubling. */
struct inflight {
    uint64_t *last;
    uint32_t room, start, count; /* room: 0 or a power of two */
};

struct peer {
    uint64_t match, next; /* paper figure 2: matchIndex, nextIndex; match < next */
    uint64_t sent_commit; /* the greatest commit index told to it */
    uint64_t pending_snapshot;
    uint64_t round; /* the latest round of heartbeats for reads that it answered */
    uint32_t id;
    uint32_t ballot; /* the ballot in which its vote was counted last */
    uint8_t state;   /* enum progress_state */
    uint8_t part;    /* enum peer_part, or both halves */
    bool active;     /* heard of since the last quorum check */
    bool paused;     /* nothing is sent until it is heard of */
    struct inflight inflight;
};

/* A new leader knows nothing yet: section 5.3, nextIndex = last + 1. */
void progress_reset(struct peer *peer, uint64_t next);
void progress_probe(struct peer *peer);
void progress_replicate(struct peer *peer);
/* An append of `count` entries has left. `inflight_max` 0: no window. */
void progress_sent(struct peer *peer, uint64_t count, uint64_t inflight_max);
/* The log agrees up to `index`; false: known already. */
bool progress_matched(struct peer *peer, uint64_t index);
/* The append at `rejected` found no match and the logs may agree at `hint`; false: an old answer.
 */
bool progress_rejected(struct peer *peer, uint64_t rejected, uint64_t hint);

bool inflight_full(const struct inflight *inflight, uint64_t max);
void inflight_free_to(struct inflight *inflight, uint64_t index);
void inflight_free_first(struct inflight *inflight);

#endif
