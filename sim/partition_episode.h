/* Times without a leader of each partition, and elections that no loss called for: what took the
 * leader away, who decided, and how long each part took.
 *
 * A partition serves while the broker that took it over last runs and believes that it leads. */
#ifndef SIM_PARTITION_EPISODE_H
#define SIM_PARTITION_EPISODE_H

#include "sim/metric.h"

/* X(id, name, words on the page, help) */
#define LOSSES_OF_PARTITIONS(X)                                                                    \
    X(START, "start", "new", "the run began, and nobody had been agreed on yet")                   \
    X(CRASH, "crash", "crash", "its leader's broker crashed")                                      \
    X(PAUSE, "pause", "pause", "its leader's broker stood still")                                  \
    X(ISOLATE, "isolate", "cut off",                                                               \
      "its leader was replaced: it could not exchange messages with the elector")                  \
    X(SESSION, "session", "session",                                                               \
      "its leader was replaced: its session ended, though it could be reached")                    \
    X(SPURIOUS, "spurious", "SPURIOUS", "a healthy leader was elected anew or replaced")           \
    X(PREFERRED, "preferred", "preferred", "leadership went to the first of the replicas")         \
    X(UNCLEAN, "unclean", "unclean", "a replica out of sync was elected while a leader served")    \
    X(MANUAL, "manual", "by hand", "the plan demanded an election")                                \
    X(UNPLANNED, "unplanned", "unplanned", "its leader gave up, and nobody had decided so")

enum partition_cause {
#define X(id, name, words, help) PARTITION_LOST_##id,
    LOSSES_OF_PARTITIONS(X)
#undef X
        PARTITION_CAUSE_COUNT
};

const char *partition_cause_name(enum partition_cause cause);
const char *partition_cause_words(enum partition_cause cause);
const char *partition_cause_help(enum partition_cause cause);

enum partition_outcome {
    PARTITION_OPEN,
    PARTITION_ELECTED,
    PARTITION_RESUMED, /* the leader that was lost came back, and nobody had been agreed on */
    PARTITION_KEPT,    /* a leader that served all the time was elected again */
};

/* Absolute times; UINT64_MAX: not reached. It begins with the loss of the leader, or with the
 * decision to replace one that serves. */
struct partition_episode {
    uint64_t begin_ns;
    uint64_t decided_ns;   /* the first decision after a loss, else the last before it */
    uint64_t elected_ns;   /* its first change of the leader was applied somewhere */
    uint64_t published_ns; /* every running broker has applied that */
    uint64_t end_ns;       /* a leader serves */
    uint64_t produced_ns;  /* that leader stored a client's record */
    uint32_t partition;
    uint16_t lost, leader; /* brokers; 0: none */
    uint8_t cause;         /* enum partition_cause */
    uint8_t outcome;       /* enum partition_outcome */
};

/* One partition, as far as episodes need it. */
struct partition_state {
    uint64_t decided_ns;  /* the last decision while it served; UINT64_MAX: none is under way */
    uint64_t stopped_ns;  /* it has not served since */
    uint64_t spurious_ns; /* its healthy leader was last elected anew; UINT64_MAX: not yet */
    uint32_t epoch, agreed_epoch;
    uint32_t episode;      /* position of its last one */
    uint16_t leader;       /* the broker that took it over last; 0: none yet */
    uint16_t agreed;       /* whom the metadata names */
    uint8_t decided_cause; /* enum partition_cause */
    bool led;              /* that broker has not left it */
    bool open, stopped;    /* in an episode; it does not serve */
};

/* Counted in all (tally). */
enum partition_count {
    COUNT_ELECTIONS,
    COUNT_SPURIOUS,
    COUNT_UNCLEAN,
    COUNT_LEADER_CHANGES,
    COUNT_UNAVAILABLE_NS,
    COUNT_LEADERLESS, /* now */
    COUNT_REFUSED,
    COUNT_PROPOSALS,
    COUNT_FENCED,
    PARTITION_COUNTS
};

/* A change that not all running brokers have applied. */
struct unpublished {
    uint64_t index;
    uint32_t episode;
};

/* {0} is empty. */
struct partition_episodes {
    struct partition_state *states; /* [partition] */
    struct partition_episode *items;
    struct unpublished *queue; /* ascending by index, from queue_first on */
    uint32_t partition_count, count;
    size_t state_room, room, queue_first, queue_count, queue_room;
    uint32_t witness;                   /* a broker that may lag behind the queue's first */
    uint64_t stopped_count, stopped_ns; /* that served once and do not now; the sum of since when */
    struct tally tally;
    struct spurious spurious;
};

void partition_episodes_open(void *episodes, const struct world *world);
void partition_episodes_observe(void *episodes, struct world *world, const struct record *record);
void partition_episodes_mark(void *episodes, const struct world *world, uint32_t mark);
void partition_episodes_close(void *episodes);

/* The episode's change was applied somewhere now: waits until all running brokers have. */
void partition_publish(struct partition_episodes *episodes, const struct world *world,
                       uint32_t episode);
/* A broker has applied something, or stopped. */
void partition_publish_review(struct partition_episodes *episodes, const struct world *world);

#endif
