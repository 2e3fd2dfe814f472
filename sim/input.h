/* Files that people give: read whole, up to a limit. */
#ifndef SIM_INPUT_H
#define SIM_INPUT_H

#include "sim/text.h"

/* Reads a file, a pipe or a device into `text`, which the caller closes whatever came of it.
 * False: it cannot be read or holds more than `limit` bytes; no more than that was read. */
bool input_read(const char *path, size_t limit, struct text *text, struct error *error);

#endif
