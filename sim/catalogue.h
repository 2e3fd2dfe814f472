/* Everything that a scenario may name, as trees: what `raftsim list` prints and READMEs copy. */
#ifndef SIM_CATALOGUE_H
#define SIM_CATALOGUE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* One table: each of its rows is an object with "name" and "help" first. */
struct catalogue {
    const char *name;
    const char *help;
    size_t (*count)(void);
    /* The whole row; the caller owns it. */
    cJSON *(*row)(size_t index);
};

size_t catalogue_count(void);
const struct catalogue *catalogue_at(size_t index);

#endif
