/* Rule sets `kraft` and `fixed`: the Raft leader is the controller. Brokers tell it that they are
 * there; it fences those that fall silent, chooses leaders, and says which ISR changes hold.
 *
 * As in Kafka's QuorumController it decides on the state that its own proposals will lead to,
 * `ahead`, not on what is committed: while it leads, they commit in their order or not at all. */
#ifndef RAFT_CONTROLLER_H
#define RAFT_CONTROLLER_H

#include "raft/elector.h"
#include "raft/silence.h"

#define CONTROLLER_NEVER UINT64_MAX

/* ReplicationControlManager's MAX_ELECTIONS_PER_IMBALANCE; also of any command without a broker. */
enum { CONTROLLER_CHANGES_MAX = 1000 };

/* The last heartbeat of a broker. */
struct greeting {
    uint64_t incarnation, applied, heard_ns;
    bool heard; /* by this node, since it leads */
    bool lost;  /* its fencing has to be proposed again */
};

struct controller {
    struct elector_config config;
    const struct elector_input *input; /* of the step under way */
    struct elector_output *output;
    bool leads;                 /* this node is the Raft leader ... */
    uint64_t from_index;        /* ... and in office once this is applied */
    bool active;                /* it is in office: all below is meant */
    struct metadata ahead;      /* with all its own proposals applied */
    uint64_t commands;          /* metadata->commands as last looked at */
    uint64_t outstanding;       /* own proposals that are not applied */
    bool registering;           /* a registration was proposed: its index is not known yet */
    bool preferring;            /* preferred leaders were proposed */
    bool late;                  /* new partitions wait for no broker any more */
    bool stuck;                 /* a proposal was not taken: no more until `ahead` is made anew */
    uint64_t retry_due_ns;      /* stuck: not before then */
    uint64_t new_due_ns;        /* new partitions wait for all their brokers until then */
    uint64_t prefer_due_ns;     /* the next look for preferred leaders */
    uint32_t unassigned;        /* partitions of `ahead` without replicas */
    uint32_t leaderless;        /* and those assigned that nobody leads */
    struct silence contact;     /* unfenced brokers, in list 0 */
    struct greeting *greetings; /* [broker] */
    size_t greeting_room;
    bool *live; /* [broker]: registered and not fenced, in `ahead` */
    size_t live_room;
};

/* Changes on their way into commands. */
struct draft {
    struct metadata_change *changes;
    uint32_t count;
    size_t room;
};

/* ---- controller.c: the office ---- */

void controller_add(struct draft *draft, struct metadata_change change);
/* Proposes a command with these changes, and empties the draft. */
void controller_propose(struct controller *controller, struct metadata_command command,
                        struct draft *draft);
void controller_note(struct controller *controller, struct elector_note note);

/* ---- controller_choice.c: who leads ---- */

/* A question: what becomes of a partition? */
struct choice {
    uint32_t partition;
    uint16_t isr;  /* wanted */
    uint16_t lost; /* these members' data cannot be relied on: they leave the ELR too */
    bool prefers;  /* the first replica leads if it may */
    struct metadata_change change; /* the answer */
    bool unclean;                  /* nobody in sync was left */
};

/* The replicas whose brokers live. */
uint16_t controller_live(const struct controller *controller, uint32_t partition);
/* Answers. False: nothing changes. */
bool controller_choose(const struct controller *controller, struct choice *choice);
/* What the eligible leader replicas become with this ISR. */
uint16_t controller_elr(const struct controller *controller, uint32_t partition, uint16_t isr,
                        uint16_t lost);

/* ---- controller_sweep.c: over many partitions ---- */

/* A broker leaves every ISR (`command`: its FENCE; lost: and every ELR, its data being doubtful).
 * It does not live any more. */
void controller_leave(struct controller *controller, struct metadata_command command, bool lost);
/* A broker lives again: partitions without leader get one, new ones may begin. */
void controller_return(struct controller *controller, uint32_t broker);
/* Whatever does not fit who lives is mended. */
void controller_mend(struct controller *controller);
/* New partitions whose brokers are there get their first leader and ISR. */
void controller_begin(struct controller *controller);
/* Partitions go back to the first of their replicas, as far as one run goes. */
void controller_prefer(struct controller *controller);
/* A person wants the partition's preferred leader. */
void controller_elect(struct controller *controller, uint32_t partition);

/* ---- controller_session.c: who is there ---- */

/* Keeps it, for when this node is in office; at most the last of each broker. */
void controller_greet(struct controller *controller, uint32_t broker);
void controller_on_heartbeat(struct controller *controller, uint32_t broker);
/* Whether this controller has heard of the broker within the session timeout. */
bool controller_heard(const struct controller *controller, uint32_t broker);
/* The last heartbeats are answered as if they had just come. */
void controller_hear_again(struct controller *controller);
/* Sessions that this controller has no contact of begin in full. */
void controller_open_sessions(struct controller *controller);
/* When the oldest session ends; CONTROLLER_NEVER: there is none. */
uint64_t controller_session_end(const struct controller *controller);
/* Fences the broker whose session ended first, if one did. */
void controller_expire(struct controller *controller);
void controller_fence(struct controller *controller, uint32_t broker);

/* ---- controller_isr.c ---- */

void controller_on_alter_isr(struct controller *controller);

#endif
