#include "sim/coverage.h"

#include <string.h>

bool coverage_add(struct coverage *coverage, uint32_t state)
{
    uint64_t bit = UINT64_C(1) << state % 64;
    bool fresh = !(coverage->bits[state / 64] & bit);
    coverage->bits[state / 64] |= bit;
    return fresh;
}

static uint32_t state_of(uint32_t role, uint32_t message, uint32_t fault)
{
    return (role * RAFT_MSG_KINDS + message) * COVERAGE_FAULTS_MAX + fault;
}

/* ---- watching ---- */

static void reach(struct coverage_watch *watch, uint32_t state)
{
    if (coverage_has(watch->known, state) || !coverage_add(watch->seen, state))
        return;
    watch->fresh =
        make_room(watch->fresh, &watch->fresh_room, watch->fresh_count + 1u, sizeof *watch->fresh);
    watch->fresh[watch->fresh_count++] = state;
}

static uint32_t take_least(uint64_t *bits)
{
    uint32_t least = (uint32_t)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return least;
}

static void note_message(struct coverage_watch *watch, enum raft_role role, uint32_t message)
{
    for (uint64_t left = watch->active | watch->latest; left;)
        reach(watch, state_of(role, message, take_least(&left)));
}

static void note_role(struct coverage_watch *watch, uint32_t before, uint32_t after)
{
    uint64_t both = watch->active | watch->latest;
    uint32_t roles = before * COVERAGE_ROLES + after;
    for (uint64_t outer = both; outer;) {
        uint32_t fault = take_least(&outer);
        for (uint64_t inner = both; inner;)
            reach(watch, COVERAGE_STATES +
                             (roles * COVERAGE_FAULTS_MAX + fault) * COVERAGE_FAULTS_MAX +
                             take_least(&inner));
    }
}

static uint32_t index_of(const struct action *action)
{
    uint32_t index = 0;
    while (action_at(index) != action)
        index++;
    must(index < COVERAGE_FAULTS_MAX);
    return index;
}

static void note_deed(struct coverage_watch *watch, const struct world *world,
                      const struct record *record)
{
    const struct action *action = world->deeds[record->value].action;
    uint32_t index = index_of(action);
    bool begins = record->kind == RECORD_ACTION_BEGIN;
    watch->latest = UINT64_C(1) << index;
    if (!action->ends_by)
        return;
    watch->running[index] += begins ? 1u : -1u;
    if (watch->running[index] > 0)
        watch->active |= UINT64_C(1) << index;
    else
        watch->active &= ~(UINT64_C(1) << index);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct coverage_watch *watch = state;
    if (record->kind == RECORD_ACTION_BEGIN || record->kind == RECORD_ACTION_END)
        note_deed(watch, world, record);
    else if (record->kind == RECORD_DELIVERED)
        note_message(watch, world->nodes[record->node].role, record->message);
    else
        note_role(watch, record->detail, world->nodes[record->node].role);
}

void coverage_open(struct coverage_watch *watch, struct world *world)
{
    static const uint64_t kinds = RECORD_BIT(DELIVERED) | RECORD_BIT(ACTION_BEGIN) |
                                  RECORD_BIT(ACTION_END) | RECORD_BIT(BECAME_FOLLOWER) |
                                  RECORD_BIT(BECAME_PRECANDIDATE) | RECORD_BIT(BECAME_CANDIDATE) |
                                  RECORD_BIT(BECAME_LEADER);
    for (uint32_t i = 0; i < watch->fresh_count; i++)
        watch->seen->bits[watch->fresh[i] / 64] = 0;
    memset(watch->running, 0, sizeof watch->running);
    watch->fresh_count = 0;
    watch->active = watch->latest = 0;
    world_subscribe(world, kinds, (struct subscription){.observe = observe, .state = watch});
}

/* ---- what is there ---- */

uint32_t coverage_of_fault(const struct coverage *coverage, size_t action)
{
    uint32_t count = 0;
    for (uint32_t role = 0; role < COVERAGE_ROLES; role++)
        for (uint32_t kind = 0; kind < RAFT_MSG_KINDS; kind++)
            count += coverage_has(coverage, state_of(role, kind, (uint32_t)action));
    return count;
}

uint32_t coverage_of_message(const struct coverage *coverage, enum raft_message_kind kind)
{
    uint32_t count = 0;
    for (uint32_t role = 0; role < COVERAGE_ROLES; role++)
        for (uint32_t fault = 0; fault < COVERAGE_FAULTS_MAX; fault++)
            count += coverage_has(coverage, state_of(role, kind, fault));
    return count;
}
