#include "sim/health.h"

#include <stdlib.h>

static const uint64_t health_kinds =
    RECORD_BIT(TERM) | RECORD_BIT(BECAME_FOLLOWER) | RECORD_BIT(BECAME_PRECANDIDATE) |
    RECORD_BIT(BECAME_CANDIDATE) | RECORD_BIT(BECAME_LEADER) | RECORD_BIT(COMMITTED) |
    RECORD_BIT(STARTED) | RECORD_BIT(CRASHED) | RECORD_BIT(PAUSED) | RECORD_BIT(RESUMED) |
    RECORD_BIT(LINKS);

const struct raft_members *health_members(const struct world *world, uint32_t id)
{
    const struct node *node = &world->nodes[id];
    return node->running && node->view->members ? node->view->members : &world->scenario->members;
}

static bool is_majority(const struct raft_set *voters, const struct raft_set *set)
{
    uint32_t all = 0, some = 0;
    for (size_t i = 0; i < countof(voters->bits); i++) {
        if (!voters->bits[i])
            continue;
        all += (uint32_t)__builtin_popcountll(voters->bits[i]);
        some += (uint32_t)__builtin_popcountll(voters->bits[i] & set->bits[i]);
    }
    return all == 0 || some > all / 2;
}

bool members_quorum(const struct raft_members *members, const struct raft_set *set)
{
    return is_majority(&members->voters, set) && is_majority(&members->outgoing, set);
}

uint32_t health_reach(const struct world *world, uint32_t id, bool both, struct raft_set *reached)
{
    const struct raft_members *members = health_members(world, id);
    uint32_t count = 0;
    *reached = (struct raft_set){{0}};
    for (uint32_t to = 1; to <= world->node_count; to++) {
        if (!raft_set_has(&members->voters, to) && !raft_set_has(&members->outgoing, to))
            continue;
        if (!node_runs(world, to) || !link_up(world, id, to) || (both && !link_up(world, to, id)))
            continue;
        raft_set_add(reached, to);
        count++;
    }
    return count;
}

bool health_has_quorum(const struct world *world, uint32_t id)
{
    struct raft_set reached;
    health_reach(world, id, true, &reached);
    return members_quorum(health_members(world, id), &reached);
}

bool health_reaches_quorum(const struct world *world, uint32_t id)
{
    struct raft_set reached;
    health_reach(world, id, false, &reached);
    return members_quorum(health_members(world, id), &reached);
}

/* A leader is effective while it runs, holds the highest term among running voters that it can
 * reach, and can exchange messages both ways with a quorum. */
static bool is_effective(const struct world *world, uint32_t id)
{
    if (!node_runs(world, id))
        return false;
    struct raft_set reached;
    health_reach(world, id, false, &reached);
    uint64_t term = world->nodes[id].view->term;
    for (uint32_t to = raft_set_next(&reached, 0); to; to = raft_set_next(&reached, to)) {
        if (world->nodes[to].view->term > term)
            return false;
        if (!link_up(world, to, id))
            raft_set_remove(&reached, to);
    }
    return members_quorum(health_members(world, id), &reached);
}

/* Its own term's first entry is committed: terms never fall along a log (figure 8 of the paper
 * tells why older entries do not count). */
static bool has_committed(const struct world *world, uint32_t id)
{
    const struct node *node = &world->nodes[id];
    if (node->view->commit + 1 < node->view->first || node->view->commit == 0)
        return false;
    return world->backend->entry(node->raft, node->view->commit).term == node->view->term;
}

static void say(struct world *world, enum record_kind kind, uint32_t leader, uint64_t term)
{
    world_emit(world, (struct record){.kind = (uint8_t)kind, .node = leader, .term = term});
}

static void set_effective(struct world *world, uint32_t leader)
{
    struct health *health = world->health;
    uint64_t term = leader ? world->nodes[leader].view->term : 0;
    if (health->effective == leader && health->effective_term == term)
        return;
    health->effective = leader;
    health->effective_term = term;
    health->effective_since_ns = world->now_ns;
    say(world, RECORD_EFFECTIVE, leader, term);
}

static void set_serving(struct world *world, uint32_t leader)
{
    struct health *health = world->health;
    uint64_t term = leader ? world->nodes[leader].view->term : 0;
    if (health->serving == leader && health->serving_term == term)
        return;
    health->serving = leader;
    health->serving_term = term;
    health->serving_since_ns = world->now_ns;
    say(world, RECORD_SERVING, leader, term);
}

/* Of two that seem effective, the one of the higher term is. */
static uint32_t find_effective(const struct world *world, const struct raft_set *leaders)
{
    uint32_t found = 0;
    for (uint32_t id = raft_set_next(leaders, 0); id; id = raft_set_next(leaders, id))
        if ((!found || world->nodes[id].view->term > world->nodes[found].view->term) &&
            is_effective(world, id))
            found = id;
    return found;
}

static void review(struct world *world)
{
    struct health *health = world->health;
    uint32_t leader = find_effective(world, &health->leaders);
    bool kept = leader && leader == health->serving &&
                world->nodes[leader].view->term == health->serving_term;
    set_effective(world, leader);
    set_serving(world, leader && (kept || has_committed(world, leader)) ? leader : 0);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct health *health = state;
    const struct node *node = &world->nodes[record->node];
    if (record->kind == RECORD_COMMITTED) {
        if (record->node == health->effective && health->serving != record->node)
            review(world);
        return;
    }
    bool leads = record->node && node->running && node->view->role == RAFT_LEADER;
    bool led = record->node && raft_set_has(&health->leaders, record->node);
    if (leads)
        raft_set_add(&health->leaders, record->node);
    else if (led)
        raft_set_remove(&health->leaders, record->node);
    if (leads || led || raft_set_next(&health->leaders, 0))
        review(world);
}

void health_open(struct world *world)
{
    if (!world->health)
        world->health = allocate(1, sizeof(struct health));
    struct health *health = world->health;
    *health = (struct health){.due_ns = NS_MAX};
    world_subscribe(world, health_kinds,
                    (struct subscription){.observe = observe, .state = health});
}

void health_close(struct world *world)
{
    free(world->health);
    world->health = NULL;
}
