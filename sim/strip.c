#include "sim/strip.h"

#include <stdlib.h>
#include <string.h>

/* Isolation is found by asking about every link: not for more nodes than a picture could show. */
enum { ISOLATION_NODES_MAX = 100 };

struct state {
    uint64_t term;
    enum raft_role role;
    bool started, running, held, isolated;
};

struct strip {
    struct lane *lanes; /* [1 .. node_count] */
    struct state *states;
    uint32_t node_count, node_room;
    uint32_t effective;
    struct term_change *terms;
    size_t term_count, term_room;
    struct span *spans;
    size_t span_count, span_room;
};

#define X(id, glyph, name) {glyph, name},
static const struct {
    char glyph;
    const char *name;
} looks[] = {LOOKS(X)};
#undef X

char look_glyph(enum look look)
{
    return looks[look].glyph;
}

const char *look_name(enum look look)
{
    return looks[look].name;
}

static enum look look_of(const struct strip *strip, uint32_t node)
{
    const struct state *state = &strip->states[node];
    if (!state->running)
        return state->started ? LOOK_DOWN : LOOK_ABSENT;
    if (state->held)
        return LOOK_HELD;
    switch (state->role) {
    case RAFT_FOLLOWER:
        return state->isolated ? LOOK_ISOLATED : LOOK_FOLLOWER;
    case RAFT_PRE_CANDIDATE:
        return LOOK_PRECANDIDATE;
    case RAFT_CANDIDATE:
        return LOOK_CANDIDATE;
    case RAFT_LEADER:
        return strip->effective == node ? LOOK_LEADER : LOOK_CUT_LEADER;
    }
    return LOOK_ABSENT;
}

/* Only the last look of an instant stays, unless it was a candidacy: a network without latency
 * would hide it otherwise. */
static void note(struct strip *strip, uint32_t node, uint64_t at_ns)
{
    struct lane *lane = &strip->lanes[node];
    struct look_change change = {at_ns, strip->states[node].term, look_of(strip, node)};
    struct look_change *last = lane->count ? &lane->items[lane->count - 1] : NULL;
    if (last && last->look == change.look && last->term == change.term)
        return;
    bool campaigned = last && (last->look == LOOK_CANDIDATE || last->look == LOOK_PRECANDIDATE);
    if (last && last->at_ns == at_ns && !campaigned) {
        *last = change;
        return;
    }
    lane->items = make_room(lane->items, &lane->room, lane->count + 1, sizeof *lane->items);
    lane->items[lane->count++] = change;
}

static void find_isolated(struct strip *strip, const struct world *world)
{
    if (strip->node_count > ISOLATION_NODES_MAX)
        return;
    for (uint32_t node = 1; node <= strip->node_count; node++) {
        bool isolated = strip->node_count > 1;
        for (uint32_t peer = 1; isolated && peer <= strip->node_count; peer++)
            isolated = peer == node || !link_up(world, node, peer) || !link_up(world, peer, node);
        strip->states[node].isolated = isolated;
        if (strip->states[node].started)
            note(strip, node, world->now_ns);
    }
}

static void note_term(struct strip *strip, uint64_t at_ns, uint64_t term)
{
    struct term_change *last = strip->term_count ? &strip->terms[strip->term_count - 1] : NULL;
    if (last && last->term >= term)
        return;
    strip->terms =
        make_room(strip->terms, &strip->term_room, strip->term_count + 1, sizeof *strip->terms);
    strip->terms[strip->term_count++] = (struct term_change){at_ns, term};
}

static void begin_span(struct strip *strip, const struct record *record)
{
    strip->spans =
        make_room(strip->spans, &strip->span_room, strip->span_count + 1, sizeof *strip->spans);
    strip->spans[strip->span_count++] = (struct span){.begin_ns = record->at_ns,
                                                      .end_ns = NS_MAX,
                                                      .number = (uint32_t)record->value,
                                                      .item = (uint32_t)record->index};
}

static void end_span(struct strip *strip, const struct record *record)
{
    for (size_t i = strip->span_count; i-- > 0;)
        if (strip->spans[i].number == record->value) {
            strip->spans[i].end_ns = record->at_ns;
            return;
        }
}

static void move_effective(struct strip *strip, const struct record *record)
{
    uint32_t before = strip->effective;
    strip->effective = record->node;
    if (before)
        note(strip, before, record->at_ns);
    if (record->node)
        note(strip, record->node, record->at_ns);
}

static void observe_process(struct state *state, const struct record *record)
{
    if (record->kind == RECORD_STARTED)
        *state = (struct state){
            .term = record->term, .started = true, .running = true, .isolated = state->isolated};
    else if (record->kind == RECORD_CRASHED)
        state->running = state->held = false;
    else if (record->kind == RECORD_PAUSED || record->kind == RECORD_RESUMED)
        state->held = record->kind == RECORD_PAUSED;
    else
        state->term = record->term;
}

static void observe_node(void *context, struct world *world, const struct record *record)
{
    struct strip *strip = context;
    (void)world;
    observe_process(&strip->states[record->node], record);
    note_term(strip, record->at_ns, record->term);
    note(strip, record->node, record->at_ns);
}

static enum raft_role role_of(uint8_t kind)
{
    if (kind == RECORD_BECAME_LEADER)
        return RAFT_LEADER;
    if (kind == RECORD_BECAME_CANDIDATE)
        return RAFT_CANDIDATE;
    return kind == RECORD_BECAME_PRECANDIDATE ? RAFT_PRE_CANDIDATE : RAFT_FOLLOWER;
}

static void observe_role(void *context, struct world *world, const struct record *record)
{
    struct strip *strip = context;
    (void)world;
    strip->states[record->node].role = role_of(record->kind);
    strip->states[record->node].term = record->term;
    note(strip, record->node, record->at_ns);
}

static void observe_plan(void *context, struct world *world, const struct record *record)
{
    struct strip *strip = context;
    if (record->kind == RECORD_ACTION_BEGIN)
        begin_span(strip, record);
    else if (record->kind == RECORD_ACTION_END)
        end_span(strip, record);
    else if (record->kind == RECORD_LINKS)
        find_isolated(strip, world);
    else
        move_effective(strip, record);
}

struct strip *strip_new(void)
{
    return allocate(1, sizeof(struct strip));
}

static void make_lanes(struct strip *strip, uint32_t node_count)
{
    if (node_count > strip->node_room) {
        struct lane *lanes = allocate(node_count + 1u, sizeof *lanes);
        if (strip->lanes)
            memcpy(lanes, strip->lanes, (strip->node_room + 1u) * sizeof *lanes);
        free(strip->lanes);
        free(strip->states);
        strip->lanes = lanes;
        strip->states = allocate(node_count + 1u, sizeof *strip->states);
        strip->node_room = node_count;
    }
    strip->node_count = node_count;
    for (uint32_t node = 0; node <= node_count; node++) {
        strip->lanes[node].count = 0;
        strip->states[node] = (struct state){0};
    }
}

void strip_open(void *context, struct world *world)
{
    struct strip *strip = context;
    make_lanes(strip, world->scenario->node_count);
    strip->term_count = strip->span_count = 0;
    strip->effective = 0;
    world_subscribe(world,
                    RECORD_BIT(STARTED) | RECORD_BIT(CRASHED) | RECORD_BIT(PAUSED) |
                        RECORD_BIT(RESUMED) | RECORD_BIT(TERM),
                    (struct subscription){.observe = observe_node, .state = strip});
    world_subscribe(world,
                    RECORD_BIT(BECAME_FOLLOWER) | RECORD_BIT(BECAME_PRECANDIDATE) |
                        RECORD_BIT(BECAME_CANDIDATE) | RECORD_BIT(BECAME_LEADER),
                    (struct subscription){.observe = observe_role, .state = strip});
    world_subscribe(world,
                    RECORD_BIT(ACTION_BEGIN) | RECORD_BIT(ACTION_END) | RECORD_BIT(LINKS) |
                        RECORD_BIT(EFFECTIVE),
                    (struct subscription){.observe = observe_plan, .state = strip});
}

void strip_free(struct strip *strip)
{
    if (!strip)
        return;
    for (uint32_t node = 0; strip->lanes && node <= strip->node_room; node++)
        free(strip->lanes[node].items);
    free(strip->lanes);
    free(strip->states);
    free(strip->terms);
    free(strip->spans);
    free(strip);
}

const struct lane *strip_lane(const struct strip *strip, uint32_t node)
{
    must(node >= 1 && node <= strip->node_count);
    return &strip->lanes[node];
}

size_t strip_terms(const struct strip *strip, const struct term_change **terms)
{
    *terms = strip->terms;
    return strip->term_count;
}

size_t strip_spans(const struct strip *strip, const struct span **spans)
{
    *spans = strip->spans;
    return strip->span_count;
}

size_t lane_at(const struct lane *lane, uint64_t at_ns)
{
    size_t low = 0, high = lane->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lane->items[middle].at_ns <= at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}
