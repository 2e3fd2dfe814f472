/* What was drawn becomes what happened: each turn of chaos an item of its own, with its time, its
 * nodes and its length. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/shrink_parts.h"

/* One deed as an item of the timeline. */
struct happening {
    size_t item; /* of the plan, timeline first */
    cJSON *value;
};

struct history {
    const struct shrink *shrink;
    struct happening *happenings; /* in the order in which they began */
    size_t count, room;
};

/* ---- whom it meant ---- */

static bool is_drawn_word(const cJSON *value)
{
    static const char *const words[] = {"random", "follower", "candidate", "minority", "majority"};
    for (size_t i = 0; cJSON_IsString(value) && i < countof(words); i++)
        if (strcmp(value->valuestring, words[i]) == 0)
            return true;
    for (const cJSON *child = cJSON_IsArray(value) ? value->child : NULL; child;
         child = child->next)
        if (is_drawn_word(child))
            return true;
    return false;
}

static bool is_target(const char *key)
{
    return strcmp(key, "node") == 0 || strcmp(key, "from") == 0 || strcmp(key, "to") == 0 ||
           strcmp(key, "sides") == 0;
}

/* "others" are all but those that were drawn, so they are said too. */
static bool draws_targets(const cJSON *item)
{
    for (const cJSON *member = item->child; member; member = member->next)
        if (is_target(member->string) && is_drawn_word(member))
            return true;
    return false;
}

static cJSON *names_of(const struct world *world, const struct raft_set *set)
{
    uint32_t first = raft_set_next(set, 0);
    if (raft_set_count(set) == 1)
        return cJSON_CreateString(world_name(world, first));
    cJSON *list = cJSON_CreateArray();
    for (uint32_t id = first; id; id = raft_set_next(set, id))
        cJSON_AddItemToArray(list, cJSON_CreateString(world_name(world, id)));
    return list;
}

static cJSON *sides_of(const struct world *world, const struct deed *deed)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < deed->side_count; i++) {
        cJSON *names = names_of(world, &deed->sides[i]), *side = names;
        if (cJSON_IsString(names)) {
            side = cJSON_CreateArray();
            cJSON_AddItemToArray(side, names);
        }
        cJSON_AddItemToArray(list, side);
    }
    return list;
}

/* A link's ends are `from` and `to`; the new leader of a transfer is its node. */
static cJSON *targets_of(const struct world *world, const struct deed *deed, const char *key)
{
    const struct raft_set *from = &deed->from, *to = &deed->to;
    if (strcmp(key, "sides") == 0)
        return sides_of(world, deed);
    if (strcmp(key, "from") == 0)
        return names_of(world, from);
    if (strcmp(key, "to") == 0 && raft_set_count(to) > 0)
        return names_of(world, to);
    return names_of(world, &deed->nodes);
}

/* ---- an item ---- */

static bool is_timing(const cJSON *item, const cJSON *member)
{
    static const char *const keys[] = {"id", "at", "every", "until", "max_down", "for"};
    uint64_t ns;
    if (strcmp(member->string, "from") == 0)
        return json_member(item, "every") && tree_duration(member, &ns);
    for (size_t i = 0; i < countof(keys); i++)
        if (strcmp(member->string, keys[i]) == 0)
            return true;
    return false;
}

/* The first turn keeps its id, and with it the chance of what it does. */
static void put_id(cJSON *value, const cJSON *item, uint32_t turn)
{
    struct text id = {0};
    text_add(&id, "%s", json_member(item, "id")->valuestring);
    if (turn > 0)
        text_add(&id, "-%u", turn + 1);
    tree_put(value, "id", text_of(&id));
    text_close(&id);
}

static cJSON *happened(const struct world *world, const cJSON *item, const struct deed *deed)
{
    cJSON *value = cJSON_CreateObject();
    bool drawn = draws_targets(item);
    put_id(value, item, world->item_turns[deed->item] - 1);
    if (!json_member(item, "when"))
        tree_put(value, "at", duration_write(deed->began_ns).text);
    for (const cJSON *member = item->child; member; member = member->next) {
        if (is_timing(item, member))
            continue;
        cJSON *copy = drawn && is_target(member->string) ? targets_of(world, deed, member->string)
                                                         : cJSON_Duplicate(member, true);
        cJSON_AddItemToObject(value, member->string, copy);
    }
    if (json_member(item, "for"))
        tree_put(value, "for", duration_write(deed->end_ns - deed->began_ns).text);
    return value;
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct history *history = state;
    const cJSON *item = items_at(history->shrink->plan, record->index);
    const struct deed *deed = &world->deeds[record->value];
    history->happenings = make_room(history->happenings, &history->room, history->count + 1,
                                    sizeof *history->happenings);
    history->happenings[history->count++] =
        (struct happening){(size_t)record->index, happened(world, item, deed)};
}

static void subscribe(void *context, struct world *world)
{
    world_subscribe(world, RECORD_BIT(ACTION_BEGIN),
                    (struct subscription){.observe = observe, .state = context});
}

/* The plan's run, which has ended well before, once more. */
static bool history_open(struct history *history, const struct shrink *shrink)
{
    struct scenario scenario;
    struct error error;
    char *text = json_text(shrink->plan);
    *history = (struct history){.shrink = shrink};
    bool ok = scenario_parse(&scenario, shrink->file, text, strlen(text), &error) &&
              expectations_check(&scenario, &error);
    if (ok) {
        struct run *run = run_new();
        run_execute(run, &scenario, scenario.seed,
                    &(struct run_options){.event_limit = shrink->state->event_limit,
                                          .subscribe = subscribe,
                                          .context = history});
        run_free(run);
    }
    scenario_close(&scenario);
    free(text);
    return ok;
}

static void history_close(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        cJSON_Delete(history->happenings[i].value);
    free(history->happenings);
}

/* ---- a plan ---- */

/* It stands before the chaos. */
static cJSON *timeline_in(cJSON *plan)
{
    cJSON *list = json_member(plan, "timeline");
    int position = 0;
    if (list)
        return list;
    for (const cJSON *member = plan->child; member; member = member->next, position++)
        if (strcmp(member->string, "chaos") == 0)
            break;
    list = cJSON_CreateArray();
    tree_insert(plan, "timeline", list, position);
    return list;
}

/* Item `only` (all: SIZE_MAX) as what happened of it; in the order of time. */
static cJSON *plan_of(const struct history *history, size_t only)
{
    cJSON *copy = cJSON_Duplicate(history->shrink->plan, true);
    cJSON *timeline = timeline_in(copy);
    size_t items = items_count(copy), old = (size_t)cJSON_GetArraySize(timeline);
    for (size_t i = 0; i < history->count; i++)
        if (only == SIZE_MAX || history->happenings[i].item == only)
            cJSON_AddItemToArray(timeline, cJSON_Duplicate(history->happenings[i].value, true));
    size_t more = items_count(copy) - items;
    if (!timeline->child)
        cJSON_Delete(cJSON_DetachItemViaPointer(copy, timeline));
    /* The new ones stand behind the timeline and before the chaos that they replace. */
    for (size_t i = items; i-- > 0;)
        if (only == SIZE_MAX || i == only)
            items_remove(copy, i < old ? i : i + more);
    return copy;
}

static bool is_drawn_item(const cJSON *item)
{
    return json_member(item, "every") || cJSON_IsObject(json_member(item, "at")) ||
           cJSON_IsObject(json_member(item, "for")) || draws_targets(item);
}

/* All at once; else one after the other, as far as it fails as before. */
void shrink_happened(struct shrink *shrink)
{
    struct history history;
    bool any = false;
    for (size_t i = 0; i < items_count(shrink->plan); i++)
        any = any || is_drawn_item(items_at(shrink->plan, i));
    if (!any || !history_open(&history, shrink))
        return;
    bool all = history.count > 0 && shrink_try(shrink, plan_of(&history, SIZE_MAX), false);
    history_close(&history);
    for (size_t i = items_count(shrink->plan); !all && i-- > 0;) {
        if (!is_drawn_item(items_at(shrink->plan, i)) || !history_open(&history, shrink))
            continue;
        if (shrink_try(shrink, plan_of(&history, i), false))
            i = items_count(shrink->plan);
        history_close(&history);
    }
}
