#include "sim/metric.h"

enum row { EVENTS, PROPOSALS, COMMITS, ROWS };

static const struct metric metrics[] = {
    [EVENTS] = {"events", "events that stepped a node or changed the world", UNIT_COUNT,
                METRIC_RUN},
    [PROPOSALS] = {"proposals", "commands of clients that reached a node", UNIT_COUNT, METRIC_RUN},
    [COMMITS] = {"entries.committed", "entries committed, those that new leaders append too",
                 UNIT_COUNT, METRIC_RUN},
};

struct work {
    struct tally tally;
};

static void open(void *state, const struct world *world)
{
    (void)world;
    tally_open(&((struct work *)state)->tally, ROWS);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    uint64_t *now = ((struct work *)state)->tally.now;
    (void)world;
    if (record->kind == RECORD_PROPOSED)
        now[PROPOSALS]++;
    else if (record->index > now[COMMITS])
        now[COMMITS] = record->index;
}

static void mark(void *state, const struct world *world, uint32_t mark)
{
    struct work *work = state;
    work->tally.now[EVENTS] = world->events;
    tally_mark(&work->tally, mark);
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    return tally_value(&((const struct work *)state)->tally, measures, row, period);
}

static void close(void *state)
{
    tally_close(&((struct work *)state)->tally);
}

const struct family family_work = {
    .metrics = metrics,
    .count = ROWS,
    .kinds = RECORD_BIT(PROPOSED) | RECORD_BIT(COMMITTED),
    .state_size = sizeof(struct work),
    .open = open,
    .observe = observe,
    .mark = mark,
    .value = value,
    .close = close,
};
