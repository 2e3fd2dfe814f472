/* conformance DIR: replays vectors made from etcd/raft's interaction tests through the built-in
 * core, in its etcd flavor, and compares state and messages after every step.
 *
 * Each vector is a JSON file: {name, needs [..], defaults {..}, steps [{line, op, expect, state}]}.
 */
#include "tests/conformance/env.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counts {
    unsigned passed, failed, skipped;
};

/* What a vector may need and this core does not have yet. */
static const char *const unbuilt[] = {
    "conf-change",
    "joint-consensus",
    "snapshot",
    "compact",
    "step-down-on-removal",
    "read-index",
    "committed-size-limit",
    "no-conf-validation",
    "message-size-limit",
};

static const cJSON *field(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t count = 0, room = 0;
    while (file && !feof(file) && !ferror(file)) {
        room = room ? room * 2 : 1 << 16;
        text = realloc(text, room + 1);
        must(text != NULL);
        count += fread(text + count, 1, room - count, file);
    }
    if (file)
        fclose(file);
    if (text)
        text[count] = 0;
    return text;
}

/* The needs that are not met, as a list in `text`; false: there are none. */
static bool lacks(const cJSON *vector, char *text, size_t room)
{
    const cJSON *need;
    text[0] = 0;
    cJSON_ArrayForEach(
        need, field(vector, "needs")) for (size_t i = 0; i < sizeof unbuilt / sizeof *unbuilt;
                                           i++) if (cJSON_IsString(need) &&
                                                    !strcmp(need->valuestring, unbuilt[i]))
    {
        size_t used = strlen(text);
        snprintf(text + used, room - used, "%s%s", used ? ", " : "", unbuilt[i]);
    }
    return text[0] != 0;
}

static bool replay_step(struct env *env, const cJSON *step, char *why, size_t room)
{
    const cJSON *op = field(step, "op"), *name = field(op, "op");
    env->sent.count = 0;
    env->error_count = 0;
    if (perform(env, op))
        return compare(env, step, why, room);
    snprintf(why, room, "no such operation: %s", cJSON_IsString(name) ? name->valuestring : "?");
    return false;
}

static bool replay(const cJSON *vector, const char *name)
{
    struct env env;
    const cJSON *steps = field(vector, "steps"), *step;
    int done = 0, count = cJSON_GetArraySize(steps);
    char why[256] = "";
    env_open(&env, field(vector, "defaults"));
    cJSON_ArrayForEach(step, steps)
    {
        done++;
        if (replay_step(&env, step, why, sizeof why))
            continue;
        printf("not ok %s step %d (line %llu): %s\n", name, done,
               (unsigned long long)number(step, "line", 0), why);
        break;
    }
    env_close(&env);
    if (why[0])
        return false;
    if (count == 0)
        printf("not ok %s: it has no steps\n", name);
    else
        printf("ok %s %d/%d steps\n", name, done, count);
    return count > 0;
}

static void try_vector(const char *folder, const char *file, struct counts *counts)
{
    char path[1024], lacking[256];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    char *text = read_text(path);
    cJSON *vector = text ? cJSON_Parse(text) : NULL;
    const cJSON *named = field(vector, "name");
    const char *name = cJSON_IsString(named) ? named->valuestring : file;
    if (!vector) {
        printf("not ok %s: cannot be read as JSON\n", file);
        counts->failed++;
    } else if (lacks(vector, lacking, sizeof lacking)) {
        printf("skip %s (needs %s)\n", name, lacking);
        counts->skipped++;
    } else if (replay(vector, name)) {
        counts->passed++;
    } else {
        counts->failed++;
    }
    cJSON_Delete(vector);
    free(text);
}

static int is_vector(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && !strcmp(entry->d_name + length - 5, ".json");
}

int main(int count, char **arguments)
{
    struct counts counts = {0};
    struct dirent **files = NULL;
    int found = count == 2 ? scandir(arguments[1], &files, is_vector, alphasort) : -1;
    if (found < 0) {
        printf("conformance: no folder of vectors%s%s; nothing to compare\n",
               count == 2 ? " at " : " given", count == 2 ? arguments[1] : "");
        return EXIT_SUCCESS;
    }
    for (int i = 0; i < found; i++) {
        try_vector(arguments[1], files[i]->d_name, &counts);
        free(files[i]);
    }
    free(files);
    printf("%u passed, %u failed, %u skipped\n", counts.passed, counts.failed, counts.skipped);
    return counts.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
