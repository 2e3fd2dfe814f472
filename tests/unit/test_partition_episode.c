/* Three brokers, 1 ms one way, n1 leads Raft from 1002 ms and nobody else ever campaigns: every
 * figure can be worked out. A commit is a round trip, 2 ms; followers hear of it with the next
 * Raft heartbeat, each 100 ms from 1002 ms on. Partition p of three prefers n(p + 1). */
#include <math.h>
#include <string.h>

#include "sim/run.h"
#include "sim/text.h"
#include "tests/unit/quoted.h"
#include "tests/unit/unit.h"

#define NONE (-1.0)
#define CRASH "{'at': '20s', 'do': 'crash', 'node': 'n2', 'for': '20s'}"
#define NO_REPLICATION                                                                             \
    "{'at': '10s', 'do': 'drop', 'from': 'n2', 'kinds': ['replicate'], 'for': '2s'}, "             \
    "{'at': '12s', 'do': 'crash', 'node': 'n2'}"
#define ALONE                                                                                      \
    "{'at': '20s', 'do': 'crash', 'node': 'n3', 'for': '10s'}, "                                   \
    "{'at': '20s', 'do': 'cut', 'from': 'n2', 'to': 'n3', 'both': true}, "                         \
    "{'at': '45s', 'do': 'crash', 'node': 'n2'}"
#define UNCLEAN "'replication_factor': 2, 'unclean_leader_election': true"
#define CLIENT(acks)                                                                               \
    "'clients': [{'produce': {'topic': 'a', 'every': '100ms', 'acks': " acks "}}], "

static const struct figure {
    const char *name, *rules, *topic, *clients, *timeline, *metric;
    double wanted; /* NONE: null */
} figures[] = {
    /* Checks every 3 s; idle partitions are elected anew at 3, 15, 27, 39 and 51 s. */
    {"idle", "chronik-2.2.3", "", "", "", "partition.spurious", 15},
    {"idle", "chronik-2.2.3", "", "", "", "partition[spurious].elect_ms.max", 2},
    {"idle", "chronik-2.2.3", "", "", "", "partition[spurious].detect_ms.count", 0},
    {"idle", "fixed", "", "", "", "partition.spurious", 0},
    /* The others' electors refuse when they hear of n1 and in each round from 3 s to 60 s:
     * 2 nodes x 3 partitions x 21. */
    {"refused", "chronik-2.2.0", "", "", "", "elector.refused", 126},
    /* Elected anew at 15 s, its leader dies at 20 s; found out at 27 s. */
    {"crash", "chronik-2.2.3", "", "", CRASH, "partition[crash].detect_ms", 7000},
    {"crash", "chronik-2.2.3", "", "", CRASH, "partition[crash].elect_ms", 2},
    /* Committed at 27.002 s, sent on at 27.102 s. */
    {"crash", "chronik-2.2.3", "", "", CRASH, "partition[crash].publish_ms", 101},
    {"start", "kraft", "", "", "", "partition[start].elect_ms.max", 2},
    /* Agreed on at 1010 ms; the others hear of it with the heartbeat that leaves at 1102 ms. */
    {"start", "kraft", "", "", "", "partition[start].publish_ms.max", 93},
    {"start", "kraft", "", "", "", "partition[start].total_ms.count", 3},
    {"start", "kraft", "", "", "", "partition.total_ms.count", 0},
    {"crash", "kraft", "", "", CRASH, "partition[crash].elect_ms", 2},
    {"crash", "kraft", "", "", CRASH, "partition.total_ms.count", 1},
    {"crash", "kraft", "", "", CRASH, "partition.leader_changes", 1},
    {"crash", "kraft", "", "", CRASH, "partition.spurious", 0},
    {"crash", "kraft", "", "", CRASH, "broker.fenced", 1},
    /* The session outlives the run: it ends without a leader, 5 s after the loss. */
    {"late", "kraft", "", "", "{'at': '55s', 'do': 'crash', 'node': 'n2'}",
     "partition.unavailable_ms", 5000},
    {"late", "kraft", "", "", "{'at': '55s', 'do': 'crash', 'node': 'n2'}", "partition.leaderless",
     1},
    {"late", "kraft", "", "", "{'at': '55s', 'do': 'crash', 'node': 'n2'}", "partition.total_ms",
     NONE},
    /* Back before its session ends: nobody noticed. */
    {"pause", "kraft", "", "", "{'at': '20s', 'do': 'pause', 'node': 'n2', 'for': '1s'}",
     "partition[pause].total_ms", 1000},
    {"pause", "kraft", "", "", "{'at': '20s', 'do': 'pause', 'node': 'n2', 'for': '1s'}",
     "partition[pause].detect_ms", NONE},
    {"pause", "kraft", "", "", "{'at': '20s', 'do': 'pause', 'node': 'n2', 'for': '1s'}",
     "partition.unavailable_ms", 1000},
    {"isolated", "kraft", "", "", "{'at': '20s', 'do': 'isolate', 'node': 'n2'}",
     "partition[isolate].total_ms.count", 1},
    {"isolated", "kraft", "", "", "{'at': '20s', 'do': 'isolate', 'node': 'n2'}",
     "partition.spurious", 0},
    {"silenced", "kraft", "", "", "{'at': '20s', 'do': 'heartbeat-stop', 'node': 'n2'}",
     "partition[session].total_ms.count", 1},
    {"silenced", "kraft", "", "", "{'at': '20s', 'do': 'heartbeat-stop', 'node': 'n2'}",
     "partition.spurious", 1},
    {"by hand", "chronik-2.2.3", "", "",
     "{'at': '20s', 'do': 'elect', 'topic': 'a', 'partition': 1}",
     "partition[manual].elect_ms.count", 1},
    /* n3 cannot hear n2, and leads when n2 is gone. */
    {"unclean", "kraft", UNCLEAN, "", ALONE, "partition.unclean", 1},
    /* A record each 300 ms to each of three partitions; what n2 stored for 2 s nobody else did. */
    {"acks 1", "kraft", "", CLIENT("1"), NO_REPLICATION, "produce.lost", 7},
    {"acks 1", "kraft", "", CLIENT("1"), NO_REPLICATION, "produce.conflicting", 7},
    {"acks all", "kraft", "", CLIENT("'all'"), NO_REPLICATION, "produce.lost", 0},
    {"acks all", "kraft", "", CLIENT("'all'"), NO_REPLICATION, "produce.unknown", 0},
};

static void read_plan(const struct figure *figure, struct scenario *scenario)
{
    struct text plan = {0};
    struct error error;
    text_add(&plan,
             "{'duration': '60s', 'cluster': {'nodes': 3, 'raft': {'election_timeout': ['1000s', "
             "'2000s'], 'heartbeat': '100ms'}}, 'network': {'latency': '1ms'}, 'topics': [{'name': "
             "'a', 'partitions': 3%s%s}], 'elector': {'rules': '%s'}, %s'timeline': [{'at': '1s', "
             "'do': 'campaign', 'node': 'n1'}%s%s]}",
             *figure->topic ? ", " : "", figure->topic, figure->rules, figure->clients,
             *figure->timeline ? ", " : "", figure->timeline);
    ck_assert_msg(quoted_read(text_of(&plan), scenario, &error), "%s", error.text);
    text_close(&plan);
}

static struct value measure(const struct figure *figure)
{
    struct scenario scenario;
    struct metric_ref ref;
    struct run *run = run_new();
    read_plan(figure, &scenario);
    run_execute(run, &scenario, 1, NULL);
    const char *dot = strrchr(figure->metric, '.');
    const char *statistic = dot && statistic_known(dot + 1) ? dot + 1 : NULL;
    struct text name = {0};
    text_bytes(&name, figure->metric,
               statistic ? (size_t)(dot - figure->metric) : strlen(figure->metric));
    ck_assert_msg(metric_resolve(text_of(&name), &ref, NULL), "%s", figure->metric);
    struct samples samples = measure_samples(run->measures, &ref, 0);
    struct value value = sample_statistic(&samples, statistic);
    text_close(&name);
    run_free(run);
    scenario_close(&scenario);
    return value;
}

START_TEST(each_metric_of_partitions_has_the_value_that_can_be_worked_out)
{
    const struct figure *figure = &figures[_i];
    struct value got = measure(figure);
    ck_assert_msg(got.known == (figure->wanted >= 0), "%s, %s: %s", figure->name, figure->metric,
                  got.known ? "known" : "null");
    ck_assert_msg(!got.known || fabs(got.number - figure->wanted) < 1e-6,
                  "%s, %s: wanted %g, got %g", figure->name, figure->metric, figure->wanted,
                  got.number);
}
END_TEST

Suite *suite_partition_episode(void)
{
    Suite *suite = suite_create("partition_episode");
    TCase *tcase = tcase_create("values");
    tcase_add_loop_test(tcase, each_metric_of_partitions_has_the_value_that_can_be_worked_out, 0,
                        sizeof figures / sizeof *figures);
    suite_add_tcase(suite, tcase);
    return suite;
}
