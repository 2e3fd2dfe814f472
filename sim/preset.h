/* Presets: the settings of real systems, in a scenario's own words, as rows of presets.def. */
#ifndef SIM_PRESET_H
#define SIM_PRESET_H

#include <stddef.h>

struct preset {
    const char *name, *help;
    const char *approximation; /* what the settings cannot express, and why; NULL: exact */
    const char *settings;      /* a JSON object of raft options */
    const char *names;         /* "heartbeat-interval = 100 ms -> tick", a line each */
    const char *source;        /* where it was read */
};

/* A name that moves on to the newest version. */
struct preset_alias {
    const char *name, *preset;
};

size_t preset_count(void);
const struct preset *preset_at(size_t index);
size_t preset_alias_count(void);
const struct preset_alias *preset_alias_at(size_t index);
/* By name or alias; NULL: unknown. */
const struct preset *preset_find(const char *name);

#endif
