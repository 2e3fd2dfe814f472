/* Which scenarios a suite has. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/suite.h"

struct names {
    char **items;
    size_t count, room;
};

static void keep(struct names *names, char *name)
{
    names->items = make_room(names->items, &names->room, names->count + 1, sizeof *names->items);
    names->items[names->count++] = name;
}

static void forget(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What is in a folder, as paths, the same order on every machine; not what is hidden. */
static bool list_folder(struct names *names, const char *folder, struct error *error)
{
    DIR *stream = opendir(folder);
    struct dirent *entry;
    if (!stream)
        return refuse(error, "%.300s: cannot be read: %s", folder, strerror(errno));
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    while ((entry = readdir(stream)) != NULL) {
        struct text path = {0};
        if (entry->d_name[0] == '.')
            continue;
        text_bytes(&path, folder, length);
        text_add(&path, "%s%s", folder[length - 1] == '/' ? "" : "/", entry->d_name);
        keep(names, path.data);
    }
    closedir(stream);
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, by_bytes);
    return true;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), rest = strlen(ending);
    return length > rest && strcmp(text + length - rest, ending) == 0;
}

/* A link to a folder is not followed: it may lead back. */
static bool add_folder(struct names *files, const char *folder, struct error *error)
{
    struct names inside = {0};
    struct stat status;
    bool read = list_folder(&inside, folder, error);
    for (size_t i = 0; read && i < inside.count; i++) {
        const char *path = inside.items[i];
        if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
            read = add_folder(files, path, error);
        else if (ends_with(path, ".json") && stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
            keep(files, copy_text(path));
    }
    forget(&inside);
    return read;
}

static bool is_there(const struct suite *suite, const char *path)
{
    for (uint32_t i = 0; i < suite->count; i++)
        if (strcmp(suite->cases[i].scenario.file, path) == 0)
            return true;
    return false;
}

/* What a run of it may cost, in arbitrary units: nodes and brokers for a time. */
static uint64_t weigh(const struct scenario *scenario)
{
    uint64_t ms = scenario->duration_given ? scenario->duration_ns / NS_PER_MS : 3600000;
    return 1 + ms * scenario->node_count * (scenario->layout.partition_count ? 2 : 1);
}

static void add_file(struct suite *suite, const char *path)
{
    enum { SEEDS_DEFAULT = 1000 };
    struct error error;
    if (is_there(suite, path))
        return;
    suite->cases = make_room(suite->cases, &suite->room, suite->count + 1, sizeof *suite->cases);
    struct suite_case *one = &suite->cases[suite->count++];
    *one = (struct suite_case){.kind = SUITE_NOT_RUN, .first_job = suite->jobs};
    struct scenario *scenario = &one->scenario;
    if (!scenario_read(scenario, path, suite->settings, &error) ||
        !expectations_check(scenario, &error)) {
        one->refusal = copy_text(error.text);
        one->kind = SUITE_REFUSED;
        one->over = true;
        scenario_close(scenario);
        scenario->file = copy_text(path);
        return;
    }
    if (scenario->seeds_given)
        one->seeds = scenario->sweep_last - scenario->sweep_first + 1;
    else if (scenario->sweep_expect.count > 0)
        one->seeds = SEEDS_DEFAULT;
    one->jobs = 1 + one->seeds;
    one->weight = weigh(scenario);
    suite->jobs += one->jobs;
}

bool suite_add(struct suite *suite, const char *path, struct error *error)
{
    struct names files = {0};
    struct stat status;
    if (stat(path, &status) != 0)
        return refuse(error, "%.300s: cannot be read: %s", path, strerror(errno));
    bool folder = S_ISDIR(status.st_mode);
    bool read = !folder || add_folder(&files, path, error);
    if (!folder)
        keep(&files, copy_text(path));
    for (size_t i = 0; read && i < files.count; i++)
        add_file(suite, files.items[i]);
    bool any = files.count > 0;
    forget(&files);
    if (read && !any)
        return refuse(error, "%.300s: no scenario (*.json) in this folder", path);
    return read;
}
