#include "tests/conformance/env.h"

#include <stdlib.h>
#include <string.h>

enum { TICK_NS = 1000 };

uint64_t number(const cJSON *object, const char *key, uint64_t otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? (uint64_t)item->valuedouble : otherwise;
}

static bool flag(const cJSON *object, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static struct raft_options read_options(const struct raft_options *defaults, const cJSON *config)
{
    struct raft_options options = *defaults;
    const cJSON *read_only = cJSON_GetObjectItemCaseSensitive(config, "read_only");
    options.pre_vote = flag(config, "prevote");
    options.check_quorum = flag(config, "checkquorum");
    options.async_storage = flag(config, "async_storage_writes");
    options.inflight_max = number(config, "max_inflight_msgs", defaults->inflight_max);
    bool lease = cJSON_IsString(read_only) && !strcmp(read_only->valuestring, "lease-based");
    options.read = lease ? RAFT_READ_LEASE : RAFT_READ_INDEX;
    return options;
}

void env_open(struct env *env, const cJSON *defaults)
{
    uint64_t ticks = number(defaults, "election_tick", 3);
    *env = (struct env){.words = {""}, .word_count = 1};
    env->defaults = (struct raft_options){
        .flavor = RAFT_ETCD,
        .tick_ns = TICK_NS,
        .election_min = ticks,
        .election_max = 2 * ticks - 1,
        .election_base = ticks,
        .heartbeat = number(defaults, "heartbeat_tick", 1),
        .self_vote_durable = true,
        .inflight_max = number(defaults, "max_inflight_msgs", 0),
    };
}

static void node_close(struct node *node)
{
    raft_core.close(node->raft);
    raft_output_close(&node->output);
    letters_free(&node->now);
    letters_free(&node->after);
    for (size_t i = 0; i < WORKS_MAX; i++) {
        letters_free(&node->appends[i].responses);
        free(node->appends[i].writes);
    }
    free(node->writes);
    free(node);
}

void env_close(struct env *env)
{
    for (uint32_t id = 1; id <= env->count; id++)
        node_close(env->nodes[id]);
    letters_free(&env->network);
    letters_free(&env->sent);
}

static void read_set(const cJSON *config, const char *key, struct raft_set *set)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(config, key))
        raft_set_add(set, (uint32_t)item->valuedouble);
}

/* A node begins from a snapshot at `index` of term 1, with nothing else stored. */
void env_add_nodes(struct env *env, uint32_t count, const cJSON *config)
{
    struct raft_members members = {0};
    uint64_t index = number(config, "index", 0);
    read_set(config, "voters", &members.voters);
    read_set(config, "learners", &members.learners);
    for (uint32_t i = 0; i < count; i++) {
        must(env->count < NODES_MAX);
        struct node *node = calloc(1, sizeof *node);
        must(node != NULL);
        struct raft_config opening = {.id = ++env->count,
                                      .tick_phase_ns = TICK_NS,
                                      .options = read_options(&env->defaults, config),
                                      .members = &members};
        struct raft_durable durable = {
            .first = index + 1, .previous_term = index > 0, .commit = index};
        env->nodes[env->count] = node;
        node->writes = calloc(WRITES_MAX, sizeof *node->writes);
        must(node->writes != NULL);
        node->async = opening.options.async_storage;
        node->raft = raft_core.open(NULL, &opening, &durable);
        node->view = raft_core.view(node->raft);
        node->hard.commit = node->applying = node->apply_to = index;
        node->stored_first = index + 1;
        env_step(env, env->count, (struct raft_input){.kind = RAFT_START});
        env_step(env, env->count,
                 (struct raft_input){.kind = RAFT_APPLIED, .value = node->view->applied});
    }
}

void env_error(struct env *env, const char *error)
{
    must(env->error_count < sizeof env->errors / sizeof *env->errors);
    env->errors[env->error_count++] = error;
}

const char *env_word(const struct env *env, uint64_t id)
{
    must(id < env->word_count);
    return env->words[id];
}

static bool waits(enum raft_message_kind kind)
{
    return kind == RAFT_MSG_APPEND_REPLY || kind == RAFT_MSG_VOTE_REPLY ||
           kind == RAFT_MSG_PREVOTE_REPLY;
}

static void gather_message(struct node *node, const struct raft_message *message)
{
    struct letter letter = {.message = *message, .entry_count = message->entry_count};
    const unsigned char *body = node->output.bodies + message->body;
    must(message->entry_count <= ENTRIES_MAX);
    if (message->entry_count)
        memcpy(letter.entries, body, message->entry_count * sizeof *letter.entries);
    else if (message->body_size)
        memcpy(&letter.hint, body, sizeof letter.hint);
    letters_add(waits((enum raft_message_kind)message->kind) ? &node->after : &node->now, &letter);
}

/* What etcd's node would send to itself about this write. */
static void gather_self(struct node *node, uint32_t id)
{
    const struct raft_write *write = &node->output.write;
    struct letter letter = {.kind = LETTER_SELF, .write = *write};
    letter.message = (struct raft_message){.from = id, .to = id, .term = write->term};
    if (node->view->role == RAFT_LEADER && write->from) {
        letter.message.kind = RAFT_MSG_APPEND_REPLY;
        letter.message.index = write->last_index;
        letters_add(&node->after, &letter);
    } else if (node->view->role == RAFT_CANDIDATE) {
        letter.message.kind = RAFT_MSG_VOTE_REPLY;
        letters_add(&node->after, &letter);
    }
}

static void gather_write(struct node *node)
{
    const struct raft_write *write = &node->output.write;
    must(node->write_count < WRITES_MAX && write->entry_count <= ENTRIES_MAX);
    struct stored_write *stored = &node->writes[node->write_count++];
    stored->write = *write;
    if (write->entry_count)
        memcpy(stored->entries, write->entries, write->entry_count * sizeof *stored->entries);
    stored->write.entries = NULL;
}

void env_step(struct env *env, uint32_t id, struct raft_input input)
{
    struct node *node = env->nodes[id];
    input.now_ns = node->now_ns;
    input.chance_key = id;
    raft_output_clear(&node->output);
    raft_core.step(node->raft, &input, &node->output);
    if (node->output.has_write) {
        gather_write(node);
        gather_self(node, id);
    }
    for (uint32_t i = 0; i < node->output.message_count; i++)
        gather_message(node, &node->output.messages[i]);
    for (uint32_t i = 0; i < node->output.note_count; i++)
        if (node->output.notes[i].kind == RAFT_NOTE_PROPOSAL_DROPPED)
            env_error(env, "proposal-dropped");
    if (node->output.apply_to)
        node->apply_to = node->output.apply_to;
}

void env_deliver(struct env *env, const struct letter *letter)
{
    uint32_t to = letter->message.to;
    struct raft_input input = {.kind = RAFT_RECEIVE, .message = &letter->message};
    switch (letter->kind) {
    case LETTER_PEER:
        input.body = letter->entry_count ? (const void *)letter->entries : &letter->hint;
        break;
    case LETTER_SELF:
    case LETTER_STORED:
        input = (struct raft_input){.kind = RAFT_PERSISTED, .write = &letter->write};
        break;
    case LETTER_APPLIED:
        input = (struct raft_input){.kind = RAFT_APPLIED, .value = letter->message.index};
        break;
    }
    env_step(env, to, input);
}
