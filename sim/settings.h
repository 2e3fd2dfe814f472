/* Changes to a scenario's tree before it is bound: --set PATH=VALUE. */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include "sim/json.h"
#include "sim/scenario.h"
#include "sim/text.h"

/* Makes the changes in their order. PATH is keys and positions, such as timeline[0].for or
 * expect["term.last"]; what is missing on the way is made. VALUE is JSON if it is that, else text.
 * False: `error` says which change cannot be made, and why. `settings` must outlive the tree. */
bool settings_apply(struct json *json, const struct settings *settings, struct error *error);

/* Adds " --set PATH=VALUE" for each, as a shell takes them. */
void settings_add_flags(const struct settings *settings, struct text *text);
/* Adds "PROGRAM COMMAND FILE --set PATH=VALUE ..", as a shell takes it. */
void settings_add_command(const struct settings *settings, const char *program, const char *command,
                          const char *file, struct text *text);

#endif
