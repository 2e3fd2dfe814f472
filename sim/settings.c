#include "sim/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 200, STEPS_MAX = SCAN_DEPTH_MAX };

/* One step of a path: a key, or a position in a list. */
struct step {
    char key[KEY_MAX];
    bool is_position;
    int position;
};

struct change {
    struct json *json;
    uint32_t number;
    const char *text; /* PATH=VALUE */
    struct error *error;
};

static bool refuse_change(const struct change *change, const char *why)
{
    return refuse(change->error, "--set %.300s: %s", change->text, why);
}

/* ---- the path ---- */

static bool take_key(const char **text, const char *stops, struct step *step)
{
    size_t size = strcspn(*text, stops);
    if (size == 0 || size >= KEY_MAX)
        return false;
    memcpy(step->key, *text, size);
    step->key[size] = '\0';
    *text += size;
    return true;
}

/* [2] or ["any key"] */
static bool take_bracket(const char **text, struct step *step)
{
    ++*text;
    bool quoted = **text == '"';
    *text += quoted;
    if (!take_key(text, quoted ? "\"" : "]", step))
        return false;
    if (quoted && *(*text)++ != '"')
        return false;
    if (*(*text)++ != ']')
        return false;
    size_t digits = strspn(step->key, "0123456789");
    step->is_position = !quoted;
    if (!quoted && (step->key[digits] || digits > 6))
        return false;
    for (const char *at = step->key; !quoted && *at; at++)
        step->position = step->position * 10 + (*at - '0');
    return true;
}

/* Keys of "expect" are names of metrics, dots and all: what follows it is one key. */
static bool take_step(const char **text, bool first, struct step *step)
{
    bool metric = !first && !step->is_position && strcmp(step->key, "expect") == 0;
    *step = (struct step){.position = 0};
    if (**text == '[')
        return take_bracket(text, step);
    if (!first && *(*text)++ != '.')
        return false;
    return take_key(text, metric ? "=" : ".[=", step);
}

/* ---- the tree ---- */

static cJSON *child_of(const cJSON *parent, const struct step *step)
{
    return step->is_position ? cJSON_GetArrayItem(parent, step->position)
                             : json_member(parent, step->key);
}

static bool check_parent(const struct change *change, const cJSON *parent, const struct step *step)
{
    char why[KEY_MAX + 60];
    bool fits = step->is_position ? cJSON_IsArray(parent) : cJSON_IsObject(parent);
    if (!fits) {
        snprintf(why, sizeof why, "expected %s before %s\"%s\"",
                 step->is_position ? "a list" : "an object", step->is_position ? "position " : "",
                 step->key);
        return refuse_change(change, why);
    }
    if (step->is_position && step->position > cJSON_GetArraySize(parent)) {
        snprintf(why, sizeof why, "expected a position of at most %d, the list's end",
                 cJSON_GetArraySize(parent));
        return refuse_change(change, why);
    }
    return true;
}

/* Puts `value` where the step leads, in place of what is there. */
static void put(const struct change *change, cJSON *parent, const struct step *step, cJSON *value)
{
    struct json_mark mark = {.parent = (uint32_t)parent->valueint,
                             .position = (uint32_t)step->position,
                             .setting = change->number + 1};
    bool there = child_of(parent, step) != NULL;
    cJSON_bool ok;
    if (step->is_position)
        ok = there ? cJSON_ReplaceItemInArray(parent, step->position, value)
                   : cJSON_AddItemToArray(parent, value);
    else
        ok = there ? cJSON_ReplaceItemInObjectCaseSensitive(parent, step->key, value)
                   : cJSON_AddItemToObject(parent, step->key, value);
    must(ok);
    json_adopt(change->json, value, &mark);
}

/* The value's own tree: numbers become text there, as in a file. */
static cJSON *value_of(const char *text)
{
    struct json json;
    struct error ignored;
    cJSON *value = NULL;
    if (json_open(&json, "", text, strlen(text), &ignored)) {
        value = json.root;
        json.root = NULL;
    }
    json_close(&json);
    return value ? value : cJSON_CreateString(text);
}

static bool apply(const struct change *change)
{
    const char *at = change->text;
    cJSON *parent = change->json->root;
    struct step step;
    if (strlen(at) > SCAN_SIZE_MAX || !scan_is_utf8(at))
        return refuse_change(change, "expected UTF-8 text");
    if (strncmp(at, "$.", 2) == 0)
        at += 2;
    for (int steps = 0; take_step(&at, steps == 0, &step) && steps < STEPS_MAX; steps++) {
        if (!check_parent(change, parent, &step))
            return false;
        if (*at == '=') {
            put(change, parent, &step, value_of(at + 1));
            return true;
        }
        if (!child_of(parent, &step))
            put(change, parent, &step,
                *at == '[' && at[1] != '"' ? cJSON_CreateArray() : cJSON_CreateObject());
        parent = child_of(parent, &step);
    }
    return refuse_change(change, "expected PATH=VALUE, such as cluster.raft.pre_vote=true or "
                                 "timeline[0].for=3s");
}

bool settings_apply(struct json *json, const struct settings *settings, struct error *error)
{
    json->settings = settings->items;
    for (uint32_t i = 0; i < settings->count; i++) {
        struct change change = {json, i, settings->items[i], error};
        if (!apply(&change))
            return false;
    }
    return true;
}

void settings_add_flags(const struct settings *settings, struct text *text)
{
    for (uint32_t i = 0; i < settings->count; i++) {
        text_add(text, " --set ");
        text_shell(text, settings->items[i]);
    }
}

void settings_add_command(const struct settings *settings, const char *program, const char *command,
                          const char *file, struct text *text)
{
    text_shell(text, program);
    text_add(text, " %s ", command);
    text_shell(text, file);
    settings_add_flags(settings, text);
}
