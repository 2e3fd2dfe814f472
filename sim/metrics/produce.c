#include "sim/partition_log.h"

enum row { ACKED, UNKNOWN, LOST, CONFLICTING, LATENCY, ROWS };

static const struct metric metrics[] = {
    [ACKED] = {"produce.acked", "records that a client was told are stored (acks 1 or all)",
               UNIT_COUNT, METRIC_RUN},
    [UNKNOWN] = {"produce.unknown", "records that a client gave up on, never knowing", UNIT_COUNT,
                 METRIC_RUN},
    [LOST] = {"produce.lost",
              "acknowledged records that a later leader of the partition did not hold", UNIT_COUNT,
              METRIC_RUN},
    [CONFLICTING] = {"produce.conflicting",
                     "offsets at which two brokers, each as leader, stored different records",
                     UNIT_COUNT, METRIC_RUN},
    [LATENCY] = {"produce.latency_ms", "first sent to acknowledged, on average", UNIT_MS,
                 METRIC_RUN},
};

static void mark(void *state, const struct world *world, uint32_t mark)
{
    (void)world;
    tally_mark(&((struct partition_logs *)state)->tally, mark);
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    static const enum produce_count counts[ROWS] = {[ACKED] = COUNT_ACKED,
                                                    [UNKNOWN] = COUNT_UNKNOWN,
                                                    [LOST] = COUNT_LOST,
                                                    [CONFLICTING] = COUNT_CONFLICTING,
                                                    [LATENCY] = COUNT_WAITED_NS};
    const struct tally *tally = &((const struct partition_logs *)state)->tally;
    struct value value = tally_value(tally, measures, counts[row], period);
    if (row != LATENCY)
        return value;
    double acked = tally_value(tally, measures, COUNT_ACKED, period).number;
    return acked > 0 ? value_of(value.number / acked / (double)NS_PER_MS) : (struct value){0};
}

const struct family family_produce = {
    .metrics = metrics,
    .count = ROWS,
    .of_topics = true,
    .kinds = RECORD_BIT(APPENDED) | RECORD_BIT(ACKED) | RECORD_BIT(PRODUCE_GIVEN_UP) |
             RECORD_BIT(PARTITION_LED),
    .state_size = sizeof(struct partition_logs),
    .open = partition_logs_open,
    .observe = partition_logs_observe,
    .finish = partition_logs_finish,
    .mark = mark,
    .value = value,
    .close = partition_logs_close,
};
