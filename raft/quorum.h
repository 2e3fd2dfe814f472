/* The arithmetic of majorities, plain and joint (thesis section 4.3). */
#ifndef RAFT_QUORUM_H
#define RAFT_QUORUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum quorum_verdict { QUORUM_PENDING, QUORUM_LOST, QUORUM_WON };

/* More than half of `size`. */
static inline size_t quorum_size(size_t size)
{
    return size / 2 + 1;
}

/* What `yes` and `no` votes among `size` voters decide. No voters at all agree to anything. */
enum quorum_verdict quorum_vote(size_t size, size_t yes, size_t no);

/* A joint decision needs both halves; it is lost as soon as one is. */
enum quorum_verdict quorum_joint(enum quorum_verdict one, enum quorum_verdict other);

/* The greatest index that more than half of the `count` acknowledged indexes have reached;
 * UINT64_MAX when there are none. Sorts `matches`. */
uint64_t quorum_index(uint64_t *matches, size_t count);

#endif
