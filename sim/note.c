/* What a step says to people and to measures, as records. */
#include "sim/broker.h"
#include "sim/call.h"
#include "sim/node.h"

void node_say(struct world *world, struct node *node, const struct raft_note *note)
{
    struct record record = {
        .node = node->id,
        .peer = note->peer,
        .term = note->term,
        .value = note->value,
        .detail = note->kind,
        .prevote = note->prevote,
    };
    switch ((enum raft_note_kind)note->kind) {
    case RAFT_NOTE_CAMPAIGN_TIMEOUT:
    case RAFT_NOTE_CAMPAIGN_FORCED:
    case RAFT_NOTE_CAMPAIGN_TRANSFER:
    case RAFT_NOTE_CAMPAIGN_PREVOTE_WON:
        record.kind = RECORD_CAMPAIGN;
        break;
    case RAFT_NOTE_REFUSED_VOTED:
    case RAFT_NOTE_REFUSED_LEADER:
    case RAFT_NOTE_REFUSED_LOG:
    case RAFT_NOTE_REFUSED_LEASE:
    case RAFT_NOTE_REFUSED_PRIORITY:
    case RAFT_NOTE_REFUSED_STALE:
        record.kind = RECORD_REFUSED;
        break;
    case RAFT_NOTE_QUORUM_LOST:
        record.kind = RECORD_STEPPED_DOWN;
        break;
    case RAFT_NOTE_TRANSFER_ABORTED:
        record.kind = RECORD_TRANSFER_ABORTED;
        break;
    case RAFT_NOTE_PROPOSAL_DROPPED:
        record.kind = RECORD_PROPOSAL_DROPPED;
        break;
    case RAFT_NOTE_PROPOSAL_FORWARDED:
        record.kind = RECORD_PROPOSAL_FORWARDED;
        break;
    case RAFT_NOTE_INPUT_REFUSED:
        record.kind = RECORD_INPUT_REFUSED;
        break;
    case RAFT_NOTE_KINDS:
        must(false);
    }
    world_emit(world, record);
    if (record.kind == RECORD_PROPOSAL_DROPPED && world->brokers)
        broker_dropped(world, node, note->value);
    if (record.kind == RECORD_PROPOSAL_DROPPED && world->calls && note->value < COMMAND_FIRST)
        call_dropped(world, node, note->value);
}
