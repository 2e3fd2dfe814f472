#include <stdio.h>
#include <string.h>

#include "sim/bind.h"
#include "sim/json.h"
#include "sim/preset.h"
#include "sim/quantity.h"
#include "sim/swarm_draw.h"
#include "sim/tree.h"

/* ---- raft ---- */

/* Pre-vote alone is a known hole: who wants it falls into it with a plan of theirs. */
static void put_extensions(struct dice *dice, cJSON *raft)
{
    uint64_t which = dice_between(dice, 0, 5);
    if (which < 2)
        return;
    cJSON_AddBoolToObject(raft, "pre_vote", which > 3);
    cJSON_AddBoolToObject(raft, "check_quorum", which > 2);
}

static void put_rest(struct dice *dice, cJSON *raft, const struct raft_options *options)
{
    static const char *const when[] = {"at-once", "durable"};
    if (dice_once_in(dice, 8))
        cJSON_AddBoolToObject(raft, "sticky", true);
    if (dice_once_in(dice, 5))
        cJSON_AddBoolToObject(raft, "async_storage", dice_once_in(dice, 2));
    if (dice_once_in(dice, 5))
        cJSON_AddStringToObject(raft, "self_vote", when[dice_between(dice, 0, 1)]);
    if (dice_once_in(dice, 6))
        tree_add_count(raft, "max_inflight", dice_between(dice, 1, 3));
    if (dice_once_in(dice, 6))
        tree_add_count(raft, "max_entries", dice_between(dice, 1, 2));
    if (options->tick_ns && dice_once_in(dice, 4))
        cJSON_AddStringToObject(raft, "missed_ticks", dice_once_in(dice, 2) ? "burst" : "skip");
}

/* ---- the cluster ---- */

static uint64_t node_number(struct dice *dice)
{
    static const uint8_t counts[] = {1, 2, 3, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 6, 7};
    return counts[dice_between(dice, 0, countof(counts) - 1)];
}

static void put_starts(struct dice *dice, cJSON *cluster, uint64_t nodes, uint64_t timeout_ns)
{
    char name[24];
    cJSON *overrides = cJSON_AddObjectToObject(cluster, "overrides");
    for (uint64_t id = 1; id <= nodes; id++) {
        if (dice_once_in(dice, 2))
            continue;
        snprintf(name, sizeof name, "n%u", (unsigned)id);
        put_time(cJSON_AddObjectToObject(overrides, name), "start",
                 dice_between(dice, 1, 2 * timeout_ns));
    }
}

static void put_network(struct dice *dice, cJSON *plan, uint64_t slow_ns)
{
    cJSON *network = cJSON_AddObjectToObject(plan, "network");
    uint64_t high_ns = slow_ns >> dice_between(dice, 0, 6);
    put_range(network, "latency", high_ns / dice_between(dice, 1, 10), high_ns);
    if (dice_once_in(dice, 3))
        cJSON_AddStringToObject(network, "order", "fifo");
    if (dice_once_in(dice, 10))
        put_share(network, "duplicate", 10);
    if (dice_once_in(dice, 2))
        return;
    cJSON *disk = cJSON_AddObjectToObject(plan, "disk");
    high_ns = slow_ns >> dice_between(dice, 0, 6);
    put_range(disk, "fsync", high_ns / 4, high_ns);
    cJSON_AddStringToObject(disk, "blocks", dice_once_in(dice, 2) ? "node" : "writes");
}

static void put_clients(struct dice *dice, cJSON *plan, uint64_t timeout_ns)
{
    static const uint64_t every[] = {1, 2, 4, 16};
    if (dice_once_in(dice, 5))
        return;
    cJSON *client = cJSON_CreateObject();
    put_time(cJSON_AddObjectToObject(client, "propose"), "every",
             timeout_ns * 2 / every[dice_between(dice, 0, countof(every) - 1)]);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(plan, "clients"), client);
}

/* A round trip and a write take at most 6 of 8 parts of what liveness asks for. */
static uint64_t slow_of(const struct raft_options *options, uint64_t unit_ns)
{
    uint64_t spread_ns = (options->election_max - options->election_min) * unit_ns;
    uint64_t least_ns = options->election_min * unit_ns;
    uint64_t slow_ns = (spread_ns && spread_ns < least_ns ? spread_ns : least_ns) / 4;
    return slow_ns > 1000 ? slow_ns : 1000;
}

cJSON *swarm_cluster_draw(struct dice *dice)
{
    const struct preset *preset = preset_at(dice_between(dice, 0, preset_count() - 1));
    struct node_options options = preset_options(preset);
    uint64_t unit_ns = timer_unit_ns(&options.raft);
    uint64_t timeout_ns = options.raft.election_max * unit_ns, nodes = node_number(dice);
    cJSON *plan = cJSON_CreateObject(), *cluster = cJSON_AddObjectToObject(plan, "cluster");
    tree_add_count(cluster, "nodes", nodes);
    if (nodes > 3 && dice_once_in(dice, 6))
        tree_add_count(cluster, "learners", dice_between(dice, 1, nodes - 3));
    cJSON *raft = cJSON_AddObjectToObject(cluster, "raft");
    cJSON_AddStringToObject(raft, "preset", preset->name);
    put_extensions(dice, raft);
    put_rest(dice, raft, &options.raft);
    if (dice_once_in(dice, 6))
        put_starts(dice, cluster, nodes, timeout_ns);
    put_network(dice, plan, slow_of(&options.raft, unit_ns));
    put_clients(dice, plan, timeout_ns);
    return plan;
}

/* ---- hosts ---- */

static const char *any_host_fault(struct dice *dice, const struct raft_options *options)
{
    enum host_fault which = (enum host_fault)dice_between(dice, 0, HOST_FAULT_COUNT - 1);
    if (which == HOST_OUTPUT_AT_TICKS && !options->tick_ns)
        which = HOST_PERSIST_AFTER_SEND;
    return host_fault_key(which);
}

static cJSON *object_in(cJSON *object, const char *name)
{
    cJSON *member = json_member(object, name);
    return member ? member : cJSON_AddObjectToObject(object, name);
}

void swarm_hosts_draw(struct dice *dice, cJSON *plan, const struct scenario *cluster)
{
    cJSON *overrides = object_in(json_member(plan, "cluster"), "overrides");
    const char *key = any_host_fault(dice, &cluster->nodes[1].options);
    bool everywhere = dice_once_in(dice, 3);
    uint64_t one = dice_between(dice, 1, cluster->node_count);
    for (uint32_t id = 1; id <= cluster->node_count; id++) {
        cJSON *node;
        if (!everywhere && id != one)
            continue;
        node = object_in(overrides, cluster->nodes[id].name);
        cJSON_DeleteItemFromObjectCaseSensitive(node, key);
        cJSON_AddBoolToObject(node, key, true);
    }
}
