/* After a step: every node's state and every message, against what etcd/raft had and sent. */
#include "tests/conformance/env.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct report {
    const struct env *env;
    char *why;
    size_t room;
    bool differs;
};

static const cJSON *field(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

__attribute__((format(printf, 2, 3))) static bool differ(struct report *report, const char *form,
                                                         ...)
{
    va_list arguments;
    if (report->differs)
        return false;
    report->differs = true;
    va_start(arguments, form);
    vsnprintf(report->why, report->room, form, arguments);
    va_end(arguments);
    return false;
}

/* One number or flag of `object`, if it is given. */
static void same(struct report *report, const char *where, const cJSON *object, const char *key,
                 uint64_t got)
{
    const cJSON *item = field(object, key);
    if (!item)
        return;
    uint64_t wanted = cJSON_IsNumber(item) ? (uint64_t)item->valuedouble : cJSON_IsTrue(item) != 0;
    if (wanted != got)
        differ(report, "%s %s: wanted %llu, got %llu", where, key, (unsigned long long)wanted,
               (unsigned long long)got);
}

static void same_text(struct report *report, const char *where, const cJSON *item, const char *got)
{
    if (cJSON_IsString(item) && strcmp(item->valuestring, got))
        differ(report, "%s %s: wanted %s, got %s", where, item->string ? item->string : "",
               item->valuestring, got);
}

static void same_log(struct report *report, const char *where, const cJSON *log,
                     const struct node *node)
{
    uint64_t count = node->view->last + 1 - node->view->first;
    const cJSON *item;
    uint64_t index = node->view->first;
    if ((uint64_t)cJSON_GetArraySize(log) != count)
        differ(report, "%s log: wanted %d entries, got %llu", where, cJSON_GetArraySize(log),
               (unsigned long long)count);
    cJSON_ArrayForEach(item, log)
    {
        if (report->differs)
            return;
        uint64_t term = raft_core.entry(node->raft, index).term;
        if ((uint64_t)cJSON_GetArrayItem(item, 0)->valuedouble != term ||
            (uint64_t)cJSON_GetArrayItem(item, 1)->valuedouble != index)
            differ(report, "%s log: wanted term %g at %g, got term %llu at %llu", where,
                   cJSON_GetArrayItem(item, 0)->valuedouble,
                   cJSON_GetArrayItem(item, 1)->valuedouble, (unsigned long long)term,
                   (unsigned long long)index);
        index++;
    }
}

static void same_peer(struct report *report, const char *where, const cJSON *item,
                      const struct peer *peer, uint64_t inflight_max)
{
    static const char *const states[] = {"probe", "replicate", "snapshot"};
    same_text(report, where, field(item, "state"), states[peer->state]);
    same(report, where, item, "match", peer->match);
    same(report, where, item, "next", peer->next);
    same(report, where, item, "active", peer->active);
    same(report, where, item, "paused", peer->paused || peer->state == PROGRESS_SNAPSHOT);
    same(report, where, item, "learner", peer->part == PEER_LEARNER);
    same(report, where, item, "pending_snapshot", peer->pending_snapshot);
    same(report, where, item, "inflight", peer->inflight.count);
    same(report, where, item, "full", inflight_full(&peer->inflight, inflight_max));
}

static void same_progress(struct report *report, uint32_t id, const cJSON *progress)
{
    const struct core *core = report->env->nodes[id]->raft;
    const cJSON *item;
    cJSON_ArrayForEach(item, progress)
    {
        unsigned peer_id = 0;
        char where[64];
        sscanf(item->string, "%u", &peer_id);
        const struct peer *peer = core_peer(core, peer_id);
        snprintf(where, sizeof where, "node %u progress of %u", id, peer_id);
        if (peer)
            same_peer(report, where, item, peer, core->options.inflight_max);
        else
            differ(report, "%s: there is none", where);
    }
}

static void same_node(struct report *report, const cJSON *wanted)
{
    unsigned id = 0;
    char where[32], role[16] = "";
    sscanf(wanted->string, "%u", &id);
    if (id < 1 || id > report->env->count) {
        differ(report, "node %s: there is none", wanted->string);
        return;
    }
    const struct node *node = report->env->nodes[id];
    const struct raft_view *view = node->view;
    snprintf(where, sizeof where, "node %u", id);
    snprintf(role, sizeof role, "%s", raft_role_name(view->role));
    same_text(report, where, field(wanted, "role"), role);
    same(report, where, wanted, "term", view->term);
    same(report, where, wanted, "vote", view->vote);
    same(report, where, wanted, "lead", view->lead);
    same(report, where, wanted, "commit", view->commit);
    same(report, where, wanted, "applied", view->applied);
    same(report, where, wanted, "transferee", view->transferee);
    same(report, where, wanted, "voter",
         raft_set_has(&view->members->voters, id) || raft_set_has(&view->members->outgoing, id));
    const cJSON *hard = field(wanted, "hard");
    same(report, where, hard, "term", node->stored_hard.term);
    same(report, where, hard, "vote", node->stored_hard.vote);
    same(report, where, hard, "commit", node->stored_hard.commit);
    if (field(wanted, "log"))
        same_log(report, where, field(wanted, "log"), node);
    same_progress(report, id, field(wanted, "progress"));
}

static void same_stored(struct report *report, const cJSON *wanted)
{
    unsigned id = 0;
    const cJSON *item;
    uint64_t at = 0;
    sscanf(wanted->string, "%u", &id);
    const struct node *node = report->env->nodes[id];
    if ((uint64_t)cJSON_GetArraySize(wanted) != node->stored_count)
        differ(report, "node %u stored log: wanted %d entries, got %llu", id,
               cJSON_GetArraySize(wanted), (unsigned long long)node->stored_count);
    cJSON_ArrayForEach(item, wanted)
    {
        char where[48];
        if (report->differs)
            return;
        snprintf(where, sizeof where, "node %u stored entry", id);
        same(report, where, item, "index", node->stored_first + at);
        same(report, where, item, "term", node->stored[at].term);
        same_text(report, where, field(item, "data"), env_word(report->env, node->stored[at].id));
        at++;
    }
}

static void same_entries(struct report *report, const char *where, const cJSON *entries,
                         const struct letter *letter)
{
    const cJSON *item;
    uint32_t at = 0;
    if ((uint32_t)cJSON_GetArraySize(entries) != letter->entry_count)
        differ(report, "%s: wanted %d entries, got %u", where, cJSON_GetArraySize(entries),
               letter->entry_count);
    cJSON_ArrayForEach(item, entries)
    {
        if (report->differs)
            return;
        same(report, where, item, "index", letter->message.index + 1 + at);
        same(report, where, item, "term", letter->entries[at].term);
        same_text(report, where, field(item, "data"),
                  env_word(report->env, letter->entries[at].id));
        at++;
    }
}

static void same_letter(struct report *report, const char *where, const cJSON *wanted,
                        const struct letter *letter)
{
    const struct raft_message *message = &letter->message;
    same_text(report, where, field(wanted, "type"), letter_type(letter));
    same(report, where, wanted, "to", message->to);
    if (letter->kind == LETTER_APPLIED)
        return;
    if (letter->kind != LETTER_STORED)
        same(report, where, wanted, "from", message->from);
    same(report, where, wanted, "term", message->term);
    same(report, where, wanted, "index", message->index);
    same(report, where, wanted, "log_term", message->log_term);
    if (message->reject != cJSON_IsTrue(field(wanted, "reject")))
        differ(report, "%s reject: got %d", where, message->reject);
    if (message->commit != number(wanted, "commit", 0))
        differ(report, "%s commit: wanted %llu, got %llu", where,
               (unsigned long long)number(wanted, "commit", 0),
               (unsigned long long)message->commit);
    if (message->reject)
        same(report, where, wanted, "hint", letter->hint);
    if (message->kind == RAFT_MSG_APPEND)
        same_entries(report, where, field(wanted, "entries"), letter);
}

static void same_letters(struct report *report, const char *which, const cJSON *wanted,
                         const struct letters *got)
{
    const cJSON *item;
    size_t at = 0;
    cJSON_ArrayForEach(item, wanted)
    {
        char where[96];
        if (report->differs || at == got->count)
            break;
        const struct letter *letter = &got->at[at];
        snprintf(where, sizeof where, "%s %zu (%s %u>%u)", which, ++at, letter_type(letter),
                 letter->message.from, letter->message.to);
        same_letter(report, where, item, letter);
    }
    if ((size_t)cJSON_GetArraySize(wanted) != got->count)
        differ(report, "%ss: wanted %d, got %zu", which, cJSON_GetArraySize(wanted), got->count);
}

static void same_errors(struct report *report, const cJSON *errors)
{
    const cJSON *item;
    size_t at = 0;
    if ((size_t)cJSON_GetArraySize(errors) != report->env->error_count)
        differ(report, "errors: wanted %d, got %zu", cJSON_GetArraySize(errors),
               report->env->error_count);
    cJSON_ArrayForEach(item, errors) if (!report->differs)
        same_text(report, "error", item, report->env->errors[at++]);
}

bool compare(const struct env *env, const cJSON *step, char *why, size_t room)
{
    struct report report = {.env = env, .why = why, .room = room};
    const cJSON *expect = field(step, "expect"), *item;
    cJSON_ArrayForEach(item, field(expect, "nodes")) same_node(&report, item);
    cJSON_ArrayForEach(item, field(step, "state")) same_node(&report, item);
    cJSON_ArrayForEach(item, field(expect, "progress"))
    {
        unsigned id = 0;
        sscanf(item->string, "%u", &id);
        same_progress(&report, id, item);
    }
    cJSON_ArrayForEach(item, field(expect, "stable_log")) same_stored(&report, item);
    same_letters(&report, "message sent", field(expect, "sent"), &env->sent);
    if (cJSON_IsArray(field(expect, "network")))
        same_letters(&report, "message on its way", field(expect, "network"), &env->network);
    same_errors(&report, field(expect, "errors"));
    return !report.differs;
}
