/* A log of entries by index: read, extended and cut. It knows nothing of elections or terms' rules.
 */
#ifndef RAFT_LOG_H
#define RAFT_LOG_H

#include "raft/must.h"
#include "raft/raft.h"

/* entries[0] has index `first`; last = first - 1 when there are none. All 0 but first = 1 is empty.
 */
struct raft_log {
    uint64_t first, last;
    uint64_t previous_term; /* term at first - 1 */
    struct raft_entry *entries;
    size_t room;
};

/* Whether the term at `index` is known: an entry's, or the one just before the log. */
static inline bool log_knows(const struct raft_log *log, uint64_t index)
{
    return index + 1 >= log->first && index <= log->last;
}

static inline uint64_t log_term(const struct raft_log *log, uint64_t index)
{
    must(log_knows(log, index));
    return index >= log->first ? log->entries[index - log->first].term : log->previous_term;
}

static inline uint64_t log_last_term(const struct raft_log *log)
{
    return log_term(log, log->last);
}

static inline bool log_matches(const struct raft_log *log, uint64_t index, uint64_t term)
{
    return log_knows(log, index) && log_term(log, index) == term;
}

/* Becomes a copy of what was durable. The room of an earlier life is kept, and so are the entries
 * in it that are unchanged: a restart costs no more as the log grows. */
void log_load(struct raft_log *log, const struct raft_durable *durable);
void log_append(struct raft_log *log, const struct raft_entry *entries, uint64_t count);
/* Forgets the entries at `from` and above. */
void log_cut(struct raft_log *log, uint64_t from);
void log_close(struct raft_log *log);

/* The greatest index <= `index` whose term is <= `term`; an index whose term is not known any more
 * also ends the search. */
uint64_t log_seek_term(const struct raft_log *log, uint64_t index, uint64_t term);

#endif
