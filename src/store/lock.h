/*
 * lock: who may write the book. An flock on a descriptor of the database file itself, so that it holds by
 * inode: through symbolic and hard links, other paths and mount namespaces. It is taken before SQLite opens
 * the file and given back by exit only (closing a descriptor of the file while SQLite has it open would drop
 * SQLite's own locks).
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/error.h"

/* 1: got it, *descriptor holds it. 0: somebody else does. -1: failed. Creates the file (0600) where there is
 * none. */
int lock_take(const char *path, int *descriptor, struct error *error);

/* Commands hold it for a moment only: how long another program waits for that, and how often it looks. */
enum { LOCK_WAIT_MS = 3000, LOCK_LOOK_MS = 50 };

/* Only when SQLite has not opened the file in this process, or has closed it again. */
void lock_release(int descriptor);

/* The process that holds it, as the kernel tells; 0: nobody, or one that is not told. */
int lock_holder(const char *path);

enum { LOCK_NAME_SIZE = 32 };

/* The program's name, as far as the kernel keeps it; "": the process is gone. */
void lock_holder_name(int process, char name[LOCK_NAME_SIZE]);

/* -1 and a sentence when the file has further names (hard links), when it, its -wal or its -shm may be read
 * by others, or when its folder may be written by others, or not by us. */
int lock_check_modes(const char *path, struct error *error);

#endif
