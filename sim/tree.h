/* Trees of JSON that programs read: numbers in plain decimals, the same on every machine. */
#ifndef SIM_TREE_H
#define SIM_TREE_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "sim/run.h"
#include "sim/text.h"

/* Up to 6 decimals, null when it is not known or not finite. The caller owns it. */
cJSON *tree_of_value(struct value value);
void tree_add_value(cJSON *object, const char *name, struct value value);
void tree_add_ms(cJSON *object, const char *name, uint64_t ns);
void tree_add_count(cJSON *object, const char *name, uint64_t count);
/* NULL is null. */
void tree_add_text(cJSON *object, const char *name, const char *text);
/* 16 hexadecimal digits, as text: JSON's numbers would lose some. */
void tree_add_hash(cJSON *object, const char *name, uint64_t hash);

/* {count, min, max, mean, p50, p90, p99, p999}. The caller owns it. */
cJSON *tree_of_samples(const struct samples *samples);
/* {metric, want, got, held}. The caller owns it. */
cJSON *tree_of_finding(const struct finding *finding);

/* Indented, with a newline at the end. */
void tree_print(const cJSON *tree, FILE *out);

/* A plan as people write it: what fits a line stands on one, items of the plan on one each. */
void tree_write_plan(const cJSON *plan, struct text *text);

/* Adds "partitions", with the first 1,000 episodes; nothing to a plan without topics. */
void tree_add_partitions(cJSON *object, const struct run *run);

#endif
