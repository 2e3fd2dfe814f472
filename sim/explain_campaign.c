/* A campaign in words: why its node asked for votes, and what each voter did with it. */
#include <inttypes.h>
#include <string.h>

#include "sim/explain_parts.h"

/* ---- what became of each vote ---- */

static enum answer of_refusal(const struct ballot *ballot)
{
    static const enum answer answers[RAFT_NOTE_KINDS] = {
        [RAFT_NOTE_REFUSED_VOTED] = ANSWER_VOTED,       [RAFT_NOTE_REFUSED_LEADER] = ANSWER_LEADER,
        [RAFT_NOTE_REFUSED_LOG] = ANSWER_LOG,           [RAFT_NOTE_REFUSED_LEASE] = ANSWER_LEASE,
        [RAFT_NOTE_REFUSED_PRIORITY] = ANSWER_PRIORITY, [RAFT_NOTE_REFUSED_STALE] = ANSWER_STALE,
    };
    return answers[ballot->note];
}

static enum answer of_loss(const struct ballot *ballot)
{
    static const enum answer answers[] = {[LOSS_CHANCE] = ANSWER_CHANCE,
                                          [LOSS_CUT] = ANSWER_CUT,
                                          [LOSS_PLAN] = ANSWER_PLAN,
                                          [LOSS_DOWN] = ANSWER_DOWN,
                                          [LOSS_NO_TRANSPORT] = ANSWER_NO_TRANSPORT,
                                          [LOSS_DISCARDED] = ANSWER_DISCARDED};
    return ballot->arrived_ns == NONE_NS ? answers[ballot->lost - 1] : ANSWER_REPLY_LOST;
}

enum answer answer_of(const struct campaign *campaign, const struct ballot *ballot)
{
    bool heard = ballot->heard_ns != NONE_NS;
    if (heard && ballot->granted)
        return campaign->ended && ballot->heard_ns > campaign->ended_ns ? ANSWER_LATE
                                                                        : ANSWER_GRANTED;
    if (ballot->refused)
        return of_refusal(ballot);
    if (heard)
        return ANSWER_STALE;
    if (ballot->lost)
        return of_loss(ballot);
    if (ballot->sent_ns == NONE_NS)
        return ANSWER_UNASKED;
    if (ballot->held)
        return ANSWER_HELD;
    return ballot->arrived_ns != NONE_NS && ballot->answered_ns == NONE_NS ? ANSWER_DISK
                                                                           : ANSWER_TRAVELS;
}

const char *answer_counted(enum answer answer)
{
#define X(id, counted, words) counted,
    static const char *const names[] = {ANSWERS(X)};
#undef X
    return names[answer];
}

static const char *answer_words(enum answer answer)
{
#define X(id, counted, words) words,
    static const char *const names[] = {ANSWERS(X)};
#undef X
    return names[answer];
}

void answers_add(const struct explain *explain, uint32_t campaign, struct answers *answers)
{
    const struct call *call = &explain->watch->calls[campaign];
    for (uint32_t i = 0; i < call->count; i++) {
        const struct ballot *ballot = &explain->watch->ballots[call->first + i];
        answers->count[answer_of(&explain->page.campaigns[campaign], ballot)]++;
        answers->all++;
    }
}

void answers_text(const struct answers *answers, struct text *text)
{
    bool used[ANSWER_COUNT] = {false}, any = false;
    for (;;) {
        int most = -1;
        for (int i = 0; i < ANSWER_COUNT; i++)
            if (!used[i] && answers->count[i] &&
                (most < 0 || answers->count[i] > answers->count[most]))
                most = i;
        if (most < 0)
            return;
        used[most] = true;
        text_add(text, "%s%s %s", any ? "; " : "", short_count(answers->count[most]).text,
                 answer_counted((enum answer)most));
        any = true;
    }
}

/* ---- why it asked ---- */

static struct short_text units_text(const struct call *call, uint64_t units)
{
    struct short_text result;
    if (call->unit_ns > 1)
        snprintf(result.text, sizeof result.text, "%" PRIu64, units);
    else
        result = length_text(units);
    return result;
}

static void drawn_text(const struct call *call, struct text *text)
{
    text_add(text, "drawn as %s", units_text(call, call->drawn).text);
    if (call->unit_ns > 1)
        text_add(text, " ticks of %s", short_duration(call->unit_ns).text);
    if (call->drawn >= call->low && call->drawn <= call->high && call->low < call->high)
        text_add(text, " out of %s to %s", units_text(call, call->low).text,
                 units_text(call, call->high).text);
}

/* Since when the timer had run: what set it going. */
static void restart_text(const struct explain *explain, const struct call *call, struct text *text)
{
    const struct restart *restart = &call->restart;
    struct short_text since = short_at(restart->at_ns);
    const char *at = since.text;
    switch (restart->how) {
    case RESTART_STARTED:
        text_add(text, " It had heard from no leader since it started at %s.", at);
        return;
    case RESTART_HEARD:
        text_add(text, " It last heard from %s at %s.", name_of(explain, restart->who), at);
        return;
    case RESTART_VOTED:
        text_add(text, " It had voted for %s at %s, and heard from no leader since.",
                 name_of(explain, restart->who), at);
        return;
    case RESTART_TERM:
        text_add(text, " It had run since a new term came up at %s; no leader was heard since.",
                 at);
        return;
    case RESTART_CAMPAIGN:
        text_add(text, " It had asked before, at %s.", at);
        return;
    }
}

/* Where the plan demands it. */
static void forced_text(const struct explain *explain, const struct campaign *campaign,
                        struct text *text)
{
    const struct world *world = explain->page.report->run->world;
    for (uint32_t i = 0; i < world->deed_count; i++)
        if (world->deeds[i].began_ns == campaign->at_ns &&
            strcmp(world->deeds[i].action->name, "campaign") == 0 &&
            raft_set_has(&world->deeds[i].nodes, campaign->node)) {
            item_text(explain, world->deeds[i].item + 1, text);
            return;
        }
}

/* A deed that had begun lasts up to its planned end. */
static bool lasts(const struct deed *deed, uint64_t at_ns)
{
    return deed->action->end && deed->began_ns <= at_ns && deed->end_ns > at_ns;
}

void between_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct world *world = explain->page.report->run->world;
    const struct campaign *campaign = &explain->page.campaigns[at];
    uint32_t node = campaign->node, leader = explain->watch->calls[at].heard;
    for (uint32_t i = world->deed_count; leader && i-- > 0;) {
        const struct deed *deed = &world->deeds[i];
        if (!lasts(deed, campaign->at_ns) ||
            !(deed_covers(deed, leader, node) || raft_set_has(&deed->nodes, node)))
            continue;
        text_add(text, " What lay between: ");
        deed_words(explain, deed, text);
        text_add(text, ".");
        return;
    }
}

void timeout_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct campaign *campaign = &explain->page.campaigns[at];
    const struct call *call = &explain->watch->calls[at];
    const char *node = name_of(explain, campaign->node);
    if (campaign->trigger == TRIGGER_FORCED) {
        text_add(text, "%s at %s, for the plan made it", node, short_at(campaign->at_ns).text);
        forced_text(explain, campaign, text);
        text_add(text, ".");
        return;
    }
    if (campaign->trigger == TRIGGER_TRANSFER) {
        text_add(text, "%s at %s: the leader handed its office to it.", node,
                 short_at(campaign->at_ns).text);
        return;
    }
    text_add(text, "%s at %s: its election timeout ran out, ", node,
             short_at(campaign->at_ns).text);
    drawn_text(call, text);
    text_add(text, ".");
    restart_text(explain, call, text);
    if (campaign->trigger == TRIGGER_CLOCK)
        text_add(text, " Its clock is off, by the plan.");
}

/* ---- what came of it ---- */

/* What the voters' refusals rest on; `group` of them rest on the same. */
static void reason_text(const struct explain *explain, uint32_t at, const struct ballot *ballot,
                        const struct raft_set *group, struct text *text)
{
    const struct call *call = &explain->watch->calls[at];
    enum answer answer = answer_of(&explain->page.campaigns[at], ballot);
    bool alone = raft_set_count(group) == 1;
    if (answer == ANSWER_VOTED)
        text_add(text, " for %s",
                 alone && ballot->a == ballot->voter ? "itself"
                                                     : name_of(explain, (uint32_t)ballot->a));
    else if (answer == ANSWER_LOG)
        text_add(text,
                 ", up to entry %" PRIu64 " of term %" PRIu64 "; %s's ends at %" PRIu64
                 " of term %" PRIu64,
                 ballot->b, ballot->a, name_of(explain, explain->page.campaigns[at].node),
                 call->log_last, call->log_term);
    else if ((answer == ANSWER_LEASE || answer == ANSWER_LEADER) && ballot->a)
        text_add(text, ", %s", name_of(explain, (uint32_t)ballot->a));
    else if (answer == ANSWER_STALE && ballot->a)
        text_add(text, ", %" PRIu64, ballot->a);
    if (answer == ANSWER_LEASE && ballot->b != NONE_NS)
        text_add(text, ", at %s", short_at(ballot->b).text);
}

/* "n3 and n5 had voted for n3" */
static void group_text(const struct explain *explain, uint32_t at, const struct ballot *first,
                       struct raft_set *said, struct text *text)
{
    const struct campaign *campaign = &explain->page.campaigns[at];
    const struct call *call = &explain->watch->calls[at];
    enum answer answer = answer_of(campaign, first);
    struct raft_set group = {{0}};
    for (uint32_t i = 0; i < call->count; i++) {
        const struct ballot *ballot = &explain->watch->ballots[call->first + i];
        bool alike = ballot->a == first->a && (answer == ANSWER_LEASE || ballot->b == first->b);
        if (answer_of(campaign, ballot) != answer || !alike || raft_set_has(said, ballot->voter))
            continue;
        raft_set_add(&group, ballot->voter);
        raft_set_add(said, ballot->voter);
    }
    text_add(text, " ");
    names_text(explain, &group, text);
    text_add(text, " %s", answer_words(answer));
    reason_text(explain, at, first, &group, text);
    text_add(text, ".");
}

static void refusals_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct campaign *campaign = &explain->page.campaigns[at];
    const struct call *call = &explain->watch->calls[at];
    struct raft_set said = campaign->votes;
    for (uint32_t i = 0; i < call->count; i++) {
        const struct ballot *ballot = &explain->watch->ballots[call->first + i];
        if (!raft_set_has(&said, ballot->voter) && answer_of(campaign, ballot) != ANSWER_GRANTED)
            group_text(explain, at, ballot, &said, text);
    }
}

const char *failure_words(enum failure failure)
{
    static const char *const words[FAILURE_COUNT] = {
        [FAILURE_NONE] = "too few votes",
        [FAILURE_SPLIT] = "a split vote",
        [FAILURE_LEASE] = "the voters still trusted a leader",
        [FAILURE_LOG] = "the candidate's log was too old",
        [FAILURE_UNREACHABLE] = "too few answered in time",
        [FAILURE_OVERTAKEN] = "a higher term overtook it",
        [FAILURE_STOPPED] = "the candidate itself stopped",
        [FAILURE_PRIORITY] = "the candidate's priority was too low",
        [FAILURE_ANOTHER] = "another won the term",
    };
    return words[failure];
}

/* Its end, where it did not win. */
static void failure_text(const struct campaign *campaign, struct text *text)
{
    if (campaign->ended)
        text_add(text, " So it failed, at %s: %s.", short_at(campaign->ended_ns).text,
                 failure_words(campaign->failure));
    else
        text_add(text, " The run ends before that is decided.");
}

static void votes_text(const struct explain *explain, const struct campaign *campaign,
                       struct text *text)
{
    struct raft_set others = campaign->votes;
    raft_set_remove(&others, campaign->node);
    if (!raft_set_count(&others)) {
        text_add(text, "only its own");
        return;
    }
    text_add(text, "its own and those of ");
    names_text(explain, &others, text);
}

/* Which timeout brought it here, where nothing else has said so. */
static void again_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct campaign *campaign = &explain->page.campaigns[at];
    uint32_t episode = campaign->episode;
    bool first = episode != UINT32_MAX && explain->page.episodes[episode].campaign_first == at;
    bool forced = campaign->trigger == TRIGGER_FORCED || campaign->trigger == TRIGGER_TRANSFER;
    bool goes_on = at && explain->page.campaigns[at - 1].prevote && !campaign->prevote &&
                   explain->page.campaigns[at - 1].node == campaign->node;
    if (first || forced || goes_on)
        return;
    text_add(text, " (timeout ");
    drawn_text(&explain->watch->calls[at], text);
    text_add(text, ")");
}

void campaign_text(const struct explain *explain, uint32_t at, struct text *text)
{
    const struct campaign *campaign = &explain->page.campaigns[at];
    uint32_t voters = raft_set_count(&explain->page.scenario->members.voters);
    text_add(text, "%s asks at %s%s", name_of(explain, campaign->node),
             short_at(campaign->at_ns).text, campaign->prevote ? " whether it could win" : "");
    again_text(explain, at, text);
    text_add(text, " and gets %u of the %u votes that it needs: ", raft_set_count(&campaign->votes),
             voters / 2 + 1);
    votes_text(explain, campaign, text);
    text_add(text, ".");
    if (campaign->won) {
        text_add(text, campaign->prevote ? " So it goes on." : " So it leads, from %s.",
                 short_at(campaign->ended_ns).text);
        return;
    }
    refusals_text(explain, at, text);
    failure_text(campaign, text);
}
