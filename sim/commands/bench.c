#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/bench_partitions.h"
#include "sim/command.h"
#include "sim/flags.h"
#include "sim/run.h"
#include "sim/text.h"
#include "sim/tree.h"

/* The leader dies every 5 s for 1 s; nobody proposes; every rule, measure and the hash are on. */
static const char steady[] =
    "{\"duration\": \"%" PRIu64 "s\", \"cluster\": {\"nodes\": %" PRIu64
    ", \"raft\": {\"preset\": \"raft-rs-0.7\", \"tick\": \"100ms\", \"election_ticks\": 10, "
    "\"heartbeat_ticks\": 2}}, \"network\": {\"latency\": {\"uniform\": [\"1ms\", \"5ms\"]}}, "
    "\"chaos\": [{\"every\": \"5s\", \"do\": \"crash\", \"node\": \"leader\", \"for\": \"1s\"}]}";

/* A whole trial: boot, elect, lose the leader, elect again, and no more. */
static const char trial[] =
    "{\"duration\": \"60s\", \"cluster\": {\"nodes\": %" PRIu64
    ", \"raft\": {\"preset\": \"raft-rs-0.7\", \"tick\": \"100ms\", \"election_ticks\": 10, "
    "\"heartbeat_ticks\": 2}}, \"network\": {\"latency\": {\"uniform\": [\"1ms\", \"5ms\"]}}, "
    "\"timeline\": [{\"when\": {\"record\": \"serving\"}, \"after\": \"500ms\", \"do\": \"crash\", "
    "\"node\": \"leader\"}], \"until\": {\"record\": \"serving\", \"count\": 3}}";

enum { SECONDS = 20000, TRIALS = 20000, NODES_MAX = 8, TENFOLD = 10 };

struct bench_flags {
    const char *nodes, *format;
    uint64_t seconds, events, trials, partitions;
};

static const struct flag flags[] = {
    {"nodes", "LIST", "sizes of the cluster (3,5,7)", take_text,
     offsetof(struct bench_flags, nodes)},
    {"seconds", "N", "simulated time of each (20000)", take_count,
     offsetof(struct bench_flags, seconds)},
    {"events", "N", "only this many events of the first size, not timed: to count instructions",
     take_count, offsetof(struct bench_flags, events)},
    {"trials", "N", "how many whole trials (20000)", take_count,
     offsetof(struct bench_flags, trials)},
    {"partitions", "N", "no cluster of more partitions than this (100000)", take_count,
     offsetof(struct bench_flags, partitions)},
    {"format", "NAME", "text (the default) or json", take_text,
     offsetof(struct bench_flags, format)},
    {0},
};

static const struct usage usage = {
    .command = "bench",
    .operands = "",
    .help = "Measures the simulator on one core, by processor time, with all checks and the hash.",
    .flags = flags,
};

struct figures {
    uint64_t nodes, events, failovers;
    double seconds, simulated_s;
};

struct report {
    struct figures steadies[NODES_MAX], tenfold, trials;
    uint32_t count; /* of steadies */
};

static void read_plan(struct scenario *scenario, const struct text *text)
{
    struct error error;
    bool ok = scenario_parse(scenario, "bench", text_of(text), text->count, &error);
    if (!ok)
        fprintf(stderr, "%s\n", error.text);
    must(ok);
}

static double processor_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct figures run_steady(struct run *run, uint64_t nodes, uint64_t seconds, uint64_t events)
{
    struct scenario scenario;
    struct text text = {0};
    struct metric_ref failovers;
    text_add(&text, steady, events ? 1000000000 : seconds, nodes);
    read_plan(&scenario, &text);
    double from_s = processor_s();
    run_execute(run, &scenario, 1, &(struct run_options){.event_limit = events});
    struct figures figures = {.nodes = nodes,
                              .events = run->events,
                              .seconds = processor_s() - from_s,
                              .simulated_s = (double)run->simulated_ns / 1e9};
    must(!run->world->judge.broken && metric_resolve("leaders.count", &failovers, NULL));
    double elected = measure_value(run->measures, &failovers, 0).number;
    figures.failovers = elected > 0 ? (uint64_t)elected - 1 : 0;
    scenario_close(&scenario);
    text_close(&text);
    return figures;
}

static struct figures run_trials(struct run *run, uint64_t nodes, uint64_t count)
{
    struct scenario scenario;
    struct text text = {0};
    struct figures figures = {.nodes = nodes, .failovers = count};
    text_add(&text, trial, nodes);
    read_plan(&scenario, &text);
    run_execute(run, &scenario, 1, NULL);
    double from_s = processor_s();
    for (uint64_t seed = 1; seed <= count; seed++) {
        run_execute(run, &scenario, seed, NULL);
        must(run->end == RUN_UNTIL);
        figures.events += run->events;
    }
    figures.seconds = processor_s() - from_s;
    scenario_close(&scenario);
    text_close(&text);
    return figures;
}

static double ns_an_event(const struct figures *figures)
{
    return figures->seconds * 1e9 / (double)figures->events;
}

static void print_text(const struct report *report)
{
    const struct figures *trials = &report->trials, *tenfold = &report->tenfold;
    printf("One core, all %zu safety rules, measures and the trace hash on. The leader dies every\n"
           "5 s; raft-rs, tick 100 ms, election 10-19 ticks, heartbeat 2 ticks, one-way 1-5 ms.\n\n"
           "  nodes    events/s    ns/event    x real time    failovers/s\n",
           invariants_judging(NULL));
    for (uint32_t i = 0; i < report->count; i++) {
        const struct figures *one = &report->steadies[i];
        printf("  %5" PRIu64 "  %10s  %10.1f  %13s  %13s\n", one->nodes,
               short_count((uint64_t)((double)one->events / one->seconds)).text, ns_an_event(one),
               short_count((uint64_t)(one->simulated_s / one->seconds)).text,
               short_count((uint64_t)((double)one->failovers / one->seconds)).text);
    }
    printf("\n  a run of %" PRIu64 " nodes ten times as long: %.1f ns/event\n", tenfold->nodes,
           ns_an_event(tenfold));
    printf("  a trial of %" PRIu64
           " nodes (boot, elect, crash, elect again): %.2f us, %.1f events\n",
           trials->nodes, trials->seconds * 1e6 / (double)trials->failovers,
           (double)trials->events / (double)trials->failovers);
}

static void add_rate(cJSON *object, const char *name, double amount, double seconds)
{
    tree_add_value(object, name, (struct value){true, amount / seconds});
}

static cJSON *steady_tree(const struct figures *figures)
{
    cJSON *item = cJSON_CreateObject();
    tree_add_count(item, "nodes", figures->nodes);
    add_rate(item, "events_per_s", (double)figures->events, figures->seconds);
    add_rate(item, "times_real", figures->simulated_s, figures->seconds);
    add_rate(item, "failovers_per_s", (double)figures->failovers, figures->seconds);
    return item;
}

static cJSON *tree_of_partitions(const struct partitions_figures *figures, uint32_t count)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < count; i++) {
        cJSON *item = cJSON_CreateObject();
        tree_add_count(item, "brokers", figures[i].brokers);
        tree_add_count(item, "partitions", figures[i].partitions);
        add_rate(item, "partition_seconds_per_s",
                 (double)(figures[i].partitions * figures[i].simulated_s), figures[i].seconds);
        tree_add_count(item, "bytes_per_partition", figures[i].bytes / figures[i].partitions);
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

static void print_json(const struct report *report, cJSON *partitions)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "schema", "raftsim-bench/1");
    cJSON *list = cJSON_AddArrayToObject(object, "steady");
    for (uint32_t i = 0; i < report->count; i++)
        cJSON_AddItemToArray(list, steady_tree(&report->steadies[i]));
    cJSON_AddItemToObject(object, "ten_times_as_long", steady_tree(&report->tenfold));
    cJSON_AddItemToObject(object, "partitions", partitions);
    add_rate(object, "trial_us", report->trials.seconds * 1e6, (double)report->trials.failovers);
    tree_print(object, stdout);
    cJSON_Delete(object);
}

/* "3,5,7": each from 1 to 99. */
static bool read_sizes(const char *text, uint64_t sizes[NODES_MAX], uint32_t *count)
{
    for (*count = 0; *count < NODES_MAX; text++) {
        char *end;
        unsigned long size = strtoul(text, &end, 10);
        if (end == text || size < 1 || size > RAFT_VOTERS_MAX)
            return false;
        sizes[(*count)++] = size;
        text = end;
        if (*text != ',')
            return *text == '\0';
    }
    return false;
}

static void measure(const struct bench_flags *given, const uint64_t *sizes, uint32_t count)
{
    uint64_t seconds = given->seconds ? given->seconds : SECONDS;
    uint64_t usual = sizes[count > 1 ? 1 : 0];
    struct report report = {.count = count};
    struct run *run = run_new();
    /* The first time, untimed, takes the memory that all the others use again. */
    run_steady(run, usual, TENFOLD * seconds, 0);
    report.tenfold = run_steady(run, usual, TENFOLD * seconds, 0);
    for (uint32_t i = 0; i < count; i++)
        report.steadies[i] = run_steady(run, sizes[i], seconds, 0);
    report.trials = run_trials(run, usual, given->trials ? given->trials : TRIALS);
    bool json = given->format && strcmp(given->format, "json") == 0;
    run_free(run);
    struct partitions_figures partitions[BENCH_PARTITIONS];
    uint32_t partitioned = bench_partitions(partitions, given->partitions);
    if (json) {
        print_json(&report, tree_of_partitions(partitions, partitioned));
        return;
    }
    print_text(&report);
    bench_partitions_print(partitions, partitioned);
}

static int command(int argc, char **argv)
{
    struct bench_flags given = {0};
    uint64_t sizes[NODES_MAX];
    uint32_t count;
    int operands;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    if (!read_sizes(given.nodes ? given.nodes : "3,5,7", sizes, &count)) {
        fprintf(stderr, "raftsim bench: --nodes: expected sizes from 1 to %d, such as 3,5,7\n",
                RAFT_VOTERS_MAX);
        return STATUS_USAGE;
    }
    if (!given.events) {
        measure(&given, sizes, count);
        return STATUS_HELD;
    }
    struct run *run = run_new();
    struct figures figures = run_steady(run, sizes[0], 0, given.events);
    printf("%" PRIu64 " events\n", figures.events);
    run_free(run);
    return STATUS_HELD;
}

const struct command command_bench = {
    .name = "bench",
    .help = "how fast it is here: events, simulated time and failovers a second",
    .run = command,
};
