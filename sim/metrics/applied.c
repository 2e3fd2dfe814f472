#include "sim/metric.h"

enum row { APPLIED, DISCARDED, ROWS };

static const struct metric metrics[] = {
    [APPLIED] = {"entries.applied", "entries applied, summed over the nodes; again after a restart",
                 UNIT_COUNT, METRIC_RUN},
    [DISCARDED] = {"entries.discarded",
                   "entries that a host loop threw away instead, summed over the nodes", UNIT_COUNT,
                   METRIC_RUN},
};

struct applied {
    struct tally tally;
};

static void open(void *state, const struct world *world)
{
    (void)world;
    tally_open(&((struct applied *)state)->tally, ROWS);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    enum row row = record->kind == RECORD_APPLIED ? APPLIED : DISCARDED;
    (void)world;
    ((struct applied *)state)->tally.now[row] += record->index - record->value;
}

static void mark(void *state, const struct world *world, uint32_t mark)
{
    (void)world;
    tally_mark(&((struct applied *)state)->tally, mark);
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    return tally_value(&((const struct applied *)state)->tally, measures, row, period);
}

static void close(void *state)
{
    tally_close(&((struct applied *)state)->tally);
}

const struct family family_applied = {
    .metrics = metrics,
    .count = ROWS,
    .kinds = RECORD_BIT(APPLIED) | RECORD_BIT(APPLY_DISCARDED),
    .state_size = sizeof(struct applied),
    .open = open,
    .observe = observe,
    .mark = mark,
    .value = value,
    .close = close,
};
