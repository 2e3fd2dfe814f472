/* What the parts of explain share: what was watched, and lines of words. */
#ifndef SIM_EXPLAIN_PARTS_H
#define SIM_EXPLAIN_PARTS_H

#include "sim/campaign.h"
#include "sim/evidence.h"
#include "sim/explain.h"
#include "sim/page/page.h"
#include "sim/partition_episode.h"

#define NONE_NS UINT64_MAX /* a time at which nothing happened */

/* ---- what was watched (explain_watch.c) ---- */

/* What last set a node's election timer going. */
enum restart_how { RESTART_STARTED, RESTART_HEARD, RESTART_VOTED, RESTART_TERM, RESTART_CAMPAIGN };

struct restart {
    enum restart_how how;
    uint64_t at_ns;
    uint32_t who; /* heard from, voted for */
};

/* What became of one voter's vote in one campaign. Times: NONE_NS, it did not happen. */
struct ballot {
    uint32_t voter;
    uint8_t lost; /* 1 + enum loss_reason, of the request or of the answer; 0: neither */
    uint8_t note; /* enum raft_note_kind of the refusal, if `refused` */
    bool refused, granted, held; /* held: the voter stood still when it was asked */
    uint64_t sent_ns, arrived_ns, answered_ns, heard_ns;
    /* refusals. voted: for whom; log: the voter's last term and index; lease, leader: whom it
     * follows, and since when it has not heard from it; stale: its term; priority: its own */
    uint64_t a, b;
};

/* What a campaign rested on; they stand as the campaigns of the measures. */
struct call {
    uint32_t first, count;              /* its ballots */
    uint64_t drawn, low, high, unit_ns; /* the timeout that ran out, of [low, high], in units */
    struct restart restart;
    uint32_t heard; /* the leader that it last heard from; 0: none */
    uint64_t heard_ns;
    uint64_t log_term, log_last;
};

/* The leader that was lost, as an episode began. */
struct scene {
    bool runs, up, quorum, quit; /* quit: it stepped down for want of answers */
    enum raft_role role;
    uint64_t term;
    uint32_t rival; /* running, in touch with it, of the highest term above its own; 0: none */
    uint64_t rival_term, last_answer_ns;
};

struct seen {
    struct record record;
    uint64_t step;
};
enum { SEEN_MAX = 1 << 18 };

struct decision {
    uint64_t at_ns;
    uint32_t partition;
    uint16_t elector, chosen;
    uint8_t detail;
    bool note; /* of an elector, that came to nothing; else a reason */
};

struct watched_node {
    uint64_t timeout; /* drawn, as it was before the step under way */
    struct restart restart;
    uint32_t heard;
    uint64_t heard_ns, answered_ns; /* when it last heard its leader, or any answer to itself */
    uint64_t quit_ns;               /* when it stepped down for want of a quorum */
    uint64_t stopped_ns;            /* crashed or stands still since */
    uint32_t last;                  /* 1 + its last campaign */
};

struct watch {
    struct run *run;
    struct watched_node *nodes; /* [1 .. node_count] */
    struct call *calls;
    struct ballot *ballots;
    struct scene *scenes; /* as episodes */
    struct decision *decisions;
    struct seen *seen; /* a ring of SEEN_MAX */
    uint32_t call_count, ballot_count, scene_count, decision_count;
    size_t node_room, call_room, ballot_room, scene_room, decision_room;
    struct map by_term; /* (term, pre-vote or not), node -> position of its call */
    uint64_t seen_count, step;
    struct evidence *evidence;
};

/* The ring's record at a position counted over the whole run; NULL: gone, or not there yet. */
const struct seen *watch_seen(const struct watch *watch, uint64_t position);

/* ---- lines of words ---- */

struct line {
    char label[16];
    struct text text;
    bool command; /* the text is a command, which is broken as a shell allows */
};

/* {0} is empty. */
struct lines {
    struct line *items;
    uint32_t count;
    size_t room;
};

/* A new line; the text is good until the next call. */
struct text *lines_add(struct lines *lines, const char *label);
void lines_close(struct lines *lines);
void lines_print(const struct page *page, const struct lines *lines);

/* ---- the parts ---- */

struct explain {
    struct page page;
    const struct watch *watch;
    const struct explain_options *options;
};

struct explain explain_of(const struct report *report, const struct watch *watch,
                          const struct explain_options *options);
/* Looks up what was measured so far. */
void explain_episodes(struct explain *explain);

/* X(id, words of a count, words of one or more voters) */
#define ANSWERS(X)                                                                                 \
    X(GRANTED, "granted", "")                                                                      \
    X(LATE, "granted too late", "granted it too late")                                             \
    X(VOTED, "refused: voted already", "had voted")                                                \
    X(LEADER, "refused: follows another leader of the term", "followed a leader of this term")     \
    X(LOG, "refused: the candidate's log is older", "had a newer log")                             \
    X(LEASE, "ignored: in lease, a leader was heard lately", "still heard a leader")               \
    X(PRIORITY, "refused: priority", "had a higher priority")                                      \
    X(STALE, "ignored: in a higher term", "had gone on to a higher term")                          \
    X(DOWN, "lost: voter down", "did not run")                                                     \
    X(CUT, "lost: link down", "could not be reached: link down")                                   \
    X(CHANCE, "lost on the way", "never got the request: lost on the way")                         \
    X(PLAN, "dropped by the plan", "never got the request: the plan dropped it")                   \
    X(NO_TRANSPORT, "never sent: no transport", "never got the request: the host sends nothing")   \
    X(DISCARDED, "thrown away by the host", "never got the request: the host threw it away")       \
    X(REPLY_LOST, "granted, but the answer was lost", "granted it, but the answer got lost")       \
    X(HELD, "voter stood still", "stood still")                                                    \
    X(DISK, "answer waited for a disk", "had not written its vote yet")                            \
    X(TRAVELS, "still on the way", "had not answered yet")                                         \
    X(UNASKED, "never asked", "never got a request")

enum answer {
#define X(id, counted, words) ANSWER_##id,
    ANSWERS(X)
#undef X
        ANSWER_COUNT
};

struct answers {
    uint64_t count[ANSWER_COUNT], all;
};

enum answer answer_of(const struct campaign *campaign, const struct ballot *ballot);
const char *answer_counted(enum answer answer);
/* Counts what a campaign's voters said. */
void answers_add(const struct explain *explain, uint32_t campaign, struct answers *answers);
/* "83 lost: link down, 4 refused: voted already" */
void answers_text(const struct answers *answers, struct text *text);

/* "n1, n2 and n3" */
void names_text(const struct explain *explain, const struct raft_set *set, struct text *text);
const char *name_of(const struct explain *explain, uint32_t node);
/* " (line 24)": where the item of the plan stands; 1 + its position. */
void item_text(const struct explain *explain, uint32_t item, struct text *text);
/* "crash n1 (line 24)" */
void deed_words(const struct explain *explain, const struct deed *deed, struct text *text);
/* What a failed campaign or term failed by: "a split vote". */
const char *failure_words(enum failure failure);
/* A length of time, as a person says it: "298.4 ms", "12.9 s", "221 min". */
struct short_text length_text(uint64_t ns);

/* Which timeout ran out, and since when the leader was not heard (explain_campaign.c). */
void timeout_text(const struct explain *explain, uint32_t campaign, struct text *text);
/* What a campaign asked for and what came of it. */
void campaign_text(const struct explain *explain, uint32_t campaign, struct text *text);
void episode_lines(const struct explain *explain, uint32_t episode, struct lines *lines);
/* Why nobody could win: what each candidate missed. */
void missing_lines(const struct explain *explain, uint32_t first, uint32_t count,
                   struct lines *lines);
/* What nobody's loss explains: campaigns while a leader served. */
void idle_lines(const struct explain *explain, struct lines *lines);
/* The verdict in one line, and the gist of the run in a few sentences. */
void headline_text(const struct explain *explain, struct text *text);
void gist_text(const struct explain *explain, struct text *text);
/* Faults of the plan that lasted in the episode, but for the one that caused it. */
void faults_line(const struct explain *explain, uint32_t episode, struct lines *lines);
/* " Between them: cut n1 <> n3": the fault that lay between a campaign's node and its leader. */
void between_text(const struct explain *explain, uint32_t campaign, struct text *text);
/* In one sentence, what partitions went without; nothing when all is well. */
void partition_gist(const struct explain *explain, struct text *text);
/* The longest episode after the start, else the start's: what the gist is about. */
uint32_t longest_episode(const struct explain *explain);
/* What contradicts what, and how it came to that. */
void violation_lines(const struct explain *explain, struct lines *lines);
/* A chain's record as a sentence. */
void seen_sentence(const struct explain *explain, const struct record *record, struct text *text);
void partition_lines(const struct explain *explain, struct lines *lines);
/* Who was what at this instant, and why nothing happens. */
void state_lines(const struct explain *explain, struct lines *lines);
/* What happened after it: asked when the run is over. */
void next_lines(const struct explain *explain, struct lines *lines);

/* ---- what would have helped (explain_advice.c) ---- */

/* What the time without a leader was in one run. */
struct result {
    uint64_t without_ns; /* of the times that are looked at, an unended one up to the run's end */
    uint32_t episodes, terms, unended;
    uint32_t planned; /* losses by faults that the plan aims at a leader */
    bool broken, decided;
};

enum { ADVICE_MAX = 24, ADVICE_SETS_MAX = 3, ADVICE_TEXT = 120 };

struct advice {
    char sets[ADVICE_SETS_MAX][ADVICE_TEXT]; /* PATH=VALUE */
    uint32_t set_count;
    const char *why;          /* what it does */
    bool same, helps;         /* same: the run is the same, bit for bit */
    struct result here;       /* this seed */
    uint64_t median_ns;       /* of the other seeds */
    uint32_t unended, better; /* other seeds: that never serve again; that got better */
    uint32_t broken;
    uint32_t terms;    /* median */
    uint64_t episodes; /* in all of them */
};

enum focus { FOCUS_NOTHING, FOCUS_START, FOCUS_FAILOVER, FOCUS_PARTITIONS };

/* The table of what could be tried, tried. */
struct advices {
    enum focus focus;
    struct result here;
    uint64_t median_ns, episodes;
    uint32_t terms, unended, broken;
    uint32_t seeds; /* others that were run */
    struct advice items[ADVICE_MAX];
    uint32_t count;
};

void advices_find(const struct explain *explain, struct advices *advices);
void advice_lines(const struct explain *explain, const struct advices *advices,
                  struct lines *lines);
/* Rows of the table that this plan leaves room for, untried. */
void advices_list(const struct explain *explain, struct advices *advices);

#endif
