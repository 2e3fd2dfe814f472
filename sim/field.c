#include "sim/field.h"

#include <string.h>

#include "sim/base.h"

#define DURATION_EXPECTED "a duration with its unit, such as \"150ms\""

static const struct field_kind_info kinds[] = {
    [FIELD_TEXT] = {"text", "a text"},
    [FIELD_BOOL] = {"bool", "true or false"},
    [FIELD_COUNT] = {"count", "a whole number"},
    [FIELD_INTEGER] = {"integer", "a whole number"},
    [FIELD_DURATION] = {"duration", DURATION_EXPECTED},
    [FIELD_SIGNED_DURATION] = {"signed_duration", DURATION_EXPECTED " or \"-3ms\""},
    [FIELD_PROBABILITY] = {"probability", "a probability from 0 to 1"},
    [FIELD_FACTOR] = {"factor", "a number above 0"},
    [FIELD_CHOICE] = {"choice", "one of"},
    [FIELD_DISTRIBUTION] = {"distribution",
                            DURATION_EXPECTED " or {\"uniform\": [\"1ms\", \"5ms\"]}"},
    [FIELD_RTT] = {"distribution", DURATION_EXPECTED " or {\"uniform\": [\"1ms\", \"5ms\"]}"},
    [FIELD_TARGETS] = {"targets",
                       "a node, \"zone:NAME\", a word such as \"leader\", or a list of them"},
    [FIELD_SIDES] = {"sides", "a list of two or more sides, each a list of nodes"},
    [FIELD_KINDS] = {"kinds", "a kind of message, such as \"vote\", or a list of them"},
    [FIELD_NODES] = {"nodes", "a node, \"zone:NAME\", or a list of them"},
    [FIELD_OPTIONS] = {"options", "an object of raft options"},
    [FIELD_RANGE] = {"range", "a list of two durations, such as [\"150ms\", \"300ms\"]"},
    [FIELD_SPECIAL] = {"special", "a value"},
};

const struct field_kind_info *field_kind_info(enum field_kind kind)
{
    must((size_t)kind < countof(kinds));
    return &kinds[kind];
}

const struct field *field_find(const struct field *fields, const char *name)
{
    for (const struct field *field = fields; field && field->name; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}
