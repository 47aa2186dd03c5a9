/*
 * fetch: HTTP calls to the outside, many at a time, in the engine's thread. The only door to libcurl in the
 * daemon.
 *
 * All calls share one multi handle. A body is handed over in pieces without a way to rewind it: libcurl would
 * otherwise repeat a request by itself on a reused connection that broke, and a customer would get a reply
 * twice with nobody knowing. So each fetch_start is at most one request on the wire. Answers are capped,
 * redirects are not followed, proxies and .netrc ignored, TLS verified.
 *
 * fetch_wake may be called by any thread, everything else by the one that made the fetcher.
 */
#ifndef DAEMON_FETCH_H
#define DAEMON_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "braze/answer.h"

struct fetcher;

struct fetch { /* borrowed by fetch_start, but the body must stay until the fetch is done */
    const char *url;
    const char *bearer; /* "Authorization: Bearer …" */
    const char *body;   /* JSON, POSTed */
    size_t body_len;
    int timeout_ms;
    size_t answer_max; /* bytes; what comes behind is cut off */
    void *context;
};

/* Once per process, before threads. */
int fetch_global_start(struct error *error);
void fetch_global_stop(void);

struct fetcher *fetcher_new(void);
void fetcher_free(struct fetcher *fetcher); /* drops what is under way */

int fetch_start(struct fetcher *fetcher, const struct fetch *fetch, struct error *error);

/* Waits for the network or fetch_wake, at most timeout_ms, and lets transfers go on. */
void fetch_poll(struct fetcher *fetcher, int timeout_ms);
void fetch_wake(struct fetcher *fetcher);

/*
 * A finished fetch: 1 with its context, what was seen on the wire (borrowed until the next call of
 * fetch_done), and how long it took; 0 when there is none.
 */
int fetch_done(struct fetcher *fetcher, void **context, struct wire *wire, int64_t *took_ms);

/*
 * Is this a base address that may be called: https, or http on a loopback address; no user, query or
 * fragment? On success appends it without a trailing slash.
 */
int fetch_check_base(const char *url, struct buf *base, struct error *error);

#endif
