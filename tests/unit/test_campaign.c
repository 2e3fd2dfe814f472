/* Why somebody campaigned, and why a term elected nobody. Three or five nodes, 1 ms apart; nobody
 * campaigns but whom the plan tells to, unless the case has timeouts of its own. */
#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

static const struct campaign *last_of(const struct stage *stage, uint32_t node, bool prevote)
{
    const struct campaign *campaigns, *found = NULL;
    uint32_t count = measures_campaigns(stage->run->measures, &campaigns);
    for (uint32_t i = 0; i < count; i++)
        if (campaigns[i].node == node && campaigns[i].prevote == prevote)
            found = &campaigns[i];
    ck_assert_ptr_nonnull(found);
    return found;
}

static const struct term_begun *term_of(const struct stage *stage, uint64_t term)
{
    const struct term_begun *terms;
    uint32_t count = measures_terms(stage->run->measures, &terms);
    for (uint32_t i = 0; i < count; i++)
        if (terms[i].term == term)
            return &terms[i];
    ck_abort_msg("term %llu was not begun", (unsigned long long)term);
    return NULL;
}

static uint32_t votes_of(const struct campaign *campaign)
{
    return raft_set_count(&campaign->votes);
}

START_TEST(a_campaign_knows_its_votes)
{
    struct stage stage;
    stage_open_led(&stage, "", "{'at': '9s', 'do': 'propose', 'node': 'n1'}");
    stage_run(&stage);
    const struct campaign *campaign = last_of(&stage, 1, false);
    ck_assert(campaign->won && campaign->ended && campaign->reached);
    ck_assert_int_eq(campaign->trigger, TRIGGER_FORCED);
    ck_assert_uint_eq(campaign->at_ns, NS_PER_S);
    ck_assert_uint_eq(campaign->ended_ns, NS_PER_S + 2 * NS_PER_MS);
    ck_assert_uint_ge(votes_of(campaign), 2);
    ck_assert_uint_eq(campaign->episode, 0);
    stage_close(&stage);
}
END_TEST

/* What happens from 2 s on, when n1 leads term 1, and how n2's last campaign came out. */
static const struct {
    const char *name, *timeline;
    enum failure failure;
    uint64_t term; /* that failed */
} failures[] = {
    {"two ask the only two who run",
     "{'at': '2s', 'do': 'crash', 'node': 'n1'},"
     "{'at': '3s', 'do': 'campaign', 'node': ['n2', 'n3']},"
     "{'at': '4s', 'do': 'campaign', 'node': ['n2', 'n3']}",
     FAILURE_SPLIT, 2},
    {"nobody hears it",
     "{'at': '2s', 'do': 'isolate', 'node': 'n2'}, {'at': '3s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '4s', 'do': 'campaign', 'node': 'n2'}",
     FAILURE_UNREACHABLE, 2},
    {"its log is older",
     "{'at': '2s', 'do': 'isolate', 'node': 'n2', 'for': '500ms'},"
     "{'at': '2100ms', 'do': 'propose', 'node': 'n1'},"
     "{'at': '2501ms', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '4s', 'do': 'campaign', 'node': 'n2'}",
     FAILURE_LOG, 2},
    {"it crashes",
     "{'at': '2s', 'do': 'isolate', 'node': 'n2'}, {'at': '3s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '4s', 'do': 'crash', 'node': 'n2'}",
     FAILURE_STOPPED, 2},
    {"a leader of a higher term appears",
     "{'at': '2s', 'do': 'isolate', 'node': 'n2', 'for': '3s'},"
     "{'at': '3s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '3s', 'do': 'restart', 'node': 'n1'},"
     "{'at': '3100ms', 'do': 'campaign', 'node': 'n3', 'optional': true},"
     "{'at': '3200ms', 'do': 'restart', 'node': 'n3'},"
     "{'at': '3300ms', 'do': 'campaign', 'node': 'n1'}",
     FAILURE_ANOTHER, 0},
};

START_TEST(a_term_that_elects_nobody_says_why)
{
    struct stage stage;
    stage_open_led(&stage, "", failures[_i].timeline);
    stage_run(&stage);
    const struct campaign *campaigns;
    uint32_t count = measures_campaigns(stage.run->measures, &campaigns), seen = 0;
    for (uint32_t i = 0; i < count; i++)
        if (campaigns[i].node == 2 && campaigns[i].ended && seen++ == 0)
            ck_assert_msg(campaigns[i].failure == failures[_i].failure, "%s: %s", failures[_i].name,
                          failure_name(campaigns[i].failure));
    ck_assert_uint_ge(seen, 1);
    if (failures[_i].term) {
        const struct term_begun *term = term_of(&stage, failures[_i].term);
        ck_assert(term_failed(term));
        ck_assert_int_eq(term->failure, failures[_i].failure);
    }
    stage_close(&stage);
}
END_TEST

#define FIVE                                                                                       \
    "'duration': '10s', 'cluster': {'nodes': 5, 'raft': {'flavor': 'etcd', 'election_timeout': "   \
    "['50s', '90s'], 'heartbeat': '100ms', 'check_quorum': true, 'pre_vote': true}}, "             \
    "'timeline': [{'at': '1s', 'do': 'campaign', 'node': 'n1'}, "

START_TEST(voters_in_lease_refuse_a_pre_vote)
{
    struct stage stage;
    stage_open(&stage, FIVE "{'at': '3s', 'do': 'campaign', 'node': 'n2'},"
                            "{'at': '5s', 'do': 'campaign', 'node': 'n2'}]");
    stage_run(&stage);
    const struct campaign *campaigns;
    uint32_t count = measures_campaigns(stage.run->measures, &campaigns), seen = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (campaigns[i].node != 2 || !campaigns[i].ended)
            continue;
        ck_assert(campaigns[i].prevote && !campaigns[i].won);
        ck_assert_int_eq(campaigns[i].failure, FAILURE_LEASE);
        seen++;
    }
    ck_assert_uint_ge(seen, 1);
    stage_close(&stage);
}
END_TEST

/* A term that somebody won has not failed, whatever became of the others. */
START_TEST(who_lost_to_the_winner_did_not_fail_the_term)
{
    struct stage stage;
    stage_open_led(&stage, "",
                   "{'at': '2s', 'do': 'restart', 'node': 'n1'},"
                   "{'at': '3s', 'do': 'campaign', 'node': 'n2'},"
                   "{'at': '3000100us', 'do': 'campaign', 'node': 'n3'}");
    stage_run(&stage);
    const struct term_begun *term = term_of(&stage, 2);
    ck_assert_uint_eq(term->leader, 2);
    ck_assert_uint_eq(term->candidates, 2);
    ck_assert(!term_failed(term));
    ck_assert_int_eq(last_of(&stage, 3, false)->failure, FAILURE_ANOTHER);
    stage_close(&stage);
}
END_TEST

/* n3 has lost to n1 and n2 when the vote that elects n2 still is on its way. */
START_TEST(who_lost_before_the_winner_won_did_not_fail_the_term)
{
    struct stage stage;
    stage_open(&stage, "'duration': '10s', 'cluster': {'nodes': 3, 'raft': {'flavor': 'etcd', "
                       "'election_timeout': ['50s', '90s'], 'heartbeat': '100ms'}}, 'timeline': ["
                       "{'at': '1s', 'do': 'delay', 'from': 'n1', 'to': 'n2', 'add': '50ms'},"
                       "{'at': '3s', 'do': 'campaign', 'node': 'n2'},"
                       "{'at': '3000100us', 'do': 'campaign', 'node': 'n3'}]");
    stage_run(&stage);
    const struct campaign *loser = last_of(&stage, 3, false);
    const struct term_begun *term = term_of(&stage, 1);
    ck_assert_uint_lt(loser->ended_ns, term->elected_ns);
    ck_assert_int_eq(loser->failure, FAILURE_ANOTHER);
    ck_assert_uint_eq(term->leader, 2);
    ck_assert(!term_failed(term));
    stage_close(&stage);
}
END_TEST

/* Timeouts of 1 to 2 s; something happens at 4 s, and the first campaign from then on is looked
 * at. */
static const struct {
    const char *name, *timeline;
    enum trigger trigger;
} triggers[] = {
    {"the leader crashed", "{'at': '4s', 'do': 'crash', 'node': 'leader'}", TRIGGER_LEADER_LOST},
    {"transfer", "{'at': '4s', 'do': 'transfer', 'to': 'follower'}", TRIGGER_TRANSFER},
    {"forced", "{'at': '4s', 'do': 'campaign', 'node': 'follower'}", TRIGGER_FORCED},
    {"a clock jumps", "{'at': '4s', 'do': 'clock-jump', 'node': 'follower', 'by': '5s'}",
     TRIGGER_CLOCK},
    {"heartbeats are lost", "{'at': '4s', 'do': 'drop', 'to': 'follower', 'kinds': ['heartbeat']}",
     TRIGGER_HEARTBEATS_LATE},
    {"it resumes with its time run out",
     "{'at': '4s', 'do': 'pause', 'node': 'follower', 'for': '3s'}", TRIGGER_REJOINED},
};

START_TEST(a_campaign_knows_why_it_began)
{
    struct stage stage;
    struct text plan = {0};
    text_add(&plan,
             "'duration': '8s', 'cluster': {'nodes': 3, 'raft': {'flavor': 'etcd', "
             "'election_timeout': ['1s', '2s'], 'heartbeat': '100ms'}}, 'timeline': [%s]",
             triggers[_i].timeline);
    stage_open(&stage, text_of(&plan));
    stage_run(&stage);
    const struct campaign *campaigns;
    uint32_t count = measures_campaigns(stage.run->measures, &campaigns), at = 0;
    ck_assert_int_eq(campaigns[0].trigger, TRIGGER_FIRST);
    while (at < count && campaigns[at].at_ns < 4 * NS_PER_S)
        at++;
    ck_assert_msg(at < count, "%s: no campaign", triggers[_i].name);
    ck_assert_msg(campaigns[at].trigger == triggers[_i].trigger, "%s: %s", triggers[_i].name,
                  trigger_name(campaigns[at].trigger));
    text_close(&plan);
    stage_close(&stage);
}
END_TEST

START_TEST(after_a_failed_term_the_next_says_so)
{
    struct stage stage;
    stage_open(&stage, "'duration': '9s', 'cluster': {'nodes': 3, 'raft': {'election_timeout': "
                       "['1s', '2s'], 'heartbeat': '100ms'}}, 'timeline': [{'at': '0s', 'do': "
                       "'crash', 'node': ['n2', 'n3'], 'for': '6s'}]");
    stage_run(&stage);
    const struct campaign *campaigns;
    uint32_t count = measures_campaigns(stage.run->measures, &campaigns);
    ck_assert_uint_ge(count, 3);
    ck_assert_int_eq(campaigns[0].trigger, TRIGGER_FIRST);
    ck_assert_int_eq(campaigns[1].trigger, TRIGGER_TERM_FAILED);
    ck_assert_int_eq(campaigns[0].failure, FAILURE_UNREACHABLE);
    ck_assert(!campaigns[0].reached);
    stage_close(&stage);
}
END_TEST

Suite *suite_campaign(void)
{
    TCase *campaigns = tcase_create("campaigns");
    tcase_add_test(campaigns, a_campaign_knows_its_votes);
    tcase_add_loop_test(campaigns, a_campaign_knows_why_it_began, 0, (int)countof(triggers));
    tcase_add_test(campaigns, after_a_failed_term_the_next_says_so);
    TCase *terms = tcase_create("terms");
    tcase_add_loop_test(terms, a_term_that_elects_nobody_says_why, 0, (int)countof(failures));
    tcase_add_test(terms, voters_in_lease_refuse_a_pre_vote);
    tcase_add_test(terms, who_lost_to_the_winner_did_not_fail_the_term);
    tcase_add_test(terms, who_lost_before_the_winner_won_did_not_fail_the_term);
    Suite *suite = suite_create("campaign");
    suite_add_tcase(suite, campaigns);
    suite_add_tcase(suite, terms);
    return suite;
}
