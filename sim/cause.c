#include "sim/cause.h"

#include <string.h>

#include "sim/campaign.h"

static const struct {
    const char *action;
    enum cause cause;
} causes[] = {
    {"crash", CAUSE_CRASH},
    {"restart", CAUSE_CRASH},
    {"wipe", CAUSE_CRASH},
    {"pause", CAUSE_PAUSE},
    {"slow", CAUSE_PAUSE},
    {"isolate", CAUSE_ISOLATE},
    {"partition", CAUSE_PARTITION},
    {"cut", CAUSE_LINK},
    {"loss", CAUSE_LINK},
    {"delay", CAUSE_LINK},
    {"duplicate", CAUSE_LINK},
    {"reorder", CAUSE_LINK},
    {"hold", CAUSE_LINK},
    {"drop", CAUSE_LINK},
    {"flap", CAUSE_LINK},
    {"disk-stall", CAUSE_DISK},
    {"disk-slow", CAUSE_DISK},
    {"disk-full", CAUSE_DISK},
    {"disk-lie", CAUSE_DISK},
    {"clock-jump", CAUSE_CLOCK},
    {"clock-drift", CAUSE_CLOCK},
    {"remove-node", CAUSE_REMOVAL},
    {"replace-node", CAUSE_REMOVAL},
    {"transfer", CAUSE_TRANSFER},
};

enum cause cause_of_action(const char *name)
{
    for (size_t i = 0; i < countof(causes); i++)
        if (strcmp(causes[i].action, name) == 0)
            return causes[i].cause;
    return CAUSE_UNPLANNED;
}

#define CAUSE_BIT(id) (1u << CAUSE_##id)

/* Who is asked about: the leader, and one other node or none. */
struct pair {
    uint32_t leader, other;
};

static bool on_links(const struct deed *deed, const struct pair *pair)
{
    if (pair->other)
        return deed_covers(deed, pair->leader, pair->other) ||
               deed_covers(deed, pair->other, pair->leader);
    return raft_set_has(&deed->from, pair->leader) || raft_set_has(&deed->to, pair->leader);
}

/* Does the deed bear on them, by its kind of cause? */
static bool bears(const struct deed *deed, enum cause cause, const struct pair *pair)
{
    bool leader = raft_set_has(&deed->nodes, pair->leader);
    switch (cause) {
    case CAUSE_CRASH:
    case CAUSE_PAUSE:
    case CAUSE_DISK:
    case CAUSE_REMOVAL:
        return leader;
    case CAUSE_CLOCK:
        return leader || (pair->other && raft_set_has(&deed->nodes, pair->other));
    case CAUSE_PARTITION:
        return true;
    case CAUSE_ISOLATE:
    case CAUSE_LINK:
        return leader || (pair->other && raft_set_has(&deed->nodes, pair->other)) ||
               on_links(deed, pair);
    case CAUSE_START:
    case CAUSE_TRANSFER:
    case CAUSE_UNPLANNED:
    case CAUSE_COUNT:
        break;
    }
    return false;
}

/* The last deed with one of these causes that bears on them and lasts, or began this instant. */
static struct loss last_deed(const struct world *world, uint32_t wanted, const struct pair *pair)
{
    for (uint32_t i = world->deed_count; i-- > 0;) {
        const struct deed *deed = &world->deeds[i];
        enum cause cause = cause_of_action(deed->action->name);
        if (!(wanted >> cause & 1) || (!deed->running && deed->began_ns != world->now_ns))
            continue;
        if (bears(deed, cause, pair))
            return (struct loss){.cause = cause, .item = deed->item + 1};
    }
    return (struct loss){.cause = CAUSE_UNPLANNED};
}

/* The leader runs, but a quorum neither hears nor answers it: whatever cut it off, or stopped
 * its followers. */
static struct loss cause_of_silence(const struct world *world, uint32_t leader)
{
    struct raft_set reached;
    health_reach(world, leader, true, &reached);
    const struct raft_members *members = health_members(world, leader);
    struct loss found = {.cause = CAUSE_UNPLANNED};
    uint32_t latest = 0;
    for (uint32_t id = raft_set_next(&members->voters, 0); id;
         id = raft_set_next(&members->voters, id)) {
        if (raft_set_has(&reached, id))
            continue;
        struct pair down = {.leader = id}, apart = {.leader = leader, .other = id};
        struct loss loss =
            node_runs(world, id)
                ? last_deed(world, CAUSE_BIT(ISOLATE) | CAUSE_BIT(PARTITION) | CAUSE_BIT(LINK),
                            &apart)
                : last_deed(world, CAUSE_BIT(CRASH) | CAUSE_BIT(PAUSE) | CAUSE_BIT(DISK), &down);
        if (loss.cause != CAUSE_UNPLANNED && loss.item >= latest) {
            found = loss;
            latest = loss.item;
        }
    }
    return found;
}

/* Of those whose term is above the leader's and who are in touch with it, the highest. */
static uint32_t find_trigger(const struct world *world, uint32_t leader, uint64_t term)
{
    uint32_t found = 0;
    for (uint32_t id = 1; id <= world->node_count; id++) {
        if (id == leader || !node_runs(world, id) || world->nodes[id].view->term <= term ||
            (!link_up(world, id, leader) && !link_up(world, leader, id)))
            continue;
        found = id;
        term = world->nodes[id].view->term;
    }
    return found;
}

static struct loss forced_by_plan(const struct world *world, struct loss loss)
{
    for (uint32_t i = world->deed_count; i-- > 0;) {
        const struct deed *deed = &world->deeds[i];
        if (deed->began_ns == world->now_ns && raft_set_has(&deed->nodes, loss.node))
            loss.item = deed->item + 1;
    }
    return loss;
}

static struct loss cause_of_clock(const struct world *world, const struct campaigns *campaigns,
                                  const struct pair *pair)
{
    uint32_t node = campaigns_clock(campaigns, world, pair->leader) ? pair->leader : pair->other;
    if (!node || !campaigns_clock(campaigns, world, node))
        return (struct loss){.cause = CAUSE_UNPLANNED};
    uint32_t deed = campaigns->callers[node].deed - 1;
    return (struct loss){.cause = CAUSE_CLOCK, .item = world->deeds[deed].item + 1};
}

static bool is_transfer(const struct campaigns *campaigns, uint32_t node)
{
    uint32_t open = campaigns->callers[node].open;
    return open && campaigns->items[open - 1].trigger == TRIGGER_TRANSFER;
}

/* It runs and could go on, but a higher term, or too few answers in time, ended it. */
static struct loss cause_of_challenge(const struct world *world, const struct campaigns *campaigns,
                                      const struct pair *pair, const struct episode *before)
{
    if (is_transfer(campaigns, pair->other))
        return (struct loss){.cause = CAUSE_TRANSFER};
    struct pair alone = {pair->leader, 0};
    uint32_t own = CAUSE_BIT(DISK) | CAUSE_BIT(PAUSE) | CAUSE_BIT(REMOVAL);
    struct loss loss = last_deed(world, own, &alone);
    if (loss.cause == CAUSE_UNPLANNED)
        loss = cause_of_clock(world, campaigns, pair);
    if (loss.cause == CAUSE_UNPLANNED)
        loss = last_deed(world, CAUSE_BIT(LINK), pair);
    if (loss.cause != CAUSE_UNPLANNED)
        return loss;
    if (before && before->lost == pair->leader && before->outcome == OUTCOME_RESUMED &&
        before->end_ns + campaigns->patience_ns >= world->now_ns)
        return (struct loss){.cause = before->cause, .item = before->item};
    return forced_by_plan(world, (struct loss){.cause = CAUSE_UNPLANNED, .node = pair->other});
}

static struct loss cause_of_stop(const struct world *world, uint32_t leader)
{
    struct pair alone = {.leader = leader};
    uint32_t stops = CAUSE_BIT(CRASH) | CAUSE_BIT(PAUSE) | CAUSE_BIT(DISK);
    struct loss loss = last_deed(world, stops, &alone);
    if (loss.cause == CAUSE_UNPLANNED)
        loss.cause = world->nodes[leader].running ? CAUSE_PAUSE : CAUSE_CRASH;
    return loss;
}

struct loss cause_find(const struct world *world, const struct campaigns *campaigns,
                       uint32_t leader, uint64_t term, const struct episode *before)
{
    if (!node_runs(world, leader))
        return cause_of_stop(world, leader);
    struct loss loss = {.cause = CAUSE_UNPLANNED};
    if (!health_has_quorum(world, leader))
        loss = cause_of_silence(world, leader);
    if (loss.cause != CAUSE_UNPLANNED)
        return loss;
    struct pair pair = {leader, find_trigger(world, leader, term)};
    return cause_of_challenge(world, campaigns, &pair, before);
}
