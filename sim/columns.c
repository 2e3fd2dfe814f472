#include "sim/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/text.h"

/* ---- which ---- */

static bool is_kept(const struct metric *metric, bool topics, const struct family *family)
{
    bool by_kind = strncmp(metric->name, "messages.", 9) == 0 && strchr(metric->name + 9, '.');
    return !by_kind && (topics || !family->of_topics);
}

static uint32_t find_columns(struct column *columns, enum metric_kind kind, bool topics)
{
    uint32_t count = 0, row;
    for (size_t i = 0; i < metric_count(); i++) {
        const struct metric *metric = metric_at(i);
        if (metric->kind != kind || !is_kept(metric, topics, family_of((uint32_t)i, &row)))
            continue;
        columns[count++] = (struct column){
            metric->name, (struct metric_ref){.metric = metric, .index = (uint32_t)i}};
    }
    return count;
}

void columns_open(struct columns *columns, const struct scenario *scenario)
{
    bool topics = scenario->layout.partition_count > 0;
    const struct expectations *expect = &scenario->sweep_expect;
    *columns = (struct columns){.scenario = scenario};
    columns->run = allocate(metric_count(), sizeof *columns->run);
    columns->episode = allocate(metric_count(), sizeof *columns->episode);
    columns->partition = allocate(metric_count(), sizeof *columns->partition);
    columns->asked = allocate(expect->count, sizeof *columns->asked);
    columns->run_count = find_columns(columns->run, METRIC_RUN, topics);
    columns->episode_count = find_columns(columns->episode, METRIC_EPISODE, topics);
    columns->partition_count = find_columns(columns->partition, METRIC_PARTITION, topics);
    for (uint32_t i = 0; i < expect->count; i++)
        if (!expect->items[i].word && expect->items[i].window > 0)
            columns->asked[columns->asked_count++] = i;
}

void columns_close(struct columns *columns)
{
    free(columns->run);
    free(columns->episode);
    free(columns->partition);
    free(columns->asked);
}

/* ---- packing ---- */

/* The fixed part, first. */
struct head {
    uint64_t seed, trace_hash, events, simulated_ns;
    uint32_t verdict, rule_size, detail_size, episode_count, partition_count, asked_count;
    uint32_t broken, absent;
};

/* The fixed part of an episode; its values follow. */
struct row {
    uint64_t begin_ns, term;
    uint32_t cause, outcome, lost, leader, partition, unused;
};

static void pack_value(struct bytes *out, struct value value)
{
    double number = value.known ? value.number : (double)NAN;
    bytes_add(out, &number, sizeof number);
}

static void pack_episodes(const struct columns *columns, struct run *run, struct bytes *out)
{
    const struct episode *episodes;
    uint32_t count = measures_episodes(run->measures, &episodes);
    for (uint32_t i = 0; i < count; i++) {
        const struct episode *one = &episodes[i];
        struct row row = {one->begin_ns, one->term,   one->cause, one->outcome,
                          one->lost,     one->leader, 0,          0};
        bytes_add(out, &row, sizeof row);
        for (uint32_t c = 0; c < columns->episode_count; c++) {
            bool unended;
            pack_value(out, episode_value(&columns->episode[c].ref, one, &unended));
        }
    }
}

static void pack_partitions(const struct columns *columns, struct run *run, struct bytes *out)
{
    const struct partition_episode *episodes;
    uint32_t count = measures_partitions(run->measures, &episodes);
    for (uint32_t i = 0; i < count; i++) {
        const struct partition_episode *one = &episodes[i];
        struct row row = {one->begin_ns, 0,           one->cause,     one->outcome,
                          one->lost,     one->leader, one->partition, 0};
        bytes_add(out, &row, sizeof row);
        for (uint32_t c = 0; c < columns->partition_count; c++) {
            bool unended;
            pack_value(out, partition_value(&columns->partition[c].ref, one, &unended));
        }
    }
}

static uint32_t pack_asked(const struct columns *columns, struct run *run, struct bytes *out)
{
    uint32_t packed = 0;
    for (uint32_t i = 0; i < columns->asked_count; i++) {
        uint32_t position = columns->asked[i];
        const struct expectation *expectation = &columns->scenario->sweep_expect.items[position];
        struct metric_ref ref;
        const char *statistic;
        bool known = expectation_resolve(expectation, &ref, &statistic);
        must(known);
        struct samples samples = measure_samples(run->measures, &ref, expectation->window);
        for (uint32_t s = 0; s < samples.count + samples.unended; s++) {
            struct asked_result asked = {position,
                                         s < samples.count ? samples.items[s] : (double)NAN};
            bytes_add(out, &asked, sizeof asked);
            packed++;
        }
    }
    return packed;
}

static const char *detail_of(const struct run *run)
{
    switch (run->verdict) {
    case VERDICT_SAFETY:
        return run->world->judge.detail;
    case VERDICT_LIVENESS:
        return run->liveness_why;
    case VERDICT_EXPECTATION:
        for (uint32_t i = 0; i < run->finding_count; i++)
            if (!run->findings[i].held)
                return run->findings[i].expectation->text;
        return "";
    case VERDICT_PASS:
        return "";
    case VERDICT_NONDETERMINISTIC:
    case VERDICT_UNDECIDED:
    case VERDICT_COUNT:
        break;
    }
    return run->why;
}

void columns_pack(const struct columns *columns, struct run *run, struct bytes *out)
{
    const struct episode *episodes;
    const struct partition_episode *partitions;
    const char *rule = run->verdict == VERDICT_SAFETY ? run->world->judge.rule : "";
    const char *detail = detail_of(run);
    size_t at = out->size;
    struct head head = {.seed = run->seed,
                        .trace_hash = run->trace_hash,
                        .events = run->events,
                        .simulated_ns = run->simulated_ns,
                        .verdict = run->verdict,
                        .rule_size = (uint32_t)strlen(rule) + 1,
                        .detail_size = (uint32_t)strlen(detail) + 1,
                        .episode_count = measures_episodes(run->measures, &episodes),
                        .partition_count = measures_partitions(run->measures, &partitions),
                        .broken = run->world->judge.broken,
                        .absent = run->liveness_absent};
    bytes_add(out, &head, sizeof head);
    bytes_add(out, rule, head.rule_size);
    bytes_add(out, detail, head.detail_size);
    for (uint32_t c = 0; c < columns->run_count; c++)
        pack_value(out, measure_value(run->measures, &columns->run[c].ref, 0));
    pack_episodes(columns, run, out);
    pack_partitions(columns, run, out);
    head.asked_count = pack_asked(columns, run, out);
    memcpy(out->data + at, &head, sizeof head);
}

/* ---- unpacking ---- */

static const void *take(struct unpacking *unpacking, size_t size)
{
    must(unpacking->bytes->size - unpacking->at >= size);
    const void *data = unpacking->bytes->data + unpacking->at;
    unpacking->at += size;
    return data;
}

static const double *take_values(struct unpacking *unpacking, uint32_t count)
{
    memcpy(unpacking->values, take(unpacking, count * sizeof(double)), count * sizeof(double));
    return unpacking->values;
}

void unpack_begin(struct unpacking *unpacking, const struct columns *columns,
                  const struct bytes *bytes)
{
    unpacking->columns = columns;
    unpacking->bytes = bytes;
    unpacking->at = 0;
    if (!unpacking->values)
        unpacking->values = allocate(metric_count(), sizeof *unpacking->values);
}

struct result unpack_head(struct unpacking *unpacking)
{
    struct head head;
    memcpy(&head, take(unpacking, sizeof head), sizeof head);
    struct result result = {.seed = head.seed,
                            .trace_hash = head.trace_hash,
                            .events = head.events,
                            .simulated_ns = head.simulated_ns,
                            .verdict = head.verdict,
                            .broken = head.broken,
                            .absent = head.absent,
                            .episode_count = head.episode_count,
                            .partition_count = head.partition_count,
                            .asked_count = head.asked_count};
    result.rule = take(unpacking, head.rule_size);
    result.detail = take(unpacking, head.detail_size);
    result.values = take_values(unpacking, unpacking->columns->run_count);
    return result;
}

static struct episode_result unpack_row(struct unpacking *unpacking, uint32_t values)
{
    struct row row;
    memcpy(&row, take(unpacking, sizeof row), sizeof row);
    return (struct episode_result){.begin_ns = row.begin_ns,
                                   .term = row.term,
                                   .cause = row.cause,
                                   .outcome = row.outcome,
                                   .lost = row.lost,
                                   .leader = row.leader,
                                   .partition = row.partition,
                                   .values = take_values(unpacking, values)};
}

struct episode_result unpack_episode(struct unpacking *unpacking)
{
    return unpack_row(unpacking, unpacking->columns->episode_count);
}

struct episode_result unpack_partition(struct unpacking *unpacking)
{
    return unpack_row(unpacking, unpacking->columns->partition_count);
}

struct asked_result unpack_asked(struct unpacking *unpacking)
{
    struct asked_result asked;
    memcpy(&asked, take(unpacking, sizeof asked), sizeof asked);
    return asked;
}

void unpack_end(struct unpacking *unpacking)
{
    must(unpacking->at == unpacking->bytes->size);
}

void unpack_close(struct unpacking *unpacking)
{
    free(unpacking->values);
}
