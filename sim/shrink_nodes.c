/* Fewer nodes. Those that remain keep their order, so that a count of nodes stays one: n1, n2 ...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/shrink_parts.h"

enum { NAME_ROOM = 40 };

/* What each node is called, and will be called. */
struct naming {
    uint32_t count, kept;
    bool listed; /* by their names, which they keep */
    struct name {
        char old[NAME_ROOM], new[NAME_ROOM];
        bool gone;
        uint32_t uses; /* in items of the plan */
    } names[RAFT_NODES_MAX];
};

static cJSON *nodes_of(const cJSON *plan)
{
    return json_member(json_member(plan, "cluster"), "nodes");
}

static void count_uses(struct naming *naming, const cJSON *value)
{
    for (uint32_t i = 0; cJSON_IsString(value) && i < naming->count; i++)
        naming->names[i].uses += strcmp(naming->names[i].old, value->valuestring) == 0;
    for (const cJSON *child = value ? value->child : NULL; child; child = child->next)
        count_uses(naming, child);
}

static void naming_open(struct naming *naming, const cJSON *plan)
{
    const cJSON *nodes = nodes_of(plan);
    int64_t count = 0;
    *naming = (struct naming){.listed = cJSON_IsArray(nodes)};
    if (naming->listed)
        count = cJSON_GetArraySize(nodes);
    else
        whole_parse(json_number(nodes), &count);
    naming->count = (uint32_t)count;
    for (uint32_t i = 0; i < naming->count; i++) {
        const cJSON *name = cJSON_GetArrayItem(nodes, (int)i);
        if (naming->listed)
            snprintf(naming->names[i].old, NAME_ROOM, "%s", name->valuestring);
        else
            snprintf(naming->names[i].old, NAME_ROOM, "n%u", i + 1);
    }
    count_uses(naming, json_member(plan, "timeline"));
    count_uses(naming, json_member(plan, "chaos"));
}

static void name_anew(struct naming *naming)
{
    naming->kept = 0;
    for (uint32_t i = 0; i < naming->count; i++) {
        struct name *name = &naming->names[i];
        if (name->gone)
            continue;
        naming->kept++;
        if (naming->listed)
            memcpy(name->new, name->old, NAME_ROOM);
        else
            snprintf(name->new, NAME_ROOM, "n%u", naming->kept);
    }
}

static const struct name *find(const struct naming *naming, const char *text)
{
    for (uint32_t i = 0; text && i < naming->count; i++)
        if (strcmp(naming->names[i].old, text) == 0)
            return &naming->names[i];
    return NULL;
}

static bool is_among(const char *key, const char *const *keys)
{
    for (; key && *keys; keys++)
        if (strcmp(key, *keys) == 0)
            return true;
    return false;
}

/* Whether it is about no node that is left: who holds it leaves it out. */
static bool prune(const struct naming *naming, cJSON *value);

static bool prune_list(const struct naming *naming, cJSON *list)
{
    bool sides = list->string && strcmp(list->string, "sides") == 0;
    for (cJSON *child = list->child, *next; child; child = next) {
        next = child->next;
        if (!prune(naming, child))
            continue;
        if (sides) /* a partition needs them all */
            return true;
        cJSON_Delete(cJSON_DetachItemViaPointer(list, child));
    }
    return !list->child;
}

/* Members are named after nodes, or are lists of them. */
static bool prune_table(const struct naming *naming, cJSON *table)
{
    for (cJSON *child = table->child, *next; child; child = next) {
        next = child->next;
        const struct name *name = find(naming, child->string);
        if ((name && name->gone) || prune(naming, child)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(table, child));
        } else if (name) {
            free(child->string);
            child->string = copy_text(name->new);
        }
    }
    return !table->child;
}

static bool prune_object(const struct naming *naming, cJSON *object)
{
    static const char *const others[] = {"id", "do", "topic", "record", "kinds", "set", NULL};
    for (cJSON *child = object->child; child; child = child->next)
        if (!is_among(child->string, others) && prune(naming, child))
            return true;
    return false;
}

static bool prune(const struct naming *naming, cJSON *value)
{
    static const char *const tables[] = {"overrides", "clock", "zones", NULL};
    if (cJSON_IsString(value)) {
        const struct name *name = find(naming, value->valuestring);
        if (name && !name->gone)
            cJSON_SetValuestring(value, name->new);
        return name && name->gone;
    }
    if (cJSON_IsArray(value))
        return value->child && prune_list(naming, value);
    if (!cJSON_IsObject(value))
        return false;
    return (is_among(value->string, tables) ? prune_table : prune_object)(naming, value);
}

static void prune_member(const struct naming *naming, cJSON *object, const char *name)
{
    cJSON *member = json_member(object, name);
    if (member && prune(naming, member))
        cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
}

/* A count that cannot be above the nodes. */
static void clamp(cJSON *object, const char *name, uint32_t most)
{
    cJSON *member = json_member(object, name);
    int64_t count;
    char text[16];
    if (!member || !json_number(member) || !whole_parse(json_number(member), &count) ||
        count <= most)
        return;
    snprintf(text, sizeof text, "%u", most);
    cJSON_ReplaceItemInObjectCaseSensitive(object, name, cJSON_CreateRaw(text));
}

static void prune_cluster(const struct naming *naming, cJSON *cluster)
{
    static const char *const parts[] = {"zones", "voters", "learners", "overrides"};
    cJSON *nodes = json_member(cluster, "nodes");
    if (naming->listed)
        prune(naming, nodes);
    clamp(cluster, "nodes", naming->kept);
    clamp(cluster, "voters", naming->kept);
    for (size_t i = 0; i < countof(parts); i++)
        prune_member(naming, cluster, parts[i]);
}

static cJSON *without_nodes(const cJSON *plan, struct naming *naming)
{
    static const char *const parts[] = {"clock", "clients", "timeline", "chaos", "until"};
    cJSON *copy = cJSON_Duplicate(plan, true), *topics = json_member(copy, "topics");
    name_anew(naming);
    prune_cluster(naming, json_member(copy, "cluster"));
    if (json_member(copy, "network"))
        prune_member(naming, json_member(copy, "network"), "links");
    for (size_t i = 0; i < countof(parts); i++)
        prune_member(naming, copy, parts[i]);
    for (cJSON *topic = topics ? topics->child : NULL; topic; topic = topic->next) {
        clamp(topic, "replication_factor", naming->kept);
        clamp(topic, "min_insync_replicas", naming->kept);
    }
    return copy;
}

/* ---- which nodes ---- */

static void keep_first(struct naming *naming, uint32_t count)
{
    for (uint32_t i = 0; i < naming->count; i++)
        naming->names[i].gone = i >= count;
}

/* Those that the plan names most. */
static void keep_used(struct naming *naming, uint32_t count)
{
    for (uint32_t i = 0; i < naming->count; i++)
        naming->names[i].gone = true;
    while (count-- > 0) {
        struct name *most = NULL;
        for (uint32_t i = 0; i < naming->count; i++) {
            struct name *name = &naming->names[i];
            if (name->gone && (!most || name->uses > most->uses))
                most = name;
        }
        most->gone = false;
    }
}

static bool try_counts(struct shrink *shrink, struct naming *naming)
{
    struct batch batch = {.reseeds = true};
    bool done = false;
    for (uint32_t count = 1; count < naming->count && !done; count++) {
        keep_first(naming, count);
        batch.plans[batch.count++] = without_nodes(shrink->plan, naming);
        keep_used(naming, count);
        batch.plans[batch.count++] = without_nodes(shrink->plan, naming);
        if (batch.count + 2 > BATCH || count + 1 == naming->count)
            done = shrink_take(shrink, &batch) < BATCH;
    }
    return done;
}

static bool try_each(struct shrink *shrink, struct naming *naming)
{
    struct batch batch = {.reseeds = true};
    bool done = false;
    for (uint32_t i = naming->count; i-- > 0 && !done;) {
        keep_first(naming, naming->count);
        naming->names[i].gone = true;
        batch.plans[batch.count++] = without_nodes(shrink->plan, naming);
        if (batch.count == BATCH || i == 0)
            done = shrink_take(shrink, &batch) < BATCH;
    }
    return done;
}

void shrink_nodes(struct shrink *shrink)
{
    struct naming *naming = allocate(1, sizeof *naming);
    do
        naming_open(naming, shrink->plan);
    while (naming->count > 1 && (try_counts(shrink, naming) || try_each(shrink, naming)));
    free(naming);
}
