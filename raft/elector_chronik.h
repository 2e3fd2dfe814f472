/* What the rule sets of Chronik Stream share: elections from the first of the ISR, new partitions,
 * and the gate. Nothing asks whether the chosen is alive, and success is assumed as soon as a
 * command is proposed: no later fate of it is looked at. */
#ifndef RAFT_ELECTOR_CHRONIK_H
#define RAFT_ELECTOR_CHRONIK_H

#include "raft/elector.h"
#include "raft/silence.h"

struct chronik {
    struct elector_config config;
    bool leads;      /* this node is the Raft leader */
    uint32_t leader; /* as Raft says; 0: nobody */
    uint64_t check_due_ns;
    uint64_t new_due_ns;     /* new partitions are looked for then at the latest; NEVER: not */
    uint64_t new_from_index; /* or once this is applied */
    bool opened;             /* `heard` and `watch` are there: not before they are needed */
    struct silence heard;    /* partitions: polling in list 0, streams in that of their broker */
    /* Polling: partitions without record or without leader, looked at in every round. */
    uint32_t *watch;
    uint32_t watch_count;
    size_t watch_room;
    bool *watched; /* [partition] */
    size_t watched_room;
    uint32_t *due; /* of one round */
    uint32_t due_count;
    size_t due_room;
    uint64_t *beat_ns; /* [broker]: streams' last heartbeat frame; 0: none */
    size_t beat_room;
};

#define CHRONIK_NEVER UINT64_MAX

/* Empties an instance (NULL: makes one). The rest of the state is opened by chronik_need. */
struct chronik *chronik_open(struct chronik *chronik, const struct elector_config *config);
void chronik_close(void *self);
/* Whether its elector acts: the gate of its rules. */
bool chronik_acts(const struct chronik *chronik);
/* START, ROLE, APPLIED and time, as far as new partitions are concerned. */
void chronik_initialise(struct chronik *chronik, const struct elector_input *input,
                        struct elector_output *output);
/* Elects a leader of the partition and proposes it. False: said why not. */
bool chronik_elect(const struct chronik *chronik, uint32_t partition, enum metadata_reason reason,
                   struct elector_output *output);
/* Whether a round of checks is due; if so, the next one is set. */
bool chronik_check_due(struct chronik *chronik, const struct elector_input *input);
void chronik_set_deadline(const struct chronik *chronik, struct elector_output *output);

/* The rule sets that poll, and those that watch streams. */
void *chronik_poll_open(void *memory, const struct elector_config *config);
void chronik_poll_step(void *self, const struct elector_input *input,
                       struct elector_output *output);
void *chronik_stream_open(void *memory, const struct elector_config *config);
void chronik_stream_step(void *self, const struct elector_input *input,
                         struct elector_output *output);

#endif
