#include "sim/explore_steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/json.h"
#include "sim/liveness.h"
#include "sim/quantity.h"
#include "sim/run.h"
#include "sim/swarm.h"
#include "sim/swarm_draw.h"
#include "sim/text.h"

/* What is done to a node, and to a directed link. `brief`: for half the least timeout, so that it
 * is over before most notice; else until the end. */
struct harm {
    const char *action;
    bool brief;
    bool loses; /* its disk loses what is under way */
};

static const struct harm node_harms[] = {
    {"crash", true, false},    {"crash", true, true},       {"crash", false, false},
    {"pause", true, false},    {"pause", false, false},     {"isolate", true, false},
    {"isolate", false, false}, {"disk-stall", true, false}, {"disk-stall", false, false},
};
static const struct harm link_harms[] = {
    {"cut", true, false},
    {"cut", false, false},
    {"hold", true, false},
    {"duplicate", true, false},
};

struct steps {
    const char *file;
    const cJSON *plan;
    bool pairs;
    uint64_t *times_ns;
    size_t count, room;
    uint64_t begin_ns, end_ns; /* of the election */
    struct scenario scenario;
    uint64_t brief_ns, duration_ns;
};

/* ---- the steps ---- */

static void observe(void *state, struct world *world, const struct record *record)
{
    struct steps *steps = state;
    (void)world;
    if (steps->count > 0 && steps->times_ns[steps->count - 1] == record->at_ns)
        return;
    steps->times_ns =
        make_room(steps->times_ns, &steps->room, steps->count + 1, sizeof *steps->times_ns);
    steps->times_ns[steps->count++] = record->at_ns;
}

static void subscribe(void *context, struct world *world)
{
    world_subscribe(world, trace_kinds,
                    (struct subscription){.observe = observe, .state = context});
}

/* The first failover that ended; if there was none, the cold start. */
static const struct episode *election_of(const struct run *run)
{
    const struct episode *episodes, *start = NULL;
    uint32_t count = measures_episodes(run->measures, &episodes);
    for (uint32_t i = 0; i < count; i++) {
        if (episodes[i].committed_ns == UINT64_MAX)
            continue;
        if (episodes[i].cause != CAUSE_START)
            return &episodes[i];
        start = start ? start : &episodes[i];
    }
    return start;
}

static void keep_election(struct steps *steps, const struct episode *election)
{
    size_t kept = 0;
    steps->begin_ns = election->begin_ns;
    steps->end_ns = election->committed_ns;
    for (size_t i = 0; i < steps->count; i++)
        if (steps->times_ns[i] >= steps->begin_ns && steps->times_ns[i] <= steps->end_ns)
            steps->times_ns[kept++] = steps->times_ns[i];
    steps->count = kept;
}

static bool find_steps(struct steps *steps)
{
    struct run *run = run_new();
    struct run_options options = {.subscribe = subscribe, .context = steps};
    run_execute(run, &steps->scenario, steps->scenario.seed, &options);
    const struct episode *election = election_of(run);
    if (election)
        keep_election(steps, election);
    run_free(run);
    return election != NULL;
}

static uint64_t least_timeout_ns(const struct scenario *scenario)
{
    uint64_t least_ns = NS_MAX;
    for (uint32_t id = 1; id <= scenario->node_count; id++) {
        const struct raft_options *options = &scenario->nodes[id].options;
        uint64_t ns = options->election_min * timer_unit_ns(options);
        least_ns = ns < least_ns ? ns : least_ns;
    }
    return least_ns;
}

struct steps *steps_open(const char *file, const cJSON *plan, bool pairs, struct error *error)
{
    struct steps *steps = allocate(1, sizeof *steps);
    *steps = (struct steps){.file = file, .plan = plan, .pairs = pairs};
    swarm_read(file, plan, &steps->scenario);
    steps->brief_ns = least_timeout_ns(&steps->scenario) / 2 + 1;
    if (!find_steps(steps)) {
        steps_close(steps);
        refuse(error, "%s: expected a plan in which a leader is elected: its election is searched",
               file);
        return NULL;
    }
    steps->duration_ns =
        steps->end_ns + 2 * steps->brief_ns + 2 * liveness_longest_ns(&steps->scenario);
    return steps;
}

void steps_close(struct steps *steps)
{
    scenario_close(&steps->scenario);
    free(steps->times_ns);
    free(steps);
}

/* ---- how many ---- */

static uint64_t harms_per_step(const struct steps *steps)
{
    uint64_t nodes = steps->scenario.node_count;
    return nodes * countof(node_harms) + nodes * (nodes - 1) * countof(link_harms);
}

static uint64_t singles(const struct steps *steps)
{
    return steps->count * harms_per_step(steps);
}

uint64_t steps_count(const struct steps *steps)
{
    uint64_t one = singles(steps);
    return steps->pairs ? one * (one - 1) / 2 : one;
}

void steps_text(const struct steps *steps, char *text, size_t size)
{
    snprintf(text, size, "%zu steps of the election from %s to %s, %" PRIu64 " faults at each",
             steps->count, short_at(steps->begin_ns).text, short_at(steps->end_ns).text,
             harms_per_step(steps));
}

/* ---- a schedule ---- */

static const char *node_name(const struct steps *steps, uint64_t id)
{
    return steps->scenario.nodes[id].name;
}

static cJSON *item_at(const char *action, uint64_t at_ns)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "at", duration_write(at_ns).text);
    cJSON_AddStringToObject(item, "do", action);
    cJSON_AddTrueToObject(item, "optional");
    return item;
}

static void add_lose(const struct steps *steps, cJSON *timeline, uint64_t id, uint64_t at_ns)
{
    cJSON *item = item_at("disk-lose", at_ns);
    cJSON_AddStringToObject(item, "node", node_name(steps, id));
    cJSON_AddItemToArray(timeline, item);
}

static void add_link(const struct steps *steps, cJSON *item, uint64_t link)
{
    uint64_t others = steps->scenario.node_count - 1;
    uint64_t from = link / others + 1, to = link % others + 1;
    cJSON_AddStringToObject(item, "from", node_name(steps, from));
    cJSON_AddStringToObject(item, "to", node_name(steps, to + (to >= from)));
}

/* Number 0 .. singles - 1: the step, then the harm, then whom. */
static void add_single(const struct steps *steps, cJSON *timeline, uint64_t number)
{
    uint64_t nodes = steps->scenario.node_count, links = nodes * (nodes - 1);
    uint64_t at_ns = steps->times_ns[number / harms_per_step(steps)];
    uint64_t which = number % harms_per_step(steps);
    bool of_node = which < nodes * countof(node_harms);
    uint64_t of_links = which - nodes * countof(node_harms);
    const struct harm *harm = of_node ? &node_harms[which / nodes] : &link_harms[of_links / links];
    cJSON *item = item_at(harm->action, at_ns);
    if (of_node)
        cJSON_AddStringToObject(item, "node", node_name(steps, which % nodes + 1));
    else
        add_link(steps, item, of_links % links);
    if (strcmp(harm->action, "duplicate") == 0)
        cJSON_AddRawToObject(item, "probability", "1");
    if (harm->brief)
        cJSON_AddStringToObject(item, "for", duration_write(steps->brief_ns).text);
    if (harm->loses)
        add_lose(steps, timeline, which % nodes + 1, at_ns);
    cJSON_AddItemToArray(timeline, item);
}

/* An item keeps the id that it has, its position, when others are added behind it. */
static void name_items(cJSON *timeline)
{
    unsigned position = 0;
    char id[32];
    for (cJSON *item = timeline->child; item; item = item->next, position++) {
        snprintf(id, sizeof id, "timeline[%u]", position);
        if (!json_member(item, "id"))
            cJSON_AddStringToObject(item, "id", id);
        cJSON_DeleteItemFromObjectCaseSensitive(item, "optional");
        cJSON_AddTrueToObject(item, "optional");
    }
}

static void replace_text(cJSON *object, const char *name, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_AddStringToObject(object, name, text);
}

/* The plan's own faults stay; what it expects of them does not. */
static cJSON *copy_plan(const struct steps *steps)
{
    static const char *const gone[] = {"until", "windows", "expect", "sweep", "$schema"};
    cJSON *copy = cJSON_Duplicate(steps->plan, true);
    for (size_t i = 0; i < countof(gone); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(copy, gone[i]);
    if (!steps->scenario.duration_given || steps->scenario.duration_ns < steps->duration_ns)
        replace_text(copy, "duration", duration_write(steps->duration_ns).text);
    cJSON *expect = cJSON_AddObjectToObject(copy, "expect");
    cJSON_AddStringToObject(expect, "safety", "holds");
    cJSON_AddStringToObject(expect, "liveness", "holds:outsiders");
    if (!json_member(copy, "timeline"))
        cJSON_AddArrayToObject(copy, "timeline");
    return copy;
}

cJSON *steps_schedule(const struct steps *steps, uint64_t number)
{
    cJSON *plan = copy_plan(steps);
    cJSON *timeline = json_member(plan, "timeline");
    uint64_t all = singles(steps);
    must(number > 0 && number <= steps_count(steps));
    if (steps->pairs) {
        uint64_t one = chance_between(chance_draw(number, 0), 0, all - 1);
        uint64_t other = chance_between(chance_draw(number, 1), 0, all - 2);
        add_single(steps, timeline, one);
        add_single(steps, timeline, other + (other >= one));
    } else {
        add_single(steps, timeline, number - 1);
    }
    name_items(timeline);
    return plan;
}
