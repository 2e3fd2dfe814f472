#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/compare.h"
#include "tests/unit/unit.h"

/* ---- intervals of changes ---- */

/* Uniform in (0, 1). */
static double uniform(uint64_t set, uint64_t purpose, uint64_t n)
{
    return ((double)(chance_draw(chance_draw(set, purpose), n) >> 11) + 0.5) * 0x1p-53;
}

/* A is uniform on [0, 1000]; B is A in most clusters, and in every tenth one 200 less. */
static void draw_pair(uint64_t set, uint32_t cluster, double pair[2])
{
    pair[0] = 1000 * uniform(set, 1, cluster);
    pair[1] = pair[0] + 10 * uniform(set, 3, cluster);
    if (uniform(set, 2, cluster) < 0.1)
        pair[1] -= 200;
}

static void open_samples(struct sample samples[2], uint64_t set, uint32_t clusters)
{
    for (int which = 0; which < 2; which++)
        samples[which] =
            (struct sample){.items = allocate(clusters, sizeof(struct drawn)), .count = clusters};
    for (uint32_t cluster = 0; cluster < clusters; cluster++) {
        double pair[2];
        draw_pair(set, cluster, pair);
        for (int which = 0; which < 2; which++)
            samples[which].items[cluster] = (struct drawn){pair[which], cluster};
    }
    sample_sort(&samples[0]);
    sample_sort(&samples[1]);
}

static void close_samples(struct sample samples[2])
{
    free(samples[0].items);
    free(samples[1].items);
}

START_TEST(an_interval_of_a_change_holds_it_in_95_of_100_samples)
{
    enum { SETS = 150, CLUSTERS = 400, MANY = 400000 };
    struct quantile_gap gaps[] = {{.share = 50, .of = 100}, {.share = 90, .of = 100}};
    struct sample samples[2];
    double truth[countof(gaps)];
    int missed[countof(gaps)] = {0}, missed_apart = 0;
    open_samples(samples, 12345, MANY);
    for (size_t i = 0; i < countof(gaps); i++)
        truth[i] = sample_quantile(&samples[1], gaps[i].share, 100) -
                   sample_quantile(&samples[0], gaps[i].share, 100);
    close_samples(samples);
    for (uint64_t set = 0; set < SETS; set++) {
        open_samples(samples, set, CLUSTERS);
        bootstrap_gaps(&samples[0], &samples[1], CLUSTERS, gaps, countof(gaps));
        for (size_t i = 0; i < countof(gaps); i++) {
            ck_assert(gaps[i].bounded);
            missed[i] += truth[i] < gaps[i].paired.low || truth[i] > gaps[i].paired.high;
            ck_assert(gaps[i].strict.low <= gaps[i].paired.low);
            ck_assert(gaps[i].strict.high >= gaps[i].paired.high);
        }
        missed_apart += truth[0] < gaps[0].apart.low || truth[0] > gaps[0].apart.high;
        close_samples(samples);
    }
    /* 5 % of 150 is 7.5; 15 or more would be a chance of 1 in 100. */
    ck_assert_int_lt(missed[0], 15);
    ck_assert_int_lt(missed[1], 15);
    ck_assert_int_lt(missed_apart, 8);
}
END_TEST

START_TEST(too_few_samples_have_no_interval)
{
    static const struct {
        uint32_t clusters;
        uint64_t share;
        bool bounded;
    } cases[] = {{19, 50, false}, {20, 50, true},   {35, 90, false},
                 {36, 90, true},  {367, 99, false}, {368, 99, true}};
    for (size_t i = 0; i < countof(cases); i++) {
        struct quantile_gap gap = {.share = cases[i].share, .of = 100};
        struct sample samples[2];
        open_samples(samples, i, cases[i].clusters);
        bootstrap_gaps(&samples[0], &samples[1], cases[i].clusters, &gap, 1);
        ck_assert_msg(gap.bounded == cases[i].bounded, "case %zu", i);
        close_samples(samples);
    }
}
END_TEST

START_TEST(what_has_no_end_in_the_interval_has_no_interval)
{
    struct quantile_gap gaps[] = {{.share = 50, .of = 100}, {.share = 90, .of = 100}};
    struct sample samples[2];
    open_samples(samples, 5, 200);
    for (int which = 0; which < 2; which++)
        for (uint32_t i = 170; i < 200; i++)
            samples[which].items[i].value = INFINITY;
    bootstrap_gaps(&samples[0], &samples[1], 200, gaps, 2);
    ck_assert(gaps[0].bounded);
    ck_assert(!gaps[1].bounded);
    close_samples(samples);
}
END_TEST

/* ---- runs made by hand ---- */

enum { ROWS_MAX = 3 };

/* One seed: the totals of its episodes under A and B, 0 ends; terms of each, 0 meaning 1. */
struct seed_values {
    double a[ROWS_MAX], b[ROWS_MAX];
    int a_terms, b_terms;
    bool a_broken, b_broken;
};

static void put(struct runs *runs, uint32_t side, uint64_t seed, const double *totals, int terms)
{
    for (uint32_t table = 0; table < 2; table++) {
        struct side_rows *rows = &runs->sides[side].rows[table];
        size_t width = runs->tables[table].width;
        rows->runs[seed] = (struct run_rows){.first = rows->count};
        for (int row = 0; row < ROWS_MAX && (table == 1 ? row == 0 : totals[row] != 0); row++) {
            rows->items =
                make_room(rows->items, &rows->room, (rows->count + 1) * width, sizeof(double));
            double *items = rows->items + rows->count++ * width;
            memset(items, 0, width * sizeof *items);
            rows->runs[seed].count++;
            if (table == 1)
                continue; /* nobody was disrupted */
            items[0] = totals[row];
            items[1] = isfinite(totals[row]) ? (terms ? terms : 1) : totals[row];
            items[2] = totals[row]; /* all of it was detection */
        }
    }
}

static void close_made(struct runs *runs)
{
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t table = 0; table < 2; table++) {
            free(runs->sides[side].rows[table].items);
            free(runs->sides[side].rows[table].runs);
        }
        free(runs->sides[side].rows);
        free(runs->sides[side].facts);
    }
    for (uint32_t i = 0; i < runs->metric_count; i++)
        free(runs->metrics[i].name);
}

/* Values of seed n are seeds[n % count], plus n % 97 so that they differ. */
static void make(struct runs *runs, const struct seed_values *seeds, size_t count, uint64_t all)
{
    runs_open(runs, 0, all - 1);
    compare_ask(runs, "failover[crash].total_ms");
    ck_assert_uint_eq(runs->table_count, 2);
    runs->side_count = 2;
    runs->done = all;
    for (uint32_t side = 0; side < 2; side++) {
        runs->sides[side].facts = allocate(all, sizeof *runs->sides[side].facts);
        runs->sides[side].rows = allocate(2, sizeof *runs->sides[side].rows);
        for (uint32_t table = 0; table < 2; table++)
            runs->sides[side].rows[table].runs = allocate(all, sizeof(struct run_rows));
        for (uint64_t seed = 0; seed < all; seed++) {
            const struct seed_values *one = &seeds[seed % count];
            double totals[ROWS_MAX];
            for (int row = 0; row < ROWS_MAX; row++) {
                double total = side ? one->b[row] : one->a[row];
                totals[row] = total == 0 ? 0 : total + (double)(seed % 97);
            }
            runs->sides[side].facts[seed] =
                (struct run_facts){.done = true,
                                   .broken = side ? one->b_broken : one->a_broken,
                                   .simulated_ns = 3600 * NS_PER_S};
            put(runs, side, seed, totals, side ? one->b_terms : one->a_terms);
        }
    }
}

START_TEST(episodes_are_pairs_by_their_order_within_a_seed)
{
    static const struct seed_values seeds[] = {
        {.a = {100, 200}, .b = {110, 180}, .b_terms = 2}, /* changes by +10 and -20 */
        {.a = {100}, .b = {100, 300}},                    /* one has no partner */
        {.a = {100}, .b = {(double)INFINITY}},
    };
    struct runs *runs = allocate(1, sizeof *runs);
    struct comparison c;
    make(runs, seeds, countof(seeds), 3);
    compare_sides(&c, runs, 0, 0, 1);
    ck_assert_uint_eq(c.seeds, 3);
    ck_assert_uint_eq(c.pairs, 4);
    ck_assert_uint_eq(c.unpaired, 1);
    ck_assert_uint_eq(c.unended[0], 0);
    ck_assert_uint_eq(c.unended[1], 1);
    ck_assert_uint_eq(c.all.pairs, 3); /* those that ended under both */
    ck_assert_double_eq_tol(c.all.sum, -10, 1e-9);
    ck_assert_double_eq_tol(c.all.phases[0], -10, 1e-9);
    ck_assert_double_eq_tol(c.lost.sum, 10, 1e-9);
    ck_assert_double_eq_tol(c.gained.sum, -20, 1e-9);
    ck_assert(!c.changes[CHANGE_MEAN].b.known); /* an unended one has no mean */
    ck_assert_double_eq_tol(c.changes[CHANGE_SEED].gap.number, 0, 1e-9); /* of -5, 0, never */
    ck_assert_uint_eq(c.rates[RATE_TERMS].hits[1], 2);
    ck_assert_uint_eq(c.rates[RATE_TERMS].count[1], 4);
    ck_assert_uint_eq(c.rates[RATE_TERMS].only[1], 2);
    ck_assert_uint_eq(c.rates[RATE_UNENDED].hits[1], 1);
    ck_assert_uint_eq(c.fell.seed, 0);
    ck_assert_uint_eq(c.rose.seed, 2);
    compare_close(&c);
    close_made(runs);
    free(runs);
}
END_TEST

/* 400 seeds: of ten, so many are `other`, the rest `one`. */
static const struct {
    const char *name;
    struct seed_values one, other;
    int others;
    enum worth verdict;
    const char *sentence; /* its beginning */
} verdicts[] = {
    {"nothing changes",
     {.a = {500}, .b = {500}},
     {.a = {0}},
     0,
     WORTH_SAME,
     "THE SAME: no change is sure; if any, the median by at most 0 ms"},
    {"all are faster",
     {.a = {500}, .b = {480}},
     {.a = {0}},
     0,
     WORTH_BETTER,
     "B IS BETTER: p99 falls by 20 ms, the median falls by 20 ms."},
    {"all are slower",
     {.a = {500}, .b = {501}},
     {.a = {0}},
     0,
     WORTH_WORSE,
     "B IS WORSE: p99 rises by 1 ms, the median rises by 1 ms."},
    {"the slow are faster, the usual slower",
     {.a = {500}, .b = {510}},
     {.a = {3000}, .b = {1000}},
     2,
     WORTH_MIXED,
     "MIXED: p99 falls by 2000 ms"},
    {"half change either way",
     {.a = {500}, .b = {700}},
     {.a = {700}, .b = {500}},
     5,
     WORTH_SAME,
     "THE SAME"},
    {"safety weighs more than time",
     {.a = {500}, .b = {100}},
     {.a = {500}, .b = {100}, .b_broken = true},
     1,
     WORTH_WORSE,
     "B IS WORSE: safety breaks in 40 of 400 runs, under A in none."},
    {"who is never elected weighs more than who is fast",
     {.a = {500}, .b = {100}},
     {.a = {500}, .b = {(double)INFINITY}},
     1,
     WORTH_WORSE,
     "B IS WORSE: nobody is elected in 40 of 400 runs, under A in none."},
};

START_TEST(a_verdict_is_what_an_operator_would_say)
{
    struct runs *runs = allocate(1, sizeof *runs);
    struct text sentence = {0};
    struct comparison c;
    struct seed_values seeds[10];
    for (int i = 0; i < 10; i++)
        seeds[i] = i < verdicts[_i].others ? verdicts[_i].other : verdicts[_i].one;
    make(runs, seeds, countof(seeds), 400);
    compare_sides(&c, runs, 0, 0, 1);
    compare_sentence(&c, &sentence);
    ck_assert_msg(c.verdict == verdicts[_i].verdict, "%s: %s", verdicts[_i].name,
                  text_of(&sentence));
    ck_assert_msg(
        strncmp(text_of(&sentence), verdicts[_i].sentence, strlen(verdicts[_i].sentence)) == 0,
        "%s: %s", verdicts[_i].name, text_of(&sentence));
    text_close(&sentence);
    compare_close(&c);
    close_made(runs);
    free(runs);
}
END_TEST

START_TEST(pairs_find_what_samples_of_their_own_would_not)
{
    static const struct seed_values seeds[] = {{.a = {500}, .b = {501}}};
    struct runs *runs = allocate(1, sizeof *runs);
    struct comparison c;
    make(runs, seeds, 1, 400);
    compare_sides(&c, runs, 0, 0, 1);
    const struct change *median = &c.changes[CHANGE_P50], *mean = &c.changes[CHANGE_MEAN];
    ck_assert_double_eq_tol(median->paired.low, 1, 1e-9);
    ck_assert_double_eq_tol(median->paired.high, 1, 1e-9);
    ck_assert_double_lt(median->apart.low, -2);
    ck_assert_double_gt(median->apart.high, 4);
    ck_assert_double_gt(mean->paired.low, 0.999);
    ck_assert_double_lt(mean->apart.low, -2);
    compare_close(&c);
    close_made(runs);
    free(runs);
}
END_TEST

/* ---- real runs ---- */

static const char plan_text[] =
    "{\"duration\": \"4s\", \"cluster\": {\"nodes\": 3}, \"timeline\": [{\"at\": \"2s\", \"do\": "
    "\"crash\", \"node\": \"leader\"}]}";

START_TEST(runs_are_the_same_however_many_workers_there_are)
{
    enum { SEEDS = 40 };
    struct scenario plan;
    struct error error;
    uint64_t hash = 0;
    double sum = 0;
    ck_assert(scenario_parse(&plan, "plan", plan_text, sizeof plan_text - 1, &error));
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        struct runs *runs = allocate(1, sizeof *runs);
        double here = 0;
        runs_open(runs, 5, 5 + SEEDS - 1);
        runs_add_side(runs, &plan);
        uint32_t metric = runs_ask(runs, "failover[crash].total_ms");
        uint32_t terms = runs_ask(runs, "term.last");
        runs_execute(runs, jobs, NULL);
        ck_assert_uint_eq(runs->done, SEEDS);
        for (uint64_t seed = 5; seed < 5 + SEEDS; seed++) {
            ck_assert(runs_has(runs, seed));
            ck_assert_uint_eq(runs_rows(runs, 0, metric, seed), 1);
            ck_assert(runs_value(runs, 0, terms, seed, 0) >= 2);
            here += runs_value(runs, 0, metric, seed, 0) * (double)seed;
        }
        if (jobs == 1) {
            hash = runs->sides[0].hash;
            sum = here;
        }
        ck_assert_uint_eq(runs->sides[0].hash, hash);
        ck_assert(here == sum);
        runs_close(runs);
        free(runs);
    }
    scenario_close(&plan);
}
END_TEST

Suite *suite_compare(void)
{
    Suite *suite = suite_create("compare");
    TCase *each = tcase_create("compare");
    tcase_set_timeout(each, 60); /* samples by the thousand, on a busy machine */
    tcase_add_test(each, an_interval_of_a_change_holds_it_in_95_of_100_samples);
    tcase_add_test(each, too_few_samples_have_no_interval);
    tcase_add_test(each, what_has_no_end_in_the_interval_has_no_interval);
    tcase_add_test(each, episodes_are_pairs_by_their_order_within_a_seed);
    tcase_add_loop_test(each, a_verdict_is_what_an_operator_would_say, 0, countof(verdicts));
    tcase_add_test(each, pairs_find_what_samples_of_their_own_would_not);
    tcase_add_test(each, runs_are_the_same_however_many_workers_there_are);
    suite_add_tcase(suite, each);
    return suite;
}
