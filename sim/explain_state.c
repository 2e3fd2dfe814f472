/* One instant in words: who was what, believed whom, what was on its way, and why nothing
 * happened. */
#include <inttypes.h>
#include <string.h>

#include "sim/explain_parts.h"

/* ---- the nodes ---- */

/* The last deed under way that holds this node. */
static const struct deed *deed_on(const struct world *world, uint32_t node)
{
    for (uint32_t i = world->deed_count; i-- > 0;)
        if (world->deeds[i].running && raft_set_has(&world->deeds[i].nodes, node))
            return &world->deeds[i];
    return NULL;
}

static void stopped_text(const struct explain *explain, uint32_t id, struct text *text)
{
    const struct world *world = explain->page.report->run->world;
    const struct deed *deed = deed_on(world, id);
    uint64_t since_ns = explain->watch->nodes[id].stopped_ns;
    text_add(text, world->nodes[id].running ? "stands still" : "is down");
    if (since_ns != NONE_NS)
        text_add(text, " since %s", short_at(since_ns).text);
    if (deed) {
        text_add(text, ": ");
        deed_words(explain, deed, text);
    }
    text_add(text, ".");
}

static void timer_text(const struct explain *explain, uint32_t id, struct text *text)
{
    const struct world *world = explain->page.report->run->world;
    const struct node *node = &world->nodes[id];
    if (node->timed && node->wanted.at_ns >= world->now_ns)
        text_add(text, " Its election timer is due at %s, in %s.",
                 short_at(node->wanted.at_ns).text,
                 length_text(node->wanted.at_ns - world->now_ns).text);
}

static void votes_text(const struct explain *explain, uint32_t id, struct text *text)
{
    uint32_t last = explain->watch->nodes[id].last;
    if (!last)
        return;
    const struct campaign *campaign = &explain->page.campaigns[last - 1];
    struct answers answers = {{0}, 0};
    answers_add(explain, last - 1, &answers);
    text_add(text, " It asked at %s and has the votes of ", short_at(campaign->at_ns).text);
    names_text(explain, &campaign->votes, text);
    text_add(text, "; of its %s requests: ", short_count(answers.all).text);
    answers_text(&answers, text);
    text_add(text, ".");
}

static void follower_text(const struct explain *explain, uint32_t id, struct text *text)
{
    const struct raft_view *view = explain->page.report->run->world->nodes[id].view;
    const struct watched_node *node = &explain->watch->nodes[id];
    if (view->lead)
        text_add(text, ", follows %s", name_of(explain, view->lead));
    else
        text_add(text, ", knows no leader");
    if (view->vote)
        text_add(text, ", voted for %s",
                 view->vote == id ? "itself" : name_of(explain, view->vote));
    text_add(text, ".");
    if (node->heard && node->heard_ns != NONE_NS)
        text_add(text, " It last heard from %s at %s.", name_of(explain, node->heard),
                 short_at(node->heard_ns).text);
}

static void node_text(const struct explain *explain, uint32_t id, struct text *text)
{
    const struct world *world = explain->page.report->run->world;
    const struct node *node = &world->nodes[id];
    if (!node->running && !node->incarnation) {
        text_add(text, "has not started.");
        return;
    }
    if (!node_runs(world, id)) {
        stopped_text(explain, id, text);
        if (node->running)
            text_add(text, " It was %s in term %" PRIu64 ".", raft_role_name(node->view->role),
                     node->view->term);
        return;
    }
    text_add(text, "%s in term %" PRIu64, raft_role_name(node->view->role), node->view->term);
    if (node->view->role == RAFT_FOLLOWER)
        follower_text(explain, id, text);
    else
        text_add(text, ".");
    if (node->view->role == RAFT_CANDIDATE || node->view->role == RAFT_PRE_CANDIDATE)
        votes_text(explain, id, text);
    if (node->view->role == RAFT_LEADER && !health_has_quorum(world, id))
        text_add(text, " It reaches no quorum.");
    if (node->view->role != RAFT_LEADER)
        timer_text(explain, id, text);
    if (node->disk.count)
        text_add(text, " %zu of its writes are not durable yet.", node->disk.count);
}

/* ---- what is under way ---- */

static bool has_arrived(const struct watch *watch, uint64_t at)
{
    const struct record *sent = &watch_seen(watch, at)->record;
    for (uint64_t i = at + 1; i < watch->seen_count; i++) {
        const struct record *record = &watch_seen(watch, i)->record;
        if ((record->kind == RECORD_DELIVERED || record->kind == RECORD_LOST) &&
            record->value == sent->value && record->message == sent->message)
            return true;
    }
    return false;
}

static void messages_line(const struct explain *explain, struct lines *lines)
{
    enum { LOOKED_AT = 2048, TOLD = 6 };
    const struct watch *watch = explain->watch;
    uint64_t from = watch->seen_count > LOOKED_AT ? watch->seen_count - LOOKED_AT : 0;
    uint32_t count = 0;
    struct text said = {0};
    for (uint64_t i = from; i < watch->seen_count; i++) {
        const struct record *record = &watch_seen(watch, i)->record;
        if (record->kind != RECORD_SENT || has_arrived(watch, i))
            continue;
        if (count++ < TOLD)
            text_add(&said, "%s%s of %s to %s (sent %s)", count > 1 ? ", " : "",
                     raft_message_name(record->message), name_of(explain, record->node),
                     name_of(explain, record->peer), short_at(record->at_ns).text);
    }
    if (count > TOLD)
        text_add(&said, " and %u more", count - TOLD);
    if (count)
        text_add(lines_add(lines, "on the way"), "%s.", text_of(&said));
    text_close(&said);
}

static void under_way_line(const struct explain *explain, struct lines *lines)
{
    const struct world *world = explain->page.report->run->world;
    struct text said = {0};
    for (uint32_t i = 0; i < world->deed_count; i++) {
        if (!world->deeds[i].running || !world->deeds[i].action->end)
            continue;
        text_add(&said, "%s", said.count ? ", " : "");
        deed_words(explain, &world->deeds[i], &said);
        text_add(&said, " since %s", short_at(world->deeds[i].began_ns).text);
    }
    if (said.count)
        text_add(lines_add(lines, "faults"), "%s.", text_of(&said));
    text_close(&said);
}

/* ---- why nothing happens ---- */

static uint32_t running_voters(const struct world *world)
{
    uint32_t count = 0;
    for (uint32_t id = 1; id <= world->node_count; id++)
        count += is_voter(world, id) && node_runs(world, id);
    return count;
}

static uint32_t first_of_role(const struct world *world, enum raft_role role)
{
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (node_runs(world, id) && world->nodes[id].view->role == role)
            return id;
    return 0;
}

/* The node whose timer is due first. */
static uint32_t first_due(const struct world *world)
{
    uint32_t first = 0;
    for (uint32_t id = 1; id <= world->node_count; id++) {
        const struct node *node = &world->nodes[id];
        if (!node_runs(world, id) || !node->timed || node->view->role == RAFT_LEADER ||
            !is_voter(world, id))
            continue;
        if (!first || node->wanted.at_ns < world->nodes[first].wanted.at_ns)
            first = id;
    }
    return first;
}

static void why_text(const struct explain *explain, struct text *text)
{
    const struct world *world = explain->page.report->run->world;
    const struct health *health = health_of(world);
    uint32_t voters = raft_set_count(&world->scenario->members.voters);
    uint32_t candidate = first_of_role(world, RAFT_CANDIDATE), due = first_due(world);
    candidate = candidate ? candidate : first_of_role(world, RAFT_PRE_CANDIDATE);
    if (health->serving)
        text_add(text, "%s leads and serves; nothing is missing.",
                 name_of(explain, health->serving));
    else if (running_voters(world) < voters / 2 + 1)
        text_add(text, "Nobody can lead: %u of %u voters run, and %u are needed.",
                 running_voters(world), voters, voters / 2 + 1);
    else if (health->effective)
        text_add(text,
                 "%s is elected and reaches a quorum, but no entry of its term is committed "
                 "yet.",
                 name_of(explain, health->effective));
    else if (candidate)
        text_add(text,
                 "Nobody leads. %s has asked for votes and waits for a majority, or for its "
                 "next timeout.",
                 name_of(explain, candidate));
    else if (due)
        text_add(text,
                 "Nobody leads, and nobody asks yet: each waits for its election timer. The "
                 "first is due on %s at %s.",
                 name_of(explain, due), short_at(world->nodes[due].wanted.at_ns).text);
    else
        text_add(text, "Nobody leads, and no timer is set.");
}

void state_lines(const struct explain *explain, struct lines *lines)
{
    enum { NODES_TOLD = 15 };
    const struct scenario *scenario = explain->page.scenario;
    why_text(explain, lines_add(lines, "so"));
    for (uint32_t id = 1; id <= scenario->node_count && id <= NODES_TOLD; id++)
        node_text(explain, id, lines_add(lines, scenario->nodes[id].name));
    if (scenario->node_count > NODES_TOLD)
        text_add(lines_add(lines, ".."), "%u more nodes.", scenario->node_count - NODES_TOLD);
    messages_line(explain, lines);
    under_way_line(explain, lines);
}

void next_lines(const struct explain *explain, struct lines *lines)
{
    const struct page *page = &explain->page;
    uint64_t at_ns = explain->options->at_ns;
    struct text *text = NULL;
    for (uint32_t i = 0; !text && i < page->campaign_count; i++) {
        const struct campaign *campaign = &page->campaigns[i];
        if (campaign->at_ns < at_ns)
            continue;
        text = lines_add(lines, "next");
        text_add(text, "%s asks for votes at %s, in term %" PRIu64 ".",
                 name_of(explain, campaign->node), short_at(campaign->at_ns).text, campaign->term);
    }
    for (uint32_t i = 0; i < page->episode_count; i++) {
        const struct episode *episode = &page->episodes[i];
        if (episode->end_ns < at_ns || episode->begin_ns > at_ns)
            continue;
        text = text ? text : lines_add(lines, "next");
        if (episode->outcome == OUTCOME_OPEN)
            text_add(text, " Nobody serves to the end of the run.");
        else
            text_add(text, " %s serves at %s.", name_of(explain, episode->leader),
                     short_at(episode->end_ns).text);
        return;
    }
}
