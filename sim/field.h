/* Binds a JSON object to a struct by a table of fields that also documents it.
 *
 * The table gives parsing, refusals, the JSON Schema and the help texts. */
#ifndef SIM_FIELD_H
#define SIM_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
    FIELD_TEXT,            /* char *, owned */
    FIELD_BOOL,            /* bool */
    FIELD_COUNT,           /* uint64_t, a whole number from `low` to `high` */
    FIELD_INTEGER,         /* int64_t, may be negative */
    FIELD_DURATION,        /* uint64_t ns, "150ms" */
    FIELD_SIGNED_DURATION, /* int64_t ns, "-3ms" */
    FIELD_PROBABILITY,     /* uint64_t, share of 2^64; 1 is UINT64_MAX */
    FIELD_FACTOR,          /* uint64_t, fixed point, 2^32 = 1; above 0 */
    FIELD_CHOICE,          /* uint32_t, position in `choices` */
    FIELD_DISTRIBUTION,    /* struct distribution */
    FIELD_RTT,             /* struct distribution: given as a round trip, kept as one way */
    FIELD_TARGETS,         /* struct targets */
    FIELD_SIDES,           /* struct sides */
    FIELD_KINDS,           /* uint32_t, a bit for each enum raft_message_kind */
    FIELD_NODES,           /* struct raft_set: names and zones only */
    FIELD_OPTIONS,         /* struct option_changes *, owned: raft options to change */
};

struct field {
    const char *name; /* NULL ends the table */
    enum field_kind kind;
    size_t offset;
    bool required;
    const char *help;           /* with its unit */
    const char *const *choices; /* FIELD_CHOICE; NULL ends the list */
    uint64_t low, high;         /* FIELD_COUNT; high 0: 2^53 - 1 */
    size_t given;               /* offset of a bool set true when the key is there; 0: none */
};

#endif
