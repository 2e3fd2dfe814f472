/* What became of every message of a run with faults, by kind: the metrics against a second count.
 */
#include <stdio.h>

#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

/* What became of messages, counted apart. */
struct recount {
    uint64_t of_kind[RAFT_MSG_KINDS][4]; /* sent, delivered, lost, duplicated */
};

static void recount(void *state, struct world *world, const struct record *record)
{
    struct recount *counted = state;
    (void)world;
    counted->of_kind[record->message][record->kind - RECORD_SENT]++;
}

static void subscribe_recount(void *context, struct world *world)
{
    world_subscribe(
        world, RECORD_BIT(SENT) | RECORD_BIT(DELIVERED) | RECORD_BIT(LOST) | RECORD_BIT(DUPLICATED),
        (struct subscription){.observe = recount, .state = context});
}

static uint64_t count_of(const struct stage *stage, const char *kind, const char *fate)
{
    char name[64];
    struct metric_ref ref;
    snprintf(name, sizeof name, "messages.%s%s%s", kind, *kind ? "." : "", fate);
    ck_assert_msg(metric_resolve(name, &ref, NULL), "%s", name);
    struct value value = measure_value(stage->run->measures, &ref, 0);
    ck_assert(value.known);
    return (uint64_t)value.number;
}

static const char *const fates[] = {"sent", "delivered", "lost", "duplicated"};

static void expect_kinds(const struct stage *stage, const struct recount *counted)
{
    uint64_t all[4] = {0};
    for (uint32_t kind = 0; kind < RAFT_MSG_KINDS; kind++) {
        const char *name = raft_message_name((enum raft_message_kind)kind);
        const uint64_t *of_kind = counted->of_kind[kind];
        for (size_t fate = 0; fate < countof(fates); fate++) {
            ck_assert_uint_eq(count_of(stage, name, fates[fate]), of_kind[fate]);
            all[fate] += of_kind[fate];
        }
        ck_assert_uint_eq(of_kind[0] + of_kind[3], of_kind[1] + of_kind[2]);
    }
    for (size_t fate = 0; fate < countof(fates); fate++) {
        ck_assert_uint_eq(count_of(stage, "", fates[fate]), all[fate]);
        ck_assert_uint_gt(all[fate], 100);
    }
}

/* All are down in the last second, so that nothing is on its way when the run ends. */
START_TEST(a_message_is_delivered_or_lost_and_so_is_its_copy)
{
    struct stage stage;
    struct recount counted = {0};
    struct run_options options = {.subscribe = subscribe_recount, .context = &counted};
    stage_open(&stage,
               "'duration': '30s', 'cluster': {'nodes': 5, 'raft': {'preset': 'paper', 'pre_vote': "
               "true}}, 'clients': [{'propose': {'every': '50ms'}}], 'timeline': ["
               "{'at': '1s', 'do': 'loss', 'probability': 0.1},"
               "{'at': '1s', 'do': 'duplicate', 'probability': 0.1},"
               "{'at': '10s', 'do': 'transfer', 'to': 'follower', 'optional': true},"
               "{'at': '29s', 'do': 'crash', 'node': 'all'}], 'chaos': ["
               "{'every': '2s', 'until': '28s', 'do': 'crash', 'node': 'random', 'for': '900ms'},"
               "{'every': '3s', 'until': '28s', 'do': 'isolate', 'node': 'random', 'for': '1s'}]");
    run_execute(stage.run, &stage.scenario, stage.scenario.seed, &options);
    ck_assert_str_eq(stage_rule(&stage), "holds");
    expect_kinds(&stage, &counted);
    stage_close(&stage);
}
END_TEST

Suite *suite_messages(void)
{
    TCase *counts = tcase_create("counts");
    tcase_add_test(counts, a_message_is_delivered_or_lost_and_so_is_its_copy);
    Suite *suite = suite_create("messages");
    suite_add_tcase(suite, counts);
    return suite;
}
