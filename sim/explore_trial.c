#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore_trial.h"
#include "sim/health.h"
#include "sim/json.h"
#include "sim/swarm.h"
#include "sim/text.h"

struct testbed *testbed_open(const char *file, const struct coverage *known, uint64_t event_limit)
{
    struct testbed *bed = allocate(1, sizeof *bed);
    bed->file = file;
    bed->event_limit = event_limit;
    bed->run = run_new();
    bed->seen = allocate(1, sizeof *bed->seen);
    bed->watch = (struct coverage_watch){.known = known, .seen = bed->seen};
    return bed;
}

void testbed_close(struct testbed *bed)
{
    run_free(bed->run);
    free(bed->seen);
    free(bed->watch.fresh);
    free(bed);
}

/* ---- one run ---- */

/* When the plan has nothing more in store. What waits for a record is taken to have come. */
static uint64_t calm_from_ns(const struct scenario *scenario)
{
    uint64_t last_ns = 0;
    for (uint32_t i = 0; i < scenario->item_count; i++) {
        const struct item *item = &scenario->items[i];
        uint64_t end_ns = item->chaos ? item->until_ns : distribution_high(&item->at);
        if (item->for_given)
            end_ns += distribution_high(&item->length);
        if (end_ns < scenario->duration_ns && end_ns > last_ns)
            last_ns = end_ns;
    }
    return last_ns;
}

/* Once a leader has served for as long as a few timeouts in the calm, the rest of the run would be
 * the same over and over. */
static void run_until_settled(struct testbed *bed, const struct scenario *scenario)
{
    struct run *run = bed->run;
    uint64_t rest_ns = 3 * swarm_timeout_ns(scenario);
    uint64_t calm_ns = calm_from_ns(scenario);
    while (run_step(run)) {
        const struct world *world = run->world;
        const struct health *health = health_of(world);
        if (world->now_ns >= calm_ns + rest_ns && health->serving &&
            world->now_ns >= health->serving_since_ns + rest_ns)
            break;
        if (run->liveness.absent)
            break;
    }
}

static void subscribe(void *context, struct world *world)
{
    coverage_open(context, world);
}

static void judge(struct testbed *bed, struct trial *trial)
{
    const struct run *run = bed->run;
    const struct world *world = run->world;
    trial->events = world->events;
    trial->simulated_ns = world->now_ns;
    if (world->judge.broken) {
        trial->end = EXPLORE_SAFETY;
        snprintf(trial->rule, sizeof trial->rule, "%s", world->judge.rule);
        snprintf(trial->detail, sizeof trial->detail, "%s", world->judge.detail);
    } else if (run->liveness.absent) {
        trial->end = EXPLORE_LIVENESS;
        snprintf(trial->rule, sizeof trial->rule, "liveness");
        liveness_text(&run->liveness, world, trial->detail, sizeof trial->detail);
    } else if (run->end == RUN_LIMIT) {
        trial->end = EXPLORE_UNDECIDED;
    }
}

static void run_once(struct testbed *bed, const cJSON *schedule, struct trial *trial)
{
    struct scenario scenario;
    struct run_options options = {
        .event_limit = bed->event_limit, .subscribe = subscribe, .context = &bed->watch};
    swarm_read(bed->file, schedule, &scenario);
    *trial = (struct trial){.end = EXPLORE_HELD};
    run_prepare(bed->run, &scenario, scenario.seed, &options);
    run_until_settled(bed, &scenario);
    judge(bed, trial);
    scenario_close(&scenario);
}

/* ---- what it does not need ---- */

static bool fails_alike(struct testbed *bed, const cJSON *schedule, const struct trial *wanted,
                        struct trial *trial)
{
    run_once(bed, schedule, trial);
    return trial->end == wanted->end && strcmp(trial->rule, wanted->rule) == 0;
}

/* What can be left out: items, clients, what is special about nodes. */
enum list { LIST_TIMELINE, LIST_CLIENTS, LIST_OVERRIDES, LISTS };

static cJSON *list_of(const cJSON *schedule, enum list list)
{
    const cJSON *cluster = json_member(schedule, "cluster");
    switch (list) {
    case LIST_TIMELINE:
        return json_member(schedule, "timeline");
    case LIST_CLIENTS:
        return json_member(schedule, "clients");
    case LIST_OVERRIDES:
        return json_member(cluster, "overrides");
    case LISTS:
        break;
    }
    return NULL;
}

/* Leaves out each member of the list alone, the last first. True: some could be. */
static bool reduce_list(struct testbed *bed, cJSON **schedule, enum list list, struct trial *trial)
{
    struct trial another;
    bool reduced = false;
    for (int i = cJSON_GetArraySize(list_of(*schedule, list)); i-- > 0;) {
        cJSON *copy = cJSON_Duplicate(*schedule, true);
        cJSON_DeleteItemFromArray(list_of(copy, list), i);
        bool alike = fails_alike(bed, copy, trial, &another);
        cJSON_Delete(alike ? *schedule : copy);
        *schedule = alike ? copy : *schedule;
        *trial = alike ? another : *trial;
        reduced = reduced || alike;
    }
    return reduced;
}

/* ---- cause ---- */

static uint32_t count_of(const cJSON *schedule, const char *action)
{
    uint32_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list_of(schedule, LIST_TIMELINE))
    {
        const cJSON *what = json_member(item, "do");
        count += strcmp(what->valuestring, action) == 0;
    }
    return count;
}

static bool has_host_fault(const cJSON *schedule, const char *key)
{
    const cJSON *node;
    cJSON_ArrayForEach(node, list_of(schedule, LIST_OVERRIDES))
    {
        if (cJSON_IsTrue(json_member(node, key)))
            return true;
    }
    return false;
}

static void add_cause(struct text *text, const char *name)
{
    text_add(text, "%s%s", text->count ? ", " : "", name);
}

/* Actions in the table's order, each once, and what hosts do wrong. */
static void name_cause(const cJSON *schedule, struct trial *trial)
{
    struct text text = {0};
    for (size_t i = 0; i < action_count(); i++) {
        uint32_t count = count_of(schedule, action_at(i)->name);
        if (count == 0 || strcmp(action_at(i)->name, "heal") == 0)
            continue;
        add_cause(&text, action_at(i)->name);
        trial->faults += count;
        trial->needs |= UINT64_C(1) << i;
    }
    must(action_count() + HOST_FAULT_COUNT <= 64);
    for (enum host_fault fault = 0; fault < HOST_FAULT_COUNT; fault++)
        if (has_host_fault(schedule, host_fault_key(fault))) {
            add_cause(&text, host_fault_key(fault));
            trial->needs |= UINT64_C(1) << (action_count() + fault);
        }
    snprintf(trial->cause, sizeof trial->cause, "%s", text.count ? text_of(&text) : "no fault");
    text_close(&text);
}

/* What was wrong becomes what is expected, so that the file is a test of a known failure. */
static void expect_it(cJSON *schedule, const struct trial *trial)
{
    char word[96];
    cJSON *expect = json_member(schedule, "expect");
    const cJSON *liveness = json_member(expect, "liveness");
    bool safety = trial->end == EXPLORE_SAFETY;
    const char *tail = strchr(liveness->valuestring, ':');
    if (safety)
        snprintf(word, sizeof word, "broken:%s", trial->rule);
    else
        snprintf(word, sizeof word, "absent%s", tail ? tail : "");
    cJSON_DeleteItemFromObjectCaseSensitive(expect, "safety");
    cJSON_DeleteItemFromObjectCaseSensitive(expect, "liveness");
    cJSON_AddStringToObject(expect, safety ? "safety" : "liveness", word);
}

/* An empty list says nothing. */
static void drop_empty(cJSON *schedule)
{
    if (!cJSON_GetArraySize(list_of(schedule, LIST_TIMELINE)))
        cJSON_DeleteItemFromObjectCaseSensitive(schedule, "timeline");
    if (!cJSON_GetArraySize(list_of(schedule, LIST_CLIENTS)))
        cJSON_DeleteItemFromObjectCaseSensitive(schedule, "clients");
}

static char *reduce(struct testbed *bed, const cJSON *schedule, struct trial *trial)
{
    cJSON *left = cJSON_Duplicate(schedule, true);
    while (reduce_list(bed, &left, LIST_TIMELINE, trial))
        ;
    for (enum list list = LIST_CLIENTS; list < LISTS; list++)
        reduce_list(bed, &left, list, trial);
    name_cause(left, trial);
    expect_it(left, trial);
    drop_empty(left);
    char *text = json_text(left);
    cJSON_Delete(left);
    return text;
}

/* ---- a trial ---- */

void testbed_try(struct testbed *bed, const cJSON *schedule, struct bytes *result)
{
    struct trial trial;
    struct bytes fresh = {0};
    char *text = NULL;
    run_once(bed, schedule, &trial);
    uint32_t count = bed->watch.fresh_count;
    bytes_add(&fresh, bed->watch.fresh, count * sizeof *bed->watch.fresh);
    if (trial.end == EXPLORE_SAFETY || trial.end == EXPLORE_LIVENESS)
        text = reduce(bed, schedule, &trial);
    trial.fresh_count = count;
    trial.text_size = text ? (uint32_t)strlen(text) + 1 : 0;
    bytes_add(result, &trial, sizeof trial);
    bytes_add(result, fresh.data, fresh.size);
    bytes_add(result, text, trial.text_size);
    free(fresh.data);
    free(text);
}
