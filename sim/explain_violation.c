/* A broken rule: the records that contradict each other, and the messages, writes and crashes that
 * led to them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explain_parts.h"

enum { CHAIN_DEPTH = 7, CHAIN_MAX = 24 };
#define NOWHERE UINT64_MAX

/* Positions of the ring's records that are told. */
struct chain {
    uint64_t items[CHAIN_MAX];
    uint32_t count;
};

static bool same(const struct record *a, const struct record *b)
{
    return a->at_ns == b->at_ns && a->kind == b->kind && a->node == b->node && a->peer == b->peer &&
           a->term == b->term && a->index == b->index && a->value == b->value;
}

static uint64_t least_kept(const struct watch *watch)
{
    return watch->seen_count > SEEN_MAX ? watch->seen_count - SEEN_MAX : 0;
}

/* The last record before `from` that fits; `fits` looks at no other. */
static uint64_t find_back(const struct watch *watch, uint64_t from,
                          bool (*fits)(const struct record *, const struct record *),
                          const struct record *wanted)
{
    for (uint64_t i = from; i-- > least_kept(watch);)
        if (fits(&watch_seen(watch, i)->record, wanted))
            return i;
    return NOWHERE;
}

static bool is_sending(const struct record *record, const struct record *delivered)
{
    return record->kind == RECORD_SENT && record->value == delivered->value &&
           record->node == delivered->peer && record->message == delivered->message;
}

static bool is_writing(const struct record *record, const struct record *durable)
{
    return record->kind == RECORD_WRITE && record->node == durable->node &&
           record->value == durable->value;
}

static bool starts_a_step(const struct record *record)
{
    return record->kind == RECORD_DELIVERED || record->kind == RECORD_DURABLE ||
           record->kind == RECORD_ACTION_BEGIN || record->kind == RECORD_ACTION_END ||
           record->kind == RECORD_CAMPAIGN || record->kind == RECORD_PROPOSED;
}

/* What made it happen: a message is sent before it is delivered, a write is issued before it is
 * durable, all else follows from what its step began with. */
static uint64_t cause_of(const struct watch *watch, uint64_t at)
{
    const struct seen *seen = watch_seen(watch, at);
    const struct record *record = &seen->record;
    if (record->kind == RECORD_DELIVERED)
        return find_back(watch, at, is_sending, record);
    if (record->kind == RECORD_DURABLE)
        return find_back(watch, at, is_writing, record);
    for (uint64_t i = at; i-- > least_kept(watch);) {
        const struct seen *before = watch_seen(watch, i);
        if (before->step != seen->step)
            break;
        if (starts_a_step(&before->record) &&
            (!before->record.node || before->record.node == record->node))
            return i;
    }
    return NOWHERE;
}

static void add(struct chain *chain, uint64_t at)
{
    for (uint32_t i = 0; i < chain->count; i++)
        if (chain->items[i] == at)
            return;
    if (chain->count < CHAIN_MAX)
        chain->items[chain->count++] = at;
}

static void add_causes(const struct watch *watch, uint64_t at, struct chain *chain)
{
    add(chain, at);
    for (int depth = 0; depth < CHAIN_DEPTH; depth++) {
        at = cause_of(watch, at);
        if (at == NOWHERE)
            return;
        add(chain, at);
    }
}

/* What the judged nodes lost between the first of what contradicts itself and the last. */
static void add_crashes(const struct explain *explain, uint64_t from, uint64_t to,
                        struct chain *chain)
{
    const struct raft_set *nodes = &explain->page.report->run->world->judge.nodes;
    for (uint64_t i = from; i < to; i++) {
        const struct record *record = &watch_seen(explain->watch, i)->record;
        bool tells = record->kind == RECORD_CRASHED || record->kind == RECORD_WRITE_LOST ||
                     record->kind == RECORD_STARTED;
        if (tells && raft_set_has(nodes, record->node))
            add(chain, i);
    }
}

static int by_position(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* ---- in words ---- */

static void message_text(const struct explain *explain, const struct record *record,
                         struct text *text)
{
    bool arrives = record->kind == RECORD_DELIVERED;
    const char *node = record->node ? name_of(explain, record->node) : "a client";
    const char *peer = record->peer ? name_of(explain, record->peer) : "a client";
    bool vote = record->message == RAFT_MSG_VOTE_REPLY || record->message == RAFT_MSG_PREVOTE_REPLY;
    text_add(text, arrives ? "%s receives %s of %s" : "%s sends %s to %s", node,
             raft_message_name(record->message), peer);
    if (record->term)
        text_add(text, ", term %" PRIu64, record->term);
    if (vote)
        text_add(text, record->reject ? ": refused" : ": granted");
}

void seen_sentence(const struct explain *explain, const struct record *record, struct text *text)
{
    const char *node = name_of(explain, record->node);
    if (record->kind == RECORD_SENT || record->kind == RECORD_DELIVERED) {
        message_text(explain, record, text);
    } else if (record->kind == RECORD_CAMPAIGN) {
        text_add(text, "%s asks for votes in term %" PRIu64 " (%s)", node, record->term,
                 record_detail_name(record));
    } else if (record->kind == RECORD_ACTION_BEGIN || record->kind == RECORD_ACTION_END) {
        text_add(text, "the plan: %s", record->kind == RECORD_ACTION_END ? "end of " : "");
        deed_words(explain, &explain->page.report->run->world->deeds[record->value], text);
    } else if (record->kind == RECORD_WRITE) {
        text_add(text, "%s asks its disk for write #%" PRIu64, node, record->value);
    } else if (record->kind == RECORD_DURABLE) {
        text_add(text, "write #%" PRIu64 " of %s is durable", record->value, node);
    } else if (record->kind == RECORD_WRITE_LOST) {
        text_add(text, "%s forgets write #%" PRIu64 ", which was not durable", node, record->value);
    } else if (record->kind == RECORD_CRASHED) {
        text_add(text, "%s crashes", node);
    } else if (record->kind == RECORD_STARTED) {
        text_add(text, "%s starts, in term %" PRIu64, node, record->term);
    } else if (record->kind == RECORD_PROPOSED) {
        text_add(text, "a client's command reaches %s", node);
    } else {
        record_sentence(explain->page.scenario, record, text);
    }
}

/* A vote, or what a node claims, rests on a write: was it durable when the rule broke? */
static void write_text(const struct explain *explain, uint64_t at, struct text *text)
{
    const struct watch *watch = explain->watch;
    const struct seen *seen = watch_seen(watch, at);
    uint64_t write = 0, i = at;
    if (seen->record.kind != RECORD_VOTED && seen->record.kind != RECORD_LOG)
        return;
    for (; !write && i < watch->seen_count && watch_seen(watch, i)->step == seen->step; i++)
        if (watch_seen(watch, i)->record.kind == RECORD_WRITE &&
            watch_seen(watch, i)->record.node == seen->record.node)
            write = watch_seen(watch, i)->record.value;
    if (!write)
        return;
    for (; i < watch->seen_count; i++)
        if (watch_seen(watch, i)->record.kind == RECORD_DURABLE &&
            watch_seen(watch, i)->record.node == seen->record.node &&
            watch_seen(watch, i)->record.value == write) {
            text_add(text, " (write #%" PRIu64 ", durable at %s)", write,
                     short_instant(watch_seen(watch, i)->record.at_ns).text);
            return;
        }
    text_add(text, " (write #%" PRIu64 ", not yet durable)", write);
}

static bool is_evidence(const struct record *found, size_t count, const struct record *record)
{
    for (size_t i = 0; i < count; i++)
        if (same(&found[i], record))
            return true;
    return false;
}

static void tell(const struct explain *explain, const struct chain *chain,
                 const struct record *found, size_t count, struct lines *lines)
{
    for (uint32_t i = 0; i < chain->count; i++) {
        const struct record *record = &watch_seen(explain->watch, chain->items[i])->record;
        bool evidence = is_evidence(found, count, record);
        struct text *text = lines_add(lines, short_instant(record->at_ns).text);
        seen_sentence(explain, record, text);
        if (!evidence)
            continue;
        write_text(explain, chain->items[i], text);
        text_add(text, same(record, &found[count - 1]) ? " <- broken here" : " <- against this");
    }
}

void violation_lines(const struct explain *explain, struct lines *lines)
{
    const struct watch *watch = explain->watch;
    const struct judge *judge = &explain->page.report->run->world->judge;
    struct record found[EVIDENCE_MAX];
    struct chain chain = {.count = 0};
    uint64_t first = NOWHERE, last = 0;
    if (!judge->broken)
        return;
    size_t count = evidence_find(watch->evidence, judge, found);
    for (size_t i = count; i-- > 0;) {
        uint64_t at = find_back(watch, watch->seen_count, same, &found[i]);
        if (at == NOWHERE)
            continue;
        add_causes(watch, at, &chain);
        first = at < first ? at : first;
        last = at > last ? at : last;
    }
    if (first != NOWHERE)
        add_crashes(explain, first, last, &chain);
    qsort(chain.items, chain.count, sizeof *chain.items, by_position);
    tell(explain, &chain, found, count, lines);
}
