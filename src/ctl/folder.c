/*
 * folder: see the header. Files are opened with O_EXCL, so that even a race against somebody else who fills
 * the folder overwrites nothing. A full disk shows at write or at close; both are looked at.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "ctl/folder.h"

static void remember(struct folder *folder, const char *path, bool is_folder)
{
    folder->made = alloc_resize(folder->made, folder->count + 1, sizeof *folder->made);
    folder->made[folder->count++] = (struct folder_entry){ alloc_text(path), is_folder };
}

/* 1, 0, or -1 when it cannot be looked into. */
static int is_empty(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int result = 1;

    if (dir == NULL)
        return -1;
    while (result == 1 && (entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = 0;
    closedir(dir);
    return result;
}

static int take_existing(const char *path, struct error *error)
{
    switch (is_empty(path)) {
    case 1: return 0;
    case 0: return error_set(error, "%s is not empty, and nothing is overwritten; name a new folder", path);
    default: return error_set(error, "%s cannot be used as the folder: %s", path, strerror(errno));
    }
}

int folder_open(struct folder *folder, const char *path, struct error *error)
{
    *folder = (struct folder){ 0 };
    if (mkdir(path, 0700) == 0)
        remember(folder, path, true);
    else if (errno != EEXIST)
        return error_set(error, "the folder %s cannot be made: %s%s", path, strerror(errno),
                         errno == ENOENT ? "; make the one above it first" : "");
    else if (take_existing(path, error) != 0)
        return -1;
    folder->path = realpath(path, NULL);
    if (folder->path == NULL)
        return error_set(error, "%s cannot be found again: %s", path, strerror(errno));
    return 0;
}

static int write_all(int descriptor, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t written = write(descriptor, text, len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        text += written;
        len -= (size_t)written;
    }
    return 0;
}

static int make_file(struct folder *folder, const char *path, const char *text, mode_t mode)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    int result, reason;

    if (descriptor < 0)
        return -1;
    remember(folder, path, false);
    result = write_all(descriptor, text, strlen(text));
    reason = errno;
    if (close(descriptor) != 0 && result == 0) {
        result = -1;
        reason = errno;
    }
    errno = reason;
    return result;
}

static int make_inner(struct folder *folder, const char *name)
{
    const char *slash = strchr(name, '/');
    struct buf path = { 0 };
    int result = 0;

    if (slash == NULL)
        return 0;
    buf_addf(&path, "%s/%.*s", folder->path, (int)(slash - name), name);
    if (mkdir(buf_text(&path), 0755) == 0)
        remember(folder, buf_text(&path), true);
    else if (errno != EEXIST)
        result = -1;
    buf_release(&path);
    return result;
}

int folder_add(struct folder *folder, const char *name, const char *text, mode_t mode, struct error *error)
{
    struct buf path = { 0 };
    int result;

    buf_addf(&path, "%s/%s", folder->path, name);
    result = make_inner(folder, name);
    if (result == 0)
        result = make_file(folder, buf_text(&path), text, mode);
    if (result != 0)
        error_set(error, "%s cannot be written: %s; nothing of it was left behind", buf_text(&path),
                  strerror(errno));
    buf_release(&path);
    return result;
}

void folder_keep(struct folder *folder)
{
    folder->is_kept = true;
}

void folder_close(struct folder *folder)
{
    for (size_t i = folder->count; i-- > 0;) {
        struct folder_entry *entry = &folder->made[i];

        if (!folder->is_kept)
            entry->is_folder ? rmdir(entry->path) : unlink(entry->path);
        free(entry->path);
    }
    free(folder->made);
    free(folder->path);
    *folder = (struct folder){ 0 };
}
