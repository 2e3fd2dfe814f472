#include "sim/episode.h"

#include <stdlib.h>
#include <string.h>

#include "sim/cause.h"

static struct episode *last(struct episodes *episodes)
{
    must(episodes->count > 0);
    return &episodes->items[episodes->count - 1];
}

static struct episode *add(struct episodes *episodes, const struct world *world, enum cause cause)
{
    episodes->items =
        make_room(episodes->items, &episodes->room, episodes->count + 1, sizeof *episodes->items);
    struct episode *episode = &episodes->items[episodes->count++];
    *episode = (struct episode){
        .cause = cause,
        .begin_ns = world->now_ns,
        .end_ns = UINT64_MAX,
        .detect_ns = UINT64_MAX,
        .prevote_ns = UINT64_MAX,
        .elected_ns = UINT64_MAX,
        .announced_ns = UINT64_MAX,
        .committed_ns = UINT64_MAX,
        .campaign_first = episodes->campaigns->count,
    };
    episodes->open = true;
    return episode;
}

/* detect: the first campaign by a voter that can reach a quorum; prevote: the first candidacy. */
static void attach(struct episodes *episodes, const struct world *world, struct campaign *campaign)
{
    struct episode *episode = last(episodes);
    campaign->episode = episodes->count - 1;
    episode->campaigns++;
    if (!campaign->reached)
        return;
    if (episode->detect_ns == UINT64_MAX)
        episode->detect_ns = world->now_ns;
    if (campaign->prevote)
        return;
    if (episode->prevote_ns == UINT64_MAX)
        episode->prevote_ns = world->now_ns;
    struct term_begun *term = campaigns_term(episodes->campaigns, campaign->term);
    must(term != NULL);
    if (term->episode != UINT32_MAX)
        return;
    term->episode = episodes->count - 1;
    episode->terms++;
}

/* Whoever campaigns already, and can win, has detected the loss at once: often he is its cause. */
static void attach_open(struct episodes *episodes, const struct world *world)
{
    struct campaigns *campaigns = episodes->campaigns;
    uint32_t first = campaigns->count;
    for (uint32_t id = 1; id <= world->node_count; id++) {
        uint32_t open = campaigns->callers[id].open;
        if (!open || !node_runs(world, id) || !health_reaches_quorum(world, id))
            continue;
        struct campaign *campaign = &campaigns->items[open - 1];
        campaign->reached = true;
        attach(episodes, world, campaign);
        first = open - 1 < first ? open - 1 : first;
    }
    last(episodes)->campaign_first = first;
}

static void lose(struct episodes *episodes, const struct world *world, uint32_t leader)
{
    const struct episode *before = episodes->count > 0 ? last(episodes) : NULL;
    struct loss loss =
        cause_find(world, episodes->campaigns, leader, episodes->served_term[leader], before);
    struct episode *episode = add(episodes, world, loss.cause);
    episode->item = loss.item;
    episode->lost = leader;
    episode->unplanned_node = loss.node;
    attach_open(episodes, world);
}

static uint64_t between(uint64_t at_ns, uint64_t low_ns, uint64_t high_ns)
{
    return at_ns < low_ns ? low_ns : at_ns > high_ns ? high_ns : at_ns;
}

/* The phases add up: each begins where the one before ends, whatever else campaigned. */
static void set_phases(struct episodes *episodes, const struct world *world,
                       struct episode *episode)
{
    const struct caller *winner = &episodes->campaigns->callers[episode->leader];
    episode->outcome = OUTCOME_ELECTED;
    episode->committed_ns = world->now_ns;
    episode->elected_ns = between(winner->elected_ns, episode->begin_ns, world->now_ns);
    episode->detect_ns = between(episode->detect_ns, episode->begin_ns, episode->elected_ns);
    episode->prevote_ns = between(episode->prevote_ns, episode->detect_ns, episode->elected_ns);
    if (episodes->announcing == episode->leader && episodes->announcing_term == episode->term) {
        episode->announced_ns = episodes->announced_ns;
        episodes->announced_in = episodes->count;
    }
}

static void serve(struct episodes *episodes, const struct world *world, const struct record *record)
{
    bool resumed = episodes->served_term[record->node] == record->term;
    episodes->served_term[record->node] = record->term;
    if (!episodes->open)
        return;
    struct episode *episode = last(episodes);
    episodes->open = false;
    episode->leader = record->node;
    episode->term = record->term;
    episode->end_ns = world->now_ns;
    episode->campaign_count = episodes->campaigns->count - episode->campaign_first;
    episode->outcome = OUTCOME_RESUMED;
    if (resumed)
        episode->detect_ns = episode->prevote_ns = UINT64_MAX;
    else
        set_phases(episodes, world, episode);
}

static void change_serving(struct episodes *episodes, const struct world *world,
                           const struct record *record)
{
    uint32_t before = episodes->serving;
    episodes->serving = record->node;
    if (record->node)
        serve(episodes, world, record);
    else
        lose(episodes, world, before);
}

/* ---- announcement: every running voter that the leader can reach follows it ---- */

static bool all_follow(const struct world *world, uint32_t leader, uint64_t term)
{
    struct raft_set reached;
    health_reach(world, leader, false, &reached);
    for (uint32_t id = raft_set_next(&reached, 0); id; id = raft_set_next(&reached, id)) {
        const struct raft_view *view = world->nodes[id].view;
        if (view->lead != leader || view->term != term)
            return false;
    }
    return true;
}

static void review_announcement(struct episodes *episodes, const struct world *world)
{
    uint32_t leader = episodes->announcing;
    const struct node *node = &world->nodes[leader];
    if (!node->running || node->view->role != RAFT_LEADER ||
        node->view->term != episodes->announcing_term) {
        episodes->announcing = 0;
        return;
    }
    if (!node_runs(world, leader) || !all_follow(world, leader, episodes->announcing_term))
        return;
    episodes->announced_ns = world->now_ns;
    if (!episodes->announced_in)
        return;
    episodes->items[episodes->announced_in - 1].announced_ns = world->now_ns;
    episodes->announcing = 0;
}

static void announce(struct episodes *episodes, const struct record *record)
{
    episodes->announcing = record->node;
    episodes->announcing_term = record->term;
    episodes->announced_ns = UINT64_MAX;
    episodes->announced_in = 0;
}

uint64_t episodes_kinds(void)
{
    return RECORD_BIT(SERVING) | RECORD_BIT(CAMPAIGN) | RECORD_BIT(BECAME_LEADER) |
           RECORD_BIT(BECAME_FOLLOWER) | RECORD_BIT(FOLLOWS) | RECORD_BIT(CRASHED) |
           RECORD_BIT(PAUSED) | RECORD_BIT(RESUMED) | RECORD_BIT(LINKS);
}

void episodes_observe(void *state, struct world *world, const struct record *record)
{
    struct episodes *episodes = state;
    if (record->kind == RECORD_SERVING)
        change_serving(episodes, world, record);
    else if (record->kind == RECORD_CAMPAIGN && episodes->open)
        attach(episodes, world, &episodes->campaigns->items[episodes->campaigns->count - 1]);
    else if (record->kind == RECORD_BECAME_LEADER)
        announce(episodes, record);
    if (episodes->announcing && episodes->announced_ns == UINT64_MAX)
        review_announcement(episodes, world);
}

void episodes_open(struct episodes *episodes, struct campaigns *campaigns,
                   const struct world *world)
{
    size_t count = (size_t)world->node_count + 1;
    episodes->campaigns = campaigns;
    episodes->count = 0;
    episodes->serving = episodes->announcing = 0;
    episodes->served_term = make_room(episodes->served_term, &episodes->served_room, count,
                                      sizeof *episodes->served_term);
    memset(episodes->served_term, 0, count * sizeof *episodes->served_term);
    add(episodes, world, CAUSE_START);
}

/* A term may fail after its episode has ended, so split votes are counted last. */
void episodes_finish(struct episodes *episodes)
{
    struct campaigns *campaigns = episodes->campaigns;
    for (uint32_t i = 0; i < campaigns->term_count; i++) {
        const struct term_begun *term = &campaigns->terms[i];
        if (term->episode != UINT32_MAX && term_failed(term) && term->failure == FAILURE_SPLIT)
            episodes->items[term->episode].split_votes++;
    }
    if (!episodes->open)
        return;
    struct episode *episode = last(episodes);
    episode->campaign_count = campaigns->count - episode->campaign_first;
}

void episodes_close(struct episodes *episodes)
{
    free(episodes->items);
    free(episodes->served_term);
    *episodes = (struct episodes){0};
}
