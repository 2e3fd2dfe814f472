#include "raft/quorum.h"

#include "raft/must.h"

enum quorum_verdict quorum_vote(size_t size, size_t yes, size_t no)
{
    must(yes + no <= size);
    if (size == 0 || yes >= quorum_size(size))
        return QUORUM_WON;
    return size - no < quorum_size(size) ? QUORUM_LOST : QUORUM_PENDING;
}

enum quorum_verdict quorum_joint(enum quorum_verdict one, enum quorum_verdict other)
{
    if (one == QUORUM_LOST || other == QUORUM_LOST)
        return QUORUM_LOST;
    return one == QUORUM_WON && other == QUORUM_WON ? QUORUM_WON : QUORUM_PENDING;
}

uint64_t quorum_index(uint64_t *matches, size_t count)
{
    if (count == 0)
        return UINT64_MAX;
    for (size_t i = 1; i < count; i++) {
        uint64_t match = matches[i];
        size_t at = i;
        for (; at > 0 && matches[at - 1] < match; at--)
            matches[at] = matches[at - 1];
        matches[at] = match;
    }
    return matches[quorum_size(count) - 1];
}
