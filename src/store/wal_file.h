/*
 * wal_file: a VFS of SQLite's for the writer, whose write-ahead log is written in large pieces.
 *
 * SQLite writes each frame of the log in two calls, 24 bytes and a page. A commit of a batch is a few hundred of
 * them, one behind the other. Here they are gathered and handed on in one call at the next sync. What that may
 * rest on: frames count only once the index of the log names them, and SQLite names them behind the sync
 * (synchronous=FULL). A read of the log, and every other call, finds all that was written before it.
 *
 * A write that fails (a full disk) is reported by the call that hands it on, so by the sync of the same commit.
 * All other files are the system's own VFS's. Register once per process; then any thread.
 */
#ifndef STORE_WAL_FILE_H
#define STORE_WAL_FILE_H

/* Makes the VFS known to SQLite and returns its name. */
const char *wal_file_vfs(void);

#endif
