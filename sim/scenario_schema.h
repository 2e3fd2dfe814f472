/* The format of scenarios as a JSON Schema, made of the tables that read them. */
#ifndef SIM_SCENARIO_SCHEMA_H
#define SIM_SCENARIO_SCHEMA_H

#include <cjson/cJSON.h>

/* A schema of draft 2020-12, for editors and other programs. The caller owns it. */
cJSON *scenario_schema(void);

#endif
