/* The operations of a vector, a row each. */
#include "tests/conformance/env.h"

#include <string.h>

struct operation {
    const char *name;
    bool (*perform)(struct env *env, const cJSON *op);
};

static uint32_t node_of(const cJSON *op)
{
    return (uint32_t)number(op, "node", 0);
}

static bool add_nodes(struct env *env, const cJSON *op)
{
    env_add_nodes(env, (uint32_t)number(op, "count", 0),
                  cJSON_GetObjectItemCaseSensitive(op, "config"));
    return true;
}

static bool tell(struct env *env, const cJSON *op, struct raft_input input)
{
    env_step(env, node_of(op), input);
    return true;
}

static bool campaign(struct env *env, const cJSON *op)
{
    return tell(env, op, (struct raft_input){.kind = RAFT_CAMPAIGN});
}

static bool forget_leader(struct env *env, const cJSON *op)
{
    return tell(env, op, (struct raft_input){.kind = RAFT_FORGET_LEADER});
}

static bool set_timeout(struct env *env, const cJSON *op)
{
    return tell(env, op,
                (struct raft_input){.kind = RAFT_SET_TIMEOUT, .value = number(op, "ticks", 0)});
}

static bool transfer(struct env *env, const cJSON *op)
{
    return tell(env, op,
                (struct raft_input){.kind = RAFT_TRANSFER, .node = (uint32_t)number(op, "to", 0)});
}

static bool report_unreachable(struct env *env, const cJSON *op)
{
    uint32_t peer = (uint32_t)number(op, "peer", 0);
    return tell(env, op, (struct raft_input){.kind = RAFT_UNREACHABLE, .node = peer});
}

static bool propose(struct env *env, const cJSON *op)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(op, "data");
    must(env->word_count < WORDS_MAX);
    env->words[env->word_count] = cJSON_IsString(data) ? data->valuestring : "";
    return tell(env, op, (struct raft_input){.kind = RAFT_PROPOSE, .value = env->word_count++});
}

static bool tick(struct env *env, const cJSON *op)
{
    struct node *node = env->nodes[node_of(op)];
    for (uint64_t ticks = number(op, "ticks", 1); ticks; ticks--) {
        node->now_ns += env->defaults.tick_ns;
        env_step(env, node_of(op), (struct raft_input){.kind = RAFT_TIMEOUT});
    }
    return true;
}

static bool check(struct env *env, const cJSON *op)
{
    (void)env, (void)op; /* everything is compared after every step */
    return true;
}

typedef bool node_action(struct env *env, uint32_t id);

static bool each_node(struct env *env, const cJSON *op, node_action *action)
{
    const cJSON *item, *nodes = cJSON_GetObjectItemCaseSensitive(op, "nodes");
    if (!nodes)
        action(env, node_of(op));
    cJSON_ArrayForEach(item, nodes) action(env, (uint32_t)item->valuedouble);
    return true;
}

static bool ready(struct env *env, const cJSON *op)
{
    return each_node(env, op, env_ready);
}

static bool append_thread(struct env *env, const cJSON *op)
{
    return each_node(env, op, env_append_thread);
}

static bool apply_thread(struct env *env, const cJSON *op)
{
    return each_node(env, op, env_apply_thread);
}

static bool is_answer(enum raft_message_kind kind)
{
    return kind == RAFT_MSG_APPEND_REPLY || kind == RAFT_MSG_HEARTBEAT_REPLY ||
           kind == RAFT_MSG_VOTE_REPLY || kind == RAFT_MSG_PREVOTE_REPLY;
}

static void deliver(struct env *env, const struct letter *letter)
{
    const struct core *core = env->nodes[letter->message.to]->raft;
    if (letter->kind == LETTER_PEER && is_answer((enum raft_message_kind)letter->message.kind) &&
        !core_peer(core, letter->message.from))
        env_error(env, "peer-not-found");
    env_deliver(env, letter);
}

/* Takes the messages to `id` (of one type, or all) off the network, in their order. What a node
 * sends to itself cannot be dropped. */
static bool receive(struct env *env, uint32_t id, const char *type, bool drop)
{
    struct letters taken = {0};
    size_t kept = 0;
    for (size_t i = 0; i < env->network.count; i++) {
        const struct letter *letter = &env->network.at[i];
        if (letter->message.to == id && !(drop && letter->kind != LETTER_PEER) &&
            (!type || !strcmp(letter_type(letter), type)))
            letters_add(&taken, letter);
        else
            env->network.at[kept++] = *letter;
    }
    env->network.count = kept;
    for (size_t i = 0; i < taken.count && !drop; i++)
        deliver(env, &taken.at[i]);
    bool any = taken.count > 0;
    letters_free(&taken);
    return any;
}

static bool deliver_messages(struct env *env, const cJSON *op)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(op, "type"), *pair;
    cJSON_ArrayForEach(pair, cJSON_GetObjectItemCaseSensitive(op, "order")) receive(
        env, (uint32_t)cJSON_GetArrayItem(pair, 0)->valuedouble,
        cJSON_IsString(type) ? type->valuestring : NULL, cJSON_IsTrue(cJSON_GetArrayItem(pair, 1)));
    return true;
}

static bool receive_all(struct env *env, uint32_t id)
{
    return receive(env, id, NULL, false);
}

/* Rounds of: every node's Ready, its messages, its append thread, its apply thread; until a round
 * finds nothing to do. */
static bool stabilize(struct env *env, const cJSON *op)
{
    static node_action *const phases[] = {env_ready, receive_all, env_append_thread,
                                          env_apply_thread};
    const cJSON *item, *nodes = cJSON_GetObjectItemCaseSensitive(op, "nodes");
    uint32_t ids[NODES_MAX], count = 0;
    cJSON_ArrayForEach(item, nodes) ids[count++] = (uint32_t)item->valuedouble;
    for (uint32_t id = 1; !cJSON_GetArraySize(nodes) && id <= env->count; id++)
        ids[count++] = id;
    for (bool busy = true; busy;) {
        busy = false;
        for (size_t phase = 0; phase < sizeof phases / sizeof *phases; phase++)
            for (uint32_t i = 0; i < count; i++)
                while (phases[phase](env, ids[i])) {
                    busy = true;
                    if (phase < 2)
                        break;
                }
    }
    return true;
}

static const struct operation operations[] = {
    {"add-nodes", add_nodes},
    {"append-thread", append_thread},
    {"apply-thread", apply_thread},
    {"campaign", campaign},
    {"check-log", check},
    {"check-progress", check},
    {"check-state", check},
    {"deliver", deliver_messages},
    {"forget-leader", forget_leader},
    {"log-level", check},
    {"propose", propose},
    {"ready", ready},
    {"report-unreachable", report_unreachable},
    {"set-timeout", set_timeout},
    {"stabilize", stabilize},
    {"tick", tick},
    {"transfer", transfer},
};

bool perform(struct env *env, const cJSON *op)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(op, "op");
    for (size_t i = 0; cJSON_IsString(name) && i < sizeof operations / sizeof *operations; i++)
        if (!strcmp(operations[i].name, name->valuestring))
            return operations[i].perform(env, op);
    return false;
}
