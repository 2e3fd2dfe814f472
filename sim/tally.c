#include <stdlib.h>
#include <string.h>

#include "sim/metric.h"

void tally_open(struct tally *tally, uint32_t width)
{
    tally->width = width;
    tally->now = make_room(tally->now, &tally->now_room, width, sizeof *tally->now);
    memset(tally->now, 0, width * sizeof *tally->now);
}

void tally_mark(struct tally *tally, uint32_t mark)
{
    size_t at = (size_t)mark * tally->width;
    tally->marks =
        make_room(tally->marks, &tally->mark_room, at + tally->width, sizeof *tally->marks);
    memcpy(tally->marks + at, tally->now, tally->width * sizeof *tally->now);
}

struct value tally_value(const struct tally *tally, const struct measures *measures, uint32_t which,
                         const struct period *period)
{
    uint32_t begin, end;
    measures_marks(measures, period, &begin, &end);
    uint64_t before = begin == UINT32_MAX ? 0 : tally->marks[(size_t)begin * tally->width + which];
    return value_of((double)(tally->marks[(size_t)end * tally->width + which] - before));
}

struct value tally_at_end(const struct tally *tally, const struct measures *measures,
                          uint32_t which, const struct period *period)
{
    uint32_t begin, end;
    measures_marks(measures, period, &begin, &end);
    return value_of((double)tally->marks[(size_t)end * tally->width + which]);
}

void tally_close(struct tally *tally)
{
    free(tally->now);
    free(tally->marks);
    *tally = (struct tally){0};
}
