/* Each metric in runs whose values can be told by hand. Unless a story has a plan of its own,
 * three nodes, 1 ms apart and without disk time: n1 asks at 1 s, leads from 1.002 s on and serves
 * from 1.004 s on; nobody campaigns but whom the story tells to, and all ends at 10 s. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

#define WINDOWS "'windows': {'early': ['0s', '2s'], 'mid': ['2s', '6s'], 'late': ['6s', '10s']}, "
#define QUIET                                                                                      \
    "'duration': '10s', 'cluster': {'nodes': 3, 'raft': {'election_timeout': ['50s', '90s'], "     \
    "'heartbeat': '40s'}}, "
/* n1 leads here too, with options of the story's. */
#define WITH(raft, rest)                                                                           \
    "'duration': '10s', 'cluster': {'nodes': 3, 'raft': {'election_timeout': ['50s', '90s'], "     \
    "'heartbeat': '100ms', " raft "}" rest "}, 'timeline': [{'at': '1s', 'do': 'campaign', "       \
    "'node': 'n1'}, "

static const struct story {
    const char *name, *plan, *timeline; /* plan: NULL for the usual one */
    struct known {
        const char *key, *value; /* as `expect` has it */
    } known[28];
} stories[] = {
    {"one leader, and nothing happens",
     NULL,
     "",
     {{"startup.detect_ms", "1000"},
      {"startup.prevote_ms", "0"},
      {"startup.vote_ms", "2"},
      {"startup.announce_ms", "1"},
      {"startup.commit_ms", "2"},
      {"startup.elected_ms", "1002"},
      {"startup.total_ms", "1004"},
      {"startup.total_ms@early", "1004"},
      {"startup.total_ms@mid", "null"},
      {"startup.terms", "1"},
      {"startup.campaigns", "1"},
      {"startup.split_votes", "0"},
      {"failover.total_ms", "null"},
      {"failover.total_ms.mean", "null"},
      {"failover.total_ms.count", "0"},
      {"term.last", "1"},
      {"terms.begun", "1"},
      {"terms.begun@mid", "0"},
      {"terms.failed", "0"},
      {"terms.per_minute", "6"},
      {"terms.per_minute@early", "30"},
      {"leaderless_ms", "1002"},
      {"leaderless_ms@early", "1002"},
      {"leaderless_ms@mid", "0"},
      {"availability", "0.8998"},
      {"availability@early", "0.499"},
      {"availability@mid", "1"},
      {"commit_gap_ms", "null"}}},
    {"nobody ever leads",
     QUIET "'timeline': [{'at': '1s', 'do': 'pause', 'node': 'n1'}]",
     NULL,
     {{"startup.detect_ms", "null"},
      {"startup.total_ms", "null"},
      {"startup.total_ms.min", "null"},
      {"startup.total_ms.p50", "null"},
      {"startup.total_ms.count", "1"},
      {"startup.total_ms.first", "null"},
      {"startup.total_ms.last", "null"},
      {"leaderless_ms", "10000"},
      {"availability", "0"},
      {"leaders.count", "0"},
      {"term.last", "0"},
      {"entries.committed", "0"}}},
    {"two failovers, the longer one first",
     NULL,
     "{'at': '3s', 'do': 'crash', 'node': 'n1', 'for': '500ms'},"
     "{'at': '5s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '6s', 'do': 'crash', 'node': 'n2'}, {'at': '7s', 'do': 'campaign', 'node': 'n3'}",
     {{"failover.total_ms", "2004"},
      {"failover.total_ms.max", "2004"},
      {"failover.total_ms.min", "1004"},
      {"failover.total_ms.mean", "1504"},
      {"failover.total_ms.p50", "1004"},
      {"failover.total_ms.p75", "2004"},
      {"failover.total_ms.first", "2004"},
      {"failover.total_ms.last", "1004"},
      {"failover.total_ms.count", "2"},
      {"failover.total_ms.count@mid", "1"},
      {"failover.total_ms@late", "1004"},
      {"failover[crash].detect_ms.first", "2000"},
      {"failover[crash].elected_ms.last", "1002"},
      {"failover[pause].total_ms", "null"},
      {"leaders.count", "3"},
      {"leaders.count@mid", "1"},
      {"term.last", "3"},
      {"term.last@early", "1"},
      {"term.last@mid", "2"},
      {"leaderless_ms", "4006"},
      {"leaderless_ms@mid", "2002"},
      {"availability@late", "0.7495"},
      {"campaigns@late", "1"},
      {"entries.committed", "3"},
      {"entries.committed@mid", "1"}}},
    {"the second failover does not end",
     NULL,
     "{'at': '2s', 'do': 'crash', 'node': 'n1', 'for': '1s'},"
     "{'at': '4s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '6s', 'do': 'crash', 'node': ['n2', 'n3']}",
     {{"failover.total_ms", "null"},
      {"failover.total_ms.mean", "null"},
      {"failover.total_ms.p99", "null"},
      {"failover.total_ms.last", "null"},
      {"failover.total_ms.first", "2004"},
      {"failover.total_ms.min", "2004"},
      {"failover.total_ms.p50", "2004"},
      {"failover.total_ms.count", "2"},
      {"failover.total_ms@mid", "2004"},
      {"leaderless_ms@late", "4000"}}},
    {"two share the voters",
     NULL,
     "{'at': '2s', 'do': 'crash', 'node': 'n1'},"
     "{'at': '3s', 'do': 'campaign', 'node': ['n2', 'n3']},"
     "{'at': '4s', 'do': 'campaign', 'node': 'n2'}",
     {{"split_votes", "1"},
      {"split_votes@early", "0"},
      {"split_votes@mid", "1"},
      {"terms.begun", "3"},
      {"terms.failed", "1"},
      {"terms.per_minute", "18"},
      {"campaigns", "4"},
      {"failover[crash].detect_ms", "1000"},
      {"failover[crash].prevote_ms", "0"},
      {"failover[crash].vote_ms", "1002"},
      {"failover[crash].split_votes", "1"},
      {"failover[crash].terms", "2"},
      {"failover[crash].campaigns", "3"}}},
    {"nobody hears it",
     NULL,
     "{'at': '2s', 'do': 'isolate', 'node': 'n2'}, {'at': '3s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '4s', 'do': 'campaign', 'node': 'n2'}",
     {{"terms.failed.unreachable", "1"},
      {"terms.failed", "1"},
      {"terms.begun", "3"},
      {"term.last", "3"},
      {"leaders.count", "1"},
      {"failover.total_ms.count", "0"}}},
    {"its log is older",
     NULL,
     "{'at': '2s', 'do': 'isolate', 'node': 'n2', 'for': '500ms'},"
     "{'at': '2100ms', 'do': 'propose', 'node': 'n1'},"
     "{'at': '2501ms', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '4s', 'do': 'campaign', 'node': 'n2'}",
     {{"terms.failed.log", "1"}, {"terms.failed", "1"}, {"split_votes", "0"}}},
    {"it crashes",
     NULL,
     "{'at': '2s', 'do': 'isolate', 'node': 'n2'}, {'at': '3s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '4s', 'do': 'crash', 'node': 'n2'}",
     {{"terms.failed.stopped", "1"}, {"terms.failed", "1"}}},
    {"its only voter cannot answer, and moves on",
     NULL,
     "{'at': '2s', 'do': 'cut', 'from': 'n2', 'to': 'n1', 'both': true},"
     "{'at': '2s', 'do': 'drop', 'from': 'n3', 'to': 'n2', 'kinds': ['vote_reply']},"
     "{'at': '3s', 'do': 'campaign', 'node': 'n2'}, {'at': '4s', 'do': 'campaign', 'node': 'n3'}",
     {{"terms.failed.overtaken", "1"}, {"terms.failed", "1"}, {"leaders.count", "2"}}},
    {"its voters hear a leader",
     WITH("'flavor': 'etcd', 'check_quorum': true", "") "{'at': '3s', 'do': 'campaign', 'node': "
                                                        "'n2'}, {'at': '4s', 'do': 'campaign', "
                                                        "'node': 'n2'}]",
     NULL,
     {{"terms.failed.lease", "1"}, {"terms.failed", "1"}, {"leaders.disrupted", "1"}}},
    {"its priority is lower",
     WITH("'flavor': 'raft-rs', 'priority': 2",
          ", 'overrides': {'n2': {'priority': 1}}") "{'at': '3s', 'do': 'campaign', 'node': 'n2'}]",
     NULL,
     {{"terms.failed.priority", "1"}, {"terms.failed", "1"}, {"failover.total_ms", "null"}}},
    {"pre-votes first",
     WITH("'flavor': 'etcd', 'pre_vote': true",
          "") "{'at': '3s', 'do': 'crash', 'node': 'n1'}, {'at': '4s', 'do': "
              "'campaign', 'node': 'n2'}]",
     NULL,
     {{"failover.detect_ms", "1000"},
      {"failover.prevote_ms", "2"},
      {"failover.vote_ms", "2"},
      {"failover.announce_ms", "1"},
      {"failover.commit_ms", "2"},
      {"failover.total_ms", "1006"},
      {"failover.outage_ms", "1006"},
      {"failover.campaigns", "2"},
      {"failover.terms", "1"},
      {"campaigns", "4"},
      {"terms.begun", "2"}}},
    {"a healthy leader is deposed",
     NULL,
     "{'at': '3s', 'do': 'campaign', 'node': 'n3'}",
     {{"leaders.disrupted", "1"},
      {"leaders.disrupted@early", "0"},
      {"leaders.count", "2"},
      {"elections.unplanned", "1"},
      {"elections.unplanned@late", "0"},
      {"failover[unplanned].detect_ms", "0"},
      {"failover[unplanned].total_ms", "4"},
      {"leaderless_ms", "1004"}}},
    {"an old leader does not know",
     NULL,
     "{'at': '3s', 'do': 'isolate', 'node': 'n1'}, {'at': '4s', 'do': 'campaign', 'node': 'n2'},"
     "{'at': '7s', 'do': 'crash', 'node': 'n1'}",
     {{"two_leaders_ms", "2998"},
      {"two_leaders_ms@late", "1000"},
      {"leaders.disrupted", "0"},
      {"leaders.count", "2"},
      {"failover[isolate].total_ms", "1004"},
      {"leaderless_ms", "2004"}}},
    {"a leader stands still for a while",
     NULL,
     "{'at': '3s', 'do': 'pause', 'node': 'n1', 'for': '500ms'}",
     {{"leaders.resumed", "1"},
      {"leaders.resumed@late", "0"},
      {"leaders.count", "1"},
      {"failover[pause].outage_ms", "500"},
      {"failover.total_ms", "null"},
      {"failover.total_ms.count", "0"},
      {"elections.unplanned", "0"},
      {"leaderless_ms@mid", "500"}}},
    {"a leader hands over",
     NULL,
     "{'at': '3s', 'do': 'transfer', 'to': 'n3'}",
     {{"transfers.begun", "1"},
      {"transfers.done", "1"},
      {"transfers.done@early", "0"},
      {"transfers.aborted", "0"},
      {"leaders.disrupted", "0"},
      {"elections.unplanned", "0"},
      {"failover[transfer].total_ms", "4"}}},
    {"the word to take over is lost",
     "'duration': '10s', 'cluster': {'nodes': 3, 'raft': {'election_timeout': ['300ms', '600ms'], "
     "'heartbeat': '50ms'}}, 'timeline': [{'at': '2s', 'do': 'drop', 'kinds': ['timeout_now']}, "
     "{'at': '3s', 'do': 'transfer', 'to': 'follower'}]",
     NULL,
     {{"transfers.begun", "0"},
      {"transfers.done", "0"},
      {"transfers.aborted", "1"},
      {"leaders.count", "1"},
      {"messages.timeout_now.sent", "1"},
      {"messages.timeout_now.lost", "1"}}},
    {"what is proposed is committed in a round trip",
     NULL,
     "{'at': '3s', 'do': 'propose', 'node': 'n1', 'count': 3}",
     {{"proposals", "3"},
      {"proposals@late", "0"},
      {"entries.committed", "4"},
      {"entries.committed@mid", "3"},
      {"commit_gap_ms", "2"},
      {"commit_gap_ms@late", "0"}}},
    {"what is proposed is never committed",
     NULL,
     "{'at': '3s', 'do': 'isolate', 'node': 'n1'}, {'at': '4s', 'do': 'propose', 'node': 'n1'}",
     {{"commit_gap_ms", "6000"}, {"commit_gap_ms@mid", "2000"}, {"commit_gap_ms@early", "0"}}},
    {"one voter is down, what the other hears comes twice",
     QUIET "'timeline': [{'at': '500ms', 'do': 'crash', 'node': 'n3'}, {'at': '500ms', 'do': "
           "'duplicate', 'from': 'n1', 'to': 'n2', 'probability': 1, 'for': '1s'}, {'at': '1s', "
           "'do': 'campaign', 'node': 'n1'}]",
     NULL,
     {{"messages.vote.sent", "2"},
      {"messages.vote.duplicated", "1"},
      {"messages.vote.delivered", "2"},
      {"messages.vote.lost", "1"},
      {"messages.vote_reply.sent", "2"},
      {"messages.vote_reply.delivered", "2"},
      {"messages.vote_reply.lost", "0"},
      {"messages.vote_reply.duplicated", "0"}}},
    {"the run ends before anything arrives",
     QUIET "'timeline': [{'at': '9999500us', 'do': 'campaign', 'node': 'n1'}]",
     NULL,
     {{"messages.sent", "2"},
      {"messages.sent@late", "2"},
      {"messages.sent@mid", "0"},
      {"messages.delivered", "0"},
      {"messages.lost", "0"},
      {"messages.duplicated", "0"}}},
    {"an answer, a loss and a copy",
     QUIET "'timeline': [{'at': '3s', 'do': 'cut', 'from': 'n1', 'to': 'n3'}, {'at': '3s', 'do': "
           "'duplicate', 'from': 'n1', 'to': 'n2', 'probability': 1}, {'at': '3s', 'do': 'drop', "
           "'from': 'n2', 'to': 'n1', 'kinds': ['vote_reply']}, {'at': '4s', 'do': 'campaign', "
           "'node': 'n1'}]",
     NULL,
     {{"messages.sent", "4"},
      {"messages.delivered", "2"},
      {"messages.lost", "3"},
      {"messages.duplicated", "1"}}},
    {"three nodes start, one pauses and resumes",
     QUIET "'timeline': [{'at': '3s', 'do': 'pause', 'node': 'n1', 'for': '4s'}]",
     NULL,
     {{"events", "5"}, {"events@early", "3"}, {"events@mid", "1"}, {"events@late", "1"}}},
};

static void open_story(struct stage *stage, const struct story *story)
{
    struct text more = {0};
    text_add(&more, "%s", WINDOWS "'expect': {");
    for (size_t i = 0; i < countof(story->known) && story->known[i].key; i++)
        text_add(&more, "%s'%s': '>= 0'", i ? ", " : "", story->known[i].key);
    text_add(&more, "}, %s", story->plan ? story->plan : "");
    if (story->plan)
        stage_open(stage, text_of(&more));
    else
        stage_open_led(stage, text_of(&more), story->timeline);
    text_close(&more);
}

static void value_exactly(struct value value, char *text, size_t size)
{
    if (value.known)
        snprintf(text, size, "%.10g", value.number);
    else
        snprintf(text, size, "null");
}

START_TEST(a_metric_has_the_value_told_by_hand)
{
    const struct story *story = &stories[_i];
    struct stage stage;
    char got[32];
    open_story(&stage, story);
    stage_run(&stage);
    ck_assert_str_eq(stage_rule(&stage), "holds");
    for (uint32_t i = 0; i < stage.run->finding_count; i++) {
        value_exactly(stage.run->findings[i].got, got, sizeof got);
        ck_assert_msg(strcmp(got, story->known[i].value) == 0, "%s: %s is %s, not %s", story->name,
                      story->known[i].key, got, story->known[i].value);
    }
    stage_close(&stage);
}
END_TEST

/* The metric that a key of `expect` is about: without its window, and without its statistic. */
static const struct metric *metric_of(const char *key)
{
    char name[64];
    struct metric_ref ref;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(key, "@"), key);
    while (!metric_resolve(name, &ref, NULL)) {
        char *dot = strrchr(name, '.');
        ck_assert_msg(dot != NULL, "%s", key);
        *dot = '\0';
    }
    return ref.metric;
}

static bool has_a_story(const struct metric *metric)
{
    for (size_t i = 0; i < countof(stories); i++)
        for (const struct known *known = stories[i].known;
             known < stories[i].known + countof(stories[i].known) && known->key; known++)
            if (metric_of(known->key) == metric && strcmp(known->value, "0") != 0 &&
                strcmp(known->value, "null") != 0)
                return true;
    return false;
}

/* Those of one kind of message are one piece of code for all kinds: test_messages.c. */
static bool is_of_one_kind(const struct metric *metric)
{
    const char messages[] = "messages.";
    return strncmp(metric->name, messages, strlen(messages)) == 0 &&
           strchr(metric->name + strlen(messages), '.') != NULL;
}

START_TEST(every_metric_is_something_in_some_story)
{
    for (size_t i = 0; i < metric_count(); i++) {
        const struct metric *metric = metric_at(i);
        ck_assert_msg(is_of_one_kind(metric) || has_a_story(metric), "%s", metric->name);
    }
}
END_TEST

Suite *suite_metric(void)
{
    TCase *values = tcase_create("values");
    tcase_add_loop_test(values, a_metric_has_the_value_told_by_hand, 0, (int)countof(stories));
    tcase_add_test(values, every_metric_is_something_in_some_story);
    Suite *suite = suite_create("metric");
    suite_add_tcase(suite, values);
    return suite;
}
