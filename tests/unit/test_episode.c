/* What took a leader away and how long each part took. Three nodes, 1 ms apart, no disk time:
 * n1 leads from 1.002 s on and serves from 1.004 s; nobody campaigns but whom the plan tells to. */
#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

static const struct episode *episode_at(const struct stage *stage, uint32_t position)
{
    const struct episode *episodes;
    uint32_t count = measures_episodes(stage->run->measures, &episodes);
    ck_assert_uint_lt(position, count);
    return &episodes[position];
}

static uint32_t episode_count(const struct stage *stage)
{
    const struct episode *episodes;
    return measures_episodes(stage->run->measures, &episodes);
}

static void run_led(struct stage *stage, const char *timeline)
{
    stage_open_led(stage, "", timeline);
    stage_run(stage);
    ck_assert_str_eq(stage_rule(stage), "holds");
}

#define MS(number) ((number)*NS_PER_MS)

START_TEST(the_first_episode_begins_at_the_start)
{
    struct stage stage;
    run_led(&stage, "{'at': '9s', 'do': 'propose', 'node': 'n1'}");
    const struct episode *episode = episode_at(&stage, 0);
    ck_assert_uint_eq(episode_count(&stage), 1);
    ck_assert_int_eq(episode->cause, CAUSE_START);
    ck_assert_int_eq(episode->outcome, OUTCOME_ELECTED);
    ck_assert_uint_eq(episode->begin_ns, 0);
    ck_assert_uint_eq(episode->detect_ns, MS(1000));
    ck_assert_uint_eq(episode->prevote_ns, MS(1000));
    ck_assert_uint_eq(episode->elected_ns, MS(1002));
    ck_assert_uint_eq(episode->announced_ns, MS(1003));
    ck_assert_uint_eq(episode->committed_ns, MS(1004));
    ck_assert_uint_eq(episode->end_ns, MS(1004));
    ck_assert_uint_eq(episode->leader, 1);
    ck_assert_uint_eq(episode->term, 1);
    ck_assert_uint_eq(episode->terms, 1);
    ck_assert_uint_eq(episode->lost, 0);
    stage_close(&stage);
}
END_TEST

/* n3 is down, so n2 and n1, who has restarted, tie in term 2; n2 wins term 3. */
START_TEST(phases_run_from_the_first_campaign_to_the_last_leader)
{
    struct stage stage;
    run_led(&stage, "{'at': '2s', 'do': 'crash', 'node': 'n3'},"
                    "{'at': '3s', 'do': 'restart', 'node': 'n1'},"
                    "{'at': '4s', 'do': 'campaign', 'node': ['n1', 'n2']},"
                    "{'at': '5s', 'do': 'campaign', 'node': 'n2'}");
    const struct episode *episode = episode_at(&stage, 1);
    ck_assert_int_eq(episode->cause, CAUSE_CRASH);
    ck_assert_uint_eq(episode->begin_ns, MS(3000));
    ck_assert_uint_eq(episode->detect_ns, MS(4000));
    ck_assert_uint_eq(episode->prevote_ns, MS(4000));
    ck_assert_uint_eq(episode->elected_ns, MS(5002));
    ck_assert_uint_eq(episode->committed_ns, MS(5004));
    ck_assert_uint_eq(episode->terms, 2);
    ck_assert_uint_eq(episode->campaigns, 3);
    ck_assert_uint_eq(episode->split_votes, 1);
    ck_assert_uint_eq(episode->leader, 2);
    ck_assert_uint_eq(episode->lost, 1);
    stage_close(&stage);
}
END_TEST

START_TEST(pre_votes_are_a_phase_of_their_own)
{
    struct stage stage;
    stage_open(&stage, "'duration': '10s', 'cluster': {'nodes': 3, 'raft': {'election_timeout': "
                       "['50s', '90s'], 'heartbeat': '100ms', 'pre_vote': true}}, 'timeline': ["
                       "{'at': '1s', 'do': 'campaign', 'node': 'n1'}]");
    stage_run(&stage);
    const struct episode *episode = episode_at(&stage, 0);
    ck_assert_uint_eq(episode->detect_ns, MS(1000));
    ck_assert_uint_eq(episode->prevote_ns, MS(1002));
    ck_assert_uint_eq(episode->elected_ns, MS(1004));
    ck_assert_uint_eq(episode->committed_ns, MS(1006));
    ck_assert_uint_eq(episode->terms, 1);
    ck_assert_uint_eq(episode->campaigns, 2);
    stage_close(&stage);
}
END_TEST

/* Who cannot reach a quorum has detected nothing that could end the episode. */
START_TEST(a_campaign_without_a_quorum_in_reach_detects_nothing)
{
    struct stage stage;
    run_led(&stage, "{'at': '2s', 'do': 'isolate', 'node': 'n3'},"
                    "{'at': '3s', 'do': 'restart', 'node': 'n1'},"
                    "{'at': '4s', 'do': 'campaign', 'node': 'n3'},"
                    "{'at': '5s', 'do': 'campaign', 'node': 'n2'}");
    const struct episode *episode = episode_at(&stage, 1);
    ck_assert_uint_eq(episode->detect_ns, MS(5000));
    ck_assert_uint_eq(episode->terms, 1);
    stage_close(&stage);
}
END_TEST

START_TEST(an_episode_that_does_not_end_stays_open)
{
    struct stage stage;
    run_led(&stage, "{'at': '2s', 'do': 'crash', 'node': ['n1', 'n2']}");
    const struct episode *episode = episode_at(&stage, 1);
    ck_assert_int_eq(episode->outcome, OUTCOME_OPEN);
    ck_assert_uint_eq(episode->end_ns, UINT64_MAX);
    ck_assert_uint_eq(episode->detect_ns, UINT64_MAX);
    stage_close(&stage);
}
END_TEST

/* A follower that hears of its leader late: the announcement may outlast the episode. */
START_TEST(a_follower_out_of_reach_is_not_waited_for)
{
    struct stage stage;
    run_led(&stage, "{'at': '2s', 'do': 'pause', 'node': 'n3', 'for': '2500ms'},"
                    "{'at': '3s', 'do': 'crash', 'node': 'n1', 'for': '1s'},"
                    "{'at': '4001ms', 'do': 'campaign', 'node': 'n2'}");
    const struct episode *episode = episode_at(&stage, 1);
    ck_assert_uint_eq(episode->elected_ns, MS(4003));
    ck_assert_uint_eq(episode->committed_ns, MS(4005));
    ck_assert_uint_eq(episode->announced_ns, MS(4004)); /* n3 stands still */
    stage_close(&stage);
}
END_TEST

/* What is done to n1, the leader, at 3 s; n2 campaigns at 4 s, as far as it still must. */
#define THEN ", {'at': '4s', 'do': 'campaign', 'node': 'n2', 'optional': true}"
static const struct {
    const char *name, *timeline;
    enum cause cause;
    enum outcome outcome;
    uint64_t begin_ms;
    uint32_t item; /* 1 + its position; n1's own campaign is item 1 */
    uint32_t node; /* unplanned: who */
} causes[] = {
    {"crash", "{'at': '3s', 'do': 'crash', 'node': 'n1'}" THEN, CAUSE_CRASH, OUTCOME_ELECTED, 3000,
     2, 0},
    {"restart", "{'at': '3s', 'do': 'restart', 'node': 'n1'}" THEN, CAUSE_CRASH, OUTCOME_ELECTED,
     3000, 2, 0},
    {"its followers crash",
     "{'at': '2s', 'do': 'crash', 'node': 'n2', 'for': '2s'}, {'at': '3s', 'do': 'crash', 'node': "
     "'n3'}",
     CAUSE_CRASH, OUTCOME_RESUMED, 3000, 3, 0},
    {"pause", "{'at': '3s', 'do': 'pause', 'node': 'n1'}" THEN, CAUSE_PAUSE, OUTCOME_ELECTED, 3000,
     2, 0},
    {"a short pause", "{'at': '3s', 'do': 'pause', 'node': 'n1', 'for': '500ms'}", CAUSE_PAUSE,
     OUTCOME_RESUMED, 3000, 2, 0},
    {"isolate", "{'at': '3s', 'do': 'isolate', 'node': 'n1'}" THEN, CAUSE_ISOLATE, OUTCOME_ELECTED,
     3000, 2, 0},
    {"partition",
     "{'at': '3s', 'do': 'partition', 'sides': [['n1'], ['n2', 'n3']], 'for': '1500ms'}",
     CAUSE_PARTITION, OUTCOME_RESUMED, 3000, 2, 0},
    {"a partition elsewhere, then a cut",
     "{'at': '2s', 'do': 'partition', 'sides': [['n1', 'n3'], ['n2']]}, {'at': '3s', 'do': 'cut', "
     "'from': 'n3', 'to': 'n1', 'for': '1s'}",
     CAUSE_LINK, OUTCOME_RESUMED, 3000, 3, 0},
    {"flap", "{'at': '3s', 'do': 'flap', 'node': 'n1', 'down': '100ms', 'up': '100s', 'for': '2s'}",
     CAUSE_LINK, OUTCOME_RESUMED, 3000, 2, 0},
    {"a disk that blocks",
     "{'at': '3s', 'do': 'disk-stall', 'node': 'n1', 'blocks': 'node', 'for': '1s'}, {'at': '3s', "
     "'do': 'propose', 'node': 'n1'}",
     CAUSE_DISK, OUTCOME_RESUMED, 3000, 2, 0},
    {"transfer", "{'at': '3s', 'do': 'transfer', 'to': 'n3'}", CAUSE_TRANSFER, OUTCOME_ELECTED,
     3001, 0, 0},
    {"the plan makes another campaign", "{'at': '3s', 'do': 'campaign', 'node': 'n3'}",
     CAUSE_UNPLANNED, OUTCOME_ELECTED, 3000, 2, 3},
    {"messages lost on its links",
     "{'at': '2s', 'do': 'loss', 'from': 'n1', 'to': 'n3', 'probability': 0.5}, {'at': '3s', 'do': "
     "'campaign', 'node': 'n3'}",
     CAUSE_LINK, OUTCOME_ELECTED, 3000, 2, 0},
    {"messages lost elsewhere",
     "{'at': '2s', 'do': 'loss', 'from': 'n2', 'to': 'n3', 'probability': 0.5}, {'at': '3s', 'do': "
     "'campaign', 'node': 'n3'}",
     CAUSE_UNPLANNED, OUTCOME_ELECTED, 3000, 3, 3},
    {"a clock that jumps", "{'at': '3s', 'do': 'clock-jump', 'node': 'n2', 'by': '100s'}",
     CAUSE_CLOCK, OUTCOME_ELECTED, 3000, 2, 0},
    {"who campaigned while cut off comes back",
     "{'at': '2s', 'do': 'isolate', 'node': 'n2', 'for': '1s'}, {'at': '2500ms', 'do': 'campaign', "
     "'node': 'n2'}, {'at': '3500ms', 'do': 'campaign', 'node': 'n3'}",
     CAUSE_UNPLANNED, OUTCOME_ELECTED, 3000, 0, 2},
};

START_TEST(a_loss_has_the_cause_that_took_the_leader_away)
{
    struct stage stage;
    run_led(&stage, causes[_i].timeline);
    const struct episode *episode = episode_at(&stage, 1);
    ck_assert_msg(episode->cause == causes[_i].cause, "%s: %s", causes[_i].name,
                  cause_name(episode->cause));
    ck_assert_msg(episode->outcome == causes[_i].outcome, "%s: outcome", causes[_i].name);
    ck_assert_msg(episode->begin_ns / NS_PER_MS == causes[_i].begin_ms, "%s: %llu", causes[_i].name,
                  (unsigned long long)episode->begin_ns);
    ck_assert_msg(episode->item == causes[_i].item, "%s: item %u", causes[_i].name, episode->item);
    ck_assert_msg(episode->unplanned_node == causes[_i].node, "%s: node %u", causes[_i].name,
                  episode->unplanned_node);
    bool elected = episode->outcome == OUTCOME_ELECTED;
    ck_assert((episode->committed_ns == episode->end_ns) == elected);
    ck_assert((episode->detect_ns != UINT64_MAX) == elected);
    stage_close(&stage);
}
END_TEST

/* In random runs too: nothing overlaps, phases add up, campaigns belong where they say. */
START_TEST(episodes_of_random_runs_are_sound)
{
    struct stage stage;
    stage_open(&stage, "'duration': '60s', 'cluster': {'nodes': 5, 'raft': {'preset': 'paper'}}, "
                       "'chaos': [{'every': '2s', 'do': 'crash', 'node': 'leader', 'for': '1s'},"
                       "{'every': '3s', 'do': 'isolate', 'node': 'random', 'for': '2s'},"
                       "{'every': '5s', 'do': 'loss', 'probability': 0.4, 'for': '2s'}]");
    stage_run(&stage);
    const struct campaign *campaigns;
    uint32_t campaign_count = measures_campaigns(stage.run->measures, &campaigns);
    uint64_t before_ns = 0;
    for (uint32_t i = 0; i < episode_count(&stage); i++) {
        const struct episode *episode = episode_at(&stage, i);
        uint32_t own = 0;
        ck_assert_uint_ge(episode->begin_ns, before_ns);
        before_ns = episode->end_ns;
        for (uint32_t j = 0; j < campaign_count; j++)
            own += campaigns[j].episode == i && j >= episode->campaign_first &&
                   j < episode->campaign_first + episode->campaign_count;
        ck_assert_uint_ge(episode->campaigns, own);
        if (episode->outcome != OUTCOME_ELECTED)
            continue;
        ck_assert_uint_le(episode->begin_ns, episode->detect_ns);
        ck_assert_uint_le(episode->detect_ns, episode->prevote_ns);
        ck_assert_uint_le(episode->prevote_ns, episode->elected_ns);
        ck_assert_uint_le(episode->elected_ns, episode->committed_ns);
        ck_assert_uint_eq(episode->committed_ns, episode->end_ns);
    }
    ck_assert_uint_gt(episode_count(&stage), 20);
    stage_close(&stage);
}
END_TEST

Suite *suite_episode(void)
{
    TCase *phases = tcase_create("phases");
    tcase_add_test(phases, the_first_episode_begins_at_the_start);
    tcase_add_test(phases, phases_run_from_the_first_campaign_to_the_last_leader);
    tcase_add_test(phases, pre_votes_are_a_phase_of_their_own);
    tcase_add_test(phases, a_campaign_without_a_quorum_in_reach_detects_nothing);
    tcase_add_test(phases, an_episode_that_does_not_end_stays_open);
    tcase_add_test(phases, a_follower_out_of_reach_is_not_waited_for);
    tcase_add_test(phases, episodes_of_random_runs_are_sound);
    TCase *cause = tcase_create("cause");
    tcase_add_loop_test(cause, a_loss_has_the_cause_that_took_the_leader_away, 0,
                        (int)countof(causes));
    Suite *suite = suite_create("episode");
    suite_add_tcase(suite, phases);
    suite_add_tcase(suite, cause);
    return suite;
}
