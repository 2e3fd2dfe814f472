/* The tree of a plan: its values in one order, and its items as one list. */
#include <stdlib.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/shrink_parts.h"

/* ---- all values ---- */

/* What names the plan and the failure, and which system it is about, is no matter of chance. */
static bool is_fixed(const struct tree_spot *spot, bool top)
{
    static const char *const whole[] = {"name",     "description", "seed",
                                        "duration", "expect",      "$schema"};
    static const char *const anywhere[] = {"id", "preset", "rules", "do"};
    const char *key = spot->value->string;
    for (size_t i = 0; key && top && i < countof(whole); i++)
        if (strcmp(key, whole[i]) == 0)
            return true;
    for (size_t i = 0; key && i < countof(anywhere); i++)
        if (strcmp(key, anywhere[i]) == 0)
            return true;
    return false;
}

static void walk_on(struct walk *walk, const struct tree_spot *from)
{
    struct tree_spot here = *from;
    here.fixed = here.fixed || is_fixed(&here, here.depth == 1);
    walk->spots = make_room(walk->spots, &walk->room, walk->count + 1, sizeof *walk->spots);
    walk->spots[walk->count++] = here;
    for (cJSON *child = here.value->child; child; child = child->next)
        walk_on(walk, &(struct tree_spot){child, here.value, here.depth + 1, here.fixed});
}

void walk_tree(struct walk *walk, cJSON *root)
{
    walk->count = 0;
    walk_on(walk, &(struct tree_spot){.value = root});
}

void walk_close(struct walk *walk)
{
    free(walk->spots);
    *walk = (struct walk){0};
}

static const struct tree_spot *spot_find(const struct walk *walk, const cJSON *value)
{
    size_t i = 0;
    while (walk->spots[i].value != value)
        i++;
    return &walk->spots[i];
}

void spot_remove(struct walk *walk, size_t number)
{
    const struct tree_spot *spot = &walk->spots[number];
    while (spot->depth > 1 && spot->parent->child == spot->value && !spot->value->next)
        spot = spot_find(walk, spot->parent);
    must(spot->parent != NULL);
    cJSON_Delete(cJSON_DetachItemViaPointer(spot->parent, spot->value));
}

static void replace(cJSON *parent, cJSON *value, cJSON *by)
{
    if (value->string)
        by->string = copy_text(value->string);
    cJSON_bool done = cJSON_ReplaceItemViaPointer(parent, value, by);
    must(done);
}

void spot_put(struct walk *walk, size_t number, cJSON *by)
{
    replace(walk->spots[number].parent, walk->spots[number].value, by);
}

void spot_write(struct walk *walk, size_t number, const char *text)
{
    spot_put(walk, number, cJSON_CreateString(text));
}

bool tree_duration(const cJSON *value, uint64_t *ns)
{
    return cJSON_IsString(value) && duration_parse(value->valuestring, ns);
}

void tree_insert(cJSON *object, const char *name, cJSON *value, int position)
{
    cJSON *old = json_member(object, name);
    if (old) {
        replace(object, old, value);
        return;
    }
    int after = cJSON_GetArraySize(object) - position;
    value->string = copy_text(name);
    cJSON_AddItemToArray(object, value);
    while (after-- > 0) /* cJSON's own insertion refuses any place but the first */
        cJSON_AddItemToArray(object, cJSON_DetachItemFromArray(object, position));
}

void tree_put(cJSON *object, const char *name, const char *text)
{
    tree_insert(object, name, cJSON_CreateString(text), cJSON_GetArraySize(object));
}

/* ---- items ---- */

static size_t count_of(const cJSON *plan, const char *name)
{
    return (size_t)cJSON_GetArraySize(json_member(plan, name));
}

size_t items_count(const cJSON *plan)
{
    return count_of(plan, "timeline") + count_of(plan, "chaos");
}

static cJSON *list_of(const cJSON *plan, size_t *number)
{
    size_t first = count_of(plan, "timeline");
    if (*number < first)
        return json_member(plan, "timeline");
    *number -= first;
    return json_member(plan, "chaos");
}

cJSON *items_at(const cJSON *plan, size_t number)
{
    cJSON *list = list_of(plan, &number);
    return cJSON_GetArrayItem(list, (int)number);
}

void items_remove(cJSON *plan, size_t number)
{
    cJSON *list = list_of(plan, &number);
    cJSON_DeleteItemFromArray(list, (int)number);
    if (!list->child)
        cJSON_Delete(cJSON_DetachItemViaPointer(plan, list));
}
