#include "sim/preset.h"

#include <stdlib.h>
#include <string.h>

#include "sim/bind.h"
#include "tests/unit/quoted.h"
#include "tests/unit/unit.h"

/* A node's options after changes written with ' for "; NULL: as the presets leave them. */
static bool options_with(const char *preset, const char *changes, struct node_options *options,
                         struct error *error)
{
    struct option_changes bound = {0};
    struct json json;
    struct reader reader = {&json, NULL, error};
    *options = (struct node_options){.burst = false};
    preset_changes(preset_find(preset), &bound);
    options_apply(options, &bound);
    bool ok = options_check(options, &bound, error);
    options_close(&bound);
    if (!changes || !ok)
        return ok;
    char *text = quoted(changes);
    ok = json_open(&json, "x.json", text, strlen(text), error) &&
         bind_changes(&reader, json.root, NULL, &bound) &&
         bind_applied(&reader, json.root, &bound, options);
    options_close(&bound);
    json_close(&json);
    free(text);
    return ok;
}

START_TEST(every_preset_makes_sense)
{
    for (size_t i = 0; i < preset_count(); i++) {
        struct node_options options;
        struct error error = {""};
        const struct preset *preset = preset_at(i);
        ck_assert_msg(options_with(preset->name, NULL, &options, &error), "%s: %s", preset->name,
                      error.text);
        ck_assert(preset->help[0] && preset->names[0] && preset->source[0]);
        ck_assert_ptr_eq(preset_find(preset->name), preset);
    }
}
END_TEST

START_TEST(an_alias_is_the_newest_version)
{
    static const struct {
        const char *alias, *preset;
    } rows[] = {{"etcd", "etcd-3.6"}, {"raft-rs", "raft-rs-0.7"}, {"kraft", "kraft-4.0"}};
    for (size_t i = 0; i < countof(rows); i++)
        ck_assert_str_eq(preset_find(rows[i].alias)->name, rows[i].preset);
    for (size_t i = 0; i < preset_alias_count(); i++)
        ck_assert_ptr_nonnull(preset_find(preset_alias_at(i)->name));
    ck_assert_ptr_null(preset_find("no-such-preset"));
    ck_assert_ptr_null(preset_find(""));
}
END_TEST

START_TEST(presets_say_what_their_systems_do)
{
    static const struct {
        const char *preset;
        enum raft_flavor flavor;
        uint64_t tick_ms, min, max, heartbeat;
        bool pre_vote, check_quorum, self_vote_durable, burst;
    } rows[] = {
        {"etcd-3.4", RAFT_ETCD, 100, 10, 19, 1, false, true, false, false},
        {"etcd-3.5", RAFT_ETCD, 100, 10, 19, 1, true, true, false, false},
        {"etcd-3.6", RAFT_ETCD, 100, 10, 19, 1, true, true, true, false},
        {"pd", RAFT_ETCD, 500, 6, 11, 1, true, true, false, false},
        {"cockroachdb-22.2", RAFT_ETCD, 200, 15, 29, 5, true, false, false, false},
        {"cockroachdb-23.2", RAFT_ETCD, 500, 4, 7, 2, true, true, false, false},
        {"raft-rs-0.7", RAFT_RAFT_RS, 100, 20, 39, 2, false, false, false, true},
        {"chronik-2.2.3", RAFT_RAFT_RS, 100, 10, 19, 3, false, false, false, true},
        {"tikv", RAFT_RAFT_RS, 1000, 10, 19, 2, true, true, false, false},
        {"paper", RAFT_PAPER, 0, 150000000, 300000000, 75000000, false, false, false, false},
        {"dqlite", RAFT_PAPER, 0, 3000000000, 6000000000, 500000000, true, true, false, false},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct node_options options;
        struct error error;
        ck_assert(options_with(rows[i].preset, NULL, &options, &error));
        ck_assert_int_eq(options.raft.flavor, rows[i].flavor);
        ck_assert_uint_eq(options.raft.tick_ns, rows[i].tick_ms * NS_PER_MS);
        ck_assert_uint_eq(options.raft.election_min, rows[i].min);
        ck_assert_uint_eq(options.raft.election_max, rows[i].max);
        ck_assert_uint_eq(options.raft.election_base, rows[i].min);
        ck_assert_uint_eq(options.raft.heartbeat, rows[i].heartbeat);
        ck_assert_int_eq(options.raft.pre_vote, rows[i].pre_vote);
        ck_assert_int_eq(options.raft.check_quorum, rows[i].check_quorum);
        ck_assert_int_eq(options.raft.self_vote_durable, rows[i].self_vote_durable);
        ck_assert_int_eq(options.burst, rows[i].burst);
    }
}
END_TEST

START_TEST(changes_override_only_what_they_give)
{
    static const struct {
        const char *preset, *changes;
        uint64_t tick_ms, min, max, base, heartbeat;
    } rows[] = {
        {"etcd-3.5", "{'pre_vote': false}", 100, 10, 19, 10, 1},
        {"etcd-3.5", "{'tick': '50ms'}", 50, 10, 19, 10, 1},
        {"etcd-3.5", "{'election_ticks': 4}", 100, 4, 7, 4, 1},
        {"etcd-3.5", "{'min_election_ticks': 12, 'max_election_ticks': 14}", 100, 12, 13, 10, 1},
        {"etcd-3.5", "{'election_timeout': ['1ms', '2ms'], 'heartbeat': '500us'}", 0, 1000000,
         2000000, 1000000, 500000},
        {"paper", "{'tick': '10ms', 'election_ticks': 5, 'heartbeat_ticks': 2}", 10, 5, 9, 5, 2},
        {"paper", "{'preset': 'pd'}", 500, 6, 11, 6, 1},
        {"paper", "{'preset': 'pd', 'heartbeat': '1s', 'election_timeout': ['2s', '2s']}", 0,
         2000000000, 2000000000, 2000000000, 1000000000},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct node_options options;
        struct error error = {""};
        bool ok = options_with(rows[i].preset, rows[i].changes, &options, &error);
        ck_assert_msg(ok, "%s: %s", rows[i].changes, error.text);
        ck_assert_uint_eq(options.raft.tick_ns, rows[i].tick_ms * NS_PER_MS);
        ck_assert_uint_eq(options.raft.election_min, rows[i].min);
        ck_assert_uint_eq(options.raft.election_max, rows[i].max);
        ck_assert_uint_eq(options.raft.election_base, rows[i].base);
        ck_assert_uint_eq(options.raft.heartbeat, rows[i].heartbeat);
    }
}
END_TEST

START_TEST(candidates_may_have_a_range_of_their_own_in_whole_ticks)
{
    struct node_options options;
    struct error error;
    ck_assert(options_with("etcd-3.5", "{'candidate_timeout': ['300ms', '1s']}", &options, &error));
    ck_assert_uint_eq(options.raft.candidate_min, 3);
    ck_assert_uint_eq(options.raft.candidate_max, 10);
    ck_assert(options_with("paper", "{'candidate_timeout': ['300ms', '1s']}", &options, &error));
    ck_assert_uint_eq(options.raft.candidate_min, 300 * NS_PER_MS);
    ck_assert(!options_with("etcd-3.5", "{'candidate_timeout': ['30ms', '1s']}", &options, &error));
}
END_TEST

START_TEST(a_restart_changes_options_in_force)
{
    struct node_options options;
    struct error error;
    struct option_changes changes = {0};
    ck_assert(options_with("etcd-3.4", "{'priority': 0, 'max_entries': 7}", &options, &error));
    preset_changes(preset_find("raft-rs"), &changes);
    options_apply(&options, &changes);
    options_close(&changes);
    ck_assert_int_eq(options.raft.flavor, RAFT_RAFT_RS);
    ck_assert_uint_eq(options.raft.election_max, 39);
    ck_assert_uint_eq(options.raft.entries_max, 0);
    ck_assert(options.burst);
}
END_TEST

START_TEST(options_that_make_no_sense_together_are_refused)
{
    static const struct {
        const char *preset, *changes, *said;
    } rows[] = {
        {"paper", "{'tick': '10ms', 'heartbeat': '1ms'}", "got both \"tick\" and \"heartbeat\""},
        {"paper", "{'tick': '10ms'}", "expected \"election_ticks\" and \"heartbeat_ticks\""},
        {"paper", "{'election_ticks': 10}", "expected \"tick\" above 0"},
        {"etcd", "{'tick': '0s'}", "expected \"tick\" above 0"},
        {"etcd", "{'heartbeat_ticks': 10}", "expected \"heartbeat_ticks\" below"},
        {"etcd", "{'min_election_ticks': 9}", "expected \"min_election_ticks\" of at least"},
        {"etcd", "{'max_election_ticks': 10}", "expected \"max_election_ticks\" above"},
        {"etcd", "{'election_timeout': ['1s', '2s']}", "expected \"heartbeat\" above 0"},
        {"etcd", "{'heartbeat': '1s'}", "expected an \"election_timeout\" above 0"},
        {"etcd", "{'priority': 1}", "expected \"flavor\": \"raft-rs\""},
        {"etcd", "{'tick_phase': '100ms'}", "expected a \"tick_phase\" below \"tick\""},
        {"paper", "{'tick_phase': '1ms'}", "expected \"tick\" beside"},
        {"paper", "{'missed_ticks': 'burst'}", "expected \"tick\" beside"},
        {"paper", "{'heartbeat': '150ms'}", "expected \"heartbeat\" below"},
        {"paper", "{'read': 'lease'}", "expected \"check_quorum\": true"},
        {"paper", "{'candidate_timeout': ['0s', '1s']}", "\"candidate_timeout\" above 0"},
        {"paper", "{'election_timeout': ['2s', '1s']}", "max is below min"},
        {"paper", "{'election_timeout': ['1s', '999999h']}", "expected shorter timeouts"},
        {"paper", "{'backoff': 17}", "expected a whole number from 0 to 16"},
        {"paper", "{'pre-vote': true}",
         "unknown raft option \"pre-vote\"; did you mean \"pre_vote\"?"},
        {"paper", "{'preset': 'etcd-3.7'}", "did you mean \"etcd-3.4\"?"},
        {"paper", "{'self_vote': 'late'}", "expected one of \"at-once\", \"durable\""},
        {"paper", "{'start': '1s'}", "unknown raft option \"start\""},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct node_options options;
        struct error error = {""};
        ck_assert_msg(!options_with(rows[i].preset, rows[i].changes, &options, &error), "%s",
                      rows[i].changes);
        ck_assert_msg(strstr(error.text, rows[i].said), "%s: %s", rows[i].changes, error.text);
    }
}
END_TEST

Suite *suite_preset(void)
{
    Suite *suite = suite_create("preset");
    TCase *tests = tcase_create("preset");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, every_preset_makes_sense);
    tcase_add_test(tests, an_alias_is_the_newest_version);
    tcase_add_test(tests, presets_say_what_their_systems_do);
    tcase_add_test(tests, changes_override_only_what_they_give);
    tcase_add_test(tests, candidates_may_have_a_range_of_their_own_in_whole_ticks);
    tcase_add_test(tests, a_restart_changes_options_in_force);
    tcase_add_test(tests, options_that_make_no_sense_together_are_refused);
    return suite;
}
