#include "sim/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/partition_episode.h"
#include "sim/suggest.h"

enum { NAME_MAX_SIZE = 96 };

static const struct family *const families[] = {
#define ROW(name) &family_##name,
#include "sim/metrics.def"
#undef ROW
};

size_t family_count(void)
{
    return countof(families);
}

const struct family *family_at(size_t index)
{
    must(index < countof(families));
    return families[index];
}

const struct family *family_of(uint32_t index, uint32_t *row)
{
    for (size_t i = 0; i < countof(families); i++) {
        if (index < families[i]->count) {
            *row = index;
            return families[i];
        }
        index -= families[i]->count;
    }
    must(false);
    return NULL;
}

size_t metric_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < countof(families); i++)
        count += families[i]->count;
    return count;
}

const struct metric *metric_at(size_t index)
{
    uint32_t row;
    const struct family *family = family_of((uint32_t)index, &row);
    return &family->metrics[row];
}

const char *cause_name(enum cause cause)
{
#define X(id, name) name,
    static const char *const names[] = {CAUSES(X)};
#undef X
    return names[cause];
}

const char *trigger_name(enum trigger trigger)
{
#define X(id, name) name,
    static const char *const names[] = {TRIGGERS(X)};
#undef X
    return names[trigger];
}

const char *failure_name(enum failure failure)
{
#define X(id, name) name,
    static const char *const names[] = {FAILURES(X)};
#undef X
    return names[failure];
}

/* ---- names ---- */

/* How the metrics of a kind are called: as they are, or behind one of these. */
struct scopes {
    const char *name;  /* "failover" */
    const char *first; /* "startup": of the first episode alone; NULL: there is none */
    const char *(*cause)(uint32_t cause);
    uint32_t count; /* of causes */
};

static const char *cause_of_failover(uint32_t cause)
{
    return cause_name((enum cause)cause);
}

static const char *cause_of_partition(uint32_t cause)
{
    return partition_cause_name((enum partition_cause)cause);
}

static const struct scopes scopes_of[] = {
    [METRIC_RUN] = {0},
    [METRIC_EPISODE] = {"failover", "startup", cause_of_failover, CAUSE_COUNT},
    [METRIC_PARTITION] = {"partition", NULL, cause_of_partition, PARTITION_CAUSE_COUNT},
};

/* The scopes of a kind in their order: the first, all others, those of each cause. */
static uint32_t scope_count(const struct scopes *scopes)
{
    return scopes->name ? (scopes->first ? 2u : 1u) + scopes->count : 1;
}

static void scope_at(const struct scopes *scopes, struct metric_ref *ref, uint32_t scope)
{
    uint32_t all = scopes->first != NULL;
    ref->startup = scope < all;
    ref->one_cause = scope > all;
    ref->cause = ref->one_cause ? scope - all - 1 : 0;
}

static void write_name(char *text, const struct metric_ref *ref)
{
    const struct scopes *scopes = &scopes_of[ref->metric->kind];
    const char *name = ref->metric->name;
    if (!scopes->name)
        snprintf(text, NAME_MAX_SIZE, "%s", name);
    else if (ref->one_cause)
        snprintf(text, NAME_MAX_SIZE, "%s[%s].%s", scopes->name, scopes->cause(ref->cause), name);
    else
        snprintf(text, NAME_MAX_SIZE, "%s.%s", ref->startup ? scopes->first : scopes->name, name);
}

void metric_names(void (*each)(void *context, const char *name, const struct metric_ref *ref),
                  void *context)
{
    char name[NAME_MAX_SIZE];
    for (size_t i = 0; i < metric_count(); i++) {
        struct metric_ref ref = {.metric = metric_at(i), .index = (uint32_t)i};
        const struct scopes *scopes = &scopes_of[ref.metric->kind];
        for (uint32_t scope = 0; scope < scope_count(scopes); scope++) {
            scope_at(scopes, &ref, scope);
            write_name(name, &ref);
            each(context, name, &ref);
        }
    }
}

static void try_name(void *context, const char *name, const struct metric_ref *ref)
{
    (void)ref;
    suggest_try(context, name);
}

/* "failover[" and "crash]." of the name: the rest, or NULL. */
static const char *take(const char *name, const char *word, const char *after)
{
    size_t size = strlen(word);
    if (strncmp(name, word, size) != 0 || strncmp(name + size, after, strlen(after)) != 0)
        return NULL;
    return name + size + strlen(after);
}

/* Takes "startup." or "failover." or "failover[cause]." off the name; NULL: it has none of them. */
static const char *take_scope(const char *name, const struct scopes *scopes, struct metric_ref *ref)
{
    const char *rest = scopes->first ? take(name, scopes->first, ".") : NULL;
    *ref = (struct metric_ref){.startup = rest != NULL};
    if (!rest)
        rest = take(name, scopes->name, ".");
    if (rest)
        return rest;
    name = take(name, scopes->name, "[");
    for (uint32_t cause = 0; name && !rest && cause < scopes->count; cause++) {
        rest = take(name, scopes->cause(cause), "].");
        *ref = (struct metric_ref){.one_cause = true, .cause = cause};
    }
    return rest;
}

static bool find(const char *name, enum metric_kind kind, struct metric_ref *ref)
{
    for (size_t i = 0; i < metric_count(); i++) {
        const struct metric *metric = metric_at(i);
        if (metric->kind != kind || strcmp(metric->name, name) != 0)
            continue;
        ref->metric = metric;
        ref->index = (uint32_t)i;
        return true;
    }
    return false;
}

bool metric_resolve(const char *name, struct metric_ref *ref, struct suggestion *nearest)
{
    for (uint32_t kind = METRIC_EPISODE; kind <= METRIC_PARTITION; kind++) {
        const char *rest = take_scope(name, &scopes_of[kind], ref);
        if (rest && find(rest, (enum metric_kind)kind, ref))
            return true;
    }
    *ref = (struct metric_ref){0};
    if (find(name, METRIC_RUN, ref))
        return true;
    if (nearest) {
        *nearest = (struct suggestion){.word = name};
        metric_names(try_name, nearest);
    }
    return false;
}

struct telling {
    const struct measures *measures;
    void (*each)(void *context, const char *name, const struct metric_ref *ref);
    void *context;
};

static bool is_said(const struct measures *measures, const struct metric_ref *ref)
{
    const struct episode *episodes;
    const struct partition_episode *partitions;
    uint32_t row, count = 0;
    if (!family_takes_part(family_of(ref->index, &row), measures))
        return false;
    if (ref->metric->kind == METRIC_RUN)
        return true;
    if (ref->metric->kind == METRIC_EPISODE) {
        count = measures_episodes(measures, &episodes);
        for (uint32_t i = 0; i < count; i++)
            if (episode_counts(ref, &episodes[i], i))
                return true;
        return false;
    }
    count = measures_partitions(measures, &partitions);
    for (uint32_t i = 0; i < count; i++)
        if (partition_counts(ref, &partitions[i]))
            return true;
    return false;
}

/* Does the run have an episode that the name is about? */
static void tell(void *context, const char *name, const struct metric_ref *ref)
{
    const struct telling *telling = context;
    if (is_said(telling->measures, ref))
        telling->each(telling->context, name, ref);
}

void metric_each(const struct measures *measures,
                 void (*each)(void *context, const char *name, const struct metric_ref *ref),
                 void *context)
{
    struct telling telling = {measures, each, context};
    metric_names(tell, &telling);
}

bool episode_counts(const struct metric_ref *ref, const struct episode *episode, uint32_t position)
{
    if (ref->startup)
        return position == 0;
    return position > 0 && (!ref->one_cause || episode->cause == ref->cause);
}

struct value episode_value(const struct metric_ref *ref, const struct episode *episode,
                           bool *unended)
{
    uint32_t row;
    const struct family *family = family_of(ref->index, &row);
    *unended = episode->outcome == OUTCOME_OPEN;
    return *unended ? (struct value){0} : family->episode(episode, row);
}

bool partition_counts(const struct metric_ref *ref, const struct partition_episode *episode)
{
    return ref->one_cause ? episode->cause == ref->cause : episode->cause != PARTITION_LOST_START;
}

struct value partition_value(const struct metric_ref *ref, const struct partition_episode *episode,
                             bool *unended)
{
    uint32_t row;
    const struct family *family = family_of(ref->index, &row);
    struct value value = family->partition(episode, row);
    *unended = !value.known && episode->outcome == PARTITION_OPEN;
    return value;
}
