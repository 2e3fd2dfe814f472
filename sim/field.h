/* Tables of fields: which keys a JSON object takes, and where in a struct each one goes.
 *
 * A table gives parsing (sim/bind.h), refusals, the JSON Schema and the help texts. Its rows are
 * read in their order. An RTT shares the member of a DISTRIBUTION of the same table. */
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
    FIELD_RANGE,           /* uint64_t[2] ns: [min, max] */
    FIELD_SPECIAL,         /* what `read` makes of it */
};

struct reader;
struct cJSON;

struct field {
    const char *name; /* NULL ends the table */
    enum field_kind kind;
    size_t offset;
    bool required;
    const char *help;           /* with its unit */
    const char *const *choices; /* FIELD_CHOICE; NULL ends the list */
    uint64_t low, high;         /* FIELD_COUNT; high 0: 2^53 - 1. FIELD_INTEGER: -low .. high,
                                 * where low 0 is the same as high */
    size_t given;               /* offset of a bool set true when the key is there; 0: none */
    /* FIELD_SPECIAL: reads `value` into the member at `offset`; see sim/bind.h. */
    bool (*read)(struct reader *reader, const struct cJSON *value, void *member);
    const char *schema; /* FIELD_SPECIAL: its name among the schema's definitions */
};

/* What a kind of field is called in the schema, and what a refusal says was expected. */
struct field_kind_info {
    const char *name, *expected;
};
const struct field_kind_info *field_kind_info(enum field_kind kind);

/* The row of that name, or NULL; `fields` may be NULL. */
const struct field *field_find(const struct field *fields, const char *name);

#endif
