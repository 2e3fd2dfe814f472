#include <stdlib.h>

#include "sim/metric.h"
#include "sim/witness.h"

enum row {
    READS,
    READS_REFUSED,
    READS_UNKNOWN,
    READS_STALE,
    READ_LATENCY,
    READ_SLOWEST,
    COMMANDS,
    COMMANDS_REFUSED,
    COMMANDS_UNKNOWN,
    COMMAND_LATENCY,
    ROWS
};

static const struct metric metrics[] = {
    [READS] = {"read.count", "reads that were answered", UNIT_COUNT, METRIC_RUN},
    [READS_REFUSED] = {"read.refused", "reads that a node refused: it knew no leader, or lost it",
                       UNIT_COUNT, METRIC_RUN},
    [READS_UNKNOWN] = {"read.unknown", "reads that were not answered in time", UNIT_COUNT,
                       METRIC_RUN},
    [READS_STALE] = {"read.stale",
                     "reads that showed less than some client had been told before they were sent",
                     UNIT_COUNT, METRIC_RUN},
    [READ_LATENCY] = {"read.latency_ms", "sent to answered, on average", UNIT_MS, METRIC_RUN},
    [READ_SLOWEST] = {"read.slowest_ms", "sent to answered, at most, up to the period's end",
                      UNIT_MS, METRIC_RUN},
    [COMMANDS] = {"command.acked", "commands that their clients were told are applied", UNIT_COUNT,
                  METRIC_RUN},
    [COMMANDS_REFUSED] = {"command.refused", "commands that a node did not take, and said so",
                          UNIT_COUNT, METRIC_RUN},
    [COMMANDS_UNKNOWN] = {"command.unknown", "commands not answered in time: applied, or not",
                          UNIT_COUNT, METRIC_RUN},
    [COMMAND_LATENCY] = {"command.latency_ms", "sent to answered, on average", UNIT_MS, METRIC_RUN},
};

struct totals {
    struct tally tally;
    uint64_t *sent_ns; /* [id - 1] */
    size_t room;
};

static void open(void *state, const struct world *world)
{
    (void)world;
    tally_open(&((struct totals *)state)->tally, ROWS);
}

static void on_answer(struct totals *totals, const struct world *world, const struct record *record)
{
    static const enum row rows[2][4] = {
        [CALL_COMMAND] = {[CALL_OK] = COMMANDS,
                          [CALL_REFUSED] = COMMANDS_REFUSED,
                          [CALL_UNKNOWN] = COMMANDS_UNKNOWN},
        [CALL_READ] = {
            [CALL_OK] = READS, [CALL_REFUSED] = READS_REFUSED, [CALL_UNKNOWN] = READS_UNKNOWN}};
    uint64_t *now = totals->tally.now;
    bool reads = witness_call(world, record)->kind == CALL_READ;
    uint64_t took_ns = record->at_ns - totals->sent_ns[record->value - 1];
    now[rows[reads][record->detail]]++;
    if (record->detail != CALL_OK)
        return;
    now[reads ? READ_LATENCY : COMMAND_LATENCY] += took_ns;
    now[READS_STALE] += reads && witness_of(world)->last.stale;
    if (reads && took_ns > now[READ_SLOWEST])
        now[READ_SLOWEST] = took_ns;
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct totals *totals = state;
    if (record->kind == RECORD_ANSWERED) {
        on_answer(totals, world, record);
        return;
    }
    totals->sent_ns =
        make_room(totals->sent_ns, &totals->room, (size_t)record->value, sizeof *totals->sent_ns);
    totals->sent_ns[record->value - 1] = record->at_ns;
}

static void mark(void *state, const struct world *world, uint32_t mark)
{
    (void)world;
    tally_mark(&((struct totals *)state)->tally, mark);
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    const struct tally *tally = &((const struct totals *)state)->tally;
    if (row == READ_SLOWEST) {
        struct value slowest = tally_at_end(tally, measures, row, period);
        return slowest.number > 0 ? value_of(slowest.number / (double)NS_PER_MS)
                                  : (struct value){0};
    }
    struct value value = tally_value(tally, measures, row, period);
    if (row != READ_LATENCY && row != COMMAND_LATENCY)
        return value;
    enum row counted = row == READ_LATENCY ? READS : COMMANDS;
    double count = tally_value(tally, measures, counted, period).number;
    return count > 0 ? value_of(value.number / count / (double)NS_PER_MS) : (struct value){0};
}

static void close(void *state)
{
    struct totals *totals = state;
    tally_close(&totals->tally);
    free(totals->sent_ns);
}

const struct family family_calls = {
    .metrics = metrics,
    .count = ROWS,
    .of_reads = true,
    .kinds = RECORD_BIT(CALLED) | RECORD_BIT(ANSWERED),
    .state_size = sizeof(struct totals),
    .open = open,
    .observe = observe,
    .mark = mark,
    .value = value,
    .close = close,
};
