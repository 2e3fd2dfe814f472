#include "sim/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/text.h"

const char *json_number(const cJSON *value)
{
    return cJSON_IsRaw(value) ? value->valuestring : NULL;
}

cJSON *json_member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

char *json_text(const cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value);
    must(text != NULL);
    return text;
}

static uint32_t mark_of(const struct json *json, const cJSON *node)
{
    must(node->valueint >= 0 && (size_t)node->valueint < json->mark_count);
    return (uint32_t)node->valueint;
}

static uint32_t add_mark(struct json *json, cJSON *node, const struct json_mark *mark)
{
    size_t number = json->mark_count++;
    json->marks = make_room(json->marks, &json->mark_room, json->mark_count, sizeof *json->marks);
    json->marks[number] = *mark;
    json->marks[number].node = node;
    node->valueint = (int)number;
    return (uint32_t)number;
}

void json_adopt(struct json *json, cJSON *node, const struct json_mark *mark)
{
    struct json_mark inner = *mark;
    inner.parent = add_mark(json, node, mark);
    inner.position = 0;
    for (cJSON *child = node->child; child; child = child->next, inner.position++)
        json_adopt(json, child, &inner);
}

/* cJSON keeps numbers as doubles; what is bound is the text, so the text takes their place. */
static void keep_number(cJSON *node, const char *text, const struct scan_mark *mark)
{
    size_t size = mark->end - mark->begin;
    char *copy = allocate(size + 1, 1);
    memcpy(copy, text + mark->begin, size);
    must(node->valuestring == NULL);
    node->type = cJSON_Raw;
    node->valuestring = copy;
}

/* The tree and the scanner's marks are in the same order, so they are walked side by side. */
struct pairing {
    const char *text;
    const struct scan *scan;
    size_t next;
};

static void pair(struct json *json, struct pairing *pairing, cJSON *node, struct json_mark mark)
{
    must(pairing->next < pairing->scan->count);
    const struct scan_mark *found = &pairing->scan->marks[pairing->next++];
    mark.value = found->value;
    mark.key = found->key;
    if (cJSON_IsNumber(node))
        keep_number(node, pairing->text, found);
    struct json_mark inner = {.parent = add_mark(json, node, &mark)};
    for (cJSON *child = node->child; child; child = child->next, inner.position++)
        pair(json, pairing, child, inner);
}

static int by_key(const void *a, const void *b)
{
    const cJSON *left = *(const cJSON *const *)a, *right = *(const cJSON *const *)b;
    int order = strcmp(left->string, right->string);
    return order ? order : (left->valueint > right->valueint) - (left->valueint < right->valueint);
}

/* The member whose key an earlier one has, or NULL. */
static const cJSON *second_of_name(const cJSON *object)
{
    size_t count = 0, room = 0;
    const cJSON **members = NULL, *found = NULL;
    for (const cJSON *child = object->child; child; child = child->next) {
        members = make_room(members, &room, count + 1, sizeof *members);
        members[count++] = child;
    }
    if (count > 1)
        qsort(members, count, sizeof *members, by_key);
    for (size_t i = 1; i < count && !found; i++)
        if (strcmp(members[i]->string, members[i - 1]->string) == 0)
            found = members[i];
    free(members);
    return found;
}

static bool keys_differ(const struct json *json, const cJSON *node, struct error *error)
{
    const cJSON *second = cJSON_IsObject(node) ? second_of_name(node) : NULL;
    if (second) {
        struct place place;
        json_place(json, second, true, &place);
        return refuse(error, "%.120s:%u:%u: %s: this key stands twice in its object", json->file,
                      place.line, place.column, place.path);
    }
    for (const cJSON *child = node->child; child; child = child->next)
        if (!keys_differ(json, child, error))
            return false;
    return true;
}

static void build(struct json *json, const char *text, size_t size, const struct scan *scan)
{
    struct pairing pairing = {text, scan, 0};
    json->root = cJSON_ParseWithLength(text, size);
    must(json->root != NULL);
    pair(json, &pairing, json->root, (struct json_mark){0});
    must(pairing.next == scan->count);
}

bool json_open(struct json *json, const char *file, const char *text, size_t size,
               struct error *error)
{
    *json = (struct json){.file = file};
    if (size > SCAN_SIZE_MAX)
        return refuse(error, "%.120s: expected at most 16 MiB", file);
    struct scan scan;
    bool ok = scan_open(&scan, text, size);
    if (ok)
        build(json, text, size, &scan);
    else
        refuse(error, "%.120s:%u:%u: not JSON: %s", file, scan.wrong.line, scan.wrong.column,
               scan.why);
    scan_close(&scan);
    return ok && keys_differ(json, json->root, error);
}

void json_close(struct json *json)
{
    cJSON_Delete(json->root);
    free(json->marks);
    *json = (struct json){0};
}

/* ---- what a message shows ---- */

/* One line of at most `room` - 1 bytes, whole characters, with "..." where it was cut. */
static void put_shown(char *shown, size_t room, const char *text)
{
    size_t size = strlen(text), kept = size < room ? size : room - 4;
    while (kept < size && kept && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--;
    for (size_t i = 0; i < kept; i++)
        shown[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
    snprintf(shown + kept, room - kept, kept < size ? "..." : "");
}

struct shown text_shown(const char *text)
{
    struct shown shown;
    char inner[sizeof shown.text - 2];
    put_shown(inner, sizeof inner, text);
    snprintf(shown.text, sizeof shown.text, "\"%s\"", inner);
    return shown;
}

struct shown json_shown(const cJSON *value)
{
    struct shown shown = {"null"};
    if (cJSON_IsString(value))
        return text_shown(value->valuestring);
    if (cJSON_IsRaw(value))
        snprintf(shown.text, sizeof shown.text, "%s", value->valuestring);
    else if (cJSON_IsBool(value))
        snprintf(shown.text, sizeof shown.text, cJSON_IsTrue(value) ? "true" : "false");
    else if (cJSON_IsArray(value))
        snprintf(shown.text, sizeof shown.text, value->child ? "a list" : "an empty list");
    else if (cJSON_IsObject(value))
        snprintf(shown.text, sizeof shown.text, value->child ? "an object" : "an empty object");
    return shown;
}

/* ---- places ---- */

static bool is_plain_key(const char *key)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return *key && strspn(key, plain) == strlen(key);
}

static void add_path(const struct json *json, uint32_t number, struct text *path)
{
    const struct json_mark *mark = &json->marks[number];
    if (mark->parent == number) {
        text_add(path, "$");
        return;
    }
    add_path(json, mark->parent, path);
    const char *key = mark->node->string;
    if (!key)
        text_add(path, "[%u]", mark->position);
    else if (is_plain_key(key))
        text_add(path, ".%s", key);
    else
        text_add(path, "[%s]", text_shown(key).text);
}

/* Of a path that is too long the end says more than the beginning. */
static void put_path(const struct json *json, uint32_t number, struct place *place)
{
    struct text path = {0};
    add_path(json, number, &path);
    const char *all = text_of(&path);
    if (path.count < sizeof place->path)
        memcpy(place->path, all, path.count + 1);
    else
        snprintf(place->path, sizeof place->path, "...%s",
                 all + path.count - (sizeof place->path - 4));
    text_close(&path);
}

void json_place(const struct json *json, const cJSON *value, bool key, struct place *place)
{
    uint32_t number = mark_of(json, value);
    const struct json_mark *mark = &json->marks[number];
    *place = (struct place){0};
    if (mark->setting) {
        char setting[sizeof place->path - 6];
        put_shown(setting, sizeof setting, json->settings[mark->setting - 1]);
        snprintf(place->path, sizeof place->path, "--set %s", setting);
        return;
    }
    struct spot spot = key && mark->key.line ? mark->key : mark->value;
    place->line = spot.line;
    place->column = spot.column;
    put_path(json, number, place);
}
