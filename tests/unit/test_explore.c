#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore.h"
#include "sim/json.h"
#include "sim/swarm_draw.h"
#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

static const struct swarm anything = {.file = "swarm", .hosts = true};

static char *text_at(const struct swarm *swarm, uint64_t seed)
{
    cJSON *schedule = swarm_draw(swarm, seed);
    char *text = json_text(schedule);
    cJSON_Delete(schedule);
    return text;
}

START_TEST(a_seed_has_one_schedule_and_another_seed_another)
{
    char *first = text_at(&anything, 7), *again = text_at(&anything, 7);
    char *other = text_at(&anything, 8);
    ck_assert_str_eq(first, again);
    ck_assert_str_ne(first, other);
    free(first);
    free(again);
    free(other);
}
END_TEST

/* swarm_read takes nothing else. */
START_TEST(every_schedule_is_a_plan_that_reads_and_so_is_what_is_made_of_it)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct scenario scenario;
        cJSON *schedule = swarm_draw(&anything, seed);
        cJSON *changed = swarm_change(&anything, schedule, seed + 1);
        swarm_read("swarm", schedule, &scenario);
        ck_assert(scenario.duration_given && scenario.item_count > 0);
        scenario_close(&scenario);
        swarm_read("swarm", changed, &scenario);
        scenario_close(&scenario);
        cJSON_Delete(schedule);
        cJSON_Delete(changed);
    }
}
END_TEST

static bool any_has(const struct swarm *swarm, const char *word, uint64_t seeds)
{
    bool has = false;
    for (uint64_t seed = 0; seed < seeds && !has; seed++) {
        char *text = text_at(swarm, seed);
        has = strstr(text, word) != NULL;
        free(text);
    }
    return has;
}

START_TEST(every_kind_of_fault_is_drawn_that_suits_the_cluster)
{
    char word[48];
    for (size_t i = 0; i < swarm_fault_count(); i++) {
        const char *name = swarm_fault_name(i);
        snprintf(word, sizeof word, "\"do\":\"%s\"", name);
        ck_assert_msg(strcmp(name, "heartbeat-stop") == 0 || any_has(&anything, word, 2000),
                      "no schedule has %s", name);
    }
}
END_TEST

START_TEST(what_raft_relies_on_is_broken_only_when_asked_for)
{
    static const char *const words[] = {"disk-lie", "wipe", "persist_after_send", "no_loop"};
    struct swarm honest = {.file = "swarm"};
    for (size_t i = 0; i < countof(words); i++) {
        ck_assert(!any_has(&honest, words[i], 500));
        ck_assert(any_has(&anything, words[i], 2000));
    }
}
END_TEST

START_TEST(the_cluster_of_a_plan_stays_and_what_happens_in_it_goes)
{
    cJSON *plan = cJSON_Parse("{\"name\": \"mine\", \"seed\": 9, \"cluster\": {\"nodes\": 4},"
                              " \"timeline\": [], \"chaos\": [], \"expect\": {}, \"sweep\": {}}");
    cJSON *base = swarm_base(plan);
    char *text = json_text(base);
    ck_assert_str_eq(text, "{\"name\":\"mine\",\"cluster\":{\"nodes\":4}}");
    free(text);
    struct swarm swarm = {.file = "mine.json", .base = base};
    ck_assert(any_has(&swarm, "\"liveness\":\"holds:outsiders\"", 1));
    ck_assert(!any_has(&swarm, "\"nodes\":5", 200));
    cJSON_Delete(base);
    cJSON_Delete(plan);
}
END_TEST

START_TEST(a_state_is_new_once)
{
    struct coverage *coverage = allocate(1, sizeof *coverage);
    ck_assert(!coverage_has(coverage, 77));
    ck_assert(coverage_add(coverage, 77));
    ck_assert(!coverage_add(coverage, 77));
    ck_assert(coverage_has(coverage, 77) && !coverage_has(coverage, 78));
    free(coverage);
}
END_TEST

static struct explore *explored(uint32_t jobs, uint64_t last)
{
    struct error error;
    struct explore *explore = explore_new();
    explore->swarm = anything;
    explore->jobs = jobs;
    explore->first = 1;
    explore->last = last;
    bool ok = explore_run(explore, &error);
    ck_assert(ok);
    return explore;
}

/* Enough for three rounds, so that schedules are changed from others. */
START_TEST(what_is_found_does_not_depend_on_the_number_of_workers)
{
    struct explore *alone = explored(1, 700), *three = explored(3, 700);
    ck_assert_uint_eq(alone->counts.schedules, 700);
    ck_assert_uint_gt(alone->counts.changed, 100);
    ck_assert_uint_gt(alone->found_count, 3);
    ck_assert_uint_eq(alone->counts.events, three->counts.events);
    ck_assert_uint_eq(alone->found_count, three->found_count);
    ck_assert_uint_eq(alone->corpus_count, three->corpus_count);
    ck_assert_mem_eq(&alone->coverage, &three->coverage, sizeof alone->coverage);
    for (size_t i = 0; i < alone->found_count; i++) {
        ck_assert_str_eq(alone->found[i].name, three->found[i].name);
        ck_assert_str_eq(alone->found[i].text, three->found[i].text);
    }
    explore_free(alone);
    explore_free(three);
}
END_TEST

START_TEST(no_cause_contains_another_of_the_same_rule)
{
    struct explore *explore = explored(2, 400);
    for (size_t i = 0; i < explore->found_count; i++)
        for (size_t j = 0; j < explore->found_count; j++) {
            const struct discovery *a = &explore->found[i], *b = &explore->found[j];
            if (i != j && a->end == b->end && strcmp(a->rule, b->rule) == 0)
                ck_assert_uint_ne(a->needs & ~b->needs, 0);
        }
    explore_free(explore);
}
END_TEST

/* The only voter leads before its term is on its disk: it may lead that term again, and write other
 * entries, when a crash has undone all of the first. */
START_TEST(a_leadership_that_a_crash_undid_need_not_match)
{
    struct scenario scenario;
    struct run *run = run_new();
    lab_read(&scenario,
             "'duration': '20s', 'cluster': {'nodes': 1, 'raft': {'preset': 'kraft-3.9'}},"
             " 'clients': [{'propose': {'every': '1s'}}], 'timeline': ["
             " {'at': '0s', 'do': 'disk-stall', 'node': 'n1', 'for': '10s'},"
             " {'at': '8s', 'do': 'restart', 'node': 'n1'}]");
    for (uint64_t seed = 1; seed <= 50; seed++) {
        run_execute(run, &scenario, seed, NULL);
        ck_assert_msg(!run->world->judge.broken, "seed %d: %s", (int)seed,
                      run->world->judge.detail);
    }
    run_free(run);
    scenario_close(&scenario);
}
END_TEST

Suite *suite_explore(void)
{
    Suite *suite = suite_create("explore");
    TCase *tests = tcase_create("explore");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_seed_has_one_schedule_and_another_seed_another);
    tcase_add_test(tests, every_schedule_is_a_plan_that_reads_and_so_is_what_is_made_of_it);
    tcase_add_test(tests, every_kind_of_fault_is_drawn_that_suits_the_cluster);
    tcase_add_test(tests, what_raft_relies_on_is_broken_only_when_asked_for);
    tcase_add_test(tests, the_cluster_of_a_plan_stays_and_what_happens_in_it_goes);
    tcase_add_test(tests, a_state_is_new_once);
    tcase_add_test(tests, what_is_found_does_not_depend_on_the_number_of_workers);
    tcase_add_test(tests, no_cause_contains_another_of_the_same_rule);
    tcase_add_test(tests, a_leadership_that_a_crash_undid_need_not_match);
    suite_add_tcase(suite, tests);
    return suite;
}
