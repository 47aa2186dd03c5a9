/*
 * lock: see the header. The file is opened without O_NOFOLLOW on purpose: a link to the book is a legal way
 * to name it, and the lock on the inode still keeps a second writer out.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/lock.h"
#include "store/owner.h"

/* A restore may have put another file in its place before it was locked. */
static bool is_in_place(int fd, const char *path)
{
    struct stat locked, named;

    return fstat(fd, &locked) == 0 && stat(path, &named) == 0 && locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

int lock_take(const char *path, int *descriptor, struct error *error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), reason = EWOULDBLOCK;

    if (fd < 0 && errno == EACCES && access(path, F_OK) == 0)
        return owner_tell(path, "written", error);
    if (fd < 0)
        return error_set(error, "%s: cannot be opened for writing: %s%s", path, strerror(errno),
                         errno == EISDIR   ? "; name the file itself"
                         : errno == ENOENT ? "; make its folder first"
                                           : "");
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        reason = errno;
    } else if (is_in_place(fd, path)) {
        *descriptor = fd;
        return 1;
    }
    close(fd);
    return reason == EWOULDBLOCK ? 0 : error_set(error, "%s: cannot be locked: %s", path, strerror(reason));
}

void lock_release(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

/* A line of /proc/locks: "3: FLOCK  ADVISORY  WRITE 4711 fe:01:395 0 EOF"; whoever only waits stands behind "->". */
static int holder_in(const char *line, const struct stat *info)
{
    unsigned disk, part;
    unsigned long inode;
    int pid;

    if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%lu", &pid, &disk, &part, &inode) != 4 || pid <= 0)
        return 0;
    return inode == info->st_ino && makedev(disk, part) == info->st_dev ? pid : 0;
}

int lock_holder(const char *path)
{
    FILE *locks = fopen("/proc/locks", "re");
    struct stat info;
    char line[200];
    int pid = 0;

    if (locks != NULL && stat(path, &info) == 0)
        while (pid == 0 && fgets(line, sizeof line, locks) != NULL)
            pid = holder_in(line, &info);
    if (locks != NULL)
        fclose(locks);
    return pid;
}

void lock_holder_name(int process, char name[LOCK_NAME_SIZE])
{
    char path[64];
    FILE *file;

    name[0] = '\0';
    snprintf(path, sizeof path, "/proc/%d/comm", process);
    file = fopen(path, "re");
    if (file != NULL && fgets(name, LOCK_NAME_SIZE, file) != NULL)
        name[strcspn(name, "\n")] = '\0';
    if (file != NULL)
        fclose(file);
}

static int check_file(const char *path, const char *suffix, struct error *error)
{
    struct buf name = { 0 };
    struct stat info;
    int result = 0;

    buf_addf(&name, "%s%s", path, suffix);
    if (stat(buf_text(&name), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        result = error_set(error,
                           "%s may be read by others (mode %03o); it holds customers' messages: chmod 600 it",
                           buf_text(&name), (unsigned)(info.st_mode & 0777));
    buf_release(&name);
    return result;
}

/* SQLite finds the log by the name of the file: under another name, what the log holds would be missing. */
static int check_links(const char *path, struct error *error)
{
    struct stat info;

    if (stat(path, &info) == 0 && info.st_nlink > 1)
        return error_set(error, "%s has %lu names (hard links): remove all but the one that frontdeskd was started with", path,
                         (unsigned long)info.st_nlink);
    return 0;
}

/* A sticky folder such as /tmp lets nobody replace our file. */
static int check_closed(const char *folder, struct error *error)
{
    struct stat info;

    if (stat(folder, &info) == 0 && (info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0)
        return error_set(error, "the folder %s may be written by everybody, so the book could be replaced: chmod o-w it", folder);
    return 0;
}

/* Where a link leads to the book, that could be replaced as well. */
static int check_folders(const char *book, const char *path, struct error *error)
{
    char *named = alloc_text(path), *copy = alloc_text(book);
    const char *folder = dirname(copy);
    int result = check_closed(dirname(named), error);

    if (result == 0)
        result = check_closed(folder, error);
    if (result == 0 && access(folder, W_OK) != 0)
        result = error_set(error,
                           "the folder %s may not be written here (%s), and the book needs files beside it: give it to the user "
                           "of the daemon, or put the book elsewhere", folder, strerror(errno));
    free(named);
    free(copy);
    return result;
}

int lock_check_modes(const char *path, struct error *error)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    char *real = realpath(path, NULL);
    const char *book = real != NULL ? real : path; /* SQLite's files lie beside it, and not beside a link */
    int result = 0;

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && result == 0; i++)
        result = check_file(book, suffixes[i], error);
    if (result == 0)
        result = check_links(book, error);
    if (result == 0)
        result = check_folders(book, path, error);
    free(real);
    return result;
}
