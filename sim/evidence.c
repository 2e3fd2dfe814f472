#include "sim/evidence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/observer.h"
#include "sim/promise.h"

enum { RING = 4096 };

struct ring {
    struct record items[RING];
    uint64_t count; /* seen ever */
};

/* What is rare would soon be pushed out by what happens with every message. */
struct evidence {
    struct ring rare, frequent;
    bool over; /* the rule is broken: what the same event brings after that is no evidence */
};

static const uint64_t rare_kinds =
    RECORD_BIT(TERM) | RECORD_BIT(BECAME_FOLLOWER) | RECORD_BIT(BECAME_CANDIDATE) |
    RECORD_BIT(BECAME_LEADER) | RECORD_BIT(VOTED) | RECORD_BIT(STEPPED_DOWN) |
    RECORD_BIT(WRITE_LOST) | RECORD_BIT(STARTED) | RECORD_BIT(CRASHED) |
    RECORD_BIT(PARTITION_CHANGED) | RECORD_BIT(PARTITION_LED) | RECORD_BIT(TRUNCATED);
static const uint64_t frequent_kinds =
    RECORD_BIT(LOG) | RECORD_BIT(COMMITTED) | RECORD_BIT(APPLIED) | RECORD_BIT(WRITE) |
    RECORD_BIT(DURABLE) | RECORD_BIT(METADATA_APPLIED) | RECORD_BIT(APPENDED) |
    RECORD_BIT(HIGH_WATERMARK) | RECORD_BIT(ACKED);

/* Records of one partition, which is their index. */
static const uint64_t partition_kinds = RECORD_BIT(PARTITION_CHANGED) | RECORD_BIT(PARTITION_LED) |
                                        RECORD_BIT(TRUNCATED) | RECORD_BIT(APPENDED) |
                                        RECORD_BIT(HIGH_WATERMARK) | RECORD_BIT(ACKED);

/* Judges see a record first: the one that breaks a rule is still kept. */
static void keep_in(struct evidence *evidence, struct ring *ring, const struct world *world,
                    const struct record *record)
{
    if (evidence->over)
        return;
    evidence->over = world->judge.broken;
    ring->items[ring->count++ % RING] = *record;
}

static void observe_rare(void *context, struct world *world, const struct record *record)
{
    struct evidence *evidence = context;
    keep_in(evidence, &evidence->rare, world, record);
}

static void observe_frequent(void *context, struct world *world, const struct record *record)
{
    struct evidence *evidence = context;
    keep_in(evidence, &evidence->frequent, world, record);
}

/* A message of the judged node tells of the rule only if it grants or acknowledges something. */
static void observe_sent(void *context, struct world *world, const struct record *record)
{
    bool claims =
        record->message == RAFT_MSG_VOTE_REPLY || record->message == RAFT_MSG_APPEND_REPLY;
    if (claims && !record->reject)
        observe_frequent(context, world, record);
}

struct evidence *evidence_new(void)
{
    return allocate(1, sizeof(struct evidence));
}

void evidence_open(void *context, struct world *world)
{
    struct evidence *evidence = context;
    evidence->rare.count = evidence->frequent.count = 0;
    evidence->over = false;
    world_subscribe(world, rare_kinds,
                    (struct subscription){.observe = observe_rare, .state = evidence});
    world_subscribe(world, frequent_kinds,
                    (struct subscription){.observe = observe_frequent, .state = evidence});
    world_subscribe(world, RECORD_BIT(SENT),
                    (struct subscription){.observe = observe_sent, .state = evidence});
}

void evidence_free(struct evidence *evidence)
{
    free(evidence);
}

/* NULL: a rule that is no invariant. */
static const struct invariant *find_rule(const char *rule)
{
    for (size_t i = 0; i < invariant_count(); i++)
        if (strcmp(invariant_at(i)->name, rule) == 0)
            return invariant_at(i);
    return NULL;
}

static bool of_partition(const struct record *record)
{
    return partition_kinds >> record->kind & 1;
}

/* Of the same partition, or else of the same term. */
static bool same_matter(const struct record *record, const struct record *last)
{
    if (of_partition(last))
        return of_partition(record) && record->index == last->index;
    return record->term == last->term;
}

/* How well a record fits the one that broke the rule; 0: not at all. */
static int fitness(const struct record *record, const struct record *last)
{
    if (record->kind == last->kind && same_matter(record, last))
        return 3;
    if (record->kind == RECORD_CRASHED || record->kind == RECORD_WRITE_LOST)
        return 2;
    return same_matter(record, last) ? 1 : 0;
}

/* What is of another partition tells nothing of this one. */
static bool is_foreign(const struct record *record, const struct record *last)
{
    return of_partition(last) && fitness(record, last) == 0;
}

static bool concerns(const struct record *record, const struct invariant *rule,
                     const struct raft_set *nodes)
{
    if (!raft_set_has(nodes, record->node))
        return false;
    if (rule && rule->messages && record->kind == RECORD_SENT &&
        !(rule->messages >> record->message & 1))
        return false;
    return !rule || rule->kinds >> record->kind & 1;
}

/* Puts the record among the found ones, best first, and drops the worst of too many. */
static size_t place(struct record *found, size_t count, struct record record)
{
    size_t at = count;
    while (at > 1 && fitness(&record, &found[0]) > fitness(&found[at - 1], &found[0]))
        at--;
    if (at == EVIDENCE_MAX)
        return count;
    size_t kept = count < EVIDENCE_MAX ? count : EVIDENCE_MAX - 1;
    memmove(&found[at + 1], &found[at], (kept - at) * sizeof *found);
    found[at] = record;
    return kept + 1;
}

static int earlier_first(const void *a, const void *b)
{
    const struct record *first = a, *second = b;
    return (first->at_ns > second->at_ns) - (first->at_ns < second->at_ns);
}

/* The latest of both rings that is not used yet: `left` counts what remains of each. */
static const struct record *latest(const struct evidence *evidence, uint64_t *left)
{
    const struct ring *rings[] = {&evidence->rare, &evidence->frequent};
    const struct record *best = NULL;
    size_t from = 0;
    for (size_t i = 0; i < countof(rings); i++) {
        if (!left[i] || left[i] + RING <= rings[i]->count)
            continue;
        const struct record *record = &rings[i]->items[(left[i] - 1) % RING];
        if (!best || record->at_ns > best->at_ns) {
            best = record;
            from = i;
        }
    }
    if (best)
        left[from]--;
    return best;
}

size_t evidence_find(const struct evidence *evidence, const struct judge *judge,
                     struct record found[EVIDENCE_MAX])
{
    const struct invariant *rule = find_rule(judge->rule);
    uint64_t left[] = {evidence->rare.count, evidence->frequent.count};
    const struct record *record;
    size_t count = 0;
    while ((record = latest(evidence, left)) != NULL)
        if (concerns(record, rule, &judge->nodes) &&
            (count ? !is_foreign(record, &found[0]) : record->at_ns <= judge->at_ns))
            count = place(found, count, *record);
    qsort(found, count, sizeof *found, earlier_first);
    return count;
}

static const char *verb_of(enum record_kind kind)
{
    static const char *const verbs[RECORD_KINDS] = {
        [RECORD_TERM] = "is now in",
        [RECORD_BECAME_FOLLOWER] = "becomes follower in",
        [RECORD_BECAME_CANDIDATE] = "becomes candidate in",
        [RECORD_BECAME_LEADER] = "becomes leader of",
        [RECORD_STEPPED_DOWN] = "steps down in",
        [RECORD_STARTED] = "starts again in",
        [RECORD_CRASHED] = "crashes in",
    };
    return verbs[kind];
}

static void add_numbers(const struct record *record, struct text *text)
{
    static const struct {
        const char *index, *value;
    } words[RECORD_KINDS] = {
        [RECORD_LOG] = {"'s log changes from index", "to"},
        [RECORD_COMMITTED] = {" commits up to index", "before"},
        [RECORD_APPLIED] = {" applies up to index", "before"},
        [RECORD_WRITE] = {" asks its disk to write from index", "write"},
        [RECORD_DURABLE] = {"'s log is durable up to index", "write"},
        [RECORD_WRITE_LOST] = {" loses what was not durable: index", "write"},
    };
    const char *index = words[record->kind].index, *value = words[record->kind].value;
    text_add(text, "%s %" PRIu64 ", %s %" PRIu64 ", in term %" PRIu64, index ? index : ": index",
             record->index, value ? value : "value", record->value, record->term);
}

static void add_partition(const struct scenario *scenario, const struct record *record,
                          struct text *text)
{
    static const struct {
        const char *verb, *value;
    } words[RECORD_KINDS] = {
        [RECORD_PARTITION_CHANGED] = {"applies a change of", "partition epoch"},
        [RECORD_PARTITION_LED] = {"takes over", "its log ends at"},
        [RECORD_TRUNCATED] = {"cuts its log of", "which now ends at"},
        [RECORD_APPENDED] = {"stores a client's record in", "at offset"},
        [RECORD_HIGH_WATERMARK] = {"moves the high watermark of", "to"},
        [RECORD_ACKED] = {"has acknowledged, for", "record"},
    };
    text_add(text, " %s %s", words[record->kind].verb,
             partition_name(scenario, (uint32_t)record->index).text);
    if (record->kind != RECORD_ACKED)
        text_add(text, " in epoch %" PRIu64, record->term);
    text_add(text, ", %s %" PRIu64, words[record->kind].value, record->value);
}

void record_sentence(const struct scenario *scenario, const struct record *record,
                     struct text *text)
{
    const char *node = record->node ? scenario->nodes[record->node].name : "nobody";
    const char *peer = record->peer ? scenario->nodes[record->peer].name : "nobody";
    if (record->kind == RECORD_VOTED)
        text_add(text, "%s votes for %s in term %" PRIu64, node, peer, record->term);
    else if (record->kind == RECORD_SENT)
        text_add(text, "%s sends %s to %s: %s in term %" PRIu64, node,
                 raft_message_name(record->message), peer,
                 record->message == RAFT_MSG_VOTE_REPLY ? "granted" : "acknowledged", record->term);
    else if (verb_of(record->kind))
        text_add(text, "%s %s term %" PRIu64, node, verb_of(record->kind), record->term);
    else if (record->kind == RECORD_METADATA_APPLIED)
        text_add(text, "%s has applied metadata up to index %" PRIu64, node, record->index);
    else {
        text_add(text, "%s", node);
        if (of_partition(record))
            add_partition(scenario, record, text);
        else
            add_numbers(record, text);
    }
}
