#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/swarm_draw.h"
#include "sim/tree.h"

/* ---- texts ---- */

static uint64_t rounded(uint64_t ns)
{
    return round_down(ns, 3);
}

void put_time(cJSON *object, const char *name, uint64_t ns)
{
    cJSON_AddStringToObject(object, name, duration_write(rounded(ns)).text);
}

void put_range(cJSON *object, const char *name, uint64_t low_ns, uint64_t high_ns)
{
    cJSON *list = cJSON_AddArrayToObject(cJSON_AddObjectToObject(object, name), "uniform");
    cJSON_AddItemToArray(list, cJSON_CreateString(duration_write(rounded(low_ns)).text));
    cJSON_AddItemToArray(list, cJSON_CreateString(duration_write(rounded(high_ns)).text));
}

void put_share(cJSON *object, const char *name, uint64_t percent)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64 ".%02" PRIu64, percent / 100, percent % 100);
    cJSON_AddRawToObject(object, name, text);
}

/* ---- whom ---- */

static const char *name_of(const struct draw *draw, uint64_t id)
{
    return draw->cluster->nodes[id].name;
}

static const char *any_name(struct draw *draw)
{
    return name_of(draw, dice_between(&draw->dice, 1, draw->cluster->node_count));
}

/* The leader above all: whatever happens to it matters. */
static const char *any_word(struct draw *draw)
{
    static const char *const words[] = {"leader",    "leader", "leader",   "follower",
                                        "candidate", "random", "minority", "majority"};
    return words[dice_between(&draw->dice, 0, countof(words) - 1)];
}

/* Two or more nodes, each by chance. */
static cJSON *some_names(struct draw *draw)
{
    cJSON *list = cJSON_CreateArray();
    for (uint64_t id = 1; id <= draw->cluster->node_count; id++)
        if (dice_once_in(&draw->dice, 2))
            cJSON_AddItemToArray(list, cJSON_CreateString(name_of(draw, id)));
    if (!list->child)
        cJSON_AddItemToArray(list, cJSON_CreateString(any_name(draw)));
    return list;
}

static void put_target(struct draw *draw, cJSON *item, const char *name)
{
    uint64_t side = dice_between(&draw->dice, 0, 9);
    if (side < 4)
        cJSON_AddStringToObject(item, name, any_word(draw));
    else if (side < 9)
        cJSON_AddStringToObject(item, name, any_name(draw));
    else
        cJSON_AddItemToObject(item, name, some_names(draw));
}

static void fill_node(struct draw *draw, cJSON *item)
{
    put_target(draw, item, "node");
}

/* From a node, to it, between two, or everywhere. */
static void fill_link(struct draw *draw, cJSON *item)
{
    uint64_t what = dice_between(&draw->dice, 0, 7);
    uint64_t from = dice_between(&draw->dice, 1, draw->cluster->node_count);
    uint64_t to = dice_between(&draw->dice, 1, draw->cluster->node_count);
    if (what == 0)
        return;
    if (what <= 2)
        put_target(draw, item, what == 1 ? "from" : "to");
    else if (from == to)
        cJSON_AddStringToObject(item, "from", name_of(draw, from));
    else {
        cJSON_AddStringToObject(item, "from", name_of(draw, from));
        cJSON_AddStringToObject(item, "to", name_of(draw, to));
    }
    if (dice_once_in(&draw->dice, 2))
        cJSON_AddTrueToObject(item, "both");
}

/* ---- what ---- */

static void fill_partition(struct draw *draw, cJSON *item)
{
    uint64_t sides = dice_once_in(&draw->dice, 4) ? 3 : 2;
    cJSON *list[3] = {NULL};
    for (uint64_t i = 0; i < sides; i++)
        list[i] = cJSON_CreateArray();
    for (uint64_t id = 1; id <= draw->cluster->node_count; id++) {
        uint64_t side = dice_between(&draw->dice, 0, sides - 1);
        bool bridge = dice_once_in(&draw->dice, 6);
        for (uint64_t i = 0; i < sides; i++)
            if (i == side || (bridge && i == (side + 1) % sides))
                cJSON_AddItemToArray(list[i], cJSON_CreateString(name_of(draw, id)));
    }
    cJSON *all = cJSON_AddArrayToObject(item, "sides");
    for (uint64_t i = 0; i < sides; i++) {
        if (!list[i]->child)
            cJSON_AddItemToArray(list[i], cJSON_CreateString(any_name(draw)));
        cJSON_AddItemToArray(all, list[i]);
    }
    if (dice_once_in(&draw->dice, 3))
        cJSON_AddTrueToObject(item, "one_way");
}

static void put_some_share(struct draw *draw, cJSON *item)
{
    static const uint64_t shares[] = {5, 30, 50, 80, 95};
    put_share(item, "probability", shares[dice_between(&draw->dice, 0, countof(shares) - 1)]);
}

static void fill_share(struct draw *draw, cJSON *item)
{
    fill_link(draw, item);
    put_some_share(draw, item);
}

/* Up to a part of a timeout, or to several. */
static void put_some_time(struct draw *draw, cJSON *item, const char *name)
{
    static const uint64_t parts[] = {100, 10, 2, 1};
    uint64_t part = parts[dice_between(&draw->dice, 0, countof(parts) - 1)];
    uint64_t high_ns = draw->timeout_ns / part;
    put_range(item, name, high_ns / 8, dice_once_in(&draw->dice, 4) ? 3 * high_ns : high_ns);
}

static void fill_delay(struct draw *draw, cJSON *item)
{
    fill_link(draw, item);
    put_some_time(draw, item, "add");
}

static void fill_reorder(struct draw *draw, cJSON *item)
{
    fill_share(draw, item);
    put_some_time(draw, item, "add");
}

static void fill_drop(struct draw *draw, cJSON *item)
{
    static const char *const kinds[] = {"append", "append_reply", "heartbeat", "heartbeat_reply",
                                        "vote",   "vote_reply",   "prevote",   "prevote_reply"};
    cJSON *list = cJSON_AddArrayToObject(item, "kinds");
    uint64_t first = dice_between(&draw->dice, 0, countof(kinds) - 1);
    uint64_t second = dice_between(&draw->dice, 0, countof(kinds) - 1);
    cJSON_AddItemToArray(list, cJSON_CreateString(kinds[first]));
    if (second != first)
        cJSON_AddItemToArray(list, cJSON_CreateString(kinds[second]));
    fill_link(draw, item);
}

static void fill_flap(struct draw *draw, cJSON *item)
{
    if (dice_once_in(&draw->dice, 2))
        fill_node(draw, item);
    else
        fill_link(draw, item);
    put_some_time(draw, item, "down");
    put_some_time(draw, item, "up");
}

static void put_blocking(struct draw *draw, cJSON *item)
{
    static const char *const what[] = {"node", "writes"};
    if (dice_once_in(&draw->dice, 2))
        cJSON_AddStringToObject(item, "blocks", what[dice_between(&draw->dice, 0, 1)]);
}

static void fill_stall(struct draw *draw, cJSON *item)
{
    fill_node(draw, item);
    put_blocking(draw, item);
}

static void fill_slow_disk(struct draw *draw, cJSON *item)
{
    fill_stall(draw, item);
    put_some_time(draw, item, "fsync");
}

static void fill_slow(struct draw *draw, cJSON *item)
{
    fill_node(draw, item);
    put_range(item, "add", 0, draw->timeout_ns / dice_between(&draw->dice, 10, 1000));
}

/* Not far: a clock set back stands still until it has caught up, and its node with it. */
static void fill_jump(struct draw *draw, cJSON *item)
{
    char text[48];
    uint64_t by_ns = rounded(dice_between(&draw->dice, 1, draw->timeout_ns * 3 / 2));
    snprintf(text, sizeof text, "%s%s", dice_once_in(&draw->dice, 2) ? "-" : "",
             duration_write(by_ns).text);
    fill_node(draw, item);
    cJSON_AddStringToObject(item, "by", text);
}

static void fill_drift(struct draw *draw, cJSON *item)
{
    static const char *const ppm[] = {"-500000", "-100000", "-1000", "1000", "100000", "1000000"};
    fill_node(draw, item);
    cJSON_AddRawToObject(item, "ppm", ppm[dice_between(&draw->dice, 0, countof(ppm) - 1)]);
}

static void fill_timeout(struct draw *draw, cJSON *item)
{
    fill_node(draw, item);
    put_time(item, "to", dice_between(&draw->dice, draw->timeout_ns / 20, draw->timeout_ns * 2));
}

static void fill_propose(struct draw *draw, cJSON *item)
{
    fill_node(draw, item);
    tree_add_count(item, "count", dice_between(&draw->dice, 1, 8));
}

static void fill_transfer(struct draw *draw, cJSON *item)
{
    cJSON_AddStringToObject(item, "to", dice_once_in(&draw->dice, 3) ? "follower" : any_name(draw));
}

/* ---- the table ---- */

static const struct fault {
    const char *action;
    void (*fill)(struct draw *draw, cJSON *item);
    bool hosts; /* breaks what Raft relies on */
} faults[] = {
    {"crash", fill_node, false},
    {"pause", fill_node, false},
    {"isolate", fill_node, false},
    {"restart", fill_node, false},
    {"slow", fill_slow, false},
    {"partition", fill_partition, false},
    {"cut", fill_link, false},
    {"loss", fill_share, false},
    {"delay", fill_delay, false},
    {"duplicate", fill_share, false},
    {"reorder", fill_reorder, false},
    {"hold", fill_link, false},
    {"drop", fill_drop, false},
    {"flap", fill_flap, false},
    {"disk-stall", fill_stall, false},
    {"disk-slow", fill_slow_disk, false},
    {"disk-full", fill_node, false},
    {"disk-lose", fill_node, false},
    {"disk-tear", fill_node, false},
    {"clock-jump", fill_jump, false},
    {"clock-drift", fill_drift, false},
    {"campaign", fill_node, false},
    {"set-timeout", fill_timeout, false},
    {"propose", fill_propose, false},
    {"transfer", fill_transfer, false},
    {"heartbeat-stop", fill_node, false},
    {"disk-lie", fill_node, true},
    {"wipe", fill_node, true},
};

size_t swarm_fault_count(void)
{
    return countof(faults);
}

const char *swarm_fault_name(size_t index)
{
    must(index < countof(faults));
    return faults[index].action;
}

bool swarm_fault_suits(const struct scenario *cluster, bool hosts, size_t index)
{
    const struct fault *fault = &faults[index];
    if (fault->hosts && !hosts)
        return false;
    return fault->fill != fill_node || strcmp(fault->action, "heartbeat-stop") != 0 ||
           cluster->layout.partition_count > 0;
}

/* ---- an item ---- */

/* Elections are short: what is meant to meet one waits for its records. */
static void put_condition(struct draw *draw, cJSON *item)
{
    static const char *const records[] = {"campaign",      "voted",   "became_candidate",
                                          "became_leader", "durable", "crashed"};
    cJSON *when = cJSON_AddObjectToObject(item, "when");
    const char *record = records[dice_between(&draw->dice, 0, countof(records) - 1)];
    cJSON_AddStringToObject(when, "record", record);
    tree_add_count(when, "count", dice_between(&draw->dice, 1, 6));
    if (dice_once_in(&draw->dice, 2))
        put_time(item, "after", dice_between(&draw->dice, 1, draw->timeout_ns / 20));
}

void draw_begin(struct draw *draw, cJSON *item)
{
    uint64_t low_ns = 0, high_ns = draw->span_ns - 1;
    if (dice_once_in(&draw->dice, 4)) {
        put_condition(draw, item);
        return;
    }
    if (draw->storm_ns < NS_MAX && !dice_once_in(&draw->dice, 4)) {
        low_ns = draw->storm_ns;
        high_ns = low_ns + draw->timeout_ns / 4;
    }
    put_time(item, "at", dice_between(&draw->dice, low_ns, high_ns));
}

void draw_length(struct draw *draw, cJSON *item, const char *action)
{
    uint64_t timeout_ns = draw->timeout_ns;
    const uint64_t bounds_ns[] = {timeout_ns / 100, timeout_ns / 10, timeout_ns, 6 * timeout_ns};
    uint64_t which = dice_between(&draw->dice, 0, 3);
    if (!action_find(action)->ends_by || which == 3)
        return;
    put_time(item, "for", dice_between(&draw->dice, bounds_ns[which], bounds_ns[which + 1]));
}

cJSON *swarm_fault_draw(struct draw *draw, size_t index)
{
    cJSON *item = cJSON_CreateObject();
    const struct fault *fault = &faults[index];
    draw_begin(draw, item);
    cJSON_AddStringToObject(item, "do", fault->action);
    fault->fill(draw, item);
    draw_length(draw, item, fault->action);
    cJSON_AddTrueToObject(item, "optional");
    return item;
}
