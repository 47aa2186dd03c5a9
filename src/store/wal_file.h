/*
 * wal_file: a VFS of SQLite's for the writer, whose write-ahead log is written in large pieces.
 *
 * SQLite writes each frame of the log in two calls, 24 bytes and a page. A commit of a batch is a few hundred of
 * them, one behind the other. Here they are gathered and handed on in one call at the next sync. What that may
 * rest on: frames count only once the index of the log names them, and SQLite names them behind the sync
 * (synchronous=FULL). A read of the log, and every other call, finds all that was written before it.
 *
 * A write that fails (a full disk) is reported by the call that hands it on, so by the sync of the same commit.
 * All other files are the system's own VFS's, but that a page goes into the book's own file without what SQLite has left in its
 * gap (store/page_gap.h). Register once per process; then any thread.
 *
 * A commit may leave its sync to somebody else (wal_file_put_off): its frames are handed on, so that a crash of the
 * process loses nothing, and are on disk once a wal_file_harden that began later has returned. Only that one sync
 * is put off: the header of a log that begins anew is synced before its first frame, and SQLite syncs the log
 * before it copies pages out of it, as ever.
 *
 * After a sync that failed, by whichever thread, none is tried again until the log is opened anew: every later one
 * fails as well. A second try may succeed although the pages of the first are gone.
 */
#ifndef STORE_WAL_FILE_H
#define STORE_WAL_FILE_H

#include <stdbool.h>

#include <sqlite3.h>

/* Makes the VFS known to SQLite and returns its name. */
const char *wal_file_vfs(void);

struct wal_file;

/* The log of a connection that was opened by this VFS; NULL before its first transaction. */
struct wal_file *wal_file_of(sqlite3 *handle);

/* From now on, until it is said otherwise: leave the sync of a commit to wal_file_harden. */
void wal_file_put_off(struct wal_file *wal, bool is_put_off);

/*
 * Any thread, also while the writer goes on: what was committed before the call is on disk. 0, or errno; EIO also
 * behind a failed sync.
 */
int wal_file_harden(struct wal_file *wal);

#endif
