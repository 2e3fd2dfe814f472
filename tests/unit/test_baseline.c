#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/baseline.h"
#include "tests/unit/unit.h"

enum { SEEDS = 30 };

/* The second crash takes the majority, so that its episode never ends. */
static const char plan_text[] =
    "{\"duration\": \"6s\", \"cluster\": {\"nodes\": 3}, \"timeline\": [{\"at\": \"2s\", \"do\": "
    "\"crash\", \"node\": \"leader\"}, {\"at\": \"5s\", \"do\": \"crash\", \"node\": \"leader\"}]}";

struct fixture {
    struct scenario plan;
    struct baseline baseline;
    struct runs *runs;
    char path[64];
};

static void ask(struct runs *runs, const struct baseline *baseline)
{
    for (uint32_t i = 0; i < baseline->gated_count; i++)
        compare_ask(runs, baseline->gated[i]);
}

static void save(struct fixture *fixture)
{
    struct error error;
    snprintf(fixture->path, sizeof fixture->path, "/tmp/raftsim-baseline-%ld", (long)getpid());
    ck_assert(scenario_parse(&fixture->plan, "plan", plan_text, sizeof plan_text - 1, &error));
    fixture->baseline = (struct baseline){.plan = fixture->plan.digest};
    baseline_gates(&fixture->plan, 1, &fixture->baseline);
    fixture->runs = allocate(1, sizeof *fixture->runs);
    runs_open(fixture->runs, 1, SEEDS);
    runs_add_side(fixture->runs, &fixture->plan);
    ask(fixture->runs, &fixture->baseline);
    runs_execute(fixture->runs, 1, NULL);
    ck_assert(baseline_write(&fixture->baseline, fixture->path, fixture->runs, &error));
}

static void drop(struct fixture *fixture)
{
    unlink(fixture->path);
    runs_close(fixture->runs);
    free(fixture->runs);
    baseline_close(&fixture->baseline);
    scenario_close(&fixture->plan);
}

/* Reads the file; true: its values are in `runs`, which the caller closes in any case. */
static bool load(const char *path, struct baseline *baseline, struct runs *runs)
{
    struct error error;
    runs_open(runs, 1, SEEDS);
    if (!baseline_open(baseline, path, &error))
        return false;
    if (baseline->first != 1 || baseline->last != SEEDS)
        return false;
    runs_add_side(runs, NULL);
    ask(runs, baseline);
    return baseline_read(baseline, path, runs, &error);
}

START_TEST(what_is_read_is_what_was_saved)
{
    struct fixture fixture;
    struct baseline baseline;
    struct runs *now, *then = allocate(1, sizeof *then);
    uint32_t never = 0;
    save(&fixture);
    ck_assert(load(fixture.path, &baseline, then));
    ck_assert_uint_eq(baseline.plan, fixture.plan.digest);
    ck_assert_uint_eq(baseline.gated_count, 5);
    now = fixture.runs;
    baseline_round(now, 0);
    ck_assert_uint_eq(then->metric_count, now->metric_count);
    ck_assert_uint_eq(then->sides[0].hash, now->sides[0].hash);
    for (uint32_t metric = 0; metric < now->metric_count; metric++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            ck_assert_uint_eq(runs_rows(then, 0, metric, seed), runs_rows(now, 0, metric, seed));
            for (uint32_t row = 0; row < runs_rows(now, 0, metric, seed); row++) {
                double a = runs_value(now, 0, metric, seed, row);
                double b = runs_value(then, 0, metric, seed, row);
                ck_assert(a == b || (isnan(a) && isnan(b)));
                never += isinf(a) != 0;
            }
        }
    ck_assert_uint_ge(never, SEEDS);
    runs_close(then);
    free(then);
    baseline_close(&baseline);
    drop(&fixture);
}
END_TEST

static size_t read_bytes(const char *path, unsigned char *bytes, size_t room)
{
    FILE *stream = fopen(path, "r");
    ck_assert(stream != NULL);
    size_t size = fread(bytes, 1, room, stream);
    fclose(stream);
    return size;
}

static void write_bytes(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *stream = fopen(path, "w");
    ck_assert(stream != NULL);
    ck_assert_uint_eq(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
}

START_TEST(a_damaged_file_is_refused_wherever_the_damage_is)
{
    enum { ROOM = 1 << 14 };
    struct fixture fixture;
    unsigned char *bytes = allocate(ROOM, 1);
    save(&fixture);
    size_t size = read_bytes(fixture.path, bytes, ROOM);
    size_t head = (size_t)((unsigned char *)memchr(bytes + 20, '\n', size - 20) - bytes);
    ck_assert_uint_lt(size, ROOM);
    for (size_t at = 0; at < size; at++) {
        struct baseline baseline;
        struct runs *runs = allocate(1, sizeof *runs);
        bytes[at] ^= 0x11;
        write_bytes(fixture.path, bytes, size);
        bool good = load(fixture.path, &baseline, runs);
        /* In the head a digest or a version may have become another one. */
        ck_assert_msg(!good || at < head, "byte %zu", at);
        bytes[at] ^= 0x11;
        runs_close(runs);
        free(runs);
        baseline_close(&baseline);
    }
    for (size_t cut = 0; cut < size; cut += 13) {
        struct baseline baseline;
        struct runs *runs = allocate(1, sizeof *runs);
        write_bytes(fixture.path, bytes, cut);
        ck_assert_msg(!load(fixture.path, &baseline, runs), "cut at %zu", cut);
        runs_close(runs);
        free(runs);
        baseline_close(&baseline);
    }
    free(bytes);
    drop(&fixture);
}
END_TEST

START_TEST(a_baseline_is_beside_its_scenario)
{
    static const char *const cases[][2] = {{"scenarios/a.json", "scenarios/a.baseline"},
                                           {"a.json.json", "a.json.baseline"},
                                           {"plan", "plan.baseline"},
                                           {".json", ".json.baseline"}};
    for (size_t i = 0; i < countof(cases); i++) {
        char *path = baseline_path(cases[i][0]);
        ck_assert_str_eq(path, cases[i][1]);
        free(path);
    }
}
END_TEST

Suite *suite_baseline(void)
{
    Suite *suite = suite_create("baseline");
    TCase *each = tcase_create("files");
    tcase_set_timeout(each, 60); /* samples by the thousand, on a busy machine */
    tcase_add_test(each, what_is_read_is_what_was_saved);
    tcase_add_test(each, a_damaged_file_is_refused_wherever_the_damage_is);
    tcase_add_test(each, a_baseline_is_beside_its_scenario);
    suite_add_tcase(suite, each);
    return suite;
}
