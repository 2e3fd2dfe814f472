/* Fewer faults, and fewer topics with all that is about them. */
#include <stdio.h>
#include <string.h>

#include "sim/shrink_parts.h"

/* ---- items ---- */

static cJSON *without_items(const cJSON *plan, size_t first, size_t end)
{
    cJSON *copy = cJSON_Duplicate(plan, true);
    while (end-- > first)
        items_remove(copy, end);
    return copy;
}

/* Runs of `size` items, from the end: what comes later tends to hang on what came before. */
static void leave_out(struct shrink *shrink, size_t size)
{
    size_t end = items_count(shrink->plan);
    while (end > 0) {
        struct batch batch = {.reseeds = size == 1};
        size_t ends[BATCH];
        for (; end > 0 && batch.count<BATCH; end = end> size ? end - size : 0) {
            ends[batch.count] = end;
            batch.plans[batch.count++] =
                without_items(shrink->plan, end > size ? end - size : 0, end);
        }
        uint32_t good = shrink_take(shrink, &batch);
        if (good < BATCH)
            end = ends[good] > size ? ends[good] - size : 0;
    }
}

/* Halves, quarters ... down to single items (ddmin of Zeller and Hildebrandt, without its subsets,
 * which the later rounds find anyway). */
void shrink_items(struct shrink *shrink)
{
    for (size_t size = items_count(shrink->plan); size > 0; size /= 2)
        leave_out(shrink, size);
}

void shrink_ids(struct shrink *shrink)
{
    struct batch batch = {.count = 0};
    cJSON *all = cJSON_Duplicate(shrink->plan, true);
    for (size_t i = 0; i < items_count(all); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(items_at(all, i), "id");
    if (shrink_try(shrink, all, false))
        return;
    for (size_t i = 0; i < items_count(shrink->plan); i++) {
        if (!json_member(items_at(shrink->plan, i), "id"))
            continue;
        batch.plans[0] = cJSON_Duplicate(shrink->plan, true);
        batch.count = 1;
        cJSON_DeleteItemFromObjectCaseSensitive(items_at(batch.plans[0], i), "id");
        shrink_take(shrink, &batch);
    }
}

/* ---- topics ---- */

static bool names_topic(const cJSON *value, const char *topic)
{
    const cJSON *own = json_member(value, "topic");
    if (cJSON_IsString(own) && strcmp(own->valuestring, topic) == 0)
        return true;
    for (const cJSON *child = value->child; child; child = child->next) {
        size_t size = strlen(topic);
        const char *text = cJSON_IsString(child) ? child->valuestring : "";
        const char *name = strchr(text, ':');
        if (name && strncmp(name + 1, topic, size) == 0 && name[1 + size] == '/')
            return true;
        if (child->child && names_topic(child, topic))
            return true;
    }
    return false;
}

static void remove_about(cJSON *plan, const char *part, const char *topic)
{
    cJSON *list = json_member(plan, part);
    for (cJSON *child = list ? list->child : NULL, *next; child; child = next) {
        next = child->next;
        if (names_topic(child, topic))
            cJSON_Delete(cJSON_DetachItemViaPointer(list, child));
    }
    if (list && !list->child)
        cJSON_Delete(cJSON_DetachItemViaPointer(plan, list));
}

static cJSON *without_topic(const cJSON *plan, int number)
{
    cJSON *copy = cJSON_Duplicate(plan, true), *topics = json_member(copy, "topics");
    cJSON *topic = cJSON_DetachItemFromArray(topics, number);
    const cJSON *name = json_member(topic, "name");
    if (name) {
        remove_about(copy, "clients", name->valuestring);
        remove_about(copy, "timeline", name->valuestring);
        remove_about(copy, "chaos", name->valuestring);
    }
    cJSON_Delete(topic);
    if (!topics->child) {
        cJSON_Delete(cJSON_DetachItemViaPointer(copy, topics));
        cJSON_DeleteItemFromObjectCaseSensitive(copy, "elector");
    }
    return copy;
}

void shrink_topics(struct shrink *shrink)
{
    for (int i = cJSON_GetArraySize(json_member(shrink->plan, "topics")); i-- > 0;)
        shrink_try(shrink, without_topic(shrink->plan, i), true);
}
