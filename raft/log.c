#include "raft/log.h"

#include <stdlib.h>
#include <string.h>

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void reserve(struct raft_log *log, uint64_t count)
{
    if (count <= log->room)
        return;
    size_t room = log->room ? log->room : 16;
    while (room < count)
        room *= 2;
    struct raft_entry *entries = realloc(log->entries, room * sizeof *entries);
    must(entries != NULL);
    log->entries = entries;
    log->room = room;
}

void log_load(struct raft_log *log, const struct raft_durable *durable)
{
    must(durable->first >= 1);
    uint64_t last = durable->first - 1 + durable->count;
    uint64_t same = least(least(durable->unchanged, log->last), last);
    if (durable->first != log->first || same < durable->first)
        same = durable->first - 1;
    log->first = durable->first;
    log->last = same;
    log->previous_term = durable->previous_term;
    uint64_t skipped = same + 1 - durable->first;
    if (durable->count > skipped)
        log_append(log, durable->entries + skipped, durable->count - skipped);
}

void log_append(struct raft_log *log, const struct raft_entry *entries, uint64_t count)
{
    uint64_t length = log->last + 1 - log->first;
    reserve(log, length + count);
    if (count)
        memcpy(log->entries + length, entries, (size_t)count * sizeof *entries);
    log->last += count;
}

void log_cut(struct raft_log *log, uint64_t from)
{
    must(from >= log->first);
    if (from <= log->last)
        log->last = from - 1;
}

uint64_t log_seek_term(const struct raft_log *log, uint64_t index, uint64_t term)
{
    while (index > 0 && log_knows(log, index) && log_term(log, index) > term)
        index--;
    return index;
}

void log_close(struct raft_log *log)
{
    free(log->entries);
    *log = (struct raft_log){.first = 1};
}
