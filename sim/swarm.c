#include "sim/swarm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/deed.h"
#include "sim/json.h"
#include "sim/liveness.h"
#include "sim/quantity.h"
#include "sim/swarm_draw.h"
#include "sim/tree.h"

enum { FAULTS_MAX = 64, WEIGHTS = 6, CHANGES_MAX = 4 };

/* ---- plans ---- */

void swarm_read(const char *file, const cJSON *schedule, struct scenario *scenario)
{
    struct error error = {{0}};
    char *text = json_text(schedule);
    bool readable = scenario_parse(scenario, file, text, strlen(text), &error);
    if (!readable)
        fprintf(stderr, "%s\n%s\n", error.text, text);
    must(readable);
    free(text);
}

cJSON *swarm_base(const cJSON *plan)
{
    static const char *const happens[] = {"timeline", "chaos",   "until", "windows", "expect",
                                          "sweep",    "$schema", "seed",  "duration"};
    cJSON *base = cJSON_Duplicate(plan, true);
    for (size_t i = 0; i < countof(happens); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(base, happens[i]);
    return base;
}

static cJSON *timeline_of(const cJSON *schedule)
{
    return json_member(schedule, "timeline");
}

cJSON *swarm_heal(const cJSON *schedule)
{
    for (cJSON *item = timeline_of(schedule)->child; item; item = item->next) {
        const cJSON *what = json_member(item, "do");
        if (strcmp(what->valuestring, "heal") == 0)
            return item;
    }
    return NULL;
}

/* ---- what the draws are about ---- */

uint64_t swarm_timeout_ns(const struct scenario *cluster)
{
    uint64_t greatest_ns = 0;
    for (uint32_t id = 1; id <= cluster->node_count; id++) {
        const struct raft_options *options = &cluster->nodes[id].options;
        uint64_t ns = options->election_max * timer_unit_ns(options);
        greatest_ns = ns > greatest_ns ? ns : greatest_ns;
    }
    return greatest_ns > 1000 ? greatest_ns : 1000;
}

static void draw_open(struct draw *draw, const struct scenario *cluster, uint64_t key)
{
    static const uint64_t spans[] = {1, 2, 4, 8};
    *draw = (struct draw){.dice = {key, 0}, .cluster = cluster, .storm_ns = NS_MAX};
    draw->timeout_ns = swarm_timeout_ns(cluster);
    draw->span_ns = draw->timeout_ns * spans[dice_between(&draw->dice, 0, countof(spans) - 1)];
    if (dice_once_in(&draw->dice, 3))
        draw->storm_ns = dice_between(&draw->dice, 0, draw->span_ns - draw->timeout_ns / 2);
}

/* ---- faults ---- */

/* Half of the kinds are left out; of the others the most frequent is drawn 2^5 times as often as
 * the rarest. Some kinds hide what others would show. */
struct weights {
    uint32_t of[FAULTS_MAX], sum;
};

static void weigh(const struct swarm *swarm, struct draw *draw, struct weights *weights)
{
    *weights = (struct weights){.sum = 0};
    must(swarm_fault_count() <= FAULTS_MAX);
    while (weights->sum == 0)
        for (size_t i = 0; i < swarm_fault_count(); i++) {
            uint64_t power = dice_between(&draw->dice, 0, 2 * WEIGHTS - 1);
            if (power < WEIGHTS && swarm_fault_suits(draw->cluster, swarm->hosts, i))
                weights->of[i] = (uint32_t)1 << power;
            weights->sum += weights->of[i];
        }
}

static size_t pick(struct draw *draw, const struct weights *weights)
{
    uint64_t left = dice_between(&draw->dice, 0, weights->sum - 1);
    size_t index = 0;
    while (left >= weights->of[index])
        left -= weights->of[index++];
    return index;
}

/* An id keys the item's chance, and stays with it when others are left out. */
static void add_item(cJSON *timeline, cJSON *item)
{
    unsigned highest = 0, number;
    char id[16];
    for (const cJSON *other = timeline->child; other; other = other->next) {
        const cJSON *named = json_member(other, "id");
        if (named && sscanf(named->valuestring, "f%u", &number) == 1 && number > highest)
            highest = number;
    }
    snprintf(id, sizeof id, "f%u", highest + 1);
    cJSON_DeleteItemFromObjectCaseSensitive(item, "id");
    cJSON_AddStringToObject(item, "id", id);
    cJSON_AddItemToArray(timeline, item);
}

static void add_faults(const struct swarm *swarm, struct draw *draw, cJSON *timeline)
{
    static const uint64_t most[] = {2, 4, 8, 16};
    struct weights weights;
    uint64_t count = dice_between(&draw->dice, 1, most[dice_between(&draw->dice, 0, 3)]);
    weigh(swarm, draw, &weights);
    for (uint64_t i = 0; i < count; i++)
        add_item(timeline, swarm_fault_draw(draw, pick(draw, &weights)));
}

/* ---- the core ---- */

/* A quorum, drawn, and sometimes more. */
static void draw_core(struct draw *draw, struct raft_set *core)
{
    const struct scenario *cluster = draw->cluster;
    uint64_t more = dice_once_in(&draw->dice, 3) ? dice_between(&draw->dice, 1, 2) : 0;
    *core = (struct raft_set){{0}};
    while (more > 0 || !members_quorum(&cluster->members, core)) {
        uint64_t id = dice_between(&draw->dice, 1, cluster->node_count);
        if (members_quorum(&cluster->members, core))
            more--;
        if (raft_set_has(&cluster->members.voters, (uint32_t)id))
            raft_set_add(core, (uint32_t)id);
    }
}

static void add_heal(struct draw *draw, cJSON *timeline)
{
    struct raft_set core;
    cJSON *item = cJSON_CreateObject();
    put_time(item, "at", draw->span_ns);
    cJSON_AddStringToObject(item, "do", "heal");
    if (!dice_once_in(&draw->dice, 6)) {
        cJSON *names = cJSON_AddArrayToObject(item, "node");
        draw_core(draw, &core);
        for (uint32_t id = raft_set_next(&core, 0); id; id = raft_set_next(&core, id))
            cJSON_AddItemToArray(names, cJSON_CreateString(draw->cluster->nodes[id].name));
    }
    cJSON_AddStringToObject(item, "id", "heal");
    cJSON_AddItemToArray(timeline, item);
}

/* ---- a schedule ---- */

static bool has_both(const struct scenario *cluster)
{
    for (uint32_t id = 1; id <= cluster->node_count; id++)
        if (!cluster->nodes[id].options.pre_vote || !cluster->nodes[id].options.check_quorum)
            return false;
    return true;
}

/* Nobody must disturb a core with both extensions. Of a user's own plan that is asked in any case:
 * what its settings do not promise is worth knowing. */
static void add_expectations(const struct swarm *swarm, const struct scenario *cluster, cJSON *plan)
{
    bool outsiders = swarm->base != NULL || has_both(cluster);
    cJSON *expect = cJSON_AddObjectToObject(plan, "expect");
    cJSON_AddStringToObject(expect, "safety", "holds");
    cJSON_AddStringToObject(expect, "liveness", outsiders ? "holds:outsiders" : "holds");
}

/* A log that grows through a long calm only costs time: who cannot be reached is sent all of it
 * again and again. */
static void end_clients(cJSON *plan, uint64_t until_ns)
{
    cJSON *clients = json_member(plan, "clients");
    for (cJSON *client = clients ? clients->child : NULL; client; client = client->next)
        put_time(json_member(client, "propose"), "until", until_ns);
}

static void add_schedule(const struct swarm *swarm, cJSON *plan, const struct scenario *cluster,
                         uint64_t seed)
{
    struct draw draw;
    draw_open(&draw, cluster, chance_draw(seed, 2));
    if (swarm->hosts && dice_once_in(&draw.dice, 2))
        swarm_hosts_draw(&draw.dice, plan, cluster);
    tree_add_count(plan, "seed", seed);
    put_time(plan, "duration", draw.span_ns + liveness_longest_ns(cluster) + 8 * draw.timeout_ns);
    cJSON *timeline = cJSON_AddArrayToObject(plan, "timeline");
    add_faults(swarm, &draw, timeline);
    add_heal(&draw, timeline);
    if (!swarm->base)
        end_clients(plan, draw.span_ns + 2 * draw.timeout_ns);
    add_expectations(swarm, cluster, plan);
}

cJSON *swarm_draw(const struct swarm *swarm, uint64_t seed)
{
    struct dice dice = {chance_draw(seed, 1), 0};
    struct scenario cluster;
    cJSON *plan = swarm->base ? cJSON_Duplicate(swarm->base, true) : swarm_cluster_draw(&dice);
    swarm_read(swarm->file, plan, &cluster);
    add_schedule(swarm, plan, &cluster, seed);
    scenario_close(&cluster);
    return plan;
}

/* ---- changes ---- */

static cJSON *any_fault(struct draw *draw, cJSON *timeline)
{
    uint64_t count = (uint64_t)cJSON_GetArraySize(timeline);
    cJSON *item = cJSON_GetArrayItem(timeline, (int)dice_between(&draw->dice, 0, count - 1));
    const cJSON *what = json_member(item, "do");
    return strcmp(what->valuestring, "heal") == 0 ? NULL : item;
}

static void change_time(struct draw *draw, cJSON *item)
{
    static const char *const keys[] = {"at", "when", "after"};
    for (size_t i = 0; i < countof(keys); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(item, keys[i]);
    draw_begin(draw, item);
}

static void change_length(struct draw *draw, cJSON *item)
{
    const cJSON *what = json_member(item, "do");
    cJSON_DeleteItemFromObjectCaseSensitive(item, "for");
    draw_length(draw, item, what->valuestring);
}

static void add_another(const struct swarm *swarm, struct draw *draw, cJSON *timeline)
{
    struct weights weights;
    weigh(swarm, draw, &weights);
    add_item(timeline, swarm_fault_draw(draw, pick(draw, &weights)));
}

static void change_once(const struct swarm *swarm, struct draw *draw, cJSON *schedule)
{
    cJSON *timeline = timeline_of(schedule), *item = any_fault(draw, timeline);
    uint64_t what = dice_between(&draw->dice, 0, 5);
    if (what <= 1 || !item) {
        add_another(swarm, draw, timeline);
    } else if (what == 2) {
        cJSON_Delete(cJSON_DetachItemViaPointer(timeline, item));
    } else if (what == 3) {
        change_time(draw, item);
    } else if (what == 4) {
        change_length(draw, item);
    } else {
        cJSON_DeleteItemFromObjectCaseSensitive(schedule, "seed");
        tree_add_count(schedule, "seed", dice_between(&draw->dice, 0, WHOLE_MAX));
    }
}

/* Times are drawn before the schedule's own heal. */
cJSON *swarm_change(const struct swarm *swarm, const cJSON *schedule, uint64_t seed)
{
    struct scenario cluster;
    struct draw draw;
    cJSON *copy = cJSON_Duplicate(schedule, true);
    const cJSON *heal = swarm_heal(schedule);
    swarm_read(swarm->file, copy, &cluster);
    draw_open(&draw, &cluster, chance_draw(seed, 3));
    uint64_t changes = dice_between(&draw.dice, 1, CHANGES_MAX);
    if (heal)
        duration_parse(json_member(heal, "at")->valuestring, &draw.span_ns);
    draw.storm_ns = NS_MAX;
    for (uint64_t i = 0; i < changes; i++)
        change_once(swarm, &draw, copy);
    scenario_close(&cluster);
    return copy;
}
