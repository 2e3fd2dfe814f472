/* Ready and the storage threads: what has gathered is stored, sent and applied. */
#include "tests/conformance/env.h"

#include <stdlib.h>
#include <string.h>

static bool same_hard(const struct hard *a, const struct hard *b)
{
    return a->term == b->term && a->vote == b->vote && a->commit == b->commit;
}

static void post(struct env *env, struct letters *letters)
{
    for (size_t i = 0; i < letters->count; i++)
        letters_add(&env->sent, &letters->at[i]);
    letters_move(&env->network, letters);
}

static void store(struct node *node, const struct stored_write *stored)
{
    const struct raft_write *write = &stored->write;
    if (!write->from)
        return;
    uint64_t kept = write->from - node->stored_first;
    must(kept + write->entry_count <= sizeof node->stored / sizeof *node->stored);
    memcpy(node->stored + kept, stored->entries, write->entry_count * sizeof *node->stored);
    node->stored_count = kept + write->entry_count;
}

static void persisted(struct env *env, uint32_t id, const struct raft_write *write)
{
    env_step(env, id, (struct raft_input){.kind = RAFT_PERSISTED, .write = write});
}

/* Everything is stored and applied before Ready returns; then (Advance) the node hears of it. */
static void ready_sync(struct env *env, uint32_t id, bool has_hard)
{
    struct node *node = env->nodes[id];
    struct raft_write writes[WRITES_MAX];
    size_t count = node->write_count;
    for (size_t i = 0; i < count; i++) {
        store(node, &node->writes[i]);
        writes[i] = node->writes[i].write;
    }
    if (has_hard)
        node->stored_hard = node->hard;
    post(env, &node->now);
    size_t kept = 0;
    for (size_t i = 0; i < node->after.count; i++)
        if (node->after.at[i].kind == LETTER_PEER)
            node->after.at[kept++] = node->after.at[i];
    node->after.count = kept;
    post(env, &node->after);
    uint64_t apply_to = node->apply_to;
    node->write_count = 0;
    for (size_t i = 0; i < count; i++)
        persisted(env, id, &writes[i]);
    if (apply_to > node->applying) {
        node->applying = apply_to;
        env_step(env, id, (struct raft_input){.kind = RAFT_APPLIED, .value = apply_to});
    }
}

/* etcd: as long as entries are not known to be stored, each answer of the append thread names the
 * last of them. */
static void answer_stored(struct node *node, uint32_t id, struct letters *responses)
{
    const struct core *core = node->raft;
    if (core->log.last <= core->stable)
        return;
    struct letter letter = {.kind = LETTER_STORED, .write = node->last_write};
    letter.message = (struct raft_message){.to = id,
                                           .term = node->view->term,
                                           .index = core->log.last,
                                           .log_term = log_last_term(&core->log)};
    letters_add(responses, &letter);
}

static void ready_async(struct env *env, uint32_t id, bool has_hard)
{
    struct node *node = env->nodes[id];
    bool wants = node->write_count || has_hard || node->after.count;
    post(env, &node->now);
    if (wants) {
        must(node->append_count < WORKS_MAX);
        struct append_work *work = &node->appends[node->append_count++];
        size_t count = node->write_count;
        *work =
            (struct append_work){.write_count = count, .has_hard = has_hard, .hard = node->hard};
        work->writes = calloc(count + 1, sizeof *work->writes);
        must(work->writes != NULL);
        memcpy(work->writes, node->writes, count * sizeof *work->writes);
        if (count)
            node->last_write = node->writes[count - 1].write;
        node->write_count = 0;
        letters_move(&work->responses, &node->after);
        answer_stored(node, id, &work->responses);
    }
    if (node->apply_to > node->applying) {
        must(node->apply_count < WORKS_MAX);
        node->applying = node->applies[node->apply_count++] = node->apply_to;
    }
}

bool env_ready(struct env *env, uint32_t id)
{
    struct node *node = env->nodes[id];
    const struct raft_view *view = node->view;
    struct hard hard = {.term = view->term, .commit = view->commit, .vote = view->vote};
    bool has_hard = !same_hard(&hard, &node->hard);
    bool soft = node->role != view->role || node->lead != view->lead;
    if (!has_hard && !soft && !node->now.count && !node->after.count && !node->write_count &&
        node->apply_to <= node->applying)
        return false;
    node->hard = hard;
    node->role = view->role;
    node->lead = view->lead;
    if (node->async)
        ready_async(env, id, has_hard);
    else
        ready_sync(env, id, has_hard);
    return true;
}

static bool reported(const struct letters *letters)
{
    for (size_t i = 0; i < letters->count; i++)
        if (letters->at[i].kind != LETTER_PEER)
            return true;
    return false;
}

bool env_append_thread(struct env *env, uint32_t id)
{
    struct node *node = env->nodes[id];
    if (!node->append_count)
        return false;
    struct append_work work = node->appends[0];
    memmove(node->appends, node->appends + 1, --node->append_count * sizeof work);
    node->appends[node->append_count] = (struct append_work){0};
    for (size_t i = 0; i < work.write_count; i++)
        store(node, &work.writes[i]);
    if (work.has_hard)
        node->stored_hard = work.hard;
    if (work.write_count && !reported(&work.responses))
        persisted(env, id, &work.writes[work.write_count - 1].write);
    post(env, &work.responses);
    letters_free(&work.responses);
    free(work.writes);
    return true;
}

bool env_apply_thread(struct env *env, uint32_t id)
{
    struct node *node = env->nodes[id];
    if (!node->apply_count)
        return false;
    struct letter letter = {.kind = LETTER_APPLIED};
    letter.message = (struct raft_message){.to = id, .index = node->applies[0]};
    memmove(node->applies, node->applies + 1, --node->apply_count * sizeof *node->applies);
    struct letters letters = {0};
    letters_add(&letters, &letter);
    post(env, &letters);
    letters_free(&letters);
    return true;
}
