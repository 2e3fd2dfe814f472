/* The table of settings that may help: each says whether this plan leaves room for it. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "sim/explain_parts.h"

/* What most nodes of the plan have, which a change of cluster.raft changes. */
struct usual {
    const struct scenario *scenario;
    const struct raft_options *options;
    uint64_t unit_ns, low_ns, high_ns, heartbeat_ns;
};

static void set(struct advice *advice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void set(struct advice *advice, const char *format, ...)
{
    va_list arguments;
    must(advice->set_count < ADVICE_SETS_MAX);
    va_start(arguments, format);
    vsnprintf(advice->sets[advice->set_count++], ADVICE_TEXT, format, arguments);
    va_end(arguments);
}

/* A duration as a plan has it, exact to the unit that it needs. */
static struct short_text exact(uint64_t ns)
{
    struct short_text result;
    if (ns % NS_PER_MS == 0)
        snprintf(result.text, sizeof result.text, "%" PRIu64 "ms", ns / NS_PER_MS);
    else if (ns % 1000 == 0)
        snprintf(result.text, sizeof result.text, "%" PRIu64 "us", ns / 1000);
    else
        snprintf(result.text, sizeof result.text, "%" PRIu64 "ns", ns);
    return result;
}

/* Timeouts from low to high (whole ticks, if there are any) and a heartbeat that fits: at most a
 * fifth of the least, and never longer than it was. */
static bool set_timers(const struct usual *usual, uint64_t low_ns, uint64_t high_ns,
                       struct advice *advice)
{
    uint64_t unit_ns = usual->unit_ns;
    if (!usual->options->tick_ns) {
        bool fits = usual->heartbeat_ns * 2 <= low_ns;
        set(advice, "cluster.raft.election_timeout=[\"%s\",\"%s\"]", exact(low_ns).text,
            exact(high_ns).text);
        if (!fits)
            set(advice, "cluster.raft.heartbeat=%s", exact(low_ns / 5).text);
        return low_ns >= NS_PER_MS;
    }
    uint64_t ticks = low_ns / unit_ns, most = high_ns / unit_ns;
    if (ticks < 2)
        return false;
    set(advice, "cluster.raft.election_ticks=%" PRIu64, ticks);
    if (most != 2 * ticks - 1)
        set(advice, "cluster.raft.max_election_ticks=%" PRIu64, most + 1);
    if (usual->options->heartbeat >= ticks)
        set(advice, "cluster.raft.heartbeat_ticks=%" PRIu64, ticks > 4 ? ticks / 4 : 1);
    return true;
}

static bool pre_vote(const struct usual *usual, struct advice *advice)
{
    advice->why = "candidates first ask whether they could win";
    set(advice, "cluster.raft.pre_vote=true");
    return !usual->options->pre_vote;
}

static bool check_quorum(const struct usual *usual, struct advice *advice)
{
    advice->why = "leaders without a quorum step down; who hears a leader grants no votes";
    set(advice, "cluster.raft.check_quorum=true");
    return !usual->options->check_quorum;
}

static bool both(const struct usual *usual, struct advice *advice)
{
    advice->why = "both protections together, as etcd has them";
    set(advice, "cluster.raft.pre_vote=true");
    set(advice, "cluster.raft.check_quorum=true");
    return !usual->options->pre_vote && !usual->options->check_quorum;
}

static bool no_check_quorum(const struct usual *usual, struct advice *advice)
{
    advice->why = "no leases: voters grant at once, and leaders never give up by themselves";
    set(advice, "cluster.raft.check_quorum=false");
    return usual->options->check_quorum && usual->options->read != RAFT_READ_LEASE;
}

static bool spread(const struct usual *usual, struct advice *advice)
{
    uint64_t width_ns = usual->high_ns - usual->low_ns;
    width_ns = width_ns > usual->low_ns / 4 ? width_ns : usual->low_ns / 4;
    advice->why = "timeouts drawn from a range three times as wide: fewer ties";
    return set_timers(usual, usual->low_ns, usual->low_ns + 3 * width_ns, advice);
}

static bool shorter(const struct usual *usual, struct advice *advice)
{
    advice->why = "election timeouts half as long: a loss is noticed sooner";
    return set_timers(usual, usual->low_ns / 2, usual->high_ns / 2, advice);
}

static uint64_t scaled(const struct usual *usual, uint64_t ns, uint64_t by)
{
    return ns * by + (usual->options->tick_ns ? usual->unit_ns * (by - 1) : 0);
}

static bool longer(const struct usual *usual, struct advice *advice)
{
    advice->why = "election timeouts twice as long: late heartbeats are no loss";
    return set_timers(usual, usual->low_ns * 2, scaled(usual, usual->high_ns, 2), advice);
}

/* Broadcast time must be far below the election timeout (paper, section 5.6). */
static bool as_network(const struct usual *usual, struct advice *advice)
{
    uint64_t most_ns = 0;
    for (uint32_t i = 0; i < usual->scenario->class_count; i++) {
        uint64_t high_ns = distribution_high(&usual->scenario->classes[i].latency);
        most_ns = high_ns > most_ns ? high_ns : most_ns;
    }
    uint64_t wanted_ns = 2 * (2 * most_ns + distribution_high(&usual->scenario->fsync));
    uint64_t by = usual->low_ns ? (wanted_ns + usual->low_ns - 1) / usual->low_ns : 0;
    advice->why = "timeouts above two round trips of the slowest link";
    return by > 2 && by < 10000 &&
           set_timers(usual, usual->low_ns * by, scaled(usual, usual->high_ns, by), advice);
}

static bool heartbeat(const struct usual *usual, struct advice *advice)
{
    advice->why = "heartbeats twice as often: one may be lost";
    if (!usual->options->tick_ns)
        set(advice, "cluster.raft.heartbeat=%s", exact(usual->heartbeat_ns / 2).text);
    else
        set(advice, "cluster.raft.heartbeat_ticks=%" PRIu64, usual->options->heartbeat / 2);
    return usual->options->tick_ns ? usual->options->heartbeat > 1
                                   : usual->heartbeat_ns >= 2 * NS_PER_MS;
}

static bool disk_apart(const struct usual *usual, struct advice *advice)
{
    const struct scenario *scenario = usual->scenario;
    bool any = scenario->fsync_blocks_node;
    advice->why = "a slow disk holds up what waits for it, not the whole node";
    set(advice, "disk.blocks=writes");
    for (uint32_t i = 0; i < scenario->item_count; i++) {
        const struct item *item = &scenario->items[i];
        if (strcmp(item->action->name, "disk-stall") != 0 || advice->set_count == ADVICE_SETS_MAX ||
            strncmp(item->place.path, "$.", 2) != 0)
            continue;
        set(advice, "%s.blocks=writes", item->place.path + 2);
        any = true;
    }
    return any;
}

static bool async_storage(const struct usual *usual, struct advice *advice)
{
    advice->why = "only votes and acknowledgements wait for disks";
    set(advice, "cluster.raft.async_storage=true");
    return !usual->options->async_storage && distribution_high(&usual->scenario->fsync) > 0;
}

static bool no_priority(const struct usual *usual, struct advice *advice)
{
    bool any = false;
    advice->why = "no voter refuses a candidate for its priority";
    for (uint32_t id = 1; id <= usual->scenario->node_count; id++) {
        if (!usual->scenario->nodes[id].options.priority)
            continue;
        if (advice->set_count < ADVICE_SETS_MAX)
            set(advice, "cluster.overrides.%s.priority=0", usual->scenario->nodes[id].name);
        any = true;
    }
    return any;
}

static bool sound_host(const struct usual *usual, struct advice *advice)
{
    uint32_t faults = 0;
    for (uint32_t id = 1; id <= usual->scenario->node_count; id++)
        faults |= usual->scenario->nodes[id].host;
    advice->why = "the host loop repaired";
    for (enum host_fault fault = 0; fault < HOST_FAULT_COUNT; fault++)
        if (faults >> fault & 1 && advice->set_count < ADVICE_SETS_MAX)
            set(advice, "cluster.raft.%s=false", host_fault_key(fault));
    return faults != 0;
}

static bool rules_fixed(const struct usual *usual, struct advice *advice)
{
    advice->why = "brokers have sessions, and the first live replica in sync is elected";
    set(advice, "elector.rules=fixed");
    return usual->scenario->elector && strcmp(usual->scenario->elector->name, "fixed") != 0;
}

static bool rules_kraft(const struct usual *usual, struct advice *advice)
{
    advice->why = "Kafka's controller: sessions, fencing, in-sync replicas that change";
    set(advice, "elector.rules=kraft");
    return usual->scenario->elector && strcmp(usual->scenario->elector->name, "kraft") != 0;
}

static bool session_shorter(const struct usual *usual, struct advice *advice)
{
    const struct scenario *scenario = usual->scenario;
    advice->why = "a silent broker or stream counts as lost in half the time";
    if (!scenario->elector || scenario->elector_options.timeout_ns < 2 * NS_PER_MS)
        return false;
    set(advice, "elector.timeout=%s", exact(scenario->elector_options.timeout_ns / 2).text);
    return true;
}

/* False: the plan leaves no room for it. */
struct idea {
    bool (*apply)(const struct usual *usual, struct advice *advice);
};

static const struct idea ideas[] = {
    {sound_host},      {pre_vote},    {check_quorum},  {both},
    {as_network},      {spread},      {longer},        {shorter},
    {heartbeat},       {disk_apart},  {async_storage}, {no_priority},
    {no_check_quorum}, {rules_fixed}, {rules_kraft},   {session_shorter},
};

/* The timers that most nodes have: an override of one node is not what the cluster's key sets. */
static const struct raft_options *most_common(const struct scenario *scenario)
{
    const struct raft_options *best = &scenario->nodes[1].options;
    uint32_t best_count = 0;
    for (uint32_t id = 1; id <= scenario->node_count; id++) {
        const struct raft_options *a = &scenario->nodes[id].options;
        uint32_t count = 0;
        for (uint32_t other = 1; other <= scenario->node_count; other++) {
            const struct raft_options *b = &scenario->nodes[other].options;
            count += a->election_min == b->election_min && a->election_max == b->election_max &&
                     a->pre_vote == b->pre_vote && a->check_quorum == b->check_quorum;
        }
        if (count <= best_count)
            continue;
        best = a;
        best_count = count;
    }
    return best;
}

void advices_list(const struct explain *explain, struct advices *advices)
{
    const struct scenario *scenario = explain->page.scenario;
    const struct raft_options *options = most_common(scenario);
    uint64_t unit_ns = timer_unit_ns(options);
    struct usual usual = {.scenario = scenario,
                          .options = options,
                          .unit_ns = unit_ns,
                          .low_ns = options->election_min * unit_ns,
                          .high_ns = options->election_max * unit_ns,
                          .heartbeat_ns = options->heartbeat * unit_ns};
    for (size_t i = 0; i < countof(ideas) && advices->count < ADVICE_MAX; i++) {
        struct advice *advice = &advices->items[advices->count];
        *advice = (struct advice){.set_count = 0};
        advices->count += ideas[i].apply(&usual, advice);
    }
}
