#include "sim/metric.h"

/* What becomes of a message, in the order of its record's kinds. */
#define FATES(X)                                                                                   \
    X(SENT, "sent", "that left their node")                                                        \
    X(DELIVERED, "delivered", "that were received")                                                \
    X(LOST, "lost", "that will not arrive")                                                        \
    X(DUPLICATED, "duplicated", "that arrive twice")

enum fate_row {
#define X(id, name, help) FATE_##id,
    FATES(X)
#undef X
        FATE_COUNT
};

_Static_assert(RECORD_DELIVERED == RECORD_SENT + FATE_DELIVERED, "rows follow records");
_Static_assert(RECORD_LOST == RECORD_SENT + FATE_LOST, "rows follow records");
_Static_assert(RECORD_DUPLICATED == RECORD_SENT + FATE_DUPLICATED, "rows follow records");

/* Row: (1 + kind) * FATE_COUNT + fate; those of all kinds come first. */
static const struct metric metrics[] = {
#define FATE_METRIC(name, fate, help)                                                              \
    {"messages." name fate, "messages " help, UNIT_COUNT, METRIC_RUN},
#define X(id, fate, help) FATE_METRIC("", fate, help)
    FATES(X)
#undef X
#define X(id, name)                                                                                \
    FATE_METRIC(name ".", "sent", "of this kind that left their node")                             \
    FATE_METRIC(name ".", "delivered", "of this kind that were received")                          \
    FATE_METRIC(name ".", "lost", "of this kind that will not arrive")                             \
    FATE_METRIC(name ".", "duplicated", "of this kind that arrive twice")
        RAFT_MESSAGES(X)
#undef X
#undef FATE_METRIC
};

enum { WIDTH = RAFT_MSG_KINDS * FATE_COUNT };

struct messages {
    struct tally tally;
};

static void open(void *state, const struct world *world)
{
    (void)world;
    tally_open(&((struct messages *)state)->tally, WIDTH);
}

static void observe(void *state, struct world *world, const struct record *record)
{
    (void)world;
    ((struct messages *)state)
        ->tally.now[record->message * FATE_COUNT + (uint32_t)(record->kind - RECORD_SENT)]++;
}

static void mark(void *state, const struct world *world, uint32_t mark)
{
    (void)world;
    tally_mark(&((struct messages *)state)->tally, mark);
}

static struct value value(const void *state, const struct measures *measures, uint32_t row,
                          const struct period *period)
{
    const struct tally *tally = &((const struct messages *)state)->tally;
    if (row >= FATE_COUNT)
        return tally_value(tally, measures, row - FATE_COUNT, period);
    double sum = 0;
    for (uint32_t which = row; which < WIDTH; which += FATE_COUNT)
        sum += tally_value(tally, measures, which, period).number;
    return value_of(sum);
}

static void close(void *state)
{
    tally_close(&((struct messages *)state)->tally);
}

const struct family family_messages = {
    .metrics = metrics,
    .count = countof(metrics),
    .kinds = RECORD_BIT(SENT) | RECORD_BIT(DELIVERED) | RECORD_BIT(LOST) | RECORD_BIT(DUPLICATED),
    .state_size = sizeof(struct messages),
    .open = open,
    .observe = observe,
    .mark = mark,
    .value = value,
    .close = close,
};
