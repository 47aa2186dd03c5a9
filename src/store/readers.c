/*
 * readers: see the header.
 *
 * A read transaction in WAL mode is a shared lock on one of five bytes of the -shm file, which the kernel lists with the
 * process that holds it. A connection without a transaction holds another byte, and is no reader.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/lock.h"
#include "store/readers.h"

enum { READ_LOCKS_BEGIN = 123, READ_LOCKS_END = 127 }; /* SQLite's WAL_READ_LOCK(0) to (4) */

/* Beside the book itself, as SQLite has it, where the path is a link to it. */
static bool stat_beside(const char *path, const char *suffix, struct stat *info)
{
    char *book = realpath(path, NULL);
    struct buf name = { 0 };
    bool is_there;

    buf_addf(&name, "%s%s", book != NULL ? book : path, suffix);
    is_there = stat(buf_text(&name), info) == 0;
    buf_release(&name);
    free(book);
    return is_there;
}

int64_t readers_log_bytes(const char *path)
{
    struct stat info;

    return stat_beside(path, "-wal", &info) ? (int64_t)info.st_size : 0;
}

/* "1: POSIX  ADVISORY  READ  4711 08:01:131123 124 124"; false when it is no reader's of that file. */
static bool read_lock(const char *line, const struct stat *shm, int64_t *process)
{
    unsigned high, low;
    unsigned long inode;
    long long pid, from;
    char to[24];

    if (sscanf(line, "%*d: POSIX %*s READ %lld %x:%x:%lu %lld %23s", &pid, &high, &low, &inode, &from, to) != 6)
        return false;
    *process = pid;
    return high == major(shm->st_dev) && low == minor(shm->st_dev) && inode == shm->st_ino && from >= READ_LOCKS_BEGIN &&
           from <= READ_LOCKS_END;
}

static void name_command(struct reader *reader)
{
    char path[48];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%lld/comm", (long long)reader->process);
    file = fopen(path, "re");
    reader->command[0] = '\0';
    if (file != NULL && fgets(reader->command, sizeof reader->command, file) != NULL)
        reader->command[strcspn(reader->command, "\n")] = '\0';
    if (file != NULL)
        fclose(file);
}

static bool is_known(const struct reader *readers, size_t count, int64_t process)
{
    for (size_t i = 0; i < count; i++)
        if (readers[i].process == process)
            return true;
    return process == getpid();
}

/* Behind those that are found already; `writer`: the one that counts for no reader. */
static size_t find_but(FILE *locks, const struct stat *shm, int64_t writer, struct reader *readers, size_t count, size_t max)
{
    char line[200];
    int64_t process;

    rewind(locks);
    while (count < max && fgets(line, sizeof line, locks) != NULL)
        if (read_lock(line, shm, &process) && process != writer && !is_known(readers, count, process)) {
            readers[count].process = process;
            name_command(&readers[count++]);
        }
    return count;
}

/* The writer comes last: mostly it reads for a moment, just now, and another has done so for long. */
size_t readers_find(const char *path, struct reader *readers, size_t max)
{
    FILE *locks = fopen("/proc/locks", "re");
    struct stat shm;
    size_t count = 0;

    if (locks == NULL)
        return 0;
    if (stat_beside(path, "-shm", &shm)) {
        count = find_but(locks, &shm, lock_holder(path), readers, 0, max);
        count = find_but(locks, &shm, 0, readers, count, max);
    }
    fclose(locks);
    return count;
}
