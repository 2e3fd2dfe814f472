/* A file that is written whole or not at all: beside its place first, then moved there. */
#ifndef SIM_FILE_H
#define SIM_FILE_H

#include <stdio.h>

#include "sim/base.h"

/* {0} is one that is not open. */
struct file_out {
    FILE *stream;
    char *path;
    char *beside; /* NULL: a device or a pipe, written in place */
};

/* Opens for writing; false: `error` names the path and the reason. */
bool file_out_open(struct file_out *file, const char *path, struct error *error);
/* Everything is on the disk and in its place; or false, and nothing of it remains. Closes. */
bool file_out_keep(struct file_out *file, struct error *error);
/* Closes and leaves nothing. No effect when it is not open. */
void file_out_drop(struct file_out *file);

/* A whole file as text, terminated; NULL: it cannot be read. The caller frees it. */
char *file_text(const char *path);
/* The directory and those above it, as far as they do not exist. */
bool directories_make(const char *path, struct error *error);

#endif
