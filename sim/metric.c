#include "sim/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Takes "startup." or "failover." or "failover[cause]." off the name. */
static const char *take_scope(const char *name, struct metric_ref *ref)
{
    const char startup[] = "startup.", failover[] = "failover";
    if (strncmp(name, startup, strlen(startup)) == 0) {
        ref->startup = true;
        return name + strlen(startup);
    }
    if (strncmp(name, failover, strlen(failover)) != 0)
        return NULL;
    name += strlen(failover);
    if (*name == '.')
        return name + 1;
    for (enum cause cause = 0; *name == '[' && cause < CAUSE_COUNT; cause++) {
        size_t size = strlen(cause_name(cause));
        if (strncmp(name + 1, cause_name(cause), size) != 0 ||
            strncmp(name + 1 + size, "].", 2) != 0)
            continue;
        ref->one_cause = true;
        ref->cause = cause;
        return name + size + 3;
    }
    return NULL;
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

static void write_name(char *text, const struct metric_ref *ref)
{
    const char *name = ref->metric->name;
    if (ref->metric->kind == METRIC_RUN)
        snprintf(text, NAME_MAX_SIZE, "%s", name);
    else if (ref->startup)
        snprintf(text, NAME_MAX_SIZE, "startup.%s", name);
    else if (ref->one_cause)
        snprintf(text, NAME_MAX_SIZE, "failover[%s].%s", cause_name(ref->cause), name);
    else
        snprintf(text, NAME_MAX_SIZE, "failover.%s", name);
}

/* The scopes of an episode metric in their order: startup, failover, failover[cause] .. */
enum { SCOPES = 1 + CAUSE_COUNT };

static void scope_at(struct metric_ref *ref, uint32_t scope)
{
    ref->startup = scope == 0;
    ref->one_cause = scope > 1;
    ref->cause = ref->one_cause ? (enum cause)(scope - 1) : CAUSE_START;
}

void metric_names(void (*each)(void *context, const char *name, const struct metric_ref *ref),
                  void *context)
{
    char name[NAME_MAX_SIZE];
    for (size_t i = 0; i < metric_count(); i++) {
        struct metric_ref ref = {.metric = metric_at(i), .index = (uint32_t)i};
        uint32_t scopes = ref.metric->kind == METRIC_EPISODE ? SCOPES : 1;
        for (uint32_t scope = 0; scope < scopes; scope++) {
            if (ref.metric->kind == METRIC_EPISODE)
                scope_at(&ref, scope);
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

bool metric_resolve(const char *name, struct metric_ref *ref, struct suggestion *nearest)
{
    *ref = (struct metric_ref){0};
    const char *rest = take_scope(name, ref);
    if (rest ? find(rest, METRIC_EPISODE, ref) : find(name, METRIC_RUN, ref))
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

/* Does the run have an episode that the name is about? */
static void tell(void *context, const char *name, const struct metric_ref *ref)
{
    const struct telling *telling = context;
    const struct episode *episodes;
    uint32_t count = measures_episodes(telling->measures, &episodes);
    bool said = ref->metric->kind == METRIC_RUN;
    for (uint32_t i = 0; i < count && !said; i++)
        said = episode_counts(ref, &episodes[i], i);
    if (said)
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
