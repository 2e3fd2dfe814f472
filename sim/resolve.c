#include "sim/broker.h"
#include "sim/deed.h"

/* Lists of targets that stand in one item, each with the set of nodes that it turns out to mean. */
struct lists {
    const struct targets *items;
    struct raft_set *sets;
    uint32_t count;
};

static struct raft_set everyone(const struct world *world)
{
    struct raft_set all = {0};
    for (uint32_t id = 1; id <= world->node_count; id++)
        raft_set_add(&all, id);
    return all;
}

static bool fits(const struct world *world, enum target_kind kind, uint32_t id)
{
    enum raft_role role = world->nodes[id].role;
    if (!node_runs(world, id))
        return false;
    if (kind == TARGET_FOLLOWER)
        return role == RAFT_FOLLOWER;
    if (kind == TARGET_CANDIDATE)
        return role == RAFT_CANDIDATE || role == RAFT_PRE_CANDIDATE;
    return true;
}

/* Each node has a draw of its own and the least wins: another node, or one that no longer fits,
 * changes the choice only if it wins or had won. */
static uint64_t rank_of(const struct deed *deed, uint32_t id)
{
    return deed_draw(deed, id, DRAW_TARGET, 0);
}

static void draw_one(const struct world *world, const struct deed *deed, enum target_kind kind,
                     const struct raft_set *named, struct raft_set *more)
{
    uint32_t chosen = RAFT_NONE;
    uint64_t least = UINT64_MAX;
    for (uint32_t id = 1; id <= world->node_count; id++) {
        if (raft_set_has(named, id) || !fits(world, kind, id))
            continue;
        uint64_t rank = rank_of(deed, id);
        if (chosen && rank >= least)
            continue;
        chosen = id;
        least = rank;
    }
    if (chosen)
        raft_set_add(more, chosen);
}

/* The minority is the voters of least rank, one short of half; the majority is all other voters.
 * So in one deed they are always each other's rest. */
static struct raft_set draw_share(const struct world *world, const struct deed *deed, bool minority)
{
    struct raft_set voters = {0}, few = {0};
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (is_voter(world, id))
            raft_set_add(&voters, id);
    uint32_t wanted = raft_set_count(&voters);
    for (wanted = wanted > 0 ? (wanted - 1) / 2 : 0; wanted > 0; wanted--) {
        struct raft_set rest = voters;
        set_cut(&rest, &few);
        uint32_t least = raft_set_next(&rest, 0);
        for (uint32_t id = least; id; id = raft_set_next(&rest, id))
            if (rank_of(deed, id) < rank_of(deed, least))
                least = id;
        raft_set_add(&few, least);
    }
    if (!minority)
        set_cut(&voters, &few);
    return minority ? few : voters;
}

/* Adds what a target means to `more`, which is empty. What is in `named` is not drawn again. */
static bool find_target(struct world *world, const struct deed *deed, const struct target *target,
                        const struct raft_set *named, struct raft_set *more)
{
    switch (target->kind) {
    case TARGET_NODES:
        *more = target->nodes;
        break;
    case TARGET_LEADER:
        if (world_leader(world))
            raft_set_add(more, world_leader(world));
        break;
    case TARGET_FOLLOWER:
    case TARGET_CANDIDATE:
    case TARGET_RANDOM:
        draw_one(world, deed, target->kind, named, more);
        break;
    case TARGET_MINORITY:
    case TARGET_MAJORITY:
        *more = draw_share(world, deed, target->kind == TARGET_MINORITY);
        break;
    case TARGET_ALL:
        *more = everyone(world);
        break;
    case TARGET_OTHERS:
        return true;
    case TARGET_PARTITION_LEADER:
        if (partition_leader(world, target->partition))
            raft_set_add(more, partition_leader(world, target->partition));
        break;
    }
    return !set_empty(more);
}

static bool has_others(const struct targets *targets)
{
    for (uint32_t i = 0; i < targets->count; i++)
        if (targets->items[i].kind == TARGET_OTHERS)
            return true;
    return false;
}

/* `all` names nobody in particular: what is drawn or left over besides it may be anyone. */
static bool resolve_named(struct world *world, struct deed *deed, const struct lists *lists,
                          struct raft_set *named)
{
    for (uint32_t i = 0; i < lists->count; i++) {
        const struct targets *targets = &lists->items[i];
        lists->sets[i] = (struct raft_set){0};
        for (uint32_t j = 0; j < targets->count; j++) {
            struct raft_set more = {0};
            if (!find_target(world, deed, &targets->items[j], named, &more))
                return false;
            set_join(&lists->sets[i], &more);
            if (targets->items[j].kind != TARGET_ALL)
                set_join(named, &more);
        }
    }
    return true;
}

/* First what has a name or is drawn, in order; then `others`, which is all the rest. */
static bool resolve(struct world *world, struct deed *deed, const struct lists *lists,
                    const struct raft_set *others)
{
    struct raft_set named = {0}, rest = everyone(world);
    if (others)
        named = *others;
    if (!resolve_named(world, deed, lists, &named))
        return false;
    set_cut(&rest, &named);
    for (uint32_t i = 0; i < lists->count; i++) {
        if (!has_others(&lists->items[i]))
            continue;
        if (set_empty(&rest))
            return false;
        set_join(&lists->sets[i], &rest);
    }
    return true;
}

bool targets_resolve(struct world *world, struct deed *deed, const struct targets *targets,
                     const struct raft_set *others, struct raft_set *nodes)
{
    return resolve(world, deed, &(struct lists){targets, nodes, 1}, others);
}

bool deed_aim(struct world *world, struct deed *deed, const struct targets *node)
{
    return targets_resolve(world, deed, node, NULL, &deed->nodes) && !set_empty(&deed->nodes);
}

bool deed_aim_running(struct world *world, struct deed *deed, const struct targets *node)
{
    if (!deed_aim(world, deed, node))
        return false;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id))
        if (!node_runs(world, id))
            raft_set_remove(&deed->nodes, id);
    return !set_empty(&deed->nodes);
}

static bool covers_any(const struct world *world, const struct deed *deed)
{
    for (uint32_t from = 1; from <= world->node_count; from++) {
        struct raft_set peers = deed_peers(deed, from);
        if (!set_empty(&peers))
            return true;
    }
    return false;
}

bool deed_aim_links(struct world *world, struct deed *deed, const struct link_params *link)
{
    struct targets items[2] = {link->from, link->to};
    struct raft_set sets[2];
    if (!resolve(world, deed, &(struct lists){items, sets, countof(items)}, NULL))
        return false;
    deed->from = link->from.count ? sets[0] : everyone(world);
    deed->to = link->to.count ? sets[1] : everyone(world);
    deed->both = link->both;
    return covers_any(world, deed);
}

bool deed_aim_around(struct world *world, struct deed *deed)
{
    deed->from = deed->nodes;
    deed->to = everyone(world);
    set_cut(&deed->to, &deed->nodes);
    deed->both = true;
    return !set_empty(&deed->to);
}

bool deed_aim_sides(struct world *world, struct deed *deed, const struct sides *sides, bool one_way)
{
    size_t room = deed->side_room;
    deed->sides = make_room(deed->sides, &room, sides->count, sizeof *deed->sides);
    deed->side_room = (uint32_t)room;
    deed->side_count = sides->count;
    deed->both = !one_way;
    return resolve(world, deed, &(struct lists){sides->items, deed->sides, sides->count}, NULL) &&
           covers_any(world, deed);
}
