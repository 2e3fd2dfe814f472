/* A JSON document: the tree that cJSON builds of text that the scanner has let through, with a
 * place for every value and numbers kept as they were written. */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include <cjson/cJSON.h>

#include "sim/place.h"
#include "sim/scan.h"

/* Where a value of the tree comes from. */
struct json_mark {
    const cJSON *node;
    uint32_t parent;   /* mark of the list or object it is in; the root: its own */
    uint32_t position; /* in a list */
    uint32_t setting;  /* 1 + number of the --set that gave it; 0: the file */
    struct spot value, key;
};

/* Numbers in the tree are cJSON_Raw: their text, exactly. `valueint` of a node is its mark. */
struct json {
    const char *file; /* as messages name it; a loan */
    cJSON *root;
    struct json_mark *marks;
    size_t mark_count, mark_room;
    const char *const *settings; /* a loan, for messages; see settings.h */
};

/* Builds the tree. False: `error` says where the text is not JSON, or which key stands twice.
 * Close it whatever came of it. */
bool json_open(struct json *json, const char *file, const char *text, size_t size,
               struct error *error);
void json_close(struct json *json);

/* Marks a value that was put into the tree, and all in it, as given by a --set. `position`: in
 * its list. Its numbers must be text already (json_open of the value's own text did it). */
void json_adopt(struct json *json, cJSON *node, const struct json_mark *mark);

/* The text of a number, or NULL: the value is none. */
const char *json_number(const cJSON *value);
/* The member of that name, or NULL. */
cJSON *json_member(const cJSON *object, const char *name);

/* The value in one line; the caller frees it. */
char *json_text(const cJSON *value);

/* Where a value stands, or where its key does. */
void json_place(const struct json *json, const cJSON *value, bool key, struct place *place);

/* A value in a few words for a message: "\"abc\"", "5", "true", "a list". */
struct shown {
    char text[72];
};
struct shown json_shown(const cJSON *value);
/* Any text as a message may show it: quoted, one line, not too long. */
struct shown text_shown(const char *text);

#endif
