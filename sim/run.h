/* One plan, one seed, one verdict. */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/liveness.h"
#include "sim/measure.h"
#include "sim/observer.h"

/* The gravest first; the order in which they are tried. */
#define VERDICTS(X)                                                                                \
    X(NONDETERMINISTIC, "nondeterministic", 5)                                                     \
    X(SAFETY, "safety", 3)                                                                         \
    X(LIVENESS, "liveness", 4)                                                                     \
    X(EXPECTATION, "expectation", 1)                                                               \
    X(UNDECIDED, "undecided", 6)                                                                   \
    X(PASS, "pass", 0)

#define X(id, name, status) VERDICT_##id,
enum verdict { VERDICTS(X) VERDICT_COUNT };
#undef X

const char *verdict_name(enum verdict verdict);
int verdict_status(enum verdict verdict);

/* How one expectation came out. */
struct finding {
    const struct expectation *expectation;
    const struct bound *bound; /* NULL: safety or liveness */
    struct value got;
    bool held;
    char got_text[48]; /* "326.4 ms", "holds", "null" */
};

/* A run's machinery: world, observers, measures. Kept and reused from run to run. */
struct run {
    struct world *world;
    struct measures *measures;
    void **invariant_states;
    struct liveness liveness;
    const struct scenario *scenario;
    uint64_t seed;
    enum run_end end;
    enum verdict verdict;
    char why[240];            /* undecided: what limit, or which item hit nothing */
    const char *linearizable; /* "holds", "broken", "unknown"; the first if nobody asks */
    bool liveness_absent;     /* owed and absent */
    char liveness_why[160];   /* "holds", "not required: no quorum", "absent: ..." */
    uint64_t trace_hash;
    uint64_t events, simulated_ns;
    uint64_t edge_ns; /* the next edge of a window */
    uint32_t finding_count, missed_count;
    struct finding *findings;
    size_t finding_room;
    double wall_ms;
};

struct run_options {
    uint64_t event_limit;               /* 0: the default, 50 million */
    uint64_t time_limit_ns;             /* simulated, when the plan has no duration; 0: one hour */
    const struct raft_backend *backend; /* NULL: the scenario's */
    /* More observers (traces, strips): called after the invariants are subscribed. */
    void (*subscribe)(void *context, struct world *world);
    void *context;
};

struct run *run_new(void);
/* Runs to the end. Everything in `run` is good until the next call. */
void run_execute(struct run *run, const struct scenario *scenario, uint64_t seed,
                 const struct run_options *options);
/* Runs twice side by side; sets VERDICT_NONDETERMINISTIC and `why` at the first record that
 * differs. */
void run_verify(struct run *run, const struct scenario *scenario, uint64_t seed,
                const struct run_options *options);
void run_free(struct run *run);

/* Are the metrics, statistics and rules that the plan expects known, and do the units fit? Call
 * once after reading. */
bool expectations_check(const struct scenario *scenario, struct error *error);
/* What an expectation is about; `statistic` may become NULL: "term.last" is a metric's name. */
bool expectation_resolve(const struct expectation *expectation, struct metric_ref *ref,
                         const char **statistic);
/* What did not happen (null) is missed, but for "== null". */
bool bound_holds(const struct bound *bound, struct value value);
/* "326.4 ms", "3", "0.998", "null". */
void value_text(char *text, size_t size, const struct metric *metric, const char *statistic,
                struct value value);

/* Parts of run_execute, for those who step worlds themselves. Prepare, then step until it is
 * over, then judge. */
void run_prepare(struct run *run, const struct scenario *scenario, uint64_t seed,
                 const struct run_options *options);
bool run_step(struct run *run);
void run_judge(struct run *run);

#endif
