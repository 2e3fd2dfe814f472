#include "sim/measure.h"

#include <stdlib.h>

#include "sim/episode.h"
#include "sim/metric.h"
#include "sim/partition_episode.h"

/* Where a window begins or ends. */
struct edge {
    uint64_t at_ns;
    uint32_t window; /* position in the scenario's windows */
    bool end;
};

struct measures {
    struct world *world;
    struct campaigns campaigns;
    struct episodes episodes;
    void **states; /* of the families */
    struct edge *edges;
    uint32_t edge_count, edge_next;
    size_t edge_room;
    uint64_t end_ns; /* of the run, once finished */
    double *items;   /* samples lent out */
    size_t item_room;
};

struct measures *measures_new(void)
{
    struct measures *measures = allocate(1, sizeof *measures);
    measures->states = allocate(family_count(), sizeof *measures->states);
    for (size_t i = 0; i < family_count(); i++)
        measures->states[i] = allocate(1, family_at(i)->state_size);
    return measures;
}

void measures_free(struct measures *measures)
{
    for (size_t i = 0; i < family_count(); i++) {
        if (family_at(i)->close)
            family_at(i)->close(measures->states[i]);
        free(measures->states[i]);
    }
    campaigns_close(&measures->campaigns);
    episodes_close(&measures->episodes);
    free(measures->states);
    free(measures->edges);
    free(measures->items);
    free(measures);
}

bool measures_of_topics(const struct measures *measures)
{
    return measures->world->brokers != NULL;
}

bool measures_of_reads(const struct measures *measures)
{
    return measures->world->calls != NULL;
}

bool family_takes_part(const struct family *family, const struct measures *measures)
{
    return (!family->of_topics || measures_of_topics(measures)) &&
           (!family->of_reads || measures_of_reads(measures));
}

/* ---- windows ---- */

/* Sorted by insertion: there are few. */
static void add_edge(struct measures *measures, struct edge edge)
{
    uint32_t at = measures->edge_count++;
    measures->edges = make_room(measures->edges, &measures->edge_room, measures->edge_count,
                                sizeof *measures->edges);
    for (; at > 0 && measures->edges[at - 1].at_ns > edge.at_ns; at--)
        measures->edges[at] = measures->edges[at - 1];
    measures->edges[at] = edge;
}

static void open_windows(struct measures *measures)
{
    const struct scenario *scenario = measures->world->scenario;
    measures->edge_count = measures->edge_next = 0;
    for (uint32_t i = 0; i < scenario->window_count; i++) {
        const struct window *window = &scenario->windows[i];
        add_edge(measures, (struct edge){window->from_ns, i, false});
        add_edge(measures, (struct edge){window->to_ns, i, true});
        world_alarm(measures->world, window->from_ns);
        world_alarm(measures->world, window->to_ns);
    }
}

uint64_t measures_next_edge_ns(const struct measures *measures)
{
    bool any = measures->edge_next < measures->edge_count;
    return any ? measures->edges[measures->edge_next].at_ns : NS_MAX;
}

static void mark(struct measures *measures, uint32_t number)
{
    for (size_t i = 0; i < family_count(); i++)
        if (family_at(i)->mark && family_takes_part(family_at(i), measures))
            family_at(i)->mark(measures->states[i], measures->world, number);
}

void measures_edge(struct measures *measures)
{
    while (measures_next_edge_ns(measures) <= measures->world->now_ns)
        mark(measures, measures->edge_next++);
}

static struct period period_of(const struct measures *measures, uint32_t window)
{
    if (window == 0)
        return (struct period){0, measures->end_ns, 0};
    const struct window *asked = &measures->world->scenario->windows[window - 1];
    uint64_t to_ns = asked->to_ns < measures->end_ns ? asked->to_ns : measures->end_ns;
    return (struct period){asked->from_ns, to_ns, window};
}

void measures_marks(const struct measures *measures, const struct period *period, uint32_t *begin,
                    uint32_t *end)
{
    *begin = UINT32_MAX;
    *end = measures->edge_count;
    for (uint32_t i = 0; i < measures->edge_count; i++) {
        if (measures->edges[i].window + 1 != period->window)
            continue;
        if (measures->edges[i].end)
            *end = i;
        else
            *begin = i;
    }
}

/* ---- a run ---- */

void measures_open(struct measures *measures, struct world *world)
{
    measures->world = world;
    measures->end_ns = 0;
    open_windows(measures);
    campaigns_open(&measures->campaigns, world);
    episodes_open(&measures->episodes, &measures->campaigns, world);
    world_subscribe(world, campaigns_kinds(),
                    (struct subscription){.observe = campaigns_observe,
                                          .state = &measures->campaigns,
                                          .messages = 1u << RAFT_MSG_VOTE_REPLY |
                                                      1u << RAFT_MSG_PREVOTE_REPLY});
    world_subscribe(
        world, episodes_kinds(),
        (struct subscription){.observe = episodes_observe, .state = &measures->episodes});
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *family = family_at(i);
        if (!family_takes_part(family, measures))
            continue;
        if (family->open)
            family->open(measures->states[i], world);
        if (family->observe)
            world_subscribe(
                world, family->kinds,
                (struct subscription){.observe = family->observe, .state = measures->states[i]});
    }
}

void measures_finish(struct measures *measures, struct world *world)
{
    must(measures->world == world);
    measures->end_ns = world->now_ns;
    measures_edge(measures);
    for (size_t i = 0; i < family_count(); i++)
        if (family_at(i)->finish && family_takes_part(family_at(i), measures))
            family_at(i)->finish(measures->states[i], world);
    while (measures->edge_next <= measures->edge_count)
        mark(measures, measures->edge_next++);
    episodes_finish(&measures->episodes);
}

uint64_t measures_end_ns(const struct measures *measures)
{
    return measures->end_ns;
}

uint32_t measures_episodes(const struct measures *measures, const struct episode **episodes)
{
    *episodes = measures->episodes.items;
    return measures->episodes.count;
}

uint32_t measures_campaigns(const struct measures *measures, const struct campaign **campaigns)
{
    *campaigns = measures->campaigns.items;
    return measures->campaigns.count;
}

uint32_t measures_terms(const struct measures *measures, const struct term_begun **terms)
{
    *terms = measures->campaigns.terms;
    return measures->campaigns.term_count;
}

static const void *state_of(const struct measures *measures, const struct family *family)
{
    size_t which = 0;
    while (family_at(which) != family)
        which++;
    return measures->states[which];
}

uint32_t measures_partitions(const struct measures *measures,
                             const struct partition_episode **episodes)
{
    const struct family *family = &family_partitions;
    *episodes = NULL;
    return family_takes_part(family, measures)
               ? family->partitions(state_of(measures, family), episodes)
               : 0;
}

struct spurious measures_spurious(const struct measures *measures)
{
    const struct partition_episodes *all = state_of(measures, &family_partitions);
    return measures_of_topics(measures) ? all->spurious : (struct spurious){0};
}

/* ---- values ---- */

struct value measure_value(struct measures *measures, const struct metric_ref *ref, uint32_t window)
{
    uint32_t row;
    const struct family *family = family_of(ref->index, &row);
    struct period period = period_of(measures, window);
    if (ref->metric->kind != METRIC_RUN) {
        struct samples samples = measure_samples(measures, ref, window);
        return sample_statistic(&samples, NULL);
    }
    /* A window that the run did not reach has no value, not even 0. */
    if (!family_takes_part(family, measures) || (window > 0 && period.from_ns >= measures->end_ns))
        return (struct value){0};
    return family->value(state_of(measures, family), measures, row, &period);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_sample(struct measures *measures, struct samples *samples, struct value value)
{
    measures->items = make_room(measures->items, &measures->item_room, (size_t)samples->count + 1,
                                sizeof(double));
    measures->items[samples->count++] = value.number;
    samples->last = value;
    if (!samples->first.known)
        samples->first = value;
}

static void add_episodes(struct measures *measures, const struct metric_ref *ref,
                         const struct period *period, struct samples *samples)
{
    for (uint32_t i = 0; i < measures->episodes.count; i++) {
        const struct episode *episode = &measures->episodes.items[i];
        bool unended;
        if (!episode_counts(ref, episode, i) ||
            (period->window > 0 && !period_has(period, episode->begin_ns)))
            continue;
        struct value value = episode_value(ref, episode, &unended);
        samples->unended += unended;
        if (unended)
            samples->last = (struct value){0};
        if (value.known)
            add_sample(measures, samples, value);
    }
}

static void add_partitions(struct measures *measures, const struct metric_ref *ref,
                           const struct period *period, struct samples *samples)
{
    const struct partition_episode *episodes;
    uint32_t count = measures_partitions(measures, &episodes);
    for (uint32_t i = 0; i < count; i++) {
        bool unended;
        if (!partition_counts(ref, &episodes[i]) ||
            (period->window > 0 && !period_has(period, episodes[i].begin_ns)))
            continue;
        struct value value = partition_value(ref, &episodes[i], &unended);
        samples->unended += unended;
        if (unended)
            samples->last = (struct value){0};
        if (value.known)
            add_sample(measures, samples, value);
    }
}

struct samples measure_samples(struct measures *measures, const struct metric_ref *ref,
                               uint32_t window)
{
    struct samples samples = {0};
    struct period period = period_of(measures, window);
    if (ref->metric->kind == METRIC_RUN) {
        struct value value = measure_value(measures, ref, window);
        if (value.known)
            add_sample(measures, &samples, value);
    } else if (ref->metric->kind == METRIC_EPISODE) {
        add_episodes(measures, ref, &period, &samples);
    } else {
        add_partitions(measures, ref, &period, &samples);
    }
    if (samples.count > 0)
        qsort(measures->items, samples.count, sizeof(double), ascending);
    samples.items = measures->items;
    return samples;
}
