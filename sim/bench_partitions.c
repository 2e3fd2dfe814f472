#include "sim/bench_partitions.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/run.h"
#include "sim/text.h"

/* Kafka's rules; a broker dies every 20 s for 10 s; a client produces to all partitions in turn. */
static const char plan[] =
    "{\"duration\": \"%" PRIu64 "s\", \"cluster\": {\"nodes\": %" PRIu64
    ", \"voters\": 5, \"learners\": %" PRIu64
    ", \"raft\": {\"preset\": \"raft-rs-0.7\", \"tick\": \"100ms\", \"election_ticks\": 10, "
    "\"heartbeat_ticks\": 2}}, \"network\": {\"latency\": {\"uniform\": [\"1ms\", \"5ms\"]}}, "
    "\"topics\": [{\"name\": \"orders\", \"partitions\": %" PRIu64
    ", \"min_insync_replicas\": 2}], \"elector\": {\"rules\": \"kraft\"}, "
    "\"clients\": [{\"produce\": {\"topic\": \"orders\", \"every\": \"%s\", \"acks\": \"all\"}}], "
    "\"chaos\": [{\"every\": \"20s\", \"do\": \"crash\", \"node\": \"random\", \"for\": "
    "\"10s\"}]}";

static const struct size {
    uint64_t brokers, partitions, simulated_s;
} sizes[BENCH_PARTITIONS] = {{5, 10, 600}, {5, 1000, 600}, {100, 100000, 60}};

static double processor_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static uint64_t leaders_changed(struct run *run)
{
    struct metric_ref ref;
    bool known = metric_resolve("partition.leader_changes", &ref, NULL);
    must(known && !run->world->judge.broken);
    return (uint64_t)measure_value(run->measures, &ref, 0).number;
}

static struct partitions_figures measure(const struct size *size, const char *every)
{
    struct scenario scenario;
    struct error error;
    struct text text = {0};
    struct run *run = run_new();
    uint64_t before = peak_bytes();
    double from_s = processor_s();
    text_add(&text, plan, size->simulated_s, size->brokers, size->brokers - 5, size->partitions,
             every);
    bool ok = scenario_parse(&scenario, "bench", text_of(&text), text.count, &error);
    if (!ok)
        fprintf(stderr, "%s\n", error.text);
    must(ok);
    run_execute(run, &scenario, 1, NULL);
    struct partitions_figures figures = {.brokers = size->brokers,
                                         .partitions = size->partitions,
                                         .simulated_s = size->simulated_s,
                                         .events = run->events,
                                         .changed = leaders_changed(run),
                                         .bytes = peak_bytes() - before};
    run_free(run);
    scenario_close(&scenario);
    text_close(&text);
    figures.seconds = processor_s() - from_s;
    return figures;
}

/* In a process of its own: the peak of memory is a process's, and never falls. */
static struct partitions_figures measure_apart(const struct size *size, const char *every)
{
    struct partitions_figures figures;
    int ends[2], status = 0;
    bool ok = pipe(ends) == 0;
    must(ok);
    fflush(stdout);
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        figures = measure(size, every);
        ok = write(ends[1], &figures, sizeof figures) == (ssize_t)sizeof figures;
        _exit(ok ? 0 : 1);
    }
    close(ends[1]);
    ok = read(ends[0], &figures, sizeof figures) == (ssize_t)sizeof figures;
    close(ends[0]);
    waitpid(child, &status, 0);
    must(ok && status == 0);
    return figures;
}

/* Records take memory of their own: that of partitions is seen where hardly any are stored. */
static struct partitions_figures measure_size(const struct size *size)
{
    struct size idle = *size;
    idle.simulated_s = 30;
    struct partitions_figures figures = measure_apart(size, "5ms");
    figures.bytes = measure_apart(&idle, "10s").bytes;
    return figures;
}

uint32_t bench_partitions(struct partitions_figures figures[BENCH_PARTITIONS], uint64_t most)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < BENCH_PARTITIONS; i++)
        if (most == 0 || sizes[i].partitions <= most)
            figures[count++] = measure_size(&sizes[i]);
    return count;
}

void bench_partitions_print(const struct partitions_figures *figures, uint32_t count)
{
    printf("\nPartitions: kraft rules, 3 copies, a broker dies every 20 s for 10 s, 200 records a\n"
           "second with acks all. Rate: partitions x simulated seconds a second.\n"
           "Bytes: the peak of 30 s without records, that of the cluster itself included.\n\n"
           "  brokers  partitions          rate    x real time   elected   bytes a partition\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct partitions_figures *one = &figures[i];
        double rate = (double)one->simulated_s / one->seconds;
        printf("  %7" PRIu64 "  %10s  %12s  %13s  %8s  %18s\n", one->brokers,
               short_count(one->partitions).text,
               short_count((uint64_t)((double)one->partitions * rate)).text,
               short_number(rate, rate < 10 ? 1 : 0).text, short_count(one->changed).text,
               short_count(one->bytes / one->partitions).text);
    }
}
