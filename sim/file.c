#include "sim/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/text.h"

static bool failed(struct error *error, const char *path)
{
    return refuse(error, "%.300s: cannot be written: %s", path, strerror(errno));
}

/* A device or a pipe cannot be replaced by a file. */
static bool is_replaceable(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

static char *name_beside(const char *path)
{
    struct text name = {0};
    text_add(&name, "%s.part-%ld", path, (long)getpid());
    return name.data;
}

/* One left behind by a process of the same number that was killed is in nobody's use. */
static int create(const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int descriptor = open(path, flags, 0666);
    if (descriptor >= 0 || errno != EEXIST)
        return descriptor;
    unlink(path);
    return open(path, flags, 0666);
}

static void forget(struct file_out *file)
{
    free(file->path);
    free(file->beside);
    *file = (struct file_out){0};
}

bool file_out_open(struct file_out *file, const char *path, struct error *error)
{
    *file = (struct file_out){.path = copy_text(path)};
    if (is_replaceable(path))
        file->beside = name_beside(path);
    int descriptor =
        file->beside ? create(file->beside) : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    file->stream = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (file->stream)
        return true;
    failed(error, path);
    forget(file);
    return false;
}

static bool finish(struct file_out *file)
{
    bool written = fflush(file->stream) == 0 && !ferror(file->stream);
    if (file->beside)
        written = written && fsync(fileno(file->stream)) == 0;
    int reason = errno;
    bool closed = fclose(file->stream) == 0;
    if (!written)
        errno = reason;
    return written && closed && (!file->beside || rename(file->beside, file->path) == 0);
}

bool file_out_keep(struct file_out *file, struct error *error)
{
    must(file->stream != NULL);
    bool kept = finish(file);
    if (!kept) {
        failed(error, file->path);
        if (file->beside)
            unlink(file->beside);
    }
    forget(file);
    return kept;
}

void file_out_drop(struct file_out *file)
{
    if (!file->stream)
        return;
    fclose(file->stream);
    if (file->beside)
        unlink(file->beside);
    forget(file);
}

char *file_text(const char *path)
{
    FILE *stream = fopen(path, "r");
    if (!stream)
        return NULL;
    struct text text = {0};
    char block[4096];
    size_t count;
    while ((count = fread(block, 1, sizeof block, stream)) > 0)
        text_bytes(&text, block, count);
    bool whole = !ferror(stream);
    fclose(stream);
    if (whole)
        return text.data ? text.data : copy_text("");
    text_close(&text);
    return NULL;
}

bool directories_make(const char *path, struct error *error)
{
    char *copy = copy_text(path);
    bool made = true;
    for (char *at = copy + 1; made; at++) {
        char here = *at;
        if (here != '/' && here != '\0')
            continue;
        *at = '\0';
        made = mkdir(copy, 0777) == 0 || errno == EEXIST;
        *at = here;
        if (here == '\0')
            break;
    }
    free(copy);
    return made || refuse(error, "%.300s: the folder cannot be made: %s", path, strerror(errno));
}
