#include "raft/must.h"

#include <stdio.h>
#include <stdlib.h>

void must_failed(const char *fact, const char *file, int line)
{
    fprintf(stderr, "raftsim: a fault of its own: %s:%d: must hold: %s\n", file, line, fact);
    _Exit(MUST_STATUS);
}
