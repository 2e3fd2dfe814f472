/* Who asked for votes, why, and how it ended: campaigns, and the terms that they began. */
#ifndef SIM_CAMPAIGN_H
#define SIM_CAMPAIGN_H

#include "sim/map.h"
#include "sim/measure.h"

/* What is known of a node that may campaign. */
struct caller {
    uint32_t open;         /* 1 + position of its campaign under way; 0: none */
    uint32_t deed;         /* 1 + number of the last clock deed on it; 0: none */
    uint64_t rejoined_ns;  /* when it last started again, resumed, or could reach a quorum again */
    uint64_t elected_ns;   /* when it last became leader, */
    uint64_t elected_term; /* and of which term; 0: never */
    enum trigger trigger;  /* of its last campaign */
    bool failed;           /* its last campaign failed, and it has followed nobody since */
    bool rejoined, cut, paused; /* paused: while its campaign was under way */
    bool refused;               /* somebody refused it in its campaign under way */
};

/* Who refused a campaign, by what it says of the failure. */
struct refusals {
    struct raft_set by[FAILURE_COUNT];
};

/* {0} is empty. */
struct campaigns {
    struct campaign *items;
    struct term_begun *terms;
    struct caller *callers;    /* [1 .. node_count] */
    struct refusals *refusals; /* [1 .. node_count]: meaningless unless the caller is `refused` */
    uint32_t count, term_count;
    size_t room, term_room, caller_room, refusal_room;
    struct map by_term;   /* term -> position in terms */
    bool led;             /* somebody was elected in this run */
    uint64_t patience_ns; /* twice the largest election timeout: how long a deed is felt */
};

void campaigns_open(struct campaigns *campaigns, const struct world *world);
uint64_t campaigns_kinds(void);
void campaigns_observe(void *campaigns, struct world *world, const struct record *record);
void campaigns_close(struct campaigns *campaigns);

/* The term's entry, or NULL. */
struct term_begun *campaigns_term(const struct campaigns *campaigns, uint64_t term);
/* Is a clock of the plan at work on this node, or was it set lately? */
bool campaigns_clock(const struct campaigns *campaigns, const struct world *world, uint32_t node);

#endif
