/* A strict scanner of JSON (RFC 8259): refuses what is not JSON, and locates what is.
 *
 * It comes before the tree is built, because the tree's builder is lenient and knows no places. */
#ifndef SIM_SCAN_H
#define SIM_SCAN_H

#include "sim/base.h"

enum {
    SCAN_SIZE_MAX = 16 << 20,
    SCAN_DEPTH_MAX = 64,
    SCAN_VALUES_MAX = 1000000,
    SCAN_NUMBER_MAX = 60, /* characters; the tree's builder cuts numbers at 63 */
};

struct spot {
    uint32_t line, column; /* from 1; columns are characters */
};

/* One value: where it and its key stand, and its text [begin, end). */
struct scan_mark {
    struct spot value, key; /* key: {0} in lists and at the root */
    uint32_t begin, end;
};

/* Marks are in the order in which their values begin. Owned; close it whatever came of it. */
struct scan {
    struct scan_mark *marks;
    size_t count, room;
    struct spot wrong; /* where it is not JSON, */
    char why[96];      /* and why */
};

/* False: `wrong` and `why` say what is not JSON. */
bool scan_open(struct scan *scan, const char *text, size_t size);
void scan_close(struct scan *scan);

/* Is the text UTF-8? */
bool scan_is_utf8(const char *text);

#endif
