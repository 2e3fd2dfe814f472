#include "sim/shrink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/input.h"
#include "sim/settings.h"
#include "sim/shrink_parts.h"
#include "sim/tree.h"

/* ---- what fails ---- */

enum verdict shrink_failure(const struct shrink_trial *trial)
{
    if (*trial->rule)
        return VERDICT_SAFETY;
    if (trial->absent)
        return VERDICT_LIVENESS;
    if (trial->verdict == VERDICT_UNDECIDED)
        return VERDICT_UNDECIDED;
    return *trial->key ? VERDICT_EXPECTATION : VERDICT_PASS;
}

bool goal_met(const struct shrink *shrink, const struct shrink_trial *outcome)
{
    const struct shrink_trial *first = &shrink->first;
    if (outcome->refused)
        return false;
    if (shrink->keeps && (outcome->faults < first->faults || outcome->nodes < first->nodes ||
                          outcome->simulated_ns < first->simulated_ns))
        return false;
    if (shrink_failure(first) == VERDICT_UNDECIDED)
        return outcome->verdict == VERDICT_UNDECIDED && outcome->end == first->end &&
               outcome->missed == first->missed;
    return outcome->verdict == VERDICT_PASS;
}

/* Of which kind of liveness: with ":outsiders" more is owed. */
static const char *absent_word(const cJSON *plan)
{
    const cJSON *expect = json_member(plan, "expect");
    const cJSON *liveness = expect ? json_member(expect, "liveness") : NULL;
    bool outsiders = cJSON_IsString(liveness) && strchr(liveness->valuestring, ':');
    return outsiders ? "absent:outsiders" : "absent";
}

/* Expectations become the one that fails, turned round, so that the plan passes while it fails.
 * An undecided run meets none. */
static void expect_failure(struct shrink *shrink)
{
    const struct shrink_trial *first = &shrink->first;
    cJSON *expect = cJSON_CreateObject();
    struct text broken = {0};
    text_add(&broken, "broken:%s", first->rule);
    if (*first->rule)
        tree_put(expect, "safety", text_of(&broken));
    if (first->absent)
        tree_put(expect, "liveness", absent_word(shrink->plan));
    if (shrink_failure(first) == VERDICT_EXPECTATION)
        tree_put(expect, first->key, first->turned);
    text_close(&broken);
    cJSON_DeleteItemFromObjectCaseSensitive(shrink->plan, "sweep");
    if (shrink_failure(first) == VERDICT_UNDECIDED) {
        cJSON_Delete(expect);
        cJSON_DeleteItemFromObjectCaseSensitive(shrink->plan, "expect");
        return;
    }
    tree_insert(shrink->plan, "expect", expect, cJSON_GetArraySize(shrink->plan));
}

/* Ids key chance: written out, they keep it when items before them go. */
static void write_ids(cJSON *plan)
{
    size_t first = (size_t)cJSON_GetArraySize(json_member(plan, "timeline"));
    for (size_t i = 0; i < items_count(plan); i++) {
        cJSON *item = items_at(plan, i), *id;
        struct text text = {0};
        bool chaos = i >= first;
        text_add(&text, "%s[%zu]", chaos ? "chaos" : "timeline", chaos ? i - first : i);
        if (!json_member(item, "id")) {
            id = cJSON_CreateString(text_of(&text));
            tree_insert(item, "id", id, 0);
        }
        text_close(&text);
    }
}

static void write_seed(struct shrink *shrink)
{
    struct text number = {0};
    int position = 0;
    text_add(&number, "%" PRIu64, shrink->seed);
    for (const cJSON *member = shrink->plan->child; member; member = member->next) {
        if (strcmp(member->string, "name") != 0 && strcmp(member->string, "description") != 0 &&
            strcmp(member->string, "$schema") != 0)
            break;
        position++;
    }
    tree_insert(shrink->plan, "seed", cJSON_CreateRaw(text_of(&number)), position);
    text_close(&number);
}

/* ---- opening ---- */

static bool read_plan(struct shrink *shrink, const struct settings *settings, struct error *error)
{
    struct text text = {0};
    struct json json = {0};
    bool ok = input_read(shrink->file, SCAN_SIZE_MAX, &text, error) &&
              json_open(&json, shrink->file, text_of(&text), text.count, error) &&
              (!settings || settings_apply(&json, settings, error));
    if (ok) {
        shrink->plan = json.root;
        json.root = NULL;
        shrink->before.bytes = text.count;
    }
    json_close(&json);
    text_close(&text);
    return ok;
}

/* Refuses what is no plan, with its place. */
static bool check_plan(struct shrink *shrink, const struct settings *settings, const uint64_t *seed,
                       struct error *error)
{
    struct scenario scenario;
    bool ok = scenario_read(&scenario, shrink->file, settings, error) &&
              expectations_check(&scenario, error);
    if (ok)
        shrink->seed = seed ? *seed : scenario.seed;
    scenario_close(&scenario);
    return ok;
}

static struct shrink_trial probe_plan(struct shrink *shrink)
{
    char *text = json_text(shrink->plan);
    struct shrink_trial outcome = shrink_probe(shrink, shrink->file, text);
    free(text);
    return outcome;
}

/* When too little happened, and does without any fault as well, then leaving out faults, nodes,
 * options or time would show nothing: it is their effect that was expected. */
static bool is_wanting(struct shrink *shrink)
{
    if (shrink_failure(&shrink->first) != VERDICT_EXPECTATION || !shrink->first.below ||
        items_count(shrink->plan) == 0)
        return false;
    cJSON *plan = shrink->plan;
    shrink->plan = cJSON_Duplicate(plan, true);
    while (items_count(shrink->plan) > 0)
        items_remove(shrink->plan, 0);
    struct shrink_trial bare = probe_plan(shrink);
    cJSON_Delete(shrink->plan);
    shrink->plan = plan;
    return goal_met(shrink, &bare);
}

static bool set_goal(struct shrink *shrink, struct error *error)
{
    enum { SLACK = 100000, TIMES = 4 };
    const struct shrink_trial *first = &shrink->first;
    if (first->refused)
        return refuse(error,
                      "%.300s: raftsim itself ends there with seed %" PRIu64 ": see raftsim run",
                      shrink->file, shrink->seed);
    if (shrink_failure(first) == VERDICT_PASS)
        return refuse(error,
                      "%.300s: nothing fails with seed %" PRIu64 ", so there is nothing to shrink",
                      shrink->file, shrink->seed);
    if (shrink_failure(first) != VERDICT_UNDECIDED)
        shrink->state->event_limit = first->popped * TIMES + SLACK;
    write_ids(shrink->plan);
    expect_failure(shrink);
    shrink->outcome = probe_plan(shrink);
    if (!goal_met(shrink, &shrink->outcome))
        return refuse(error,
                      "%.300s: what fails with seed %" PRIu64 " cannot be told from what does not",
                      shrink->file, shrink->seed);
    shrink->keeps = is_wanting(shrink);
    return true;
}

bool shrink_open(struct shrink *shrink, const char *file, const struct settings *settings,
                 const uint64_t *seed, struct error *error)
{
    *shrink = (struct shrink){.file = file, .state = allocate(1, sizeof *shrink->state)};
    if (!check_plan(shrink, settings, seed, error) || !read_plan(shrink, settings, error))
        return false;
    write_seed(shrink);
    shrink->first = probe_plan(shrink);
    shrink->before.faults = shrink->first.faults;
    shrink->before.nodes = shrink->first.nodes;
    shrink->before.events = shrink->first.events;
    shrink->before.simulated_ns = shrink->first.simulated_ns;
    return set_goal(shrink, error);
}

void shrink_close(struct shrink *shrink)
{
    if (shrink->state)
        map_close(&shrink->state->tried);
    free(shrink->state);
    cJSON_Delete(shrink->plan);
    *shrink = (struct shrink){0};
}

/* ---- the passes ---- */

/* What takes most away comes first, so that all after it is cheap; what only makes the plan nicer
 * comes last. */
static void round_of_passes(struct shrink *shrink)
{
    shrink_duration(shrink);
    shrink_items(shrink);
    shrink_happened(shrink);
    shrink_items(shrink);
    shrink_topics(shrink);
    shrink_nodes(shrink);
    shrink_pass(shrink, &pass_remove);
    shrink_pass(shrink, &pass_constant);
    shrink_pass(shrink, &pass_count);
    shrink_gaps(shrink);
    shrink_pass(shrink, &pass_round);
    shrink_duration(shrink);
}

/* Until a round changes nothing, even when edits that fail may try other seeds. */
void shrink_run(struct shrink *shrink)
{
    static const uint32_t patience[] = {0, 16, 128};
    for (size_t i = 0; i < countof(patience) && shrink_goes_on(shrink);) {
        uint64_t edits = shrink->state->edits;
        shrink->state->patience = patience[i];
        round_of_passes(shrink);
        i = shrink->state->edits == edits ? i + 1 : i;
    }
    shrink->state->patience = 0;
    shrink_pass(shrink, &pass_single);
    shrink_ids(shrink);
}

/* ---- what came of it ---- */

static void add_sentence(const struct shrink *shrink, struct text *text)
{
    const struct shrink_trial *first = &shrink->first;
    text_add(text, "Shrunk from seed %" PRIu64 ": ", shrink->seed);
    switch (shrink_failure(first)) {
    case VERDICT_SAFETY:
        text_add(text, "%s is broken.", first->rule);
        break;
    case VERDICT_LIVENESS:
        text_add(text, "progress is owed and absent.");
        break;
    case VERDICT_EXPECTATION:
        text_add(text, "%s is not %s.", first->key, first->wanted);
        break;
    case VERDICT_UNDECIDED:
        text_add(text, "undecided.");
        break;
    case VERDICT_PASS:
    case VERDICT_NONDETERMINISTIC:
    case VERDICT_COUNT:
        break;
    }
}

/* The description of what was shrunk, and what is left of it; said once. */
static void describe(const struct shrink *shrink, cJSON *plan)
{
    static const char mark[] = "Shrunk from seed ";
    const cJSON *old = json_member(plan, "description");
    struct text text = {0};
    if (old) {
        const char *shrunk = strstr(old->valuestring, mark);
        size_t size = shrunk ? (size_t)(shrunk - old->valuestring) : strlen(old->valuestring);
        text_bytes(&text, old->valuestring, size);
        if (text.count > 0 && text.data[text.count - 1] != ' ')
            text_add(&text, " ");
    }
    add_sentence(shrink, &text);
    tree_insert(plan, "description", cJSON_CreateString(text_of(&text)),
                json_member(plan, "name") ? 1 : 0);
    text_close(&text);
}

char *shrink_text(const struct shrink *shrink)
{
    cJSON *plan = cJSON_Duplicate(shrink->plan, true);
    struct text text = {0};
    describe(shrink, plan);
    tree_write_plan(plan, &text);
    cJSON_Delete(plan);
    return text.data;
}

bool shrink_confirm(struct shrink *shrink, const char *file, const char *text)
{
    struct shrink_trial outcome = shrink_probe(shrink, file, text);
    return goal_met(shrink, &outcome);
}

struct shrink_size shrink_size_now(const struct shrink *shrink)
{
    char *text = shrink_text(shrink);
    struct shrink_size size = {.faults = shrink->outcome.faults,
                               .nodes = shrink->outcome.nodes,
                               .events = shrink->outcome.events,
                               .simulated_ns = shrink->outcome.simulated_ns,
                               .bytes = strlen(text)};
    free(text);
    return size;
}
