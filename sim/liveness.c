#include "sim/liveness.h"

#include <stdio.h>
#include <string.h>

/* How many of the largest election timeouts nobody may serve while progress is owed. A term fails
 * by a split vote with some probability p; so many in a row must be out of the question. When
 * messages and writes take less than a quarter of the timeouts' spread, p is below .2, and .2^15
 * is 3e-11; nearer to the spread it is below .5, and .5^40 is 1e-12. */
enum { PATIENCE = 15, LONG_PATIENCE = 40 };
enum { DRIFT_PPM_MAX = 100000 };

static const uint64_t liveness_kinds =
    RECORD_BIT(STARTED) | RECORD_BIT(CRASHED) | RECORD_BIT(PAUSED) | RECORD_BIT(RESUMED) |
    RECORD_BIT(LINKS) | RECORD_BIT(ACTION_BEGIN) | RECORD_BIT(ACTION_END) | RECORD_BIT(SERVING);

/* ---- is a voter well? ---- */

static bool touched(const struct world *world, const uint32_t *deeds, uint32_t count, uint32_t id)
{
    for (uint32_t i = 0; i < count; i++)
        if (raft_set_has(&world->deeds[deeds[i]].nodes, id))
            return true;
    return false;
}

static bool is_well(const struct world *world, uint32_t id)
{
    const struct node *node = &world->nodes[id];
    const struct disk *disk = &node->disk;
    int64_t ppm = node->clock.ppm;
    return node_runs(world, id) && disk->stalls == 0 && disk->full == 0 && disk->lies == 0 &&
           ppm <= DRIFT_PPM_MAX && ppm >= -DRIFT_PPM_MAX &&
           !touched(world, world->writers, world->writer_count, id) &&
           !touched(world, world->steppers, world->stepper_count, id);
}

static bool is_disturbed(const struct world *world, uint32_t from, uint32_t to)
{
    const struct scenario *scenario = world->scenario;
    size_t link = (size_t)from * world->stride + to;
    if (scenario->classes[scenario->link_classes[link]].loss > 0)
        return true;
    for (uint32_t i = 0; i < world->sender_count; i++)
        if (deed_covers(&world->deeds[world->senders[i]], from, to))
            return true;
    return false;
}

static bool linked(const struct world *world, uint32_t a, uint32_t b)
{
    return link_up(world, a, b) && link_up(world, b, a);
}

/* ---- the core: a quorum that nothing stands in the way of ---- */

static void well_around(const struct world *world, uint32_t id, struct raft_set *core)
{
    *core = (struct raft_set){{0}};
    for (uint32_t other = 1; other <= world->node_count; other++)
        if (is_voter(world, other) && is_well(world, other) && linked(world, id, other))
            raft_set_add(core, other);
}

static bool all_linked(const struct world *world, const struct raft_set *core)
{
    for (uint32_t a = raft_set_next(core, 0); a; a = raft_set_next(core, a))
        for (uint32_t b = raft_set_next(core, a); b; b = raft_set_next(core, b))
            if (!linked(world, a, b) || is_disturbed(world, a, b) || is_disturbed(world, b, a))
                return false;
    return true;
}

/* Pre-vote and check-quorum together promise progress whoever reaches in: a plan may ask for it. */
static bool bears_outsiders(const struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->expect.count; i++) {
        const struct expectation *expectation = &scenario->expect.items[i];
        if (expectation->word && strcmp(expectation->metric, "liveness") == 0)
            return strchr(expectation->word, ':') != NULL;
    }
    return false;
}

/* Who runs outside the core and can be heard in it may depose leaders for ever, as plain Raft
 * allows (Howard and Abraham): then nobody owes progress. A node that is down or paused cannot. */
static bool is_alone(const struct world *world, const struct raft_set *core)
{
    for (uint32_t id = 1; id <= world->node_count; id++) {
        if (raft_set_has(core, id) || !node_runs(world, id) || !is_voter(world, id))
            continue;
        for (uint32_t in = raft_set_next(core, 0); in; in = raft_set_next(core, in))
            if (link_up(world, id, in) || link_up(world, in, id))
                return false;
    }
    return true;
}

/* ---- times ---- */

struct timing {
    uint64_t least_ns, greatest_ns, spread_ns; /* of the core's election timeouts */
    uint64_t trip_ns;                          /* a round trip and a write, at the longest */
};

static void widen(struct timing *timing, const struct raft_options *options)
{
    uint64_t unit_ns = timer_unit_ns(options);
    uint64_t low = options->election_min, high = options->election_max;
    uint64_t retry = options->candidate_max ? options->candidate_max << options->backoff : high;
    uint64_t spread_ns = (high - low) * unit_ns;
    uint64_t greatest_ns = (retry > high ? retry : high) * unit_ns;
    if (low * unit_ns < timing->least_ns)
        timing->least_ns = low * unit_ns;
    if (spread_ns < timing->spread_ns)
        timing->spread_ns = spread_ns;
    if (greatest_ns > timing->greatest_ns)
        timing->greatest_ns = greatest_ns;
}

static uint64_t longest_latency_ns(const struct world *world, const struct raft_set *core)
{
    const struct scenario *scenario = world->scenario;
    uint64_t longest_ns = 0;
    for (uint32_t a = raft_set_next(core, 0); a; a = raft_set_next(core, a))
        for (uint32_t b = raft_set_next(core, 0); b; b = raft_set_next(core, b)) {
            size_t link = (size_t)a * world->stride + b;
            const struct link_class *class = &scenario->classes[scenario->link_classes[link]];
            uint64_t high_ns = distribution_high(&class->latency);
            if (a != b && high_ns > longest_ns)
                longest_ns = high_ns;
        }
    return longest_ns;
}

static struct timing measure(const struct world *world, const struct raft_set *core)
{
    struct timing timing = {.least_ns = NS_MAX, .spread_ns = NS_MAX};
    for (uint32_t id = raft_set_next(core, 0); id; id = raft_set_next(core, id))
        widen(&timing, &world->nodes[id].options);
    timing.trip_ns = 2 * longest_latency_ns(world, core) +
                     distribution_high(&world->scenario->fsync) +
                     2 * distribution_high(&world->scenario->step_time);
    return timing;
}

/* ---- owed? ---- */

/* Why progress is not owed, or NULL: then within_ns says how long it may take. */
static const char *objection(const struct world *world, uint64_t *within_ns)
{
    struct raft_set core = {{0}};
    const struct raft_members *members = &world->scenario->members;
    uint32_t id = 1;
    for (; id <= world->node_count; id++) {
        if (!is_voter(world, id) || !is_well(world, id))
            continue;
        well_around(world, id, &core);
        if (members_quorum(members, &core))
            break;
    }
    if (id > world->node_count)
        return "no quorum of voters runs, undisturbed and connected";
    if (!all_linked(world, &core))
        return "links among the voters are down, lossy or delayed";
    if (!bears_outsiders(world->scenario) && !is_alone(world, &core))
        return "a voter outside the connected quorum can still reach into it";
    struct timing timing = measure(world, &core);
    if (timing.trip_ns >= timing.least_ns || timing.trip_ns >= timing.spread_ns)
        return "a round trip and a write take as long as the timeouts or their spread";
    uint64_t patience = timing.trip_ns * 4 <= timing.spread_ns ? PATIENCE : LONG_PATIENCE;
    *within_ns = patience * timing.greatest_ns;
    return NULL;
}

static uint64_t patience_ns(const struct world *world)
{
    struct timing timing = {.least_ns = NS_MAX, .spread_ns = NS_MAX};
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (is_voter(world, id))
            widen(&timing, &world->nodes[id].options);
    return PATIENCE * timing.greatest_ns;
}

uint64_t liveness_longest_ns(const struct scenario *scenario)
{
    struct timing timing = {.least_ns = NS_MAX, .spread_ns = NS_MAX};
    for (uint32_t id = 1; id <= scenario->node_count; id++)
        widen(&timing, &scenario->nodes[id].options);
    return LONG_PATIENCE * timing.greatest_ns;
}

static void look_again_at(struct world *world, uint64_t at_ns)
{
    struct health *health = world->health;
    health->due_ns = at_ns;
    world_alarm(world, at_ns);
}

/* A change starts the wait anew. It is looked into only when the wait is over, for until then
 * nothing has changed: so a run that is well pays nothing for this. */
static void observe(void *state, struct world *world, const struct record *record)
{
    struct liveness *liveness = state;
    struct health *health = world->health;
    if (record->kind != RECORD_SERVING)
        liveness->quiet_since_ns = world->now_ns;
    else if (record->node && liveness->absent && liveness->absent_until_ns == NS_MAX)
        liveness->absent_until_ns = world->now_ns;
    if (!health->serving && health->due_ns == NS_MAX && !liveness->absent)
        look_again_at(world, world->now_ns + patience_ns(world));
}

void liveness_open(struct liveness *liveness, struct world *world)
{
    *liveness = (struct liveness){0};
    world_subscribe(world, liveness_kinds,
                    (struct subscription){.observe = observe, .state = liveness});
}

/* A leader with a quorum of followers in its term gets things done, though a voter that it can
 * reach is in a later term and keeps it to itself: for all else it is not effective then. */
static bool is_led(const struct world *world)
{
    for (uint32_t id = 1; id <= world->node_count; id++) {
        struct raft_set led = {{0}};
        const struct node *leader = &world->nodes[id];
        if (leader->role != RAFT_LEADER || !node_runs(world, id))
            continue;
        for (uint32_t other = 1; other <= world->node_count; other++)
            if (node_runs(world, other) && linked(world, id, other) &&
                world->nodes[other].term == leader->term)
                raft_set_add(&led, other);
        if (members_quorum(&world->scenario->members, &led))
            return true;
    }
    return false;
}

void liveness_due(struct liveness *liveness, struct world *world)
{
    struct health *health = world->health;
    uint64_t within_ns = patience_ns(world);
    uint64_t since_ns = liveness->quiet_since_ns > health->serving_since_ns
                            ? liveness->quiet_since_ns
                            : health->serving_since_ns;
    health->due_ns = NS_MAX;
    if (health->serving || liveness->absent)
        return;
    if (world->now_ns >= since_ns + within_ns && objection(world, &within_ns))
        return;
    bool led = bears_outsiders(world->scenario) && is_led(world);
    if (led || world->now_ns < since_ns + within_ns) {
        look_again_at(world, led ? world->now_ns + within_ns : since_ns + within_ns);
        return;
    }
    liveness->absent = true;
    liveness->absent_from_ns = since_ns;
    liveness->absent_until_ns = NS_MAX;
}

void liveness_text(const struct liveness *liveness, const struct world *world, char *text,
                   size_t size)
{
    uint64_t until_ns = liveness->absent_until_ns, within_ns = 0;
    if (liveness->absent) {
        snprintf(text, size,
                 "absent: nobody served from %.3f s to %.3f s, though nothing hindered%s",
                 (double)liveness->absent_from_ns / (double)NS_PER_S,
                 (double)(until_ns == NS_MAX ? world->now_ns : until_ns) / (double)NS_PER_S,
                 bears_outsiders(world->scenario) ? " a quorum but voters outside it" : "");
        return;
    }
    bool served = health_of(world)->serving || (bears_outsiders(world->scenario) && is_led(world));
    const char *why = served ? NULL : objection(world, &within_ns);
    if (why)
        snprintf(text, size, "not required: %s", why);
    else if (served)
        snprintf(text, size, "holds");
    else
        snprintf(text, size, "not required: owed for less than %.3f s",
                 (double)within_ns / (double)NS_PER_S);
}
