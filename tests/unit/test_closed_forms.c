/* What can be calculated: s of n nodes run, timeouts U[a, a + R], constant one-way latency d.
 * Tolerances are four standard errors of the estimate at the number of seeds given. */
#include <math.h>
#include <string.h>

#include "sim/run.h"
#include "sim/text.h"
#include "tests/unit/unit.h"

/* a = 150 ms, R = 150 ms; five nodes unless told otherwise. */
#define PAPER "'cluster': {'nodes': 5, 'raft': {'preset': 'paper', 'heartbeat': '50ms'"
#define FOUR "}, 'overrides': {'n5': {'start': 'never'}}}, "
#define FIVE "}}, "
#define LATENCY(d) "'network': {'latency': '" d "'}, "
#define ONCE "'duration': '60s', 'until': {'record': 'serving'}"
#define CRASHED                                                                                    \
    "'duration': '60s', 'timeline': [{'at': {'uniform': ['5s', '5050ms']}, 'do': 'crash', "        \
    "'node': 'leader'}], 'until': {'record': 'serving', 'count': 3}"
/* n1 alone campaigns; the others wait too long to matter. */
#define LONE                                                                                       \
    "'overrides': {'n1': {'election_timeout': ['100ms', '101ms'], 'heartbeat': '50ms'}%s}}, "
#define SLOW                                                                                       \
    "'cluster': {'nodes': 5, 'raft': {'election_timeout': ['50s', '60s'], 'heartbeat': '1s'}, "
#define LOSSY "'network': {'latency': '1ms', 'loss': 0.1}, "
/* Ticks of all nodes fall together, so that equal draws tie. m = 10 values. */
#define TICKS                                                                                      \
    "'cluster': {'nodes': 5, 'raft': {'flavor': 'etcd', 'tick': '100ms', 'election_ticks': 10, "   \
    "'heartbeat_ticks': 1, 'tick_phase': '0ms'}}, "

enum estimate { MEAN, SHARE_ABOVE };

static const struct form {
    const char *name, *plan, *metric;
    enum estimate estimate;
    double above, wanted, tolerance;
    uint64_t seeds;
} forms[] = {
    /* 1. The first of s timeouts: a + R / (s + 1); beyond x with (1 - x / R) ^ s. */
    {"first timeout of 5", PAPER FIVE LATENCY("1ms") ONCE, "startup.detect_ms", MEAN, 0, 175, 1.9,
     2000},
    {"first timeout of 4", PAPER FOUR LATENCY("1ms") ONCE, "startup.detect_ms", MEAN, 0, 180, 2.2,
     2000},
    {"no timeout in 30 ms", PAPER FIVE LATENCY("1ms") ONCE, "startup.detect_ms", SHARE_ABOVE, 180,
     .32768, .042, 2000},
    /* 2. Split vote: Pr[Bin(s, d / R) >= s - floor(n / 2)]. */
    {"split, s 4, d/R .1", PAPER FOUR LATENCY("15ms") ONCE, "startup.terms", SHARE_ABOVE, 1, .0523,
     .0126, 5000},
    {"split, s 4, d/R .2", PAPER FOUR LATENCY("30ms") ONCE, "startup.terms", SHARE_ABOVE, 1, .1808,
     .0218, 5000},
    {"split, s 5, d/R .2", PAPER FIVE LATENCY("30ms") ONCE, "startup.terms", SHARE_ABOVE, 1, .0579,
     .0132, 5000},
    /* 3. From crash to elected, uncontested: a + R / (s + 1) + 3 d + W - h / 2. */
    {"crash to elected", PAPER FIVE LATENCY("1ms") CRASHED, "failover[crash].elected_ms", MEAN, 0,
     158, 2.6, 2000},
    {"crash to elected, voters write 5 ms",
     PAPER ", 'async_storage': true" FIVE LATENCY("1ms") "'disk': {'fsync': '5ms'}, " CRASHED,
     "failover[crash].elected_ms", MEAN, 0, 163, 2.6, 2000},
    /* 4. With splits, fresh timers: between (a + R/(s+1))/(1-P) + 2d and the same with d within. */
    {"with splits", PAPER FOUR LATENCY("30ms") ONCE, "startup.elected_ms", MEAN, 0,
     (180 / (1 - .1808) + 60 + 210 / (1 - .1808) + 30) / 2, 18.3 / 2 + 5, 5000},
    /* 5. Pre-vote: one more round trip a term. */
    {"pre-vote", PAPER ", 'pre_vote': true" FIVE LATENCY("1ms") CRASHED,
     "failover[crash].elected_ms", MEAN, 0, 160, 2.6, 2000},
    /* 6. E[min] = sum over j < m of ((m - j) / m) ^ s ticks, after the least of 10. */
    {"ticks to the first timeout", TICKS LATENCY("1ms") ONCE, "startup.detect_ms", MEAN, 0,
     1000 + 100 * 1.20825, 10, 5000},
    /* 7. A lone candidate wins with Pr[Bin(s - 1, (1 - p)^2) >= floor(n / 2)], p = .1. */
    {"lossy, s 5", SLOW LONE LOSSY ONCE, "startup.terms", SHARE_ABOVE, 1, 1 - .9765, .0086, 5000},
    {"lossy, s 4", SLOW LONE LOSSY ONCE, "startup.terms", SHARE_ABOVE, 1, 1 - .9054, .0166, 5000},
    {"lossy, s 3", SLOW LONE LOSSY ONCE, "startup.terms", SHARE_ABOVE, 1, 1 - .6561, .0269, 5000},
};

static void read_form(struct scenario *scenario, const struct form *form)
{
    static const char *const asleep[] = {"", ", 'n5': {'start': 'never'}",
                                         ", 'n5': {'start': 'never'}, 'n4': {'start': 'never'}"};
    struct text text = {0};
    struct error error = {0};
    size_t silent = strstr(form->name, "lossy, s 4") ? 1 : strstr(form->name, "lossy, s 3") ? 2 : 0;
    text_add(&text, "{");
    const char *hole = strstr(form->plan, "%s");
    if (hole)
        text_add(&text, "%.*s%s%s}", (int)(hole - form->plan), form->plan, asleep[silent],
                 hole + 2);
    else
        text_add(&text, "%s}", form->plan);
    for (size_t i = 0; i < text.count; i++)
        if (text.data[i] == '\'')
            text.data[i] = '"';
    bool ok = scenario_parse(scenario, "form.json", text.data, text.count, &error);
    ck_assert_msg(ok, "%s", error.text);
    text_close(&text);
}

static double measure(const struct form *form)
{
    struct scenario scenario;
    struct metric_ref ref;
    struct run *run = run_new();
    double sum = 0;
    read_form(&scenario, form);
    ck_assert(metric_resolve(form->metric, &ref, NULL));
    for (uint64_t seed = 1; seed <= form->seeds; seed++) {
        run_execute(run, &scenario, seed, NULL);
        struct samples samples = measure_samples(run->measures, &ref, 0);
        struct value value = sample_statistic(&samples, "max");
        ck_assert_msg(value.known, "%s: seed %llu", form->name, (unsigned long long)seed);
        sum += form->estimate == MEAN ? value.number : value.number > form->above;
    }
    run_free(run);
    scenario_close(&scenario);
    return sum / (double)form->seeds;
}

START_TEST(the_simulator_agrees_with_what_can_be_calculated)
{
    const struct form *form = &forms[_i];
    double got = measure(form);
    ck_assert_msg(fabs(got - form->wanted) <= form->tolerance, "%s: wanted %.4f +- %.4f, got %.4f",
                  form->name, form->wanted, form->tolerance, got);
}
END_TEST

/* P(tie for the first) = 1 - (s / m) sum over j = 1..m of ((m - j) / m) ^ (s - 1). */
START_TEST(ties_of_the_first_tick_come_as_often_as_calculated)
{
    static const struct form form = {
        .name = "ties", .plan = TICKS LATENCY("1ms") ONCE, .metric = "startup.campaigns"};
    struct scenario scenario;
    struct run *run = run_new();
    const struct campaign *campaigns;
    uint32_t ties = 0, seeds = 5000;
    read_form(&scenario, &form);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        run_execute(run, &scenario, seed, NULL);
        uint32_t count = measures_campaigns(run->measures, &campaigns);
        ties += count > 1 && campaigns[1].at_ns == campaigns[0].at_ns;
    }
    double wanted = 1 - .5 * (pow(.9, 4) + pow(.8, 4) + pow(.7, 4) + pow(.6, 4) + pow(.5, 4) +
                              pow(.4, 4) + pow(.3, 4) + pow(.2, 4) + pow(.1, 4));
    ck_assert_double_eq_tol(ties / (double)seeds, wanted, .0246);
    run_free(run);
    scenario_close(&scenario);
}
END_TEST

/* 9. Constant latency of R or more: every node campaigns before it hears of another. */
START_TEST(a_latency_of_the_whole_range_never_elects)
{
    static const struct form form = {.name = "never",
                                     .plan = PAPER FIVE LATENCY("150ms") "'duration': '60s'"};
    struct scenario scenario;
    struct metric_ref ref;
    struct run *run = run_new();
    read_form(&scenario, &form);
    ck_assert(metric_resolve("leaders.count", &ref, NULL));
    for (uint64_t seed = 1; seed <= 20; seed++) {
        run_execute(run, &scenario, seed, NULL);
        ck_assert_double_eq(measure_value(run->measures, &ref, 0).number, 0);
        ck_assert(!run->liveness_absent);
    }
    run_free(run);
    scenario_close(&scenario);
}
END_TEST

Suite *suite_closed_forms(void)
{
    Suite *suite = suite_create("closed_forms");
    TCase *tests = tcase_create("closed_forms");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, the_simulator_agrees_with_what_can_be_calculated, 0,
                        (int)countof(forms));
    tcase_add_test(tests, ties_of_the_first_tick_come_as_often_as_calculated);
    tcase_add_test(tests, a_latency_of_the_whole_range_never_elects);
    suite_add_tcase(suite, tests);
    return suite;
}
