/*
 * fetch: HTTP calls to the outside, many at a time, in the engine's thread. The only door to libcurl in the
 * daemon.
 *
 * All calls share one multi handle. A body is handed over in pieces without a way to rewind it: libcurl would
 * otherwise repeat a request by itself on a reused connection that broke, and a customer would get a reply
 * twice with nobody knowing. So each fetch_start is at most one request on the wire. Answers are capped,
 * redirects are not followed, proxies and .netrc ignored, TLS verified.
 *
 * A URL that stands in a rule file says where it may lead (daemon/fetch_reach.h): each address that its name is looked up
 * to is judged when it is about to be connected to, so that no name and no change of its address gets around. Such a
 * call has a connection of its own, for on one that is there already nothing would be judged. Without TLS it goes to
 * this machine only.
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
#include "daemon/fetch_reach.h"

struct fetcher;

struct fetch_header {
    const char *name, *value; /* without line breaks */
};

/* What was seen on the wire (borrowed for the time of the call), and how long it took. */
typedef void fetch_ended(void *context, const struct wire *wire, int64_t took_ms);

struct fetch { /* borrowed by fetch_start, but the body must stay until the fetch is done */
    const char *url;
    bool is_get;        /* else it is POSTed */
    const char *bearer; /* "Authorization: Bearer …"; NULL: none */
    const char *aws_region, *aws_service; /* signed with SigV4 for these, by aws_key "ID:SECRET"; NULL: not */
    const char *aws_key;
    const struct fetch_header *headers; /* further ones */
    size_t header_count;
    const char *content_type; /* of the body; NULL: not said */
    const char *body;
    size_t body_len; /* 0 where is_get */
    enum fetch_reach reach;
    int timeout_ms;
    size_t answer_max; /* bytes; what comes behind is cut off */
    fetch_ended *ended;
    void *context; /* handed to `ended` */
};

/* Once per process, before threads. */
int fetch_global_start(struct error *error);
void fetch_global_stop(void);
const char *fetch_library_version(void); /* "7.88.1" */

struct fetcher *fetcher_new(void);
void fetcher_free(struct fetcher *fetcher); /* drops what is under way */

int fetch_start(struct fetcher *fetcher, const struct fetch *fetch, struct error *error);

/* Breaks off the call with that context, if it has not been told of: `ended` will not be called. */
void fetch_cancel(struct fetcher *fetcher, const void *context);

/* Waits for the network or fetch_wake, at most timeout_ms, and lets transfers go on. */
void fetch_poll(struct fetcher *fetcher, int timeout_ms);
void fetch_wake(struct fetcher *fetcher);

/* Calls `ended` for each that has ended since the last time: once for every one that was started. */
void fetch_collect(struct fetcher *fetcher);

/*
 * Is this a base address that may be called: https, or http on a loopback address; no user, query or
 * fragment? On success appends it without a trailing slash.
 */
int fetch_check_base(const char *url, struct buf *base, struct error *error);

#endif
