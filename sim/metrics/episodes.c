#include "sim/metric.h"

enum row {
    DETECT,
    PREVOTE,
    VOTE,
    COMMIT,
    TOTAL,
    ELECTED,
    ANNOUNCE,
    OUTAGE,
    TERMS,
    CAMPAIGNS,
    SPLIT_VOTES,
    ROWS
};

static const struct metric metrics[] = {
    [DETECT] = {"detect_ms", "loss to the first campaign by a voter that can reach a quorum",
                UNIT_MS, METRIC_EPISODE},
    [PREVOTE] = {"prevote_ms", "first campaign to the first real candidacy", UNIT_MS,
                 METRIC_EPISODE},
    [VOTE] = {"vote_ms", "first candidacy to the election of the leader", UNIT_MS, METRIC_EPISODE},
    [COMMIT] = {"commit_ms", "election to the leader's first commit in its own term", UNIT_MS,
                METRIC_EPISODE},
    [TOTAL] = {"total_ms", "loss to the new leader's first commit: the four phases together",
               UNIT_MS, METRIC_EPISODE},
    [ELECTED] = {"elected_ms", "loss to the election of the leader", UNIT_MS, METRIC_EPISODE},
    [ANNOUNCE] = {"announce_ms",
                  "election until every running voter that the leader can reach follows it",
                  UNIT_MS, METRIC_EPISODE},
    [OUTAGE] = {"outage_ms", "loss until any leader serves, the old one included", UNIT_MS,
                METRIC_EPISODE},
    [TERMS] = {"terms", "terms begun in it by voters that could reach a quorum", UNIT_COUNT,
               METRIC_EPISODE},
    [CAMPAIGNS] = {"campaigns", "campaigns in it, pre-votes too", UNIT_COUNT, METRIC_EPISODE},
    [SPLIT_VOTES] = {"split_votes", "its terms that failed by a split vote", UNIT_COUNT,
                     METRIC_EPISODE},
};

/* What was not reached has no length; nor has what a broken election did out of turn. */
static struct value length(uint64_t from_ns, uint64_t to_ns)
{
    if (from_ns == UINT64_MAX || to_ns == UINT64_MAX || to_ns < from_ns)
        return (struct value){0};
    return value_ms(to_ns - from_ns);
}

static struct value episode(const struct episode *episode, uint32_t row)
{
    switch ((enum row)row) {
    case DETECT:
        return length(episode->begin_ns, episode->detect_ns);
    case PREVOTE:
        return length(episode->detect_ns, episode->prevote_ns);
    case VOTE:
        return length(episode->prevote_ns, episode->elected_ns);
    case COMMIT:
        return length(episode->elected_ns, episode->committed_ns);
    case TOTAL:
        return length(episode->begin_ns, episode->committed_ns);
    case ELECTED:
        return length(episode->begin_ns, episode->elected_ns);
    case ANNOUNCE:
        return length(episode->elected_ns, episode->announced_ns);
    case OUTAGE:
        return length(episode->begin_ns, episode->end_ns);
    case TERMS:
        return value_of(episode->terms);
    case CAMPAIGNS:
        return value_of(episode->campaigns);
    case SPLIT_VOTES:
        return value_of(episode->split_votes);
    case ROWS:
        break;
    }
    must(false);
    return (struct value){0};
}

const struct family family_episodes = {
    .metrics = metrics,
    .count = ROWS,
    .episode = episode,
};
