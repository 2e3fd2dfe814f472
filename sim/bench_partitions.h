/* The part of `raftsim bench` that is about partitions. */
#ifndef SIM_BENCH_PARTITIONS_H
#define SIM_BENCH_PARTITIONS_H

#include <stdint.h>

/* One cluster of so many brokers and partitions, whose brokers crash now and then. */
struct partitions_figures {
    uint64_t brokers, partitions, simulated_s;
    uint64_t events, changed; /* leaders elected after the first */
    double seconds;           /* of the processor, opening and closing included */
    uint64_t bytes;           /* that the peak of memory grew by */
};

enum { BENCH_PARTITIONS = 3 };

/* Measures 10, 1,000 and 100,000 partitions (at most `most`; 0: all); returns how many. */
uint32_t bench_partitions(struct partitions_figures figures[BENCH_PARTITIONS], uint64_t most);
void bench_partitions_print(const struct partitions_figures *figures, uint32_t count);

#endif
