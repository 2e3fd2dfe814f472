/* What clients asked and what they were told, and whether one order of all commands explains it.
 *
 * A command is appended to one log; an answer shows the log as far as it then went. So each answer
 * is judged when it comes, in constant time for each command that nobody was shown before, and all
 * answers together are explained if and only if none is found fault with. What a call whose outcome
 * is unknown did is never a fault. */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "sim/prefix.h"

/* A call: a command, or a read. Calls have ids of their own, those of commands are the commands'.
 */
struct history_call {
    uint64_t called;   /* when it was sent, in the order of calls and answers; 0: never */
    uint64_t answered; /* when it ended well; 0: it has not */
    uint32_t client;
    uint32_t owed; /* length of the log that some client had been shown when it was sent */
    uint32_t
        own_written;   /* of that, its own client's commands were told to be in the first so many */
    uint32_t own_read; /* and its own client had been shown so many */
    uint32_t shown;    /* a command: where it is in the longest log that was shown; 0: not yet */
    bool reads, refused;
};

/* What is wrong with an answer; {0}: nothing. */
struct history_fault {
    uint64_t phantom; /* shows this command, which nobody had sent, or which had been refused */
    uint64_t lost;    /* is without this command, which was acknowledged before the call */
    bool disagrees;   /* shows another order than an earlier answer */
    bool forgot_own;  /* shows less than its client's own commands */
    bool went_back;   /* shows less than its client has seen */
    bool stale;       /* shows less than somebody had been shown before the call */
    uint32_t shown;   /* how long the log is that it shows, */
    uint32_t wanted;  /* and that it should at least show, or where it parts from the others */
};

/* {0} is empty. */
struct history {
    const struct prefixes *prefixes; /* what prefixes of answers are numbers of; a loan */
    struct history_call *calls;      /* [id - 1] */
    size_t call_room;
    uint64_t call_count;
    uint64_t order;
    struct history_session *sessions; /* [client] */
    size_t session_room;
    uint32_t session_count;
    uint32_t *path; /* [length]: the longest log shown, cut to that length */
    size_t path_room;
    uint32_t length;   /* of it */
    uint32_t finished; /* the longest that an answer has shown without fault */
};

/* Forgets all and keeps the memory. */
void history_open(struct history *history, const struct prefixes *prefixes);
void history_close(struct history *history);
/* A client (from 0) sends a call. Ids ascend, from 1. */
void history_called(struct history *history, uint64_t id, uint32_t client, bool reads);
/* It is told: done; it shows `prefix`, and a command is the last of it. */
struct history_fault history_answered(struct history *history, uint64_t id, uint32_t prefix);
/* It is told: not done, and never will be. Only `phantom` can be wrong with that. */
struct history_fault history_refused(struct history *history, uint64_t id);

#endif
