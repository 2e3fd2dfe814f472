/* The table of actions: what a plan can do to the world. A fault is an action with an end. */
#ifndef SIM_ACTION_H
#define SIM_ACTION_H

#include "raft/raft.h"
#include "sim/distribution.h"
#include "sim/field.h"

struct world;
struct deed;
struct reader;
struct cJSON;

enum target_kind {
    TARGET_NODES, /* named nodes and zones */
    TARGET_LEADER,
    TARGET_FOLLOWER,
    TARGET_CANDIDATE,
    TARGET_RANDOM,
    TARGET_MINORITY,
    TARGET_MAJORITY,
    TARGET_ALL,
    TARGET_OTHERS, /* all but those that the item's other targets name */
    TARGET_PARTITION_LEADER,
};

/* Who an action means; resolved to nodes when it begins. */
struct target {
    enum target_kind kind;
    struct raft_set nodes; /* TARGET_NODES */
    uint32_t partition;    /* TARGET_PARTITION_LEADER */
};

/* A target or a list of them; count 0: absent. */
struct targets {
    uint32_t count;
    struct target *items; /* owned by the scenario */
};

/* Partitions that an action means: one, or all of a topic. */
struct partitions {
    uint32_t topic;  /* position in the scenario's topics */
    uint64_t number; /* in the topic, from 0 */
    bool topic_given, number_given;
};

struct sides {
    uint32_t count;
    struct targets *items;
};

/* What becomes of one message on its way. */
struct fate {
    uint64_t delay_ns;   /* added to the network's */
    uint64_t copy_ns;    /* added to that of all copies but the first */
    uint32_t copies;     /* 1; 0: lost; 2: duplicated */
    bool cut;            /* lost because all is lost on this link */
    bool unordered;      /* may overtake on a fifo link */
    uint32_t held;       /* 1 + the deed that keeps it back until it ends; 0: none */
    uint64_t held_to_ns; /* when that deed ends */
    uint64_t number;     /* the message is the number-th of its kind on its link */
};

struct action {
    const char *name;
    const char *help;
    const char *ends_by;        /* "starting", or NULL: it happens and is over; `for` is refused */
    const struct field *fields; /* of its parameters; NULL: none */
    size_t params_size;
    const char *unbuilt; /* why it is refused: not built yet; NULL: built */
    /* Do its parameters make sense together? Otherwise refuses the item; see sim/bind.h. */
    bool (*check)(const struct reader *reader, const struct cJSON *item, const void *params);
    /* Takes effect; false: its targets fit nobody. Parameters: deed->params. */
    bool (*begin)(struct world *world, struct deed *deed);
    void (*end)(struct world *world, struct deed *deed);
    void (*wake)(struct world *world, struct deed *deed);
    /* Changes what becomes of a message sent on a link that the deed covers. */
    void (*on_send)(const struct deed *deed, const struct raft_message *message, struct fate *fate);
    /* Changes how long a write takes that `node` begins now. */
    uint64_t (*on_write)(const struct deed *deed, uint32_t node, uint64_t number,
                         uint64_t fsync_ns);
    /* Changes how long a step of `node` takes. */
    uint64_t (*on_step)(const struct deed *deed, uint32_t node, uint64_t number, uint64_t step_ns);
};

#define ROW(name) extern const struct action action_##name;
#include "sim/actions.def"
#undef ROW

size_t action_count(void);
const struct action *action_at(size_t index);
/* The action of that name, or NULL. */
const struct action *action_find(const char *name);

#endif
