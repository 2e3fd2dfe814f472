#include "raft/log.h"

#include <stdlib.h>
#include <string.h>

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
    log->first = durable->first;
    log->last = durable->first - 1;
    log->previous_term = durable->previous_term;
    log_append(log, durable->entries, durable->count);
}

void log_append(struct raft_log *log, const struct raft_entry *entries, uint64_t count)
{
    uint64_t length = log->last + 1 - log->first;
    reserve(log, length + count);
    if (count)
        memcpy(log->entries + length, entries, count * sizeof *entries);
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
