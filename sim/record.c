#include "sim/record.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

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
    case DETAIL_MESSAGE:
    case DETAIL_NONE:
        return NULL;
    }
    return NULL;
}

void trace_hash_open(struct trace_hash *hash)
{
    hash->chain = TRACE_HASH_VERSION;
    hash->records = hash->count = 0;
}

/* Fields in little-endian words, never the struct: padding and byte order cannot enter. */
static inline uint64_t little(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(word);
#else
    return word;
#endif
}

void trace_hash_add(struct trace_hash *hash, const struct record *record)
{
    uint64_t *words = &hash->words[hash->count];
    words[0] = little(record->at_ns);
    words[1] = little((uint64_t)record->kind | (uint64_t)record->message << 8 |
                      (uint64_t)record->detail << 16 | (uint64_t)record->reject << 24 |
                      (uint64_t)record->node << 32 | (uint64_t)record->peer << 48);
    words[2] = little(record->term);
    words[3] = little(record->index);
    words[4] = little(record->value);
    hash->records++;
    hash->count += TRACE_WORDS;
    if (hash->count == TRACE_WORDS * TRACE_ROOM) {
        hash->chain = XXH3_64bits_withSeed(hash->words, sizeof hash->words, hash->chain);
        hash->count = 0;
    }
}

uint64_t trace_hash_value(const struct trace_hash *hash)
{
    return XXH3_64bits_withSeed(hash->words, hash->count * sizeof *hash->words, hash->chain);
}
