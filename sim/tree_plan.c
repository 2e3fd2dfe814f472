#include <stdlib.h>

#include "sim/json.h"
#include "sim/tree.h"

enum { LINE = 120, INDENT = 2 };

static void add_leaf(const cJSON *value, struct text *text)
{
    char *leaf = json_text(value);
    text_add(text, "%s", leaf);
    free(leaf);
}

static void add_key(const cJSON *value, struct text *text)
{
    if (!value->string)
        return;
    cJSON key = {.type = cJSON_String, .valuestring = value->string};
    add_leaf(&key, text);
    text_add(text, ": ");
}

static void add_inline(const cJSON *value, struct text *text)
{
    bool object = cJSON_IsObject(value);
    if (!object && !cJSON_IsArray(value)) {
        add_leaf(value, text);
        return;
    }
    text_add(text, object ? "{" : "[");
    for (const cJSON *child = value->child; child; child = child->next) {
        add_key(child, text);
        add_inline(child, text);
        text_add(text, "%s", child->next ? ", " : "");
    }
    text_add(text, object ? "}" : "]");
}

static size_t inline_width(const cJSON *value)
{
    struct text text = {0};
    add_key(value, &text);
    add_inline(value, &text);
    size_t width = text_width(text_of(&text));
    text_close(&text);
    return width;
}

/* Faults read best below each other, however short they are. */
static bool is_spread(const cJSON *value, size_t indent)
{
    if (!value->child)
        return false;
    if (indent == 0 || (cJSON_IsArray(value) && cJSON_IsObject(value->child) && value->child->next))
        return true;
    return indent + inline_width(value) > LINE;
}

static void add_value(const cJSON *value, size_t indent, struct text *text)
{
    bool object = cJSON_IsObject(value);
    if (!is_spread(value, indent)) {
        add_inline(value, text);
        return;
    }
    text_add(text, object ? "{\n" : "[\n");
    for (const cJSON *child = value->child; child; child = child->next) {
        text_add(text, "%*s", (int)(indent + INDENT), "");
        add_key(child, text);
        add_value(child, indent + INDENT, text);
        text_add(text, "%s\n", child->next ? "," : "");
    }
    text_add(text, "%*s%s", (int)indent, "", object ? "}" : "]");
}

void tree_write_plan(const cJSON *plan, struct text *text)
{
    add_value(plan, 0, text);
    text_add(text, "\n");
}
