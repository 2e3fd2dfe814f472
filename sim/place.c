#include "sim/place.h"

#include <stdio.h>

bool refuse_place(struct error *error, const char *file, const struct place *place,
                  const char *format, va_list arguments)
{
    char sentence[sizeof error->text];
    vsnprintf(sentence, sizeof sentence, format, arguments);
    if (place->line == 0)
        return refuse(error, "%s: %.300s", place->path, sentence);
    return refuse(error, "%.120s:%u:%u: %s: %.300s", file, place->line, place->column, place->path,
                  sentence);
}
