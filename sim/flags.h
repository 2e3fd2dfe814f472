/* The words after a command's name: one table says how they are read and how they are explained.
 *
 * Every command reads its flags here, so that all refuse alike: one sentence, exit status 2. */
#ifndef SIM_FLAGS_H
#define SIM_FLAGS_H

#include "sim/base.h"
#include "sim/scenario.h"

struct flag {
    const char *name;     /* NULL ends the table; of one letter: -v, a switch */
    const char *argument; /* "N", as the help shows it; NULL: a switch */
    const char *help;
    /* Reads the argument (NULL for a switch) into the field at `offset`. */
    bool (*take)(void *field, const char *argument, struct error *error);
    size_t offset;
};

struct usage {
    const char *command;
    const char *operands; /* "FILE", as the help shows it; "" for none */
    const char *help;     /* one or two sentences */
    const char *examples; /* lines of the help's end, or NULL */
    const struct flag *flags;
    uint32_t least, most; /* operands */
};

/* A seed that may be given. */
struct seed_flag {
    bool given;
    uint64_t seed;
};

/* The one given, else the scenario's own. */
uint64_t seed_of(const struct seed_flag *flag, const struct scenario *scenario);

/* Seeds from first to last that may be given. */
struct seeds_flag {
    bool given;
    uint64_t first, last;
};
/* Those given, else the scenario's sweep.seeds, else 1..1000. */
struct seeds_flag range_of(const struct seeds_flag *flag, const struct scenario *scenario);

/* --set PATH=VALUE, as often as wanted; `settings` points to `items`. */
enum { SETTINGS_MAX = 64 };
struct settings_flag {
    struct settings settings;
    const char *items[SETTINGS_MAX];
};

enum flags_end { FLAGS_GO, FLAGS_HELPED, FLAGS_WRONG };

/* Reads argv[1..] into the struct that the table's offsets are of. FLAGS_GO: *operands is the
 * first of argc - *operands words that are no flags. FLAGS_HELPED: --help was printed, exit 0.
 * FLAGS_WRONG: the sentence was printed on stderr, exit STATUS_USAGE. */
enum flags_end flags_read(const struct usage *usage, int argc, char **argv, void *into,
                          int *operands);
/* The exit status of an end that is not FLAGS_GO. */
int flags_status(enum flags_end end);

/* A command about one scenario, its first operand. */
struct scenario_command {
    const struct usage *usage;
    void *flags;                     /* what flags_read fills, */
    const struct settings *settings; /* and the changes in it */
    int (*work)(const char *program, const struct scenario *scenario, const void *flags);
};
/* Reads the flags and the scenario, checks what it expects, and works: the exit status. What is
 * wrong was printed on stderr. */
int scenario_command(const struct scenario_command *command, int argc, char **argv);

bool take_switch(void *field, const char *argument, struct error *error); /* bool */
bool take_text(void *field, const char *argument, struct error *error);   /* const char * */
bool take_json(void *field, const char *argument, struct error *error);   /* bool: text or json */
bool take_seed(void *field, const char *argument, struct error *error);   /* struct seed_flag */
bool take_seeds(void *field, const char *argument, struct error *error);  /* struct seeds_flag */
bool take_count(void *field, const char *argument,
                struct error *error); /* uint64_t, 1 .. 2^53 - 1 */
bool take_duration(void *field, const char *argument, struct error *error); /* uint64_t ns, > 0 */
bool take_setting(void *field, const char *argument,
                  struct error *error); /* struct settings_flag */

#endif
