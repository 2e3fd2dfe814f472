#include "sim/input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool input_read(const char *path, size_t limit, struct text *text, struct error *error)
{
    char block[16384];
    size_t count;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return refuse(error, "%.300s: cannot be read: %s", path, strerror(errno));
    while (text->count <= limit && (count = fread(block, 1, sizeof block, stream)) > 0)
        text_bytes(text, block, count);
    int reason = ferror(stream) ? errno : 0;
    fclose(stream);
    if (reason)
        return refuse(error, "%.300s: cannot be read: %s", path, strerror(reason));
    if (text->count > limit)
        return refuse(error, "%.300s: expected at most %zu MiB", path, limit >> 20);
    return true;
}
