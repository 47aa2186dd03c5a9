/*
 * disk: see the header.
 */
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/disk.h"

static int sync_path(const char *path, int flags)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | flags), result = -1;

    if (descriptor >= 0) {
        result = fsync(descriptor);
        close(descriptor);
    }
    return result;
}

int disk_sync_file(const char *path)
{
    return sync_path(path, 0);
}

int disk_sync_folder_of(const char *path)
{
    char *copy = alloc_text(path);
    int result = sync_path(dirname(copy), O_DIRECTORY);

    free(copy);
    return result;
}

void disk_format_identity(const char *path, struct buf *out)
{
    struct stat info;

    if (stat(path, &info) == 0)
        buf_addf(out, "%llx-%llx", (unsigned long long)info.st_dev, (unsigned long long)info.st_ino);
}
