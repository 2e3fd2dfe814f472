/* The table of commands: what `raftsim NAME ...` can do. One file in sim/commands/ and one row of
 * sim/commands.def each. */
#ifndef SIM_COMMAND_H
#define SIM_COMMAND_H

#include <stddef.h>

/* The first of these that applies is the exit status; those of verdicts are in sim/run.h. */
enum {
    STATUS_HELD = 0,
    STATUS_USAGE = 2,      /* wrong flags, or a scenario refused */
    STATUS_OWN_FAULT = 70, /* see raft/must.h */
    STATUS_OUTPUT = 74,    /* output cannot be written */
    STATUS_SIGNAL = 128,   /* and the signal's number: 130 interrupted, 143 terminated */
};

struct command {
    const char *name;
    const char *help; /* half a sentence, for the list of commands */
    /* argv[0] is the program as it was called, so that a printed command works as printed;
     * argv[1] is the first word after the command's name. Returns the exit status. */
    int (*run)(int argc, char **argv);
};

#define ROW(name) extern const struct command command_##name;
#include "sim/commands.def"
#undef ROW

size_t command_count(void);
const struct command *command_at(size_t index);
/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

#endif
