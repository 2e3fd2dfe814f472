#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore_page.h"
#include "sim/file.h"
#include "sim/json.h"
#include "sim/tree.h"

enum { NAME_SIZE = 100 };

/* "one-vote-per-term-crash-disk-lose": letters, digits, and a dash for anything between. */
static void name_of(const struct discovery *one, char *name, size_t size)
{
    char words[sizeof one->rule + sizeof one->cause + 2];
    size_t count = 0;
    snprintf(words, sizeof words, "%s-%s", one->rule, one->cause);
    for (const char *letter = words; *letter && count + 1 < size; letter++) {
        if (isalnum((unsigned char)*letter))
            name[count++] = *letter;
        else if (count > 0 && name[count - 1] != '-')
            name[count++] = '-';
    }
    name[count] = '\0';
}

static cJSON *plan_of(const struct discovery *one, const char *name)
{
    char about[sizeof one->detail + CAUSE_SIZE + 64];
    struct json json; /* keeps numbers as they are written: a seed is no float */
    struct error error;
    cJSON *plan = cJSON_CreateObject();
    bool known = json_open(&json, one->name, one->text, strlen(one->text), &error);
    must(known);
    cJSON *found = cJSON_Duplicate(json.root, true);
    json_close(&json);
    snprintf(about, sizeof about, "Found by exploring, schedule %s: %s.", one->name, one->detail);
    cJSON_AddStringToObject(plan, "name", name);
    cJSON_AddStringToObject(plan, "description", about);
    cJSON_DeleteItemFromObjectCaseSensitive(found, "name");
    cJSON_DeleteItemFromObjectCaseSensitive(found, "description");
    while (found->child) {
        cJSON *part = cJSON_DetachItemViaPointer(found, found->child);
        cJSON_AddItemToObject(plan, part->string, part);
    }
    cJSON_Delete(found);
    return plan;
}

static bool write_one(const struct discovery *one, const char *name, const char *path,
                      struct error *error)
{
    struct file_out file = {0};
    if (!file_out_open(&file, path, error))
        return false;
    struct text text = {0};
    cJSON *plan = plan_of(one, name);
    tree_write_plan(plan, &text);
    fprintf(file.stream, "%s\n", text_of(&text));
    text_close(&text);
    cJSON_Delete(plan);
    return file_out_keep(&file, error);
}

bool explore_write(const struct explore *explore, const char *folder, char **paths,
                   struct error *error)
{
    if (!directories_make(folder, error))
        return false;
    for (size_t i = 0; i < explore->found_count; i++) {
        char name[NAME_SIZE];
        struct text path = {0};
        name_of(&explore->found[i], name, sizeof name);
        text_add(&path, "%s/%s.json", folder, name);
        paths[i] = path.data;
        if (!write_one(&explore->found[i], name, path.data, error))
            return false;
    }
    return true;
}
