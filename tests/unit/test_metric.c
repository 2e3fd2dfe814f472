/* Each metric in runs whose values can be told by hand. Unless a story has a plan of its own,
 * three nodes, 1 ms apart and without disk time: n1 asks at 1 s, leads from 1.002 s on and serves
 * from 1.004 s on; nobody campaigns but whom the story tells to, and all ends at 10 s. */
#include <stdio.h>
#include <string.h>

#include "sim/metric.h"
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
#include "tests/unit/metric_stories.def"
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

static void expect_known(const struct run *run, const struct story *story)
{
    char got[32];
    ck_assert_uint_ge(run->finding_count, 1);
    for (uint32_t i = 0; i < run->finding_count; i++) {
        value_exactly(run->findings[i].got, got, sizeof got);
        ck_assert_msg(strcmp(got, story->known[i].value) == 0, "%s: %s is %s, not %s", story->name,
                      story->known[i].key, got, story->known[i].value);
    }
}

START_TEST(a_metric_has_the_value_told_by_hand)
{
    struct stage stage;
    open_story(&stage, &stories[_i]);
    stage_run(&stage);
    ck_assert_str_eq(stage_rule(&stage), "holds");
    expect_known(stage.run, &stories[_i]);
    stage_close(&stage);
}
END_TEST

/* As in a sweep: a run leaves nothing behind that the next one measures. */
START_TEST(runs_one_after_another_measure_the_same)
{
    struct run *run = run_new();
    for (size_t i = 0; i < 2 * countof(stories); i++) {
        const struct story *story =
            &stories[i < countof(stories) ? i : 2 * countof(stories) - 1 - i];
        struct stage stage;
        open_story(&stage, story);
        run_execute(run, &stage.scenario, stage.scenario.seed, NULL);
        expect_known(run, story);
        stage_close(&stage);
    }
    run_free(run);
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

/* Those of partitions and of calls have stories of their own: test_partition_episode.c,
 * test_call.c. */
static bool is_told_elsewhere(size_t index)
{
    uint32_t row;
    const struct family *family = family_of((uint32_t)index, &row);
    return family->of_topics || family->of_reads;
}

START_TEST(every_metric_is_something_in_some_story)
{
    for (size_t i = 0; i < metric_count(); i++) {
        const struct metric *metric = metric_at(i);
        ck_assert_msg(is_of_one_kind(metric) || is_told_elsewhere(i) || has_a_story(metric), "%s",
                      metric->name);
    }
}
END_TEST

Suite *suite_metric(void)
{
    TCase *values = tcase_create("values");
    tcase_add_loop_test(values, a_metric_has_the_value_told_by_hand, 0, (int)countof(stories));
    tcase_add_test(values, runs_one_after_another_measure_the_same);
    tcase_add_test(values, every_metric_is_something_in_some_story);
    Suite *suite = suite_create("metric");
    suite_add_tcase(suite, values);
    return suite;
}
