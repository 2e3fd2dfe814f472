/* What the parts of the store share; for sim/store*.c alone. */
#ifndef SIM_STORE_PARTS_H
#define SIM_STORE_PARTS_H

#include "sim/store.h"

/* Columns of a table before those of metrics. */
enum { STORE_RUN_FIXED = 8, STORE_EPISODE_FIXED = 8, STORE_PARTITION_FIXED = 8, STORE_ASKED = 3 };

struct store {
    sqlite3 *handle;
    const struct columns *columns;
    const char *path; /* NULL: it vanishes */
    sqlite3_stmt *run, *episode, *partition, *asked;
    struct unpacking unpacking;
    bool open; /* a transaction is */
    bool failed;
    struct error error; /* the first: those after it are its consequences */
};

#endif
