/* Where something stands in a scenario file, and refusals that point there. */
#ifndef SIM_PLACE_H
#define SIM_PLACE_H

#include <stdarg.h>

#include "sim/base.h"

struct place {
    uint32_t line, column; /* line 0: the value came from --set, and `path` says which */
    char path[120];        /* JSON path: $.timeline[2].node */
};

/* "FILE:LINE:COLUMN: PATH: SENTENCE", or "--set PATH=VALUE: SENTENCE". Returns false. */
bool refuse_place(struct error *error, const char *file, const struct place *place,
                  const char *format, va_list arguments);

#endif
