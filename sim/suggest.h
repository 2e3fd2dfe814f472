/* The known name nearest to a mistyped one, by edit distance. */
#ifndef SIM_SUGGEST_H
#define SIM_SUGGEST_H

#include "sim/base.h"

enum { SUGGEST_MAX = 64 };

/* Begin with {.word = the mistyped one}, try every known name, then ask for the nearest. */
struct suggestion {
    const char *word;
    size_t distance;
    char nearest[SUGGEST_MAX];
};

/* Names of SUGGEST_MAX characters or more are no suggestions. Of equals the first counts. */
void suggest_try(struct suggestion *suggestion, const char *known);
/* The nearest name, or NULL when none is near enough to be meant. A loan. */
const char *suggest_nearest(const struct suggestion *suggestion);
/* The nearest of a list, or NULL. */
const char *nearest_of(const char *word, const char *const *known, size_t count);

/* "; did you mean "x"?", or "". */
struct hint {
    char text[SUGGEST_MAX + 24];
};
struct hint suggest_hint(const struct suggestion *suggestion);

#endif
