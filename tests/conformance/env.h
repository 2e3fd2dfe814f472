/* A cluster as etcd/raft's interaction tests drive it: nodes whose outputs gather until they are
 * handed out (Ready), threads that store and apply, and one queue of messages on their way. */
#ifndef TESTS_CONFORMANCE_ENV_H
#define TESTS_CONFORMANCE_ENV_H

#include "raft/core.h"

#include <cjson/cJSON.h>

enum { NODES_MAX = 16, ENTRIES_MAX = 64, WRITES_MAX = 64, WORKS_MAX = 64, WORDS_MAX = 256 };

/* Besides the core's messages etcd sends some to itself: a candidate's own vote and a leader's own
 * acknowledgement, due when what they claim is stored, and the storage threads' answers. */
enum letter_kind { LETTER_PEER, LETTER_SELF, LETTER_STORED, LETTER_APPLIED };

struct letter {
    enum letter_kind kind;
    struct raft_message message;
    uint64_t hint; /* the body of a message without entries */
    uint32_t entry_count;
    struct raft_entry entries[ENTRIES_MAX];
    struct raft_write write; /* SELF, STORED: what has become durable */
};

struct letters {
    struct letter *at;
    size_t count, room;
};

struct stored_write {
    struct raft_write write;
    struct raft_entry entries[ENTRIES_MAX];
};

struct hard {
    uint64_t term, commit;
    uint32_t vote;
};

/* Work of the append thread. */
struct append_work {
    struct stored_write *writes;
    size_t write_count;
    bool has_hard;
    struct hard hard;
    struct letters responses;
};

struct node {
    void *raft;
    const struct raft_view *view;
    struct raft_output output;
    uint64_t now_ns;
    bool async;
    /* Gathered for the next Ready. */
    struct letters now, after; /* `after`: only when all that is written now is stored */
    struct stored_write *writes;
    size_t write_count;
    uint64_t apply_to, applying;
    struct raft_write last_write; /* handed out */
    struct hard hard;             /* as of the last Ready */
    enum raft_role role;
    uint32_t lead;
    /* Storage. */
    struct hard stored_hard;
    uint64_t stored_first, stored_count;
    struct raft_entry stored[1024];
    struct append_work appends[WORKS_MAX];
    uint64_t applies[WORKS_MAX];
    size_t append_count, apply_count;
};

struct env {
    struct node *nodes[NODES_MAX + 1]; /* by id */
    uint32_t count;
    struct raft_options defaults;
    struct letters network, sent; /* sent: in this step */
    const char *words[WORDS_MAX]; /* what was proposed, by id; the vector's own text */
    size_t word_count;
    const char *errors[64]; /* in this step */
    size_t error_count;
};

void env_open(struct env *env, const cJSON *defaults);
void env_close(struct env *env);
void env_add_nodes(struct env *env, uint32_t count, const cJSON *config);
void env_step(struct env *env, uint32_t id, struct raft_input input);
void env_deliver(struct env *env, const struct letter *letter);
bool env_ready(struct env *env, uint32_t id);
bool env_append_thread(struct env *env, uint32_t id);
bool env_apply_thread(struct env *env, uint32_t id);
void env_error(struct env *env, const char *error);
const char *env_word(const struct env *env, uint64_t id);

void letters_add(struct letters *letters, const struct letter *letter);
void letters_move(struct letters *to, struct letters *from);
void letters_free(struct letters *letters);
/* etcd's name of the message. */
const char *letter_type(const struct letter *letter);

/* ops.c: false: there is no such operation. */
bool perform(struct env *env, const cJSON *op);

/* compare.c: false: says in `why` what differs. */
bool compare(const struct env *env, const cJSON *step, char *why, size_t room);

/* A number of a JSON object, or `otherwise`. */
uint64_t number(const cJSON *object, const char *key, uint64_t otherwise);

#endif
