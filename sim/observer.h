/* Those who watch a run: invariants judge it, metrics measure it, outputs write it. */
#ifndef SIM_OBSERVER_H
#define SIM_OBSERVER_H

#include "sim/world.h"

/* One invariant: a row and a file in sim/invariants/. */
struct invariant {
    const char *name;   /* the rule, as verdicts name it: "one-vote-per-term" */
    const char *help;   /* the claim, one sentence */
    const char *source; /* where the rule is stated: "Raft paper, figure 3" */
    bool of_topics;     /* a plan without topics is not judged by it, and pays nothing for it */
    bool of_reads;      /* the same of a plan in which no client reads */
    uint64_t kinds;     /* records that it wants to see */
    uint32_t messages;  /* and of which messages, a bit each; 0: of all */
    size_t state_size;
    /* `state` is zeroed memory the first time, and what the last run left in it later. */
    void (*open)(void *state, const struct world *world);
    void (*observe)(void *state, struct world *world, const struct record *record);
    void (*close)(void *state); /* frees what the state owns */
};

#define ROW(name) extern const struct invariant invariant_##name;
#include "sim/invariants.def"
#undef ROW

size_t invariant_count(void);
const struct invariant *invariant_at(size_t index);
/* Does it judge this plan? */
bool invariant_judges(const struct invariant *invariant, const struct scenario *scenario);
/* How many judge this plan; NULL: one without topics and reads. */
size_t invariants_judging(const struct scenario *scenario);

#endif
