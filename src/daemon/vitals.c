/*
 * vitals: see the header. News is logged when it begins and when it ends, the growing log once a minute.
 */
#include <sys/statvfs.h>

#include "base/log.h"
#include "daemon/vitals.h"
#include "store/readers.h"

enum {
    LOOK_EVERY_MS = 1000,
    MEASURE_EVERY_MS = 100, /* in a second a flood writes more than the reserve */
    JUMP_MS = 5000,
    ALARM_EVERY_MS = 60 * 1000,
    WAL_ALARM_PAGES = 25000,        /* about 100 MB */
    RESERVE_MAX = 32 * 1024 * 1024, /* bytes; on a small disk a fiftieth of it */
    RESERVE_PARTS = 50,
    PAGE_BYTES = 4096,
};

int64_t vitals_clock_jump(struct vitals *vitals, int64_t monotonic, int64_t wall)
{
    bool is_first = vitals->monotonic_at == 0;
    int64_t jump = (wall - vitals->wall_at) - (monotonic - vitals->monotonic_at);

    vitals->wall_at = wall;
    vitals->monotonic_at = monotonic;
    if (is_first || (jump <= JUMP_MS && jump >= -JUMP_MS))
        return 0;
    log_warn("clock_jumped", log_int("ms", jump));
    return jump;
}

/*
 * As long as somebody reads one state of the book, its log grows, and only when that ends can it be copied back: for which there
 * must be room then.
 */
static void look_at_disk(struct vitals *vitals, struct db *db, const char *path)
{
    struct statvfs disk;
    uint64_t size, room, reserve;
    bool is_short;

    if (statvfs(path, &disk) != 0)
        return;
    size = (uint64_t)disk.f_blocks * disk.f_frsize;
    room = (uint64_t)disk.f_bavail * disk.f_frsize;
    reserve = size / RESERVE_PARTS < RESERVE_MAX ? size / RESERVE_PARTS : RESERVE_MAX;
    reserve += (uint64_t)db_wal_pages(db) * PAGE_BYTES;
    is_short = room < reserve;
    if (is_short && !vitals->is_short_of_disk)
        log_error("disk_full", log_int("bytes_left", (int64_t)room), log_int("reserve", (int64_t)reserve));
    else if (!is_short && vitals->is_short_of_disk)
        log_info("disk_has_room", log_int("bytes_left", (int64_t)room));
    vitals->is_short_of_disk = is_short;
}

static void look_at_log(struct vitals *vitals, struct db *db, const char *path, int64_t monotonic)
{
    struct reader reader = { 0 };

    if (db_wal_pages(db) <= WAL_ALARM_PAGES || monotonic < vitals->alarmed_at + ALARM_EVERY_MS)
        return;
    vitals->alarmed_at = monotonic;
    readers_find(path, &reader, 1);
    log_warn("wal_grows", log_int("pages", db_wal_pages(db)), log_int("process", reader.process),
             log_text("command", reader.command),
             log_text("meaning", "somebody has been reading the book for a long time"));
}

bool vitals_look(struct vitals *vitals, struct db *db, const char *path, int64_t monotonic)
{
    if (monotonic >= vitals->measured_at + MEASURE_EVERY_MS) {
        vitals->measured_at = monotonic;
        look_at_disk(vitals, db, path);
    }
    if (monotonic < vitals->looked_at + LOOK_EVERY_MS)
        return false;
    vitals->looked_at = monotonic;
    look_at_log(vitals, db, path, monotonic);
    if (!vitals->is_book_lost && db_has_moved(db)) {
        vitals->is_book_lost = true;
        log_error("book_lost",
                  log_text("reason", "the database file or its -wal was moved, replaced or deleted "
                                     "under the daemon"));
    }
    return true;
}
