/* Words that every module shares: simulated time, refusals, facts, memory. */
#ifndef SIM_BASE_H
#define SIM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raft/must.h"

/* Of the program: stands in stores and reports. */
#define RAFTSIM_VERSION "0.2.0"

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* Later than anything that happens: 146 years. Sums of two such times do not overflow. */
#define NS_MAX (UINT64_C(1) << 62)

#define countof(array) (sizeof(array) / sizeof *(array))

/* Why a person's request was refused: one sentence, made where it was found. */
struct error {
    char text[480];
};

/* Writes the sentence and returns false, so that a refusal is one statement. */
bool refuse(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Zeroed memory, never NULL: without memory the program ends with status 70. */
void *allocate(size_t count, size_t size);

/* A copy of the text; the caller frees it. */
char *copy_text(const char *text);

/* Room for `need` items of `size` bytes in a growing array (doubling); new room is not zeroed. */
void *make_room(void *array, size_t *room, size_t need, size_t size);

#endif
