/* The parts of a suite among themselves. */
#ifndef SIM_SUITE_PARTS_H
#define SIM_SUITE_PARTS_H

#include "sim/output.h"
#include "sim/suite.h"
#include "sim/workers.h"

/* What a worker says of a run; the key, the detail and what was measured follow. */
struct suite_result {
    enum suite_kind kind;
    bool own; /* it was of the scenario's own seed */
    uint32_t key_size, detail_size;
    uint64_t work_ns;
};

/* The case that a job is of. */
uint32_t suite_case_of(const struct suite *suite, uint64_t job);
/* The seed of a job: first the scenario's own, then those of its sweep. */
uint64_t suite_seed_of(const struct suite_case *one, uint64_t job);
/* What the pages of single runs are made of. */
struct report suite_report(const struct suite *suite, const struct run *run,
                           const struct evidence *evidence);

/* In a worker: what it keeps, a run and its words. */
void *suite_worker_open(void);
void suite_work(const struct suite *suite, void *worker, uint64_t job, struct bytes *result);

/* Takes what columns_pack said of a run of the sweep. False: suite->store_error. */
bool suite_sweep_add(struct suite *suite, struct suite_case *one, const struct bytes *packed);
/* All runs are in: what they missed together becomes sweep_detail. False: suite->store_error. */
bool suite_sweep_finish(struct suite *suite, struct suite_case *one);

/* Writes of a failed run what a person should know, as lines indented by 4. */
void suite_write_failure(const struct suite *suite, const struct report *report, FILE *out);
/* Writes where the run parts from the accepted one, as far as its summary tells. */
void suite_write_change(const struct suite *suite, const struct report *report, FILE *out);
/* What an expectation wanted, and what it got, indented by 4. */
void suite_write_finding(const struct finding *finding, FILE *out);
/* Adds "PROGRAM COMMAND FILE" and the changes made by --set. */
void suite_command(const struct suite *suite, const struct suite_case *one, const char *command,
                   struct text *text);
/* Of a run at which a worker ended; the caller frees it. */
char *suite_words_of_death(const struct suite *suite, const struct suite_case *one, uint64_t seed,
                           const char *why);
/* A line "    label   command". */
void suite_write_command(const char *label, const char *command, FILE *out);
/* "    FILE:LINE:COLUMN", or "    --set" when it came from there. */
void suite_write_place(const struct scenario *scenario, const struct place *place, FILE *out);

#endif
