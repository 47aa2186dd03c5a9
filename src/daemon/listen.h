/*
 * listen: a listening socket, TCP or Unix, bound and ready, with errors that say what to do.
 */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include <sys/types.h>

#include "base/error.h"

struct listener {
    int fd;          /* non-blocking, close-on-exec */
    int port;        /* TCP: the bound one; 0 for a Unix socket */
    char *unix_path; /* owned; NULL for TCP */
    dev_t device;    /* of the Unix socket's file, so that only our own is removed */
    ino_t inode;
};

/* "127.0.0.1:8080", "[::1]:0" (0: any free port), "localhost:8080". No name look-up but localhost. */
int listen_tcp(const char *address, struct listener *listener, struct error *error);

/*
 * Created with mode 0600. A stale socket file is replaced; one that somebody listens on, or another kind of
 * file, is refused.
 */
int listen_unix(const char *path, struct listener *listener, struct error *error);

/*
 * How many of the `wanted` connections the limit on open files allows when `kept` descriptors are left to the rest of
 * the process: without them accept fails, and so do SQLite and curl. Fewer than wanted: a line in the log.
 */
unsigned listen_bound(unsigned wanted, unsigned kept);

void listen_close(struct listener *listener); /* closes, removes our socket file */

#endif
