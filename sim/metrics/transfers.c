#include "sim/metric.h"

enum row { BEGUN, ABORTED, DONE, ROWS };

static const struct metric metrics[] = {
    [BEGUN] = {"transfers.begun", "campaigns that a leadership transfer began", UNIT_COUNT,
               METRIC_RUN},
    [ABORTED] = {"transfers.aborted", "leadership transfers that ran out of time", UNIT_COUNT,
                 METRIC_RUN},
    [DONE] = {"transfers.done", "elections won by the target of a transfer, in that campaign",
              UNIT_COUNT, METRIC_RUN},
};

struct transfers {
    struct tally tally;
};

static void open(void *state, const struct world *world)
{
    (void)world;
    tally_open(&((struct transfers *)state)->tally, ROWS);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct transfers *transfers = state;
    (void)world;
    if (record->kind == RECORD_TRANSFER_ABORTED)
        transfers->tally.now[ABORTED]++;
    else if (record->detail == RAFT_NOTE_CAMPAIGN_TRANSFER)
        transfers->tally.now[BEGUN]++;
}

static void mark(void *state, const struct world *world, uint32_t mark)
{
    (void)world;
    tally_mark(&((struct transfers *)state)->tally, mark);
}

static struct value count_done(const struct measures *measures, const struct period *period)
{
    const struct campaign *campaigns;
    uint32_t all = measures_campaigns(measures, &campaigns), count = 0;
    for (uint32_t i = 0; i < all; i++)
        count += campaigns[i].won && !campaigns[i].prevote &&
                 campaigns[i].trigger == TRIGGER_TRANSFER &&
                 (period->window == 0 || period_has(period, campaigns[i].ended_ns));
    return value_of(count);
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    const struct transfers *transfers = state;
    return row == DONE ? count_done(measures, period)
                       : tally_value(&transfers->tally, measures, row, period);
}

static void close(void *state)
{
    tally_close(&((struct transfers *)state)->tally);
}

const struct family family_transfers = {
    .metrics = metrics,
    .count = ROWS,
    .kinds = RECORD_BIT(CAMPAIGN) | RECORD_BIT(TRANSFER_ABORTED),
    .state_size = sizeof(struct transfers),
    .open = open,
    .observe = observe,
    .mark = mark,
    .value = value,
    .close = close,
};
