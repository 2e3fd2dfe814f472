#include <stdlib.h>
#include <string.h>

#include "sim/explain_parts.h"

struct watch *watch_new(void)
{
    struct watch *watch = allocate(1, sizeof *watch);
    watch->seen = allocate(SEEN_MAX, sizeof *watch->seen);
    watch->evidence = evidence_new();
    return watch;
}

void watch_free(struct watch *watch)
{
    map_close(&watch->by_term);
    free(watch->nodes);
    free(watch->calls);
    free(watch->ballots);
    free(watch->scenes);
    free(watch->decisions);
    free(watch->seen);
    evidence_free(watch->evidence);
    free(watch);
}

const struct seen *watch_seen(const struct watch *watch, uint64_t position)
{
    bool kept = position < watch->seen_count && position + SEEN_MAX >= watch->seen_count;
    return kept ? &watch->seen[position % SEEN_MAX] : NULL;
}

/* ---- timers ---- */

static bool is_heartbeat(const struct record *record)
{
    return record->message == RAFT_MSG_APPEND || record->message == RAFT_MSG_HEARTBEAT ||
           record->message == RAFT_MSG_SNAPSHOT;
}

static void restart(struct watch *watch, const struct record *record, enum restart_how how)
{
    watch->nodes[record->node].restart =
        (struct restart){.how = how, .at_ns = record->at_ns, .who = record->peer};
}

/* A message of an older term sets no timer. It is heard before the step that it causes. */
static void hear(struct watch *watch, const struct world *world, const struct record *record)
{
    struct watched_node *node = &watch->nodes[record->node];
    if (!is_heartbeat(record)) {
        node->answered_ns = record->at_ns;
        return;
    }
    if (record->term < world->nodes[record->node].view->term)
        return;
    node->heard = record->peer;
    node->heard_ns = record->at_ns;
    restart(watch, record, RESTART_HEARD);
}

static void watch_timer(struct watch *watch, const struct world *world, const struct record *record)
{
    struct watched_node *node = &watch->nodes[record->node];
    if (record->kind == RECORD_STARTED) {
        restart(watch, record, RESTART_STARTED);
        node->heard = 0;
        node->stopped_ns = NONE_NS;
    } else if (record->kind == RECORD_VOTED && record->peer != record->node) {
        restart(watch, record, RESTART_VOTED);
    } else if (record->kind == RECORD_TERM &&
               world->nodes[record->node].options.flavor != RAFT_PAPER) {
        restart(watch, record, RESTART_TERM);
    } else if (record->kind == RECORD_STEPPED_DOWN) {
        node->quit_ns = record->at_ns;
        restart(watch, record, RESTART_TERM);
    } else if (record->kind == RECORD_CRASHED || record->kind == RECORD_PAUSED) {
        node->stopped_ns = record->at_ns;
    } else if (record->kind == RECORD_RESUMED) {
        node->stopped_ns = NONE_NS;
    }
}

/* ---- campaigns and their ballots ---- */

static struct raft_entry last_entry(const struct world *world, uint32_t id)
{
    const struct node *node = &world->nodes[id];
    if (node->view->last < node->view->first)
        return (struct raft_entry){0};
    return world->backend->entry(node->raft, node->view->last);
}

static void add_ballots(struct watch *watch, const struct world *world, uint32_t candidate)
{
    const struct raft_members *members = health_members(world, candidate);
    for (uint32_t id = 1; id <= world->node_count; id++) {
        if (id == candidate ||
            (!raft_set_has(&members->voters, id) && !raft_set_has(&members->outgoing, id)))
            continue;
        watch->ballots = make_room(watch->ballots, &watch->ballot_room, watch->ballot_count + 1,
                                   sizeof *watch->ballots);
        watch->ballots[watch->ballot_count++] = (struct ballot){
            .voter = id,
            .sent_ns = NONE_NS,
            .arrived_ns = NONE_NS,
            .answered_ns = NONE_NS,
            .heard_ns = NONE_NS,
        };
    }
}

/* The note comes after the step: what was drawn for the timeout that ran out is what was so before
 * it. A candidate's range may be its own. */
static void begin_call(struct watch *watch, const struct world *world, const struct record *record)
{
    struct watched_node *node = &watch->nodes[record->node];
    const struct raft_options *options = &world->nodes[record->node].options;
    bool retries = options->candidate_max && node->restart.how == RESTART_CAMPAIGN;
    watch->calls =
        make_room(watch->calls, &watch->call_room, watch->call_count + 1, sizeof *watch->calls);
    struct call *call = &watch->calls[watch->call_count++];
    *call = (struct call){
        .first = watch->ballot_count,
        .drawn = node->timeout,
        .low = retries ? options->candidate_min : options->election_min,
        .high = retries ? options->candidate_max : options->election_max,
        .unit_ns = timer_unit_ns(options),
        .restart = node->restart,
        .heard = node->heard,
        .heard_ns = node->heard_ns,
        .log_term = last_entry(world, record->node).term,
        .log_last = world->nodes[record->node].view->last,
    };
    add_ballots(watch, world, record->node);
    call->count = watch->ballot_count - call->first;
    *map_put(&watch->by_term, record->term << 1 | record->prevote, record->node, 0) =
        watch->call_count - 1;
    node->last = watch->call_count;
    if (record->detail != RAFT_NOTE_CAMPAIGN_PREVOTE_WON)
        restart(watch, record, RESTART_CAMPAIGN);
}

static struct ballot *ballot_in(const struct watch *watch, uint32_t at, uint32_t voter)
{
    const struct call *call = &watch->calls[at];
    for (uint32_t i = 0; i < call->count; i++)
        if (watch->ballots[call->first + i].voter == voter)
            return &watch->ballots[call->first + i];
    return NULL;
}

/* The ballot of a voter in the candidate's campaign of that term, else (who refuses may answer with
 * a term of its own) in its last one; NULL: none fits. */
static struct ballot *find_ballot(const struct watch *watch, uint32_t candidate, uint32_t voter,
                                  bool prevote, uint64_t term)
{
    const struct campaign *campaigns;
    const uint64_t *at = map_find(&watch->by_term, term << 1 | prevote, candidate);
    uint32_t last = watch->nodes[candidate].last;
    measures_campaigns(watch->run->measures, &campaigns);
    if (at)
        return ballot_in(watch, (uint32_t)*at, voter);
    return last && campaigns[last - 1].prevote == prevote ? ballot_in(watch, last - 1, voter)
                                                          : NULL;
}

static bool is_request(const struct record *record)
{
    return record->message == RAFT_MSG_VOTE || record->message == RAFT_MSG_PREVOTE;
}

/* The ballot that a message about votes belongs to. Who refuses may answer with a term of its
 * own. */
static struct ballot *ballot_of(const struct watch *watch, const struct record *record)
{
    bool prevote = record->message == RAFT_MSG_PREVOTE || record->message == RAFT_MSG_PREVOTE_REPLY;
    bool at_sender = record->kind != RECORD_DELIVERED;
    uint32_t sender = at_sender ? record->node : record->peer;
    uint32_t receiver = at_sender ? record->peer : record->node;
    bool asks = is_request(record);
    return find_ballot(watch, asks ? sender : receiver, asks ? receiver : sender, prevote,
                       record->term);
}

static void watch_ballot(struct watch *watch, const struct world *world,
                         const struct record *record)
{
    struct ballot *ballot = ballot_of(watch, record);
    bool asks = is_request(record);
    if (!ballot)
        return;
    if (record->kind == RECORD_LOST) {
        ballot->lost = (uint8_t)(1 + record->detail);
    } else if (record->kind == RECORD_SENT) {
        *(asks ? &ballot->sent_ns : &ballot->answered_ns) = record->at_ns;
        ballot->held |=
            asks && world->nodes[record->peer].running && !node_runs(world, record->peer);
    } else if (record->kind == RECORD_DELIVERED) {
        *(asks ? &ballot->arrived_ns : &ballot->heard_ns) = record->at_ns;
    }
    if (!asks)
        ballot->granted = !record->reject;
}

static void watch_refusal(struct watch *watch, const struct world *world,
                          const struct record *record)
{
    struct ballot *ballot =
        find_ballot(watch, record->peer, record->node, record->prevote, record->term);
    const struct node *node = &world->nodes[record->node];
    if (!record->peer || !ballot)
        return;
    ballot->refused = true;
    ballot->note = record->detail;
    if (record->detail == RAFT_NOTE_REFUSED_VOTED) {
        ballot->a = node->view->vote;
    } else if (record->detail == RAFT_NOTE_REFUSED_LOG) {
        ballot->a = last_entry(world, record->node).term;
        ballot->b = node->view->last;
    } else if (record->detail == RAFT_NOTE_REFUSED_PRIORITY) {
        ballot->a = (uint64_t)node->options.priority;
    } else if (record->detail == RAFT_NOTE_REFUSED_STALE) {
        ballot->a = node->view->term;
    } else {
        ballot->a = node->view->lead;
        ballot->b = watch->nodes[record->node].heard_ns;
    }
}

/* ---- episodes ---- */

static void set_scene(struct watch *watch, const struct world *world)
{
    const struct episode *episodes;
    uint32_t count = measures_episodes(watch->run->measures, &episodes);
    uint32_t lost = episodes[count - 1].lost;
    watch->scenes = make_room(watch->scenes, &watch->scene_room, count + 1, sizeof *watch->scenes);
    for (; watch->scene_count < count; watch->scene_count++)
        watch->scenes[watch->scene_count] = (struct scene){0};
    struct scene *scene = &watch->scenes[count - 1];
    if (!lost)
        return;
    const struct node *node = &world->nodes[lost];
    *scene = (struct scene){
        .up = node->running,
        .runs = node_runs(world, lost),
        .quorum = health_has_quorum(world, lost),
        .quit = watch->nodes[lost].quit_ns == world->now_ns,
        .role = node->view->role,
        .term = node->view->term,
        .rival_term = node->view->term,
        .last_answer_ns = watch->nodes[lost].answered_ns,
    };
    for (uint32_t id = 1; id <= world->node_count; id++) {
        if (id == lost || !node_runs(world, id) ||
            world->nodes[id].view->term <= scene->rival_term ||
            (!link_up(world, id, lost) && !link_up(world, lost, id)))
            continue;
        scene->rival = id;
        scene->rival_term = world->nodes[id].view->term;
    }
}

/* ---- electors ---- */

static void add_decision(struct watch *watch, const struct record *record)
{
    watch->decisions = make_room(watch->decisions, &watch->decision_room, watch->decision_count + 1,
                                 sizeof *watch->decisions);
    watch->decisions[watch->decision_count++] = (struct decision){
        .at_ns = record->at_ns,
        .partition = (uint32_t)record->index,
        .elector = (uint16_t)record->node,
        .chosen = (uint16_t)record->peer,
        .detail = record->detail,
        .note = record->kind == RECORD_ELECTOR_NOTE,
    };
}

/* ---- what is told ---- */

/* Heartbeats would push all else out of the ring. */
static bool is_kept(const struct record *record)
{
    bool message = record->kind == RECORD_SENT || record->kind == RECORD_DELIVERED;
    return !message ||
           (record->message != RAFT_MSG_HEARTBEAT && record->message != RAFT_MSG_HEARTBEAT_REPLY &&
            record->message != RAFT_MSG_BROKER_HEARTBEAT);
}

static void observe_message(struct watch *watch, const struct world *world,
                            const struct record *record)
{
    if (is_request(record) || record->message == RAFT_MSG_VOTE_REPLY ||
        record->message == RAFT_MSG_PREVOTE_REPLY)
        watch_ballot(watch, world, record);
    else if (record->kind == RECORD_DELIVERED && record->message < RAFT_MSG_REPLICATE)
        hear(watch, world, record);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct watch *watch = state;
    if (is_kept(record))
        watch->seen[watch->seen_count++ % SEEN_MAX] = (struct seen){*record, watch->step};
    if (record->kind <= RECORD_LOST)
        observe_message(watch, world, record);
    else if (record->kind == RECORD_CAMPAIGN)
        begin_call(watch, world, record);
    else if (record->kind == RECORD_REFUSED)
        watch_refusal(watch, world, record);
    else if (record->kind == RECORD_SERVING && !record->node)
        set_scene(watch, world);
    else if (record->kind == RECORD_PARTITION_DECIDED || record->kind == RECORD_ELECTOR_NOTE)
        add_decision(watch, record);
    else if (record->node)
        watch_timer(watch, world, record);
}

static void subscribe(void *context, struct world *world)
{
    struct watch *watch = context;
    size_t count = (size_t)world->node_count + 1;
    watch->nodes = make_room(watch->nodes, &watch->node_room, count, sizeof *watch->nodes);
    for (size_t id = 0; id < count; id++)
        watch->nodes[id] = (struct watched_node){
            .heard_ns = NONE_NS, .answered_ns = NONE_NS, .quit_ns = NONE_NS, .stopped_ns = NONE_NS};
    evidence_open(watch->evidence, world);
    world_subscribe(world, (UINT64_C(1) << RECORD_KINDS) - 1,
                    (struct subscription){.observe = observe, .state = watch});
}

void watch_begin(struct watch *watch, struct run *run, const struct scenario *scenario,
                 uint64_t seed)
{
    struct run_options options = {.subscribe = subscribe, .context = watch};
    watch->run = run;
    watch->call_count = watch->ballot_count = watch->scene_count = watch->decision_count = 0;
    watch->seen_count = watch->step = 0;
    map_clear(&watch->by_term);
    run_prepare(run, scenario, seed, &options);
}

/* A step may draw a new timeout before it says that the old one ran out. */
static void note_timeouts(struct watch *watch)
{
    const struct world *world = watch->run->world;
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (world->nodes[id].running)
            watch->nodes[id].timeout = world->nodes[id].view->timeout;
}

bool watch_go(struct watch *watch, uint64_t until_ns)
{
    struct world *world = watch->run->world;
    if (until_ns < NS_MAX)
        world_alarm(world, until_ns);
    while (world->now_ns < until_ns) {
        watch->step++;
        if (!run_step(watch->run)) {
            run_judge(watch->run);
            return true;
        }
        note_timeouts(watch);
    }
    return false;
}
