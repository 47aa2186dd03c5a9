/*
 * readers: which processes hold a read transaction on a book, so that its log cannot be used again from the start. For telling;
 * it may have changed by the time it is told. Needs /proc, and finds nobody where that hides other processes.
 */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    int64_t process;
    char command[48]; /* its name, as bytes; "" when it is not told */
};

/* At most `max` of them, without the process that asks; the one that writes the book comes last. The number found. */
size_t readers_find(const char *path, struct reader *readers, size_t max);

/* The size of the book's log in bytes; 0: there is none. */
int64_t readers_log_bytes(const char *path);

#endif
