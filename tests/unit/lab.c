#include "tests/unit/lab.h"

#include "tests/unit/quoted.h"
#include "tests/unit/unit.h"

static const char usual[] =
    "'cluster': {'nodes': 5, 'raft': {'election_timeout': ['1s', '2s'], 'heartbeat': '100ms'}}, ";

void lab_read(struct scenario *scenario, const char *plan)
{
    struct text text = {0};
    struct error error;
    text_add(&text, "{'network': {'latency': '1ms'}, %s}", plan);
    *scenario = (struct scenario){0};
    bool ok = quoted_read(text_of(&text), scenario, &error);
    ck_assert_msg(ok, "%s", error.text);
    text_close(&text);
}

void lab_read_led(struct scenario *scenario, const char *more, const char *timeline)
{
    struct text text = {0};
    text_add(&text,
             "'duration': '10s', %s 'cluster': {'nodes': 3, 'raft': {'election_timeout': "
             "['50s', '90s'], 'heartbeat': '100ms'}}, 'timeline': ["
             "{'at': '1s', 'do': 'campaign', 'node': 'n1'}%s %s]",
             more, *timeline ? "," : "", timeline);
    lab_read(scenario, text_of(&text));
    text_close(&text);
}

void lab_open(struct lab *lab, const char *plan)
{
    struct text text = {0};
    text_add(&text, "%s%s", usual, plan);
    lab_open_whole(lab, text_of(&text));
    text_close(&text);
}

void lab_open_whole(struct lab *lab, const char *plan)
{
    *lab = (struct lab){.world = world_new()};
    lab_read(&lab->scenario, plan);
}

void lab_open_led(struct lab *lab, const char *more, const char *timeline)
{
    *lab = (struct lab){.world = world_new()};
    lab_read_led(&lab->scenario, more, timeline);
}

static void tell(void *state, struct world *world, const struct record *record)
{
    struct lab *lab = state;
    (void)world;
    text_add(&lab->story, "%llu %s", (unsigned long long)(record->at_ns / NS_PER_MS),
             record_info(record->kind)->name);
    if (record->node)
        text_add(&lab->story, " n%u", record->node);
    if (record->kind == RECORD_ACTION_SKIPPED)
        text_add(&lab->story, " %llu", (unsigned long long)record->index);
    text_add(&lab->story, "\n");
}

void lab_begin(struct lab *lab, uint64_t seed, uint64_t kinds)
{
    text_clear(&lab->story);
    lab->end = RUN_GOES_ON;
    world_open(lab->world, &lab->scenario, seed);
    world_subscribe(lab->world, kinds, (struct subscription){.observe = tell, .state = lab});
    world_begin(lab->world);
}

void lab_run_to(struct lab *lab, uint64_t at_ms)
{
    world_alarm(lab->world, at_ms * NS_PER_MS);
    while (lab->end == RUN_GOES_ON && lab->world->now_ns < at_ms * NS_PER_MS)
        lab->end = world_step(lab->world);
}

const char *lab_run(struct lab *lab, uint64_t seed, uint64_t kinds)
{
    lab_begin(lab, seed, kinds);
    while (lab->end == RUN_GOES_ON)
        lab->end = world_step(lab->world);
    return text_of(&lab->story);
}

void lab_close(struct lab *lab)
{
    world_free(lab->world);
    scenario_close(&lab->scenario);
    text_close(&lab->story);
}
