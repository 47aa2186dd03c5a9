/*
 * folder: a folder that is filled whole or not at all.
 *
 * folder_open makes the folder, or takes it when it is empty; nothing that exists is ever overwritten. Until
 * folder_keep is called, folder_close takes away all that was made, the folder included when it was new.
 */
#ifndef CTL_FOLDER_H
#define CTL_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

struct folder_entry {
    char *path;
    bool is_folder;
};

struct folder {
    char *path;                /* absolute, without links; owned */
    struct folder_entry *made; /* in the order in which they were made; owned */
    size_t count;
    bool is_kept;
};

int folder_open(struct folder *folder, const char *path, struct error *error);

/* `name` may have one folder in front ("rules/10.sql"), which is made when it is missing. */
int folder_add(struct folder *folder, const char *name, const char *text, mode_t mode, struct error *error);
void folder_keep(struct folder *folder);
void folder_close(struct folder *folder);

#endif
