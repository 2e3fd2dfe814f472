#include "sim/campaign.h"

#include <stdlib.h>
#include <string.h>

#include "sim/cause.h"

static uint64_t patience(const struct world *world)
{
    uint64_t most = 0;
    for (uint32_t id = 1; id <= world->node_count; id++) {
        const struct raft_options *options = &world->scenario->nodes[id].options;
        uint64_t unit = timer_unit_ns(options);
        most = options->election_max * unit > most ? options->election_max * unit : most;
    }
    return 2 * most;
}

void campaigns_open(struct campaigns *campaigns, const struct world *world)
{
    size_t count = (size_t)world->node_count + 1;
    campaigns->callers =
        make_room(campaigns->callers, &campaigns->caller_room, count, sizeof *campaigns->callers);
    memset(campaigns->callers, 0, count * sizeof *campaigns->callers);
    campaigns->refusals = make_room(campaigns->refusals, &campaigns->refusal_room, count,
                                    sizeof *campaigns->refusals);
    campaigns->count = campaigns->term_count = 0;
    campaigns->led = false;
    campaigns->patience_ns = patience(world);
    map_clear(&campaigns->by_term);
}

void campaigns_close(struct campaigns *campaigns)
{
    free(campaigns->items);
    free(campaigns->terms);
    free(campaigns->callers);
    free(campaigns->refusals);
    map_close(&campaigns->by_term);
    *campaigns = (struct campaigns){0};
}

struct term_begun *campaigns_term(const struct campaigns *campaigns, uint64_t term)
{
    const uint64_t *position = map_find(&campaigns->by_term, term, 0);
    return position ? &campaigns->terms[*position] : NULL;
}

bool campaigns_clock(const struct campaigns *campaigns, const struct world *world, uint32_t node)
{
    uint32_t deed = campaigns->callers[node].deed;
    if (!deed)
        return false;
    const struct deed *clock = &world->deeds[deed - 1];
    return clock->running || clock->began_ns + campaigns->patience_ns >= world->now_ns;
}

/* ---- why it campaigns ---- */

static bool rejoined_lately(const struct campaigns *campaigns, const struct world *world,
                            const struct caller *caller)
{
    return caller->rejoined && caller->rejoined_ns + campaigns->patience_ns >= world->now_ns;
}

/* Nobody was elected in the term that the node now gives up. */
static bool earlier_failed(const struct campaigns *campaigns, const struct record *record)
{
    const struct term_begun *before = campaigns_term(campaigns, record->term - 1);
    return before && !before->leader;
}

static enum trigger after_timeout(const struct campaigns *campaigns, const struct world *world,
                                  const struct record *record)
{
    const struct caller *caller = &campaigns->callers[record->node];
    if (caller->failed || earlier_failed(campaigns, record))
        return TRIGGER_TERM_FAILED;
    if (!campaigns->led)
        return TRIGGER_FIRST;
    if (!health_of(world)->effective)
        return TRIGGER_LEADER_LOST;
    if (campaigns_clock(campaigns, world, record->node))
        return TRIGGER_CLOCK;
    return rejoined_lately(campaigns, world, caller) ? TRIGGER_REJOINED : TRIGGER_HEARTBEATS_LATE;
}

static enum trigger trigger_of(const struct campaigns *campaigns, const struct world *world,
                               const struct record *record)
{
    switch ((enum raft_note_kind)record->detail) {
    case RAFT_NOTE_CAMPAIGN_TRANSFER:
        return TRIGGER_TRANSFER;
    case RAFT_NOTE_CAMPAIGN_FORCED:
        return TRIGGER_FORCED;
    case RAFT_NOTE_CAMPAIGN_PREVOTE_WON:
        return campaigns->callers[record->node].trigger;
    case RAFT_NOTE_CAMPAIGN_TIMEOUT:
    case RAFT_NOTE_REFUSED_VOTED:
    case RAFT_NOTE_REFUSED_LEADER:
    case RAFT_NOTE_REFUSED_LOG:
    case RAFT_NOTE_REFUSED_LEASE:
    case RAFT_NOTE_REFUSED_PRIORITY:
    case RAFT_NOTE_REFUSED_STALE:
    case RAFT_NOTE_QUORUM_LOST:
    case RAFT_NOTE_TRANSFER_ABORTED:
    case RAFT_NOTE_PROPOSAL_DROPPED:
    case RAFT_NOTE_PROPOSAL_FORWARDED:
    case RAFT_NOTE_INPUT_REFUSED:
    case RAFT_NOTE_KINDS:
        break;
    }
    return after_timeout(campaigns, world, record);
}

/* ---- why it failed ---- */

static enum failure failure_of_note(enum raft_note_kind note)
{
    switch (note) {
    case RAFT_NOTE_REFUSED_VOTED:
        return FAILURE_SPLIT;
    case RAFT_NOTE_REFUSED_LEADER:
    case RAFT_NOTE_REFUSED_LEASE:
        return FAILURE_LEASE;
    case RAFT_NOTE_REFUSED_LOG:
        return FAILURE_LOG;
    case RAFT_NOTE_REFUSED_PRIORITY:
        return FAILURE_PRIORITY;
    case RAFT_NOTE_REFUSED_STALE:
        return FAILURE_OVERTAKEN;
    case RAFT_NOTE_CAMPAIGN_TIMEOUT:
    case RAFT_NOTE_CAMPAIGN_FORCED:
    case RAFT_NOTE_CAMPAIGN_TRANSFER:
    case RAFT_NOTE_CAMPAIGN_PREVOTE_WON:
    case RAFT_NOTE_QUORUM_LOST:
    case RAFT_NOTE_TRANSFER_ABORTED:
    case RAFT_NOTE_PROPOSAL_DROPPED:
    case RAFT_NOTE_PROPOSAL_FORWARDED:
    case RAFT_NOTE_INPUT_REFUSED:
    case RAFT_NOTE_KINDS:
        break;
    }
    return FAILURE_NONE;
}

/* The first reason that, had its voters granted, would have given a quorum. */
static enum failure refusal_of(const struct campaign *campaign, const struct refusals *refusals,
                               const struct raft_members *members)
{
    static const enum failure order[] = {FAILURE_SPLIT, FAILURE_LEASE, FAILURE_LOG,
                                         FAILURE_PRIORITY, FAILURE_OVERTAKEN};
    struct raft_set all = campaign->votes;
    enum failure most = FAILURE_NONE;
    uint32_t most_count = 0;
    for (size_t i = 0; i < countof(order); i++) {
        const struct raft_set *refused = &refusals->by[order[i]];
        uint32_t count = raft_set_count(refused);
        if (count == 0)
            continue;
        struct raft_set with = campaign->votes;
        for (size_t word = 0; word < countof(all.bits); word++) {
            with.bits[word] |= refused->bits[word];
            all.bits[word] |= refused->bits[word];
        }
        if (members_quorum(members, &with))
            return order[i];
        if (count > most_count) {
            most = order[i];
            most_count = count;
        }
    }
    return members_quorum(members, &all) ? most : FAILURE_NONE;
}

static enum failure failure_of(const struct campaigns *campaigns, const struct world *world,
                               const struct campaign *campaign)
{
    const struct node *node = &world->nodes[campaign->node];
    const struct term_begun *term = campaigns_term(campaigns, campaign->term);
    if (!node->running || campaigns->callers[campaign->node].paused)
        return FAILURE_STOPPED;
    if (term && term->leader)
        return FAILURE_ANOTHER;
    enum failure refusal = FAILURE_NONE;
    if (campaigns->callers[campaign->node].refused)
        refusal = refusal_of(campaign, &campaigns->refusals[campaign->node],
                             health_members(world, campaign->node));
    if (refusal != FAILURE_NONE)
        return refusal;
    bool overtaken = node->view->term > campaign->term ||
                     (campaign->prevote && node->view->term == campaign->term);
    return overtaken && node->view->role == RAFT_FOLLOWER ? FAILURE_OVERTAKEN : FAILURE_UNREACHABLE;
}

/* ---- beginning and end ---- */

static void blame_term(struct term_begun *term, const struct campaign *campaign)
{
    uint32_t votes = raft_set_count(&campaign->votes);
    if (term->failure == FAILURE_SPLIT)
        return;
    if (campaign->failure != FAILURE_SPLIT && term->failure != FAILURE_NONE && votes <= term->votes)
        return;
    term->failure = campaign->failure;
    term->votes = votes;
}

static void end(struct campaigns *campaigns, const struct world *world, uint32_t node, bool won)
{
    struct caller *caller = &campaigns->callers[node];
    if (!caller->open)
        return;
    struct campaign *campaign = &campaigns->items[caller->open - 1];
    struct term_begun *term = campaign->prevote ? NULL : campaigns_term(campaigns, campaign->term);
    campaign->ended = true;
    campaign->won = won;
    campaign->ended_ns = world->now_ns;
    if (!won)
        campaign->failure = failure_of(campaigns, world, campaign);
    if (term)
        term->open--;
    if (term && !won && !term->leader)
        blame_term(term, campaign);
    caller->failed = !won;
    caller->paused = false;
    caller->open = 0;
}

static void enter_term(struct campaigns *campaigns, const struct world *world, uint64_t term)
{
    uint64_t position = *map_put(&campaigns->by_term, term, 0, campaigns->term_count);
    if (position == campaigns->term_count) {
        campaigns->terms = make_room(campaigns->terms, &campaigns->term_room,
                                     campaigns->term_count + 1, sizeof *campaigns->terms);
        campaigns->terms[campaigns->term_count++] = (struct term_begun){
            .term = term,
            .at_ns = world->now_ns,
            .elected_ns = UINT64_MAX,
            .episode = UINT32_MAX,
        };
    }
    campaigns->terms[position].candidates++;
    campaigns->terms[position].open++;
}

static void begin(struct campaigns *campaigns, const struct world *world,
                  const struct record *record)
{
    struct caller *caller = &campaigns->callers[record->node];
    end(campaigns, world, record->node, record->detail == RAFT_NOTE_CAMPAIGN_PREVOTE_WON);
    caller->trigger = trigger_of(campaigns, world, record);
    if (!record->prevote)
        enter_term(campaigns, world, record->term);
    campaigns->items = make_room(campaigns->items, &campaigns->room, campaigns->count + 1,
                                 sizeof *campaigns->items);
    struct campaign *campaign = &campaigns->items[campaigns->count++];
    *campaign = (struct campaign){
        .at_ns = world->now_ns,
        .term = record->term,
        .node = record->node,
        .prevote = record->prevote,
        .trigger = caller->trigger,
        .episode = UINT32_MAX,
        .reached = health_reaches_quorum(world, record->node),
    };
    raft_set_add(&campaign->votes, record->node);
    caller->open = campaigns->count;
    caller->refused = false;
}

/* Those who lost the term before it was won did not make it fail. */
static void forgive(struct campaigns *campaigns, const struct term_begun *term)
{
    for (uint32_t i = campaigns->count; i-- > 0 && campaigns->items[i].at_ns >= term->at_ns;) {
        struct campaign *campaign = &campaigns->items[i];
        if (campaign->term == term->term && !campaign->prevote && campaign->ended && !campaign->won)
            campaign->failure = FAILURE_ANOTHER;
    }
}

static void win(struct campaigns *campaigns, const struct world *world, const struct record *record)
{
    struct caller *caller = &campaigns->callers[record->node];
    struct term_begun *term = campaigns_term(campaigns, record->term);
    caller->elected_ns = world->now_ns;
    caller->elected_term = record->term;
    campaigns->led = true;
    if (term && !term->leader) {
        term->leader = record->node;
        term->elected_ns = world->now_ns;
        term->failure = FAILURE_NONE;
        forgive(campaigns, term);
    }
    end(campaigns, world, record->node, true);
}

/* ---- what is heard meanwhile ---- */

static struct campaign *open_campaign(const struct campaigns *campaigns, uint32_t node)
{
    uint32_t open = campaigns->callers[node].open;
    return open ? &campaigns->items[open - 1] : NULL;
}

static void count_vote(const struct campaigns *campaigns, const struct record *record)
{
    struct campaign *campaign = open_campaign(campaigns, record->node);
    if (!campaign || record->reject || record->term != campaign->term ||
        campaign->prevote != (record->message == RAFT_MSG_PREVOTE_REPLY))
        return;
    raft_set_add(&campaign->votes, record->peer);
}

static void count_refusal(const struct campaigns *campaigns, const struct record *record)
{
    enum failure failure = failure_of_note(record->detail);
    struct campaign *campaign = record->peer ? open_campaign(campaigns, record->peer) : NULL;
    if (!campaign || campaign->prevote != record->prevote ||
        (record->term != campaign->term && failure != FAILURE_OVERTAKEN))
        return;
    struct refusals *refusals = &campaigns->refusals[record->peer];
    if (!campaigns->callers[record->peer].refused)
        *refusals = (struct refusals){0};
    campaigns->callers[record->peer].refused = true;
    raft_set_add(&refusals->by[failure], record->node);
}

static void rejoin(struct campaigns *campaigns, const struct world *world, uint32_t node)
{
    campaigns->callers[node].rejoined = true;
    campaigns->callers[node].rejoined_ns = world->now_ns;
}

static void review_links(struct campaigns *campaigns, const struct world *world)
{
    for (uint32_t id = 1; id <= world->node_count; id++) {
        struct caller *caller = &campaigns->callers[id];
        if (!is_voter(world, id))
            continue;
        bool cut = !health_has_quorum(world, id);
        if (caller->cut && !cut)
            rejoin(campaigns, world, id);
        caller->cut = cut;
    }
}

static void note_deed(struct campaigns *campaigns, const struct world *world,
                      const struct record *record)
{
    const struct deed *deed = &world->deeds[record->value];
    if (cause_of_action(deed->action->name) != CAUSE_CLOCK)
        return;
    for (uint32_t id = raft_set_next(&deed->nodes, 0); id; id = raft_set_next(&deed->nodes, id))
        campaigns->callers[id].deed = deed->number + 1;
}

uint64_t campaigns_kinds(void)
{
    return RECORD_BIT(CAMPAIGN) | RECORD_BIT(REFUSED) | RECORD_BIT(DELIVERED) |
           RECORD_BIT(BECAME_LEADER) | RECORD_BIT(BECAME_FOLLOWER) | RECORD_BIT(FOLLOWS) |
           RECORD_BIT(STARTED) | RECORD_BIT(CRASHED) | RECORD_BIT(PAUSED) | RECORD_BIT(RESUMED) |
           RECORD_BIT(LINKS) | RECORD_BIT(ACTION_BEGIN);
}

static void observe_change(struct campaigns *campaigns, const struct world *world,
                           const struct record *record)
{
    struct caller *caller = &campaigns->callers[record->node];
    if (record->kind == RECORD_CAMPAIGN)
        begin(campaigns, world, record);
    else if (record->kind == RECORD_REFUSED)
        count_refusal(campaigns, record);
    else if (record->kind == RECORD_BECAME_LEADER)
        win(campaigns, world, record);
    else if (record->kind == RECORD_BECAME_FOLLOWER || record->kind == RECORD_CRASHED)
        end(campaigns, world, record->node, false);
    else if (record->kind == RECORD_FOLLOWS && record->peer)
        caller->failed = false;
    else if (record->kind == RECORD_PAUSED)
        caller->paused = caller->open != 0;
    else if (record->kind == RECORD_RESUMED ||
             (record->kind == RECORD_STARTED && record->detail != START_FIRST))
        rejoin(campaigns, world, record->node);
    else if (record->kind == RECORD_LINKS)
        review_links(campaigns, world);
    else if (record->kind == RECORD_ACTION_BEGIN)
        note_deed(campaigns, world, record);
}

void campaigns_observe(void *state, struct world *world, const struct record *record)
{
    if (record->kind != RECORD_DELIVERED)
        observe_change(state, world, record);
    else if (record->message == RAFT_MSG_VOTE_REPLY || record->message == RAFT_MSG_PREVOTE_REPLY)
        count_vote(state, record);
}
