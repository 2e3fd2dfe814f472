#include "sim/record.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "raft/elector.h"
#include "raft/raft.h"
#include "sim/base.h"

const struct record_info *record_info(enum record_kind kind)
{
#define X(id, name, hashed, peer, index, value, detail, help)                                      \
    {name, help, peer, index, value, DETAIL_##detail, hashed},
    static const struct record_info infos[] = {RECORDS(X)};
#undef X
    must(kind < RECORD_KINDS);
    return &infos[kind];
}

enum record_kind record_find(const char *name)
{
    for (enum record_kind kind = 0; kind < RECORD_KINDS; kind++)
        if (strcmp(record_info(kind)->name, name) == 0)
            return kind;
    return RECORD_KINDS;
}

static const char *loss_name(uint8_t reason)
{
#define X(id, name) name,
    static const char *const names[] = {LOSSES(X)};
#undef X
    must(reason < countof(names));
    return names[reason];
}

static const char *start_name(uint8_t how)
{
    static const char *const names[] = {"first start", "again", "with a wiped disk"};
    must(how < countof(names));
    return names[how];
}

static const char *call_name(uint8_t kind)
{
    return kind == CALL_READ ? "read" : "command";
}

static const char *outcome_name(uint8_t outcome)
{
    static const char *const names[] = {"open", "ok", "refused", "unknown"};
    must(outcome < countof(names));
    return names[outcome];
}

const char *record_detail_name(const struct record *record)
{
    switch (record_info(record->kind)->detail) {
    case DETAIL_LOSS:
        return loss_name(record->detail);
    case DETAIL_ROLE:
        return raft_role_name(record->detail);
    case DETAIL_NOTE:
        return raft_note_name(record->detail);
    case DETAIL_START:
        return start_name(record->detail);
    case DETAIL_REASON:
        return metadata_reason_name(record->detail);
    case DETAIL_ELECTOR:
        return elector_note_name(record->detail);
    case DETAIL_CALL:
        return call_name(record->detail);
    case DETAIL_OUTCOME:
        return outcome_name(record->detail);
    case DETAIL_MESSAGE:
    case DETAIL_NONE:
        return NULL;
    }
    return NULL;
}

void trace_hash_open(struct trace_hash *hash)
{
    hash->words[0] = trace_word(TRACE_HASH_VERSION);
    hash->count = 0;
}

void trace_hash_fold(struct trace_hash *hash)
{
    hash->words[0] = trace_word(trace_hash_value(hash));
    hash->count = 0;
}

uint64_t trace_hash_value(const struct trace_hash *hash)
{
    return XXH3_64bits(hash->words, (1 + hash->count) * sizeof *hash->words);
}
