/* Simpler values: what can be left out, times that need not be drawn, smaller counts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/shrink_parts.h"

/* ---- every value, outer ones first ---- */

struct place_in { /* where a candidate of the batch was edited */
    size_t number, variant;
};

struct passing {
    struct shrink *shrink;
    const struct pass *pass;
    struct batch batch;
    struct place_in places[BATCH];
    cJSON *copy;
    struct walk walk;
    size_t number, variant; /* the next; at most the spot before it */
    bool over;
};

static void copy_anew(struct passing *passing)
{
    passing->copy = cJSON_Duplicate(passing->shrink->plan, true);
    walk_tree(&passing->walk, passing->copy);
}

static void next(struct passing *passing)
{
    if (++passing->variant < passing->pass->variants)
        return;
    passing->variant = 0;
    passing->over = passing->number-- == 0;
}

static void run_batch(struct passing *passing)
{
    uint32_t good = passing->batch.count ? shrink_take(passing->shrink, &passing->batch) : BATCH;
    if (good == BATCH)
        return;
    passing->over = passing->places[good].number == 0;
    passing->number = passing->places[good].number - 1;
    passing->variant = 0;
    cJSON_Delete(passing->copy);
    copy_anew(passing);
    if (passing->number >= passing->walk.count)
        passing->number = passing->walk.count - 1;
}

/* Where something is missing that the plan should have caused, its causes stay. */
static bool is_cause(const struct walk *walk, size_t number)
{
    static const char *const others[] = {"network", "disk", "clients", "windows"};
    while (walk->spots[number].depth > 1)
        number--;
    for (size_t i = 0; i < countof(others); i++)
        if (strcmp(walk->spots[number].value->string, others[i]) == 0)
            return false;
    return true;
}

static bool edit(struct passing *passing, uint32_t depth)
{
    const struct shrink *shrink = passing->shrink;
    struct walk *walk = &passing->walk;
    if (walk->spots[passing->number].depth != depth ||
        (shrink->keeps && is_cause(walk, passing->number)))
        return false;
    return passing->pass->edit(shrink, walk, passing->number, passing->variant);
}

/* From the last value of that depth to the first: an edit moves no value before it. */
static void pass_depth(struct passing *passing, uint32_t depth)
{
    copy_anew(passing);
    passing->number = passing->walk.count - 1;
    passing->variant = 0;
    for (passing->over = false; !passing->over;) {
        if (edit(passing, depth)) {
            struct batch *batch = &passing->batch;
            passing->places[batch->count] = (struct place_in){passing->number, passing->variant};
            batch->plans[batch->count++] = passing->copy;
            copy_anew(passing);
        }
        next(passing);
        if (passing->batch.count == BATCH || passing->over)
            run_batch(passing);
    }
    cJSON_Delete(passing->copy);
}

void shrink_pass(struct shrink *shrink, const struct pass *pass)
{
    enum { DEPTH_MAX = 8 };
    struct passing passing = {.shrink = shrink, .pass = pass, .batch.reseeds = pass->reseeds};
    for (uint32_t depth = 1; depth <= DEPTH_MAX && shrink_goes_on(shrink); depth++)
        pass_depth(&passing, depth);
    walk_close(&passing.walk);
}

/* ---- left out ---- */

static bool edit_remove(const struct shrink *shrink, struct walk *copy, size_t number,
                        size_t variant)
{
    const cJSON *value = copy->spots[number].value;
    (void)shrink, (void)variant;
    /* Which system it is stays, so that whoever runs it knows it again. */
    if (copy->spots[number].fixed || json_member(value, "preset") || json_member(value, "rules"))
        return false;
    spot_remove(copy, number);
    return true;
}

const struct pass pass_remove = {.variants = 1, .edit = edit_remove};

/* ---- not drawn ---- */

static bool is_drawn(const cJSON *value)
{
#define X(id, name, help) name,
    static const char *const names[] = {DISTRIBUTIONS(X)};
#undef X
    if (!cJSON_IsObject(value) || !value->child || value->child->next)
        return false;
    for (size_t i = 0; i < countof(names); i++)
        if (strcmp(value->child->string, names[i]) == 0)
            return true;
    return false;
}

/* Uniform times become the middle, the least, the most; others their parameter. */
static bool edit_constant(const struct shrink *shrink, struct walk *copy, size_t number,
                          size_t variant)
{
    const struct tree_spot *spot = &copy->spots[number];
    uint64_t low, high;
    (void)shrink;
    if (spot->fixed || !is_drawn(spot->value))
        return false;
    const cJSON *law = spot->value->child, *first = law->child ? law->child : law;
    if (!tree_duration(first, &low))
        return false;
    if (!first->next || !tree_duration(first->next, &high))
        high = low;
    uint64_t values[] = {round_near(low / 2 + high / 2, 1), low, high};
    spot_write(copy, number, duration_write(values[variant]).text);
    return true;
}

const struct pass pass_constant = {.variants = 3, .reseeds = true, .edit = edit_constant};

/* ---- fewer ---- */

static bool is_count(const char *key)
{
    static const char *const keys[] = {"partitions", "replication_factor", "min_insync_replicas",
                                       "count", "max_down"};
    for (size_t i = 0; key && i < countof(keys); i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static bool edit_count(const struct shrink *shrink, struct walk *copy, size_t number,
                       size_t variant)
{
    const struct tree_spot *spot = &copy->spots[number];
    int64_t count;
    char text[24];
    (void)shrink;
    if (spot->fixed || !is_count(spot->value->string) || !json_number(spot->value) ||
        !whole_parse(json_number(spot->value), &count) || count <= 1)
        return false;
    int64_t values[] = {1, count / 2, count - 1};
    snprintf(text, sizeof text, "%" PRId64, values[variant]);
    spot_put(copy, number, cJSON_CreateRaw(text));
    return true;
}

const struct pass pass_count = {.variants = 3, .reseeds = true, .edit = edit_count};

/* ---- ["n1"] is "n1" ---- */

static bool edit_single(const struct shrink *shrink, struct walk *copy, size_t number,
                        size_t variant)
{
    const struct tree_spot *spot = &copy->spots[number];
    (void)shrink, (void)variant;
    if (spot->fixed || !cJSON_IsArray(spot->value) || !cJSON_IsString(spot->value->child) ||
        spot->value->child->next)
        return false;
    char *text = copy_text(spot->value->child->valuestring);
    spot_write(copy, number, text);
    cJSON_free(text);
    return true;
}

const struct pass pass_single = {.variants = 1, .edit = edit_single};
