#include "sim/partition_episode.h"

enum row {
    DETECT,
    ELECT,
    PUBLISH,
    PRODUCE,
    TOTAL,
    UNAVAILABLE,
    LEADER_CHANGES,
    ELECTIONS,
    SPURIOUS,
    UNCLEAN,
    LEADERLESS,
    REFUSED,
    PROPOSALS,
    PROPOSAL_RATE,
    FENCED,
    ROWS
};

static const struct metric metrics[] = {
    [DETECT] = {"detect_ms", "loss to the first decision of an elector to replace the leader",
                UNIT_MS, METRIC_PARTITION},
    [ELECT] = {"elect_ms", "that decision to its commit in Raft, first applied anywhere", UNIT_MS,
               METRIC_PARTITION},
    [PUBLISH] = {"publish_ms", "commit until every running broker has applied it", UNIT_MS,
                 METRIC_PARTITION},
    [PRODUCE] = {"produce_ms", "a leader serves, to the first record that it stores", UNIT_MS,
                 METRIC_PARTITION},
    [TOTAL] = {"total_ms", "loss, or decision to replace a healthy leader, until a leader serves",
               UNIT_MS, METRIC_PARTITION},
    [UNAVAILABLE] = {"partition.unavailable_ms",
                     "time without a serving leader after the first, all partitions together",
                     UNIT_MS, METRIC_RUN},
    [LEADER_CHANGES] = {"partition.leader_changes", "another broker took a partition over",
                        UNIT_COUNT, METRIC_RUN},
    [ELECTIONS] = {"partition.elections", "leaders of partitions that electors decided on",
                   UNIT_COUNT, METRIC_RUN},
    [SPURIOUS] = {"partition.spurious",
                  "of these, about a healthy leader that the elector could reach", UNIT_COUNT,
                  METRIC_RUN},
    [UNCLEAN] = {"partition.unclean", "of these, a replica out of sync was chosen", UNIT_COUNT,
                 METRIC_RUN},
    [LEADERLESS] = {"partition.leaderless", "partitions without a serving leader at the end",
                    UNIT_COUNT, METRIC_RUN},
    [REFUSED] = {"elector.refused", "decisions of electors that were not proposed", UNIT_COUNT,
                 METRIC_RUN},
    [PROPOSALS] = {"elector.proposals", "commands of electors that were proposed to Raft",
                   UNIT_COUNT, METRIC_RUN},
    [PROPOSAL_RATE] = {"elector.proposals_per_s", "the same a second", UNIT_PER_SECOND, METRIC_RUN},
    [FENCED] = {"broker.fenced", "sessions of brokers that the controller ended", UNIT_COUNT,
                METRIC_RUN},
};

static struct value length(uint64_t from_ns, uint64_t to_ns)
{
    if (from_ns == UINT64_MAX || to_ns == UINT64_MAX || to_ns < from_ns)
        return (struct value){0};
    return value_ms(to_ns - from_ns);
}

/* What was decided before the loss was not detected by it. */
static struct value detection(const struct partition_episode *episode)
{
    bool before = episode->decided_ns <= episode->begin_ns && episode->lost;
    return before ? (struct value){0} : length(episode->begin_ns, episode->decided_ns);
}

static struct value partition(const struct partition_episode *episode, uint32_t row)
{
    switch ((enum row)row) {
    case DETECT:
        return detection(episode);
    case ELECT:
        return length(episode->decided_ns, episode->elected_ns);
    case PUBLISH:
        return length(episode->elected_ns, episode->published_ns);
    case PRODUCE:
        return length(episode->end_ns, episode->produced_ns);
    case TOTAL:
        return length(episode->begin_ns, episode->end_ns);
    case UNAVAILABLE:
    case LEADER_CHANGES:
    case ELECTIONS:
    case SPURIOUS:
    case UNCLEAN:
    case LEADERLESS:
    case REFUSED:
    case PROPOSALS:
    case PROPOSAL_RATE:
    case FENCED:
    case ROWS:
        break;
    }
    must(false);
    return (struct value){0};
}

static uint32_t partitions(const void *state, const struct partition_episode **episodes)
{
    const struct partition_episodes *all = state;
    *episodes = all->items;
    return all->count;
}

static enum partition_count count_of(uint32_t row)
{
    static const enum partition_count counts[ROWS] = {[LEADER_CHANGES] = COUNT_LEADER_CHANGES,
                                                      [ELECTIONS] = COUNT_ELECTIONS,
                                                      [SPURIOUS] = COUNT_SPURIOUS,
                                                      [UNCLEAN] = COUNT_UNCLEAN,
                                                      [LEADERLESS] = COUNT_LEADERLESS,
                                                      [REFUSED] = COUNT_REFUSED,
                                                      [PROPOSALS] = COUNT_PROPOSALS,
                                                      [PROPOSAL_RATE] = COUNT_PROPOSALS,
                                                      [FENCED] = COUNT_FENCED,
                                                      [UNAVAILABLE] = COUNT_UNAVAILABLE_NS};
    return counts[row];
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    const struct tally *tally = &((const struct partition_episodes *)state)->tally;
    if (row == LEADERLESS)
        return tally_at_end(tally, measures, COUNT_LEADERLESS, period);
    struct value value = tally_value(tally, measures, count_of(row), period);
    if (row == UNAVAILABLE)
        value.number /= (double)NS_PER_MS;
    if (row == PROPOSAL_RATE && period->to_ns == period->from_ns)
        return (struct value){0};
    if (row == PROPOSAL_RATE)
        value.number *= (double)NS_PER_S / (double)(period->to_ns - period->from_ns);
    return value;
}

const struct family family_partitions = {
    .metrics = metrics,
    .count = ROWS,
    .of_topics = true,
    .kinds = RECORD_BIT(PARTITION_DECIDED) | RECORD_BIT(PARTITION_CHANGED) |
             RECORD_BIT(PARTITION_LED) | RECORD_BIT(PARTITION_LEFT) | RECORD_BIT(ELECTOR_NOTE) |
             RECORD_BIT(METADATA_PROPOSED) | RECORD_BIT(BROKER_FENCED) | RECORD_BIT(APPENDED) |
             RECORD_BIT(APPLIED) | RECORD_BIT(CRASHED) | RECORD_BIT(PAUSED) | RECORD_BIT(RESUMED),
    .state_size = sizeof(struct partition_episodes),
    .open = partition_episodes_open,
    .observe = partition_episodes_observe,
    .mark = partition_episodes_mark,
    .value = value,
    .partition = partition,
    .partitions = partitions,
    .close = partition_episodes_close,
};
