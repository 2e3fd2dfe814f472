#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/bind.h"
#include "sim/command.h"
#include "sim/flags.h"
#include "sim/quantity.h"

enum { NODES_MAX = RAFT_VOTERS_MAX, ZONES_MAX = 26 };

struct new_flags {
    const struct preset *preset;
    uint64_t nodes, zones, rtt_ns;
    const char *name;
};

static bool take_preset(void *field, const char *argument, struct error *error)
{
    struct suggestion suggestion = {.word = argument};
    for (size_t i = 0; i < preset_count(); i++)
        suggest_try(&suggestion, preset_at(i)->name);
    *(const struct preset **)field = preset_find(argument);
    return preset_find(argument) ||
           refuse(error, "expected a preset (see raftsim list presets), got '%.60s'%s", argument,
                  suggest_hint(&suggestion).text);
}

static bool take_rtt(void *field, const char *argument, struct error *error)
{
    uint64_t *ns = field;
    return (duration_parse(argument, ns) && *ns % 2 == 0) ||
           refuse(error, "expected a duration with its unit, such as 2ms, got '%.60s'", argument);
}

static const struct flag flags[] = {
    {"preset", "NAME", "whose settings; default: etcd", take_preset,
     offsetof(struct new_flags, preset)},
    {"nodes", "N", "how many; default: 5", take_count, offsetof(struct new_flags, nodes)},
    {"zones", "N", "spread over so many zones; default: none", take_count,
     offsetof(struct new_flags, zones)},
    {"rtt", "TIME", "round trip between zones, or of the network; default: 2ms", take_rtt,
     offsetof(struct new_flags, rtt_ns)},
    {"name", "NAME", "of the scenario; default: leader-crash", take_text,
     offsetof(struct new_flags, name)},
    {0},
};

/* ---- times that suit the preset ---- */

struct timing {
    uint64_t heartbeat_ns; /* between a leader's heartbeats */
    uint64_t slowest_ns;   /* the greatest election timeout */
};

static struct timing timing_of(const struct preset *preset)
{
    struct node_options options = preset_options(preset);
    const struct raft_options *raft = &options.raft;
    uint64_t unit = timer_unit_ns(raft);
    return (struct timing){raft->heartbeat * unit, raft->election_max * unit};
}

static uint64_t whole_seconds(uint64_t ns)
{
    return (ns + NS_PER_S - 1) / NS_PER_S * NS_PER_S;
}

/* ---- the file ---- */

static void add_zones(struct text *text, const struct new_flags *given)
{
    if (!given->zones)
        return;
    text_add(text, "    \"zones\": {");
    for (uint64_t zone = 0; zone < given->zones; zone++) {
        text_add(text, "%s\"%c\": [", zone ? ", " : "", (char)('a' + zone));
        for (uint64_t id = zone + 1; id <= given->nodes; id += given->zones)
            text_add(text, "%s\"n%" PRIu64 "\"", id > zone + 1 ? ", " : "", id);
        text_add(text, "]");
    }
    text_add(text, "},\n");
}

/* Within a zone messages take a tenth of what they take between zones. */
static void add_network(struct text *text, const struct new_flags *given)
{
    struct short_text within = duration_write(given->rtt_ns / 20 * 2);
    bool first = true;
    text_add(text, "  \"network\": {\"rtt\": \"%s\"", duration_write(given->rtt_ns).text);
    for (uint64_t zone = 0; zone < given->zones; zone++) {
        char name = (char)('a' + zone);
        if (zone + 1 + given->zones > given->nodes)
            continue; /* one node has no links within its zone */
        text_add(text, "%s{\"from\": \"zone:%c\", \"to\": \"zone:%c\", \"rtt\": \"%s\"}",
                 first ? ",\n              \"links\": [" : ",\n                        ", name,
                 name, within.text);
        first = false;
    }
    text_add(text, "%s},\n", first ? "" : "]");
}

static void add_plan(struct text *text, const struct timing *timing)
{
    uint64_t crash_ns = whole_seconds(5 * timing->slowest_ns);
    uint64_t down_ns = whole_seconds(3 * timing->slowest_ns);
    text_add(text, "  \"disk\": {\"fsync\": {\"uniform\": [\"1ms\", \"4ms\"]}},\n");
    text_add(text, "  \"clients\": [{\"propose\": {\"every\": \"100ms\"}}],\n");
    text_add(text,
             "  \"timeline\": [\n"
             "    {\"at\": {\"uniform\": [\"%s\", \"%s\"]}, \"do\": \"crash\", \"node\": "
             "\"leader\", \"for\": \"%s\"}\n"
             "  ],\n",
             duration_write(crash_ns).text, duration_write(crash_ns + timing->heartbeat_ns).text,
             duration_write(down_ns).text);
    text_add(text,
             "  \"expect\": {\n"
             "    \"safety\": \"holds\",\n"
             "    \"liveness\": \"holds\",\n"
             "    \"failover[crash].total_ms.max\": \"<= %s\"\n"
             "  },\n",
             duration_write(whole_seconds(5 * timing->slowest_ns)).text);
    text_add(text,
             "  \"sweep\": {\"seeds\": \"1..1000\",\n"
             "            \"expect\": {\"failover[crash].total_ms.p99\": \"<= %s\"}}\n"
             "}\n",
             duration_write(whole_seconds(3 * timing->slowest_ns)).text);
}

static void add_scenario(struct text *text, const struct new_flags *given)
{
    struct timing timing = timing_of(given->preset);
    text_add(text, "{\n  \"name\": \"%s\",\n", given->name);
    text_add(text, "  \"description\": \"the leader crashes at a random instant of its heartbeat "
                   "interval\",\n");
    text_add(text, "  \"seed\": 1,\n  \"duration\": \"%s\",\n",
             duration_write(whole_seconds(15 * timing.slowest_ns)).text);
    text_add(text, "  \"cluster\": {\n    \"nodes\": %" PRIu64 ",\n", given->nodes);
    add_zones(text, given);
    text_add(text, "    \"raft\": {\"preset\": \"%s\"}\n  },\n", given->preset->name);
    add_network(text, given);
    add_plan(text, &timing);
}

/* What cannot be a scenario of this shape. */
static bool check(const struct new_flags *given, struct error *error)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-.";
    if (given->nodes > NODES_MAX)
        return refuse(error, "--nodes: expected at most %d, got %" PRIu64, NODES_MAX, given->nodes);
    if (given->zones > ZONES_MAX || given->zones > given->nodes)
        return refuse(error, "--zones: expected at most %d and no more than nodes", ZONES_MAX);
    if (strspn(given->name, plain) != strlen(given->name))
        return refuse(error, "--name: expected letters, digits, '.', '_' and '-'");
    return true;
}

static void print_new(const struct new_flags *given)
{
    struct text text = {0};
    struct scenario scenario;
    struct error error = {""};
    add_scenario(&text, given);
    bool valid = scenario_parse(&scenario, "new", text.data, text.count, &error);
    must(valid);
    scenario_close(&scenario);
    fputs(text_of(&text), stdout);
    text_close(&text);
}

static int make_new(int argc, char **argv)
{
    static const struct usage usage = {
        .command = "new",
        .operands = "",
        .help =
            "Prints a first scenario: the leader crashes, and what is expected of the failover.",
        .examples =
            "example: raftsim new --preset etcd-3.5 --nodes 5 --zones 3 --rtt 2ms > a.json\n",
        .flags = flags,
    };
    struct new_flags given = {
        .preset = preset_find("etcd"), .nodes = 5, .rtt_ns = 2 * NS_PER_MS, .name = "leader-crash"};
    struct error error;
    int operands;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    if (!check(&given, &error)) {
        fprintf(stderr, "raftsim new: %s\n", error.text);
        return STATUS_USAGE;
    }
    print_new(&given);
    return STATUS_HELD;
}

const struct command command_new = {
    .name = "new",
    .help = "a first scenario of a system, on stdout",
    .run = make_new,
};
