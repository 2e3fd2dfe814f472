/* The one printed form of what the core sends and says. */
#ifndef TESTS_TRANSCRIPTS_SAY_H
#define TESTS_TRANSCRIPTS_SAY_H

#include "raft/core.h"

#include <stdarg.h>
#include <stdio.h>

enum { BODY = 1024 };

struct packet {
    struct raft_message message;
    _Alignas(8) unsigned char body[BODY];
};

/* Text that grows at its end. */
struct text {
    char *at;
    size_t used, room;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text, const char *form, ...)
{
    va_list arguments;
    must(text->room - text->used > 512);
    va_start(arguments, form);
    text->used += (size_t)vsnprintf(text->at + text->used, 512, form, arguments);
    va_end(arguments);
}

static unsigned long long wide(uint64_t number)
{
    return number;
}

static void say_append(struct text *text, const struct packet *packet)
{
    const struct raft_message *message = &packet->message;
    const struct raft_entry *entries = (const void *)packet->body;
    say(text, " after %llu/%llu commit %llu", wide(message->index), wide(message->log_term),
        wide(message->commit));
    for (uint32_t i = 0; i < message->entry_count; i++)
        say(text, "%s%llu", i ? " " : " entries ", wide(entries[i].term));
}

static void say_append_reply(struct text *text, const struct packet *packet)
{
    const struct raft_message *message = &packet->message;
    const struct body_reject *body = (const void *)packet->body;
    if (message->reject)
        say(text, " rejects %llu hint %llu/%llu", wide(message->index), wide(body->hint),
            wide(message->log_term));
    else
        say(text, " match %llu", wide(message->index));
}

static void say_read_index(struct text *text, const struct packet *packet)
{
    const struct body_read *body = (const void *)packet->body;
    say(text, " id %llu of %llu", wide(body->id), wide(body->origin));
    if (packet->message.kind == RAFT_MSG_READ_INDEX_REPLY)
        say(text, " index %llu", wide(packet->message.index));
}

static void say_message(struct text *text, const struct packet *packet)
{
    const struct raft_message *message = &packet->message;
    say(text, "%u>%u %s term %llu", message->from, message->to,
        raft_message_name((enum raft_message_kind)message->kind), wide(message->term));
    if (message->kind == RAFT_MSG_VOTE || message->kind == RAFT_MSG_PREVOTE)
        say(text, " log %llu/%llu%s", wide(message->index), wide(message->log_term),
            message->transfer ? " transfer" : "");
    else if (message->kind == RAFT_MSG_VOTE_REPLY || message->kind == RAFT_MSG_PREVOTE_REPLY)
        say(text, message->reject ? " no" : " yes");
    else if (message->kind == RAFT_MSG_APPEND)
        say_append(text, packet);
    else if (message->kind == RAFT_MSG_APPEND_REPLY)
        say_append_reply(text, packet);
    else if (message->kind == RAFT_MSG_HEARTBEAT)
        say(text, " commit %llu%s", wide(message->commit), message->index ? " for reads" : "");
    else if (message->kind == RAFT_MSG_HEARTBEAT_REPLY)
        say(text, "%s", message->index ? " for reads" : "");
    else if (message->kind == RAFT_MSG_READ_INDEX || message->kind == RAFT_MSG_READ_INDEX_REPLY)
        say_read_index(text, packet);
    else if (message->kind == RAFT_MSG_PROPOSE)
        say(text, " id %llu", wide(((const struct body_propose *)(const void *)packet->body)->id));
    say(text, message->wait ? " (waits)\n" : "\n");
}

static void say_read(struct text *text, uint32_t id, const struct raft_read *read)
{
    say(text, "%u ", id);
    if (read->dropped)
        say(text, "drops read %llu\n", wide(read->id));
    else
        say(text, "answers read %llu at %llu\n", wide(read->id), wide(read->index));
}

static void say_note(struct text *text, uint32_t id, const struct raft_note *note)
{
    say(text, "%u %s", id, raft_note_name((enum raft_note_kind)note->kind));
    if (note->peer)
        say(text, " of %u", note->peer);
    if (note->prevote)
        say(text, " prevote");
    say(text, note->term ? " term %llu\n" : "\n", wide(note->term));
}

#endif
