#include "tests/conformance/env.h"

#include <stdlib.h>

void letters_add(struct letters *letters, const struct letter *letter)
{
    if (letters->count == letters->room) {
        letters->room = letters->room ? letters->room * 2 : 8;
        letters->at = realloc(letters->at, letters->room * sizeof *letters->at);
        must(letters->at != NULL);
    }
    letters->at[letters->count++] = *letter;
}

void letters_move(struct letters *to, struct letters *from)
{
    for (size_t i = 0; i < from->count; i++)
        letters_add(to, &from->at[i]);
    from->count = 0;
}

void letters_free(struct letters *letters)
{
    free(letters->at);
    *letters = (struct letters){0};
}

const char *letter_type(const struct letter *letter)
{
    static const char *const names[RAFT_MSG_KINDS] = {
        [RAFT_MSG_APPEND] = "MsgApp",          [RAFT_MSG_APPEND_REPLY] = "MsgAppResp",
        [RAFT_MSG_HEARTBEAT] = "MsgHeartbeat", [RAFT_MSG_HEARTBEAT_REPLY] = "MsgHeartbeatResp",
        [RAFT_MSG_VOTE] = "MsgVote",           [RAFT_MSG_VOTE_REPLY] = "MsgVoteResp",
        [RAFT_MSG_PREVOTE] = "MsgPreVote",     [RAFT_MSG_PREVOTE_REPLY] = "MsgPreVoteResp",
        [RAFT_MSG_SNAPSHOT] = "MsgSnap",       [RAFT_MSG_TIMEOUT_NOW] = "MsgTimeoutNow",
        [RAFT_MSG_PROPOSE] = "MsgProp",
    };
    if (letter->kind == LETTER_STORED)
        return "MsgStorageAppendResp";
    if (letter->kind == LETTER_APPLIED)
        return "MsgStorageApplyResp";
    const char *name = names[letter->message.kind];
    return name ? name : "?";
}
