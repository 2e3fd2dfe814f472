#include "sim/history.h"

#include <stdlib.h>

/* How much of the log one client has been told of. */
struct history_session {
    uint32_t written, read;
};

void history_open(struct history *history, const struct prefixes *prefixes)
{
    history->prefixes = prefixes;
    history->call_count = history->order = 0;
    history->session_count = history->length = history->finished = 0;
}

void history_close(struct history *history)
{
    free(history->calls);
    free(history->sessions);
    free(history->path);
    *history = (struct history){0};
}

static struct history_session *session_of(struct history *history, uint32_t client)
{
    history->sessions = make_room(history->sessions, &history->session_room, (size_t)client + 1,
                                  sizeof *history->sessions);
    for (; history->session_count <= client; history->session_count++)
        history->sessions[history->session_count] = (struct history_session){0};
    return &history->sessions[client];
}

/* NULL: nobody has sent it. */
static struct history_call *call_of(const struct history *history, uint64_t id)
{
    if (id == 0 || id > history->call_count || history->calls[id - 1].called == 0)
        return NULL;
    return &history->calls[id - 1];
}

void history_called(struct history *history, uint64_t id, uint32_t client, bool reads)
{
    const struct history_session *session = session_of(history, client);
    must(id > history->call_count);
    history->calls =
        make_room(history->calls, &history->call_room, (size_t)id, sizeof *history->calls);
    for (; history->call_count < id; history->call_count++)
        history->calls[history->call_count] = (struct history_call){0};
    history->calls[id - 1] = (struct history_call){.called = ++history->order,
                                                   .client = client,
                                                   .owed = history->finished,
                                                   .own_written = session->written,
                                                   .own_read = session->read,
                                                   .reads = reads};
}

/* May the log show this command now? */
static bool is_phantom(const struct history *history, uint64_t command)
{
    const struct history_call *call = call_of(history, command);
    return !call || call->reads || call->refused;
}

/* The first fault of a log's commands behind its first `from`. */
static uint64_t find_phantom(const struct history *history, uint32_t prefix, uint32_t from)
{
    uint64_t phantom = 0;
    for (; prefix_length(history->prefixes, prefix) > from;
         prefix = history->prefixes->items[prefix].parent)
        if (is_phantom(history, history->prefixes->items[prefix].command))
            phantom = history->prefixes->items[prefix].command;
    return phantom;
}

static bool shows(const struct history *history, uint32_t prefix, uint32_t from, uint64_t command)
{
    for (; prefix_length(history->prefixes, prefix) > from;
         prefix = history->prefixes->items[prefix].parent)
        if (history->prefixes->items[prefix].command == command)
            return true;
    return false;
}

/* How far a log agrees with the longest that was shown. */
static uint32_t agreement(const struct history *history, uint32_t prefix)
{
    prefix = prefix_cut(history->prefixes, prefix, history->length);
    uint32_t length = prefix_length(history->prefixes, prefix);
    while (length > 0 && history->path[length] != prefix) {
        prefix = history->prefixes->items[prefix].parent;
        length--;
    }
    return length;
}

/* A command that the others were shown behind `from`, and that was acknowledged before the call:
 * where is it in this log? */
static uint64_t find_lost(const struct history *history, const struct history_call *call,
                          uint32_t prefix, uint32_t from)
{
    for (uint32_t length = from + 1; length <= history->length; length++) {
        uint64_t command = history->prefixes->items[history->path[length]].command;
        const struct history_call *other = call_of(history, command);
        if (other && other->answered && other->answered < call->called &&
            !shows(history, prefix, from, command))
            return command;
    }
    return 0;
}

static void lengthen(struct history *history, uint32_t prefix)
{
    uint32_t length = prefix_length(history->prefixes, prefix);
    history->path =
        make_room(history->path, &history->path_room, (size_t)length + 1, sizeof *history->path);
    for (uint32_t at = length; at > history->length; at--) {
        struct history_call *call = call_of(history, history->prefixes->items[prefix].command);
        if (call)
            call->shown = at;
        history->path[at] = prefix;
        prefix = history->prefixes->items[prefix].parent;
    }
    if (length > history->length)
        history->length = length;
}

/* What an answer that agrees with all others owes is a length. A command must stand behind all
 * that was shown before it was sent, a read must show it all. */
static void judge_length(const struct history_call *call, struct history_fault *fault)
{
    uint32_t shown = fault->shown;
    fault->wanted = call->owed;
    if (!call->reads) {
        fault->disagrees = shown <= call->owed;
        return;
    }
    fault->stale = shown < call->owed;
    fault->went_back = shown < call->own_read;
    fault->forgot_own = shown < call->own_written;
}

static void remember(struct history *history, const struct history_call *call, uint32_t shown)
{
    struct history_session *session = session_of(history, call->client);
    uint32_t *own = call->reads ? &session->read : &session->written;
    if (shown > *own)
        *own = shown;
    if (shown > history->finished)
        history->finished = shown;
}

struct history_fault history_answered(struct history *history, uint64_t id, uint32_t prefix)
{
    struct history_call *call = call_of(history, id);
    struct history_fault fault = {.shown = prefix_length(history->prefixes, prefix)};
    must(call != NULL && !call->answered);
    call->answered = ++history->order;
    uint32_t agreed = agreement(history, prefix);
    fault.phantom = find_phantom(history, prefix, agreed);
    if (!call->reads && (!prefix || history->prefixes->items[prefix].command != id))
        fault.lost = id;
    if (agreed < fault.shown && agreed < history->length) {
        fault.disagrees = true;
        fault.wanted = agreed + 1;
        if (!fault.lost)
            fault.lost = find_lost(history, call, prefix, agreed);
        return fault;
    }
    lengthen(history, prefix);
    judge_length(call, &fault);
    remember(history, call, fault.shown);
    return fault;
}

struct history_fault history_refused(struct history *history, uint64_t id)
{
    struct history_call *call = call_of(history, id);
    struct history_fault fault = {0};
    must(call != NULL && !call->answered);
    ++history->order;
    call->refused = true;
    if (call->shown)
        fault.phantom = id;
    return fault;
}
