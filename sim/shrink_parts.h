/* The parts of shrinking: candidates that are tried, edits that make them, and the tree of a plan.
 */
#ifndef SIM_SHRINK_PARTS_H
#define SIM_SHRINK_PARTS_H

#include "sim/json.h"
#include "sim/map.h"
#include "sim/shrink.h"
#include "sim/text.h"

struct shrink_state {
    struct map tried;     /* hashes of plans that were tried */
    uint32_t patience;    /* how many other seeds are tried when an edit fails with its own */
    uint64_t edits;       /* that were kept */
    uint64_t event_limit; /* of a candidate; 0: that of every run */
};

/* ---- candidates (sim/shrink_try.c) ---- */

enum { BATCH = 16 };

/* Plans to try, the most wanted first; owned until they are taken. */
struct batch {
    cJSON *plans[BATCH];
    uint32_t count;
    bool reseeds; /* other seeds may be tried too */
};

/* Runs a plan of that text in a worker and says what came of it. */
struct shrink_trial shrink_probe(struct shrink *shrink, const char *file, const char *text);
/* Runs them; the first that fails as the plan does becomes the plan. Its position, or BATCH. The
 * batch is empty afterwards. */
uint32_t shrink_take(struct shrink *shrink, struct batch *batch);
/* The same for one. */
bool shrink_try(struct shrink *shrink, cJSON *plan, bool reseeds);
bool shrink_goes_on(struct shrink *shrink);
/* Did it fail as the plan did at first? */
bool goal_met(const struct shrink *shrink, const struct shrink_trial *outcome);

/* ---- a plan's tree (sim/shrink_tree.c) ---- */

struct tree_spot {
    cJSON *value, *parent; /* parent NULL: the root */
    uint32_t depth;
    bool fixed; /* no edit may touch it */
};

/* All values of a tree, each before those in it. A copy of the tree has the same order. */
struct walk {
    struct tree_spot *spots;
    size_t count, room;
};
void walk_tree(struct walk *walk, cJSON *root);
void walk_close(struct walk *walk);
/* Takes the value out; what is then empty around it goes too. */
void spot_remove(struct walk *walk, size_t number);
/* Puts another value, or a text, where the value was. */
void spot_put(struct walk *walk, size_t number, cJSON *by);
void spot_write(struct walk *walk, size_t number, const char *text);
/* The text of a duration, or false. */
bool tree_duration(const cJSON *value, uint64_t *ns);
/* Puts a member in place of the one of that name, else at that position. */
void tree_insert(cJSON *object, const char *name, cJSON *value, int position);
/* The same for a text, else at the end. */
void tree_put(cJSON *object, const char *name, const char *text);

/* Items of timeline, then of chaos, as one list. */
size_t items_count(const cJSON *plan);
cJSON *items_at(const cJSON *plan, size_t number);
void items_remove(cJSON *plan, size_t number);

/* ---- edits ---- */

/* One kind of edit, tried at every value of the plan, outer ones first. */
struct pass {
    size_t variants; /* per value; the most wanted is 0 */
    bool reseeds;
    /* Makes the edit in a copy of the plan; false: nothing to do there, and nothing done. */
    bool (*edit)(const struct shrink *shrink, struct walk *copy, size_t number, size_t variant);
};
void shrink_pass(struct shrink *shrink, const struct pass *pass);

void shrink_items(struct shrink *shrink);    /* leaves out items */
void shrink_happened(struct shrink *shrink); /* chaos becomes what happened */
void shrink_nodes(struct shrink *shrink);
void shrink_topics(struct shrink *shrink);
void shrink_duration(struct shrink *shrink);
void shrink_gaps(struct shrink *shrink);
void shrink_ids(struct shrink *shrink);
extern const struct pass pass_remove, pass_constant, pass_count, pass_round, pass_single;

/* Makes the plan end at that time, with all in it that would be refused then. */
void plan_end_at(cJSON *plan, uint64_t ns);

#endif
