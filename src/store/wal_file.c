/*
 * wal_file: see the header. A shim: the system's file stands in memory right behind ours.
 *
 * Invariant: `gathered` is what was written to [start, start + len) and not handed on; outside of that range the
 * system's file is true. Growing at its end and changing bytes inside it is all that happens to it; anything else
 * hands it on first.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/alloc.h"
#include "store/page_gap.h"
#include "store/wal_file.h"

enum { GATHERED_MAX = 128 * 1024, PAGE_LEAST = 512, PAGE_MOST = 65536 };

static const char NAME[] = "frontdesk";

struct wal_file {
    sqlite3_file base; /* first: SQLite sees this */
    sqlite3_file *system;
    unsigned char *gathered;
    sqlite3_int64 start;
    int len;
    int descriptor;     /* of our own: another thread syncs by it */
    bool is_put_off;
    bool is_header_new; /* written, and not synced */
    pthread_mutex_t syncing;
    bool is_spoilt; /* a sync failed; under `syncing` */
};

static struct wal_file *wal_of(sqlite3_file *file)
{
    return (struct wal_file *)file;
}

/* What cannot be handed on is forgotten: the commit that it belongs to fails, and writes it anew if it is tried again. */
static int hand_on(struct wal_file *wal)
{
    int len = wal->len;

    wal->len = 0;
    return len == 0 ? SQLITE_OK : wal->system->pMethods->xWrite(wal->system, wal->gathered, len, wal->start);
}

static int wal_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
    struct wal_file *wal = wal_of(file);
    sqlite3_int64 at = offset - wal->start;

    wal->is_header_new |= offset == 0;
    if (wal->len == 0 || at < 0 || at > wal->len || at + len > GATHERED_MAX) {
        int code = hand_on(wal);

        if (code != SQLITE_OK || len > GATHERED_MAX)
            return code != SQLITE_OK ? code : wal->system->pMethods->xWrite(wal->system, bytes, len, offset);
        wal->start = offset;
        at = 0;
    }
    memcpy(wal->gathered + at, bytes, (size_t)len);
    if (at + len > wal->len)
        wal->len = (int)at + len;
    return SQLITE_OK;
}

static int wal_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 offset)
{
    struct wal_file *wal = wal_of(file);
    int code = hand_on(wal);

    return code != SQLITE_OK ? code : wal->system->pMethods->xRead(wal->system, bytes, len, offset);
}

static int wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct wal_file *wal = wal_of(file);
    int code = hand_on(wal);

    return code != SQLITE_OK ? code : wal->system->pMethods->xTruncate(wal->system, size);
}

/*
 * Both threads come through here, one behind the other: else the one could still sync, and be told that all is well,
 * behind the failure that the other is hearing of. The kernel speaks of a lost page once.
 */
static int sync_once(struct wal_file *wal, int (*sync)(struct wal_file *, int), int flags, int refused)
{
    int result = refused;

    pthread_mutex_lock(&wal->syncing);
    if (!wal->is_spoilt)
        result = sync(wal, flags);
    wal->is_spoilt = result != 0;
    pthread_mutex_unlock(&wal->syncing);
    return result;
}

static int sync_system(struct wal_file *wal, int flags)
{
    return wal->system->pMethods->xSync(wal->system, flags);
}

static int sync_own(struct wal_file *wal, int flags)
{
    (void)flags;
    return fdatasync(wal->descriptor) == 0 ? 0 : errno;
}

/* A new header must be on disk before its frames: old frames behind it could otherwise pass for new ones. */
static int wal_sync(sqlite3_file *file, int flags)
{
    struct wal_file *wal = wal_of(file);
    int code = hand_on(wal);

    if (code != SQLITE_OK || (wal->is_put_off && !wal->is_header_new))
        return code;
    wal->is_header_new = false;
    return sync_once(wal, sync_system, flags, SQLITE_IOERR_FSYNC);
}

static int wal_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct wal_file *wal = wal_of(file);
    int code = hand_on(wal);

    return code != SQLITE_OK ? code : wal->system->pMethods->xFileSize(wal->system, size);
}

static int wal_close(sqlite3_file *file)
{
    struct wal_file *wal = wal_of(file);
    int written = hand_on(wal), closed = wal->system->pMethods->xClose(wal->system);

    close(wal->descriptor);
    free(wal->gathered);
    pthread_mutex_destroy(&wal->syncing);
    return written != SQLITE_OK ? written : closed;
}

static int wal_lock(sqlite3_file *file, int level)
{
    return wal_of(file)->system->pMethods->xLock(wal_of(file)->system, level);
}

static int wal_unlock(sqlite3_file *file, int level)
{
    return wal_of(file)->system->pMethods->xUnlock(wal_of(file)->system, level);
}

static int wal_check_lock(sqlite3_file *file, int *is_reserved)
{
    return wal_of(file)->system->pMethods->xCheckReservedLock(wal_of(file)->system, is_reserved);
}

static int wal_control(sqlite3_file *file, int what, void *argument)
{
    struct wal_file *wal = wal_of(file);
    int code = hand_on(wal);

    return code != SQLITE_OK ? code : wal->system->pMethods->xFileControl(wal->system, what, argument);
}

static int wal_sector_size(sqlite3_file *file)
{
    return wal_of(file)->system->pMethods->xSectorSize(wal_of(file)->system);
}

static int wal_traits(sqlite3_file *file)
{
    return wal_of(file)->system->pMethods->xDeviceCharacteristics(wal_of(file)->system);
}

/* Version 1: shared memory and memory maps belong to the database's file, never to its log. */
static const sqlite3_io_methods METHODS = {
    .iVersion = 1,
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xLock = wal_lock,
    .xUnlock = wal_unlock,
    .xCheckReservedLock = wal_check_lock,
    .xFileControl = wal_control,
    .xSectorSize = wal_sector_size,
    .xDeviceCharacteristics = wal_traits,
};

/* The book's own file is the system's, but for what is written there. */
static sqlite3_io_methods book_methods;
static const sqlite3_io_methods *system_methods;

static int book_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
    unsigned char page[PAGE_MOST];
    bool is_page = len >= PAGE_LEAST && len <= PAGE_MOST && (len & (len - 1)) == 0 && offset % len == 0;

    if (!is_page)
        return system_methods->xWrite(file, bytes, len, offset);
    memcpy(page, bytes, (size_t)len);
    page_gap_clear(page, (size_t)len, offset / len + 1);
    return system_methods->xWrite(file, page, len, offset);
}

static pthread_mutex_t learning = PTHREAD_MUTEX_INITIALIZER;

/* The system's functions depend on the file's place; those of the first book are the ones that are known. */
static void take_writes(sqlite3_file *file)
{
    pthread_mutex_lock(&learning);
    if (system_methods == NULL) {
        book_methods = *file->pMethods;
        book_methods.xWrite = book_write;
        system_methods = file->pMethods;
    }
    if (file->pMethods == system_methods)
        file->pMethods = &book_methods;
    pthread_mutex_unlock(&learning);
}

static int open_book(sqlite3_vfs *system, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    int code = system->xOpen(system, name, file, flags, flags_out);

    if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0)
        take_writes(file);
    return code;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    struct wal_file *wal = wal_of(file);
    int code;

    (void)vfs;
    if ((flags & SQLITE_OPEN_WAL) == 0)
        return open_book(system, name, file, flags, flags_out);
    memset(wal, 0, sizeof *wal);
    wal->system = (sqlite3_file *)(wal + 1);
    code = system->xOpen(system, name, wal->system, flags, flags_out);
    if (code != SQLITE_OK)
        return code; /* without methods: SQLite does not close it */
    wal->descriptor = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (wal->descriptor < 0) {
        wal->system->pMethods->xClose(wal->system);
        return SQLITE_CANTOPEN;
    }
    wal->gathered = alloc_array(GATHERED_MAX, 1);
    pthread_mutex_init(&wal->syncing, NULL);
    wal->base.pMethods = &METHODS;
    return SQLITE_OK;
}

/* All but the opening is the system's; its functions are told apart by what stands in their own struct, which this copies. */
static sqlite3_vfs vfs;

static void register_vfs(void)
{
    vfs = *sqlite3_vfs_find(NULL);
    vfs.zName = NAME;
    vfs.pNext = NULL;
    vfs.szOsFile += (int)sizeof(struct wal_file);
    vfs.xOpen = vfs_open;
    if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
        abort();
}

const char *wal_file_vfs(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, register_vfs);
    return NAME;
}

struct wal_file *wal_file_of(sqlite3 *handle)
{
    sqlite3_file *file = NULL;

    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK || file == NULL ||
        file->pMethods != &METHODS)
        return NULL;
    return wal_of(file);
}

void wal_file_put_off(struct wal_file *wal, bool is_put_off)
{
    wal->is_put_off = is_put_off;
}

int wal_file_harden(struct wal_file *wal)
{
    return sync_once(wal, sync_own, 0, EIO);
}
