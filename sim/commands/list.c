#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"
#include "sim/command.h"
#include "sim/flags.h"
#include "sim/json.h"
#include "sim/suggest.h"
#include "sim/text.h"
#include "sim/tree.h"

enum { COLUMNS = 80, HELP_COLUMN = 24 };

struct list_flags {
    bool json;
};

static const struct flag flags[] = {
    {"format", "NAME", "text (the default) or json", take_json, offsetof(struct list_flags, json)},
    {0},
};

/* ---- as text ---- */

/* Words from `column` on, as many as 80 columns hold. After a name that reaches the column they
 * follow at once if they all fit, else below. */
static void add_wrapped(struct text *text, size_t column, const char *words)
{
    const char *last = strrchr(text_of(text), '\n');
    size_t name = text_width(last ? last + 1 : text_of(text));
    if (name >= column && name + 1 + text_width(words) <= COLUMNS) {
        text_add(text, " %s\n", words);
        return;
    }
    if (name >= column)
        text_add(text, "\n");
    text_wrap(text, column, COLUMNS, words);
}

static const char *string_of(const cJSON *row, const char *key)
{
    const cJSON *value = json_member(row, key);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

/* "  name      help" */
static void add_row(struct text *text, const cJSON *row)
{
    text_add(text, "  %s", string_of(row, "name"));
    struct text help = {0};
    if (string_of(row, "not_built_yet"))
        text_add(&help, "(not built yet) ");
    if (json_member(row, "required"))
        text_add(&help, "(required) ");
    if (string_of(row, "approximation"))
        text_add(&help, "(approximation) ");
    text_add(&help, "%s", string_of(row, "help"));
    add_wrapped(text, HELP_COLUMN, text_of(&help));
    text_close(&help);
}

/* A member of a row: a text, a switch, a list of texts or rows, or settings. */
static void add_member(struct text *text, const cJSON *member)
{
    struct text name = {0};
    text_add(&name, "  %s", member->string);
    for (char *at = name.data; *at; at++)
        *at = *at == '_' ? ' ' : *at;
    text_add(text, "%s", text_of(&name));
    text_close(&name);
    if (cJSON_IsString(member)) {
        add_wrapped(text, HELP_COLUMN, member->valuestring);
        return;
    }
    if (!cJSON_IsArray(member)) {
        char *printed = json_text(member);
        struct text spaced = {0};
        for (const char *at = printed; *at; at++)
            text_add(&spaced, at[0] == ',' || at[0] == ':' ? "%c " : "%c", *at);
        add_wrapped(text, HELP_COLUMN, text_of(&spaced));
        text_close(&spaced);
        free(printed);
        return;
    }
    bool rows = cJSON_IsObject(member->child);
    if (rows || !member->child)
        text_add(text, rows ? "\n" : " none\n");
    for (const cJSON *child = member->child; child; child = child->next)
        if (rows)
            add_row(text, child);
        else
            add_wrapped(text, HELP_COLUMN, child->valuestring);
}

static void add_whole(struct text *text, const cJSON *row)
{
    text_add(text, "%s", string_of(row, "name"));
    add_wrapped(text, HELP_COLUMN, string_of(row, "help"));
    for (const cJSON *member = row->child; member; member = member->next)
        if (strcmp(member->string, "name") != 0 && strcmp(member->string, "help") != 0)
            add_member(text, member);
}

/* ---- what is asked for ---- */

static const struct catalogue *find_catalogue(const char *name, struct suggestion *suggestion)
{
    for (size_t i = 0; i < catalogue_count(); i++) {
        suggest_try(suggestion, catalogue_at(i)->name);
        if (strcmp(catalogue_at(i)->name, name) == 0)
            return catalogue_at(i);
    }
    return NULL;
}

static cJSON *all_rows(const struct catalogue *catalogue)
{
    cJSON *rows = cJSON_CreateArray();
    for (size_t i = 0; i < catalogue->count(); i++)
        cJSON_AddItemToArray(rows, catalogue->row(i));
    return rows;
}

static cJSON *all_catalogues(void)
{
    cJSON *rows = cJSON_CreateArray();
    for (size_t i = 0; i < catalogue_count(); i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "name", catalogue_at(i)->name);
        cJSON_AddStringToObject(row, "help", catalogue_at(i)->help);
        cJSON_AddItemToArray(rows, row);
    }
    return rows;
}

static bool is_called(const cJSON *row, const char *name)
{
    const char *alias = string_of(row, "alias");
    return strcmp(string_of(row, "name"), name) == 0 || (alias && strcmp(alias, name) == 0);
}

/* The row of that name or alias, or NULL. */
static cJSON *find_row(const struct catalogue *catalogue, const char *name,
                       struct suggestion *suggestion)
{
    for (size_t i = 0; i < catalogue->count(); i++) {
        cJSON *row = catalogue->row(i);
        suggest_try(suggestion, string_of(row, "name"));
        if (string_of(row, "alias"))
            suggest_try(suggestion, string_of(row, "alias"));
        if (is_called(row, name))
            return row;
        cJSON_Delete(row);
    }
    return NULL;
}

static void print_text(const cJSON *tree)
{
    struct text text = {0};
    if (cJSON_IsObject(tree))
        add_whole(&text, tree);
    for (const cJSON *row = tree->child; row && cJSON_IsArray(tree); row = row->next)
        add_row(&text, row);
    fputs(text_of(&text), stdout);
    text_close(&text);
}

static int unknown(const char *where, const struct suggestion *suggestion)
{
    fprintf(stderr, "raftsim list: nothing in %s is called '%.60s'%s\n", where, suggestion->word,
            suggest_hint(suggestion).text);
    return STATUS_USAGE;
}

static int list(int argc, char **argv)
{
    static const struct usage usage = {
        .command = "list",
        .operands = "[TABLE [NAME]]",
        .help =
            "Lists what a scenario may name: the tables, the rows of one, or all about one row.",
        .examples = "examples: raftsim list actions\n"
                    "          raftsim list presets etcd-3.5\n",
        .flags = flags,
        .most = 2,
    };
    struct list_flags given = {false};
    int operands;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    cJSON *tree;
    struct suggestion suggestion = {.word = operands < argc ? argv[operands] : ""};
    const struct catalogue *catalogue = find_catalogue(suggestion.word, &suggestion);
    if (operands < argc && !catalogue)
        return unknown("the list of tables", &suggestion);
    suggestion = (struct suggestion){.word = operands + 1 < argc ? argv[operands + 1] : ""};
    if (!catalogue)
        tree = all_catalogues();
    else if (operands + 1 == argc)
        tree = all_rows(catalogue);
    else if (!(tree = find_row(catalogue, suggestion.word, &suggestion)))
        return unknown(catalogue->name, &suggestion);
    if (given.json)
        tree_print(tree, stdout);
    else
        print_text(tree);
    cJSON_Delete(tree);
    return STATUS_HELD;
}

const struct command command_list = {
    .name = "list",
    .help = "what a scenario may name, and all about it",
    .run = list,
};
