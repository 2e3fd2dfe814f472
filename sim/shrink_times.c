/* Shorter runs, and times that people would have written. */
#include <stdio.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/shrink_parts.h"

/* ---- round times ---- */

/* Coarse to fine; the nearest first, then down and up. */
static bool edit_round(const struct shrink *shrink, struct walk *copy, size_t number,
                       size_t variant)
{
    enum { DIGITS = 4, WAYS = 3, PLAIN = 2 };
    uint64_t ns;
    const struct tree_spot *spot = &copy->spots[number];
    uint32_t digits = (uint32_t)(variant / WAYS) + 1;
    (void)shrink;
    if (spot->fixed || !tree_duration(spot->value, &ns) || round_near(ns, PLAIN) == ns ||
        digits > DIGITS)
        return false;
    uint64_t down = round_down(ns, digits), near = round_near(ns, digits);
    if (ns == down)
        return false;
    uint64_t rounded[WAYS] = {near, near == down ? round_up(ns, digits) : down, near};
    spot_write(copy, number, duration_write(rounded[variant % WAYS]).text);
    return true;
}

const struct pass pass_round = {.variants = 12, .edit = edit_round};

/* ---- the end ---- */

/* The least that a time of the plan can be: of uniform times the first. */
static uint64_t least_of(const cJSON *value)
{
    uint64_t ns = 0;
    const cJSON *range = json_member(value, "uniform");
    if (!tree_duration(value, &ns) && range && range->child)
        tree_duration(range->child, &ns);
    return ns;
}

static bool is_from(const cJSON *item, uint64_t end_ns)
{
    uint64_t ns;
    const cJSON *from = json_member(item, "from"); /* of a link it is no time */
    return tree_duration(from, &ns) && ns >= end_ns;
}

static void drop_late(cJSON *object, const char *name, uint64_t end_ns)
{
    uint64_t ns;
    if (tree_duration(json_member(object, name), &ns) && ns > end_ns)
        cJSON_DeleteItemFromObjectCaseSensitive(object, name);
}

static void end_items(cJSON *plan, uint64_t end_ns)
{
    for (size_t i = items_count(plan); i-- > 0;) {
        cJSON *item = items_at(plan, i);
        const cJSON *at = json_member(item, "at");
        if ((at && least_of(at) >= end_ns) || is_from(item, end_ns)) {
            items_remove(plan, i);
            continue;
        }
        drop_late(item, "until", end_ns);
        if (at && least_of(at) + least_of(json_member(item, "for")) > end_ns)
            cJSON_DeleteItemFromObjectCaseSensitive(item, "for");
    }
}

static void end_clients(cJSON *plan, uint64_t end_ns)
{
    cJSON *clients = json_member(plan, "clients");
    for (cJSON *client = clients ? clients->child : NULL, *next; client; client = next) {
        next = client->next;
        cJSON *what = json_member(client, "propose");
        what = what ? what : json_member(client, "produce");
        drop_late(what, "until", end_ns);
        if (is_from(what, end_ns))
            cJSON_Delete(cJSON_DetachItemViaPointer(clients, client));
    }
}

static void end_windows(cJSON *plan, uint64_t end_ns)
{
    const cJSON *windows = json_member(plan, "windows");
    for (cJSON *window = windows ? windows->child : NULL; window; window = window->next) {
        uint64_t ns;
        if (cJSON_GetArraySize(window) == 2 && tree_duration(window->child->next, &ns) &&
            ns > end_ns)
            cJSON_SetValuestring(window->child->next, duration_write(end_ns).text);
    }
}

void plan_end_at(cJSON *plan, uint64_t ns)
{
    end_items(plan, ns);
    end_clients(plan, ns);
    end_windows(plan, ns);
    tree_put(plan, "duration", duration_write(ns).text);
}

static bool try_end(struct shrink *shrink, uint64_t ns)
{
    cJSON *copy = cJSON_Duplicate(shrink->plan, true);
    plan_end_at(copy, ns);
    return shrink_try(shrink, copy, false);
}

/* A broken rule ends the run, so nothing after it can matter. All else is found by trying. */
void shrink_duration(struct shrink *shrink)
{
    static const uint64_t eighths[] = {1, 2, 4, 6, 7};
    uint64_t ns = 0, simulated_ns = shrink->outcome.simulated_ns;
    if (!tree_duration(json_member(shrink->plan, "duration"), &ns))
        ns = simulated_ns;
    bool done = *shrink->first.rule != '\0';
    if (done && round_up(simulated_ns + 1, 2) < ns)
        try_end(shrink, round_up(simulated_ns + 1, 2));
    while (!done && shrink_goes_on(shrink)) {
        done = true;
        for (size_t i = 0; i < countof(eighths) && done; i++) {
            uint64_t shorter = round_up(ns / 8 * eighths[i], 2);
            if (shorter > 0 && shorter < ns && try_end(shrink, shorter)) {
                ns = shorter;
                done = false;
            }
        }
    }
}

/* ---- the times between faults ---- */

static uint64_t at_of(const cJSON *item)
{
    uint64_t ns;
    return tree_duration(json_member(item, "at"), &ns) ? ns : NS_MAX;
}

/* All that happens at `from_ns` or later, and the end, comes so much earlier. */
static cJSON *earlier(const cJSON *plan, uint64_t from_ns, uint64_t by_ns)
{
    cJSON *copy = cJSON_Duplicate(plan, true);
    uint64_t end_ns;
    for (size_t i = 0; i < items_count(copy); i++) {
        uint64_t at_ns = at_of(items_at(copy, i));
        if (at_ns != NS_MAX && at_ns >= from_ns)
            tree_put(items_at(copy, i), "at", duration_write(at_ns - by_ns).text);
    }
    if (tree_duration(json_member(copy, "duration"), &end_ns) && end_ns > by_ns)
        tree_put(copy, "duration", duration_write(end_ns - by_ns).text);
    return copy;
}

static uint64_t before(const cJSON *plan, uint64_t at_ns)
{
    uint64_t latest = 0;
    for (size_t i = 0; i < items_count(plan); i++) {
        uint64_t ns = at_of(items_at(plan, i));
        if (ns < at_ns && ns > latest)
            latest = ns;
    }
    return latest;
}

/* 1, 2 and 5 ms, 10, 20 ... 50 s */
static void close_gap(struct shrink *shrink, uint64_t at_ns)
{
    static const uint64_t steps[] = {1, 2, 5};
    uint64_t last_ns = before(shrink->plan, at_ns), gap_ns = at_ns - last_ns;
    struct batch batch = {.reseeds = true};
    for (uint64_t unit = NS_PER_MS; unit <= 10 * NS_PER_S; unit *= 10)
        for (size_t i = 0; i < countof(steps); i++)
            if (unit * steps[i] * 3 < gap_ns * 2 && batch.count < BATCH)
                batch.plans[batch.count++] = earlier(shrink->plan, at_ns, gap_ns - unit * steps[i]);
    if (batch.count > 0)
        shrink_take(shrink, &batch);
}

void shrink_gaps(struct shrink *shrink)
{
    for (size_t i = 0; i < items_count(shrink->plan); i++) {
        uint64_t at_ns = at_of(items_at(shrink->plan, i));
        if (at_ns != NS_MAX)
            close_gap(shrink, at_ns);
    }
}
