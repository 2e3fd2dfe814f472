/* One elector alone on a node, and the metadata that it works with: what it proposes is applied at
 * once, unless a test holds it back or has it refused. A story says what it did, and when. */
#ifndef TESTS_UNIT_DESK_H
#define TESTS_UNIT_DESK_H

#include "raft/elector.h"
#include "sim/text.h"

enum { DESK_TOPICS = 4, DESK_PARTITIONS = 4096, DESK_REPLICAS = 3, DESK_PENDING = 16384 };

struct desk {
    struct metadata_topic topics[DESK_TOPICS];
    uint16_t topic_of[DESK_PARTITIONS], replicas[DESK_PARTITIONS * DESK_REPLICAS];
    struct metadata_layout layout;
    struct metadata metadata;
    const struct elector_rules *rules;
    struct elector_options options; /* of the rules; a test may change them before desk_begin */
    void *elector;
    struct elector_output output;
    uint64_t now_ns, deadline_ns, index;
    bool leads, holds, refuses; /* what is proposed: stays pending, is not taken */
    struct metadata_command pending[DESK_PENDING];
    uint32_t pending_count;
    uint32_t commands; /* proposed in all */
    uint64_t applied;  /* said by the heartbeats of desk_beat; 0: all that is applied */
    struct text story;
};

/* Node 1 of `brokers` brokers with one topic of so many partitions, 3 replicas each (fewer if there
 * are fewer brokers): partition p has replicas p + 1, p + 2, p + 3, round robin. */
struct desk *desk_new(const char *rules, uint32_t brokers, uint32_t partitions);
void desk_begin(struct desk *desk);
void desk_free(struct desk *desk);
/* The same, begun; made Raft leader at 0 s; and with all brokers let in. What was told is
 * forgotten.
 */
struct desk *desk_begun(const char *rules, uint32_t brokers, uint32_t partitions);
struct desk *desk_leading(const char *rules, uint32_t brokers, uint32_t partitions);
struct desk *desk_in_office(const char *rules, uint32_t brokers, uint32_t partitions);
/* The story was this one; frees the desk. */
void desk_ends(struct desk *desk, const char *story);

/* A step at the present time, and what it brings. */
void desk_tell(struct desk *desk, struct elector_input input);
/* Time passes; the timer fires where it is due, before what happens at that time. */
void desk_run_to(struct desk *desk, uint64_t at_ms);
/* Raft says who leads; 0: nobody. This is node 1. */
void desk_role(struct desk *desk, uint32_t leader);
void desk_beat(struct desk *desk, uint32_t broker, uint64_t incarnation);
/* All brokers from `first` to `last` say that they are there, until they are let in. */
void desk_join(struct desk *desk, uint32_t first, uint32_t last);
/* Time passes while these brokers (bits by id) say every second that they are there. */
void desk_live_to(struct desk *desk, uint32_t brokers, uint64_t at_ms);
void desk_produce(struct desk *desk, uint32_t partition, uint32_t broker);
void desk_stream(struct desk *desk, uint32_t broker, uint32_t partition);
void desk_elect(struct desk *desk, uint32_t partition);
/* The leader of the partition, with its present epochs, asks for this ISR. */
void desk_ask_isr(struct desk *desk, uint32_t partition, uint16_t isr);
/* Applies the oldest pending proposal, or all. */
void desk_apply(struct desk *desk);
void desk_apply_all(struct desk *desk);
/* A command that this elector did not propose. */
void desk_command(struct desk *desk, struct metadata_command command);

/* What was told since last asked: milliseconds ('+': and a bit), what is proposed, its reason, and
 * for each partition "p0 n2! isr 23": its leader, ! if that is set anew, ~ if it has to recover,
 * elr if there are any. A loan until the next step. */
const char *desk_story(struct desk *desk);
/* "n1 isr 123 epochs 0/0": the partition as agreed. A loan until the next step. */
const char *desk_partition(struct desk *desk, uint32_t partition);

#endif
