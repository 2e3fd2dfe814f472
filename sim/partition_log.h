/* What became of clients' records: acknowledged, and then lost; stored against each other. */
#ifndef SIM_PARTITION_LOG_H
#define SIM_PARTITION_LOG_H

#include "sim/map.h"
#include "sim/metric.h"

/* One record that a client had acknowledged. */
struct acked {
    uint32_t before;  /* acknowledged before it, of its partition; 0: none */
    uint32_t offset;  /* where a leader stored it last */
    uint32_t highest; /* of its own and those before it */
};

/* One partition. */
struct partition_log {
    uint32_t newest; /* acknowledged last, held by the leader when that took over; 0: none */
    uint32_t epoch;
    uint16_t leader; /* that took it over last; 0: none */
};

/* Counted in all (tally). WAITED: from first sent to acknowledged, all records together. */
enum produce_count {
    COUNT_ACKED,
    COUNT_UNKNOWN,
    COUNT_LOST,
    COUNT_CONFLICTING,
    COUNT_WAITED_NS,
    PRODUCE_COUNTS
};

/* {0} is empty. */
struct partition_logs {
    struct partition_log *items; /* [partition] */
    struct acked *acked;         /* [record - 1] */
    size_t room, acked_room;
    uint32_t partition_count;
    struct map stored; /* (partition, offset) -> record and broker of the leader that was first */
    struct tally tally;
};

void partition_logs_open(void *logs, const struct world *world);
void partition_logs_observe(void *logs, struct world *world, const struct record *record);
/* Looks once more for what the leaders do not hold. */
void partition_logs_finish(void *logs, const struct world *world);
void partition_logs_close(void *logs);

#endif
