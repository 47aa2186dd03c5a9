/*
 * http: the server. The only door to libmicrohttpd; it knows nothing of frontdesk, only routes.
 *
 * One server per listener (TCP or Unix socket), each with its route table, worker threads of its own, and a
 * deadline thread. Before a handler runs, the request has passed the header gate (daemon/gate.h), its
 * route's `admit` (authorization; called before the body is kept), and its body has been read whole, within
 * `body_max` (413 beyond: counted bytes, never Content-Length) and within an absolute deadline (slow senders
 * are cut off, libmicrohttpd's own timeout only counts idleness).
 *
 * A handler answers at once, or parks the call and lets another thread settle it later:
 *
 *     http_park(call);                    // suspends; from here on the call belongs to whoever settles it
 *     …put it where the other thread finds it, return…
 *     http_settle(call, status, body …);  // any thread, exactly once; resumes the connection
 *
 * A parked call that nobody settles within park_ms is answered 503 by the deadline thread; a later
 * http_settle of it is then a harmless no-op (it gives up the settler's share of the call), also after
 * http_stop. Stopping: http_drain refuses new connections and waits; http_stop answers 503 to what is still
 * parked, then stops (libmicrohttpd aborts when stopped with a suspended connection). Start it with the
 * signals that the process handles blocked: its threads inherit the mask.
 */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct http_server;
struct http_call;

struct http_route {
    const char *method;                 /* "POST" */
    const char *path;                   /* exact, or a prefix when it ends in "/" + "*": "/v1/inbound/" "*" */
    size_t body_max;                    /* 0: a body is refused with 413 */
    /* May be NULL. Returns false after http_answer (401 …): the body is then read past and not kept. */
    bool (*admit)(struct http_call *call, void *context);
    void (*handle)(struct http_call *call, void *context); /* answers or parks */
};

struct http_config {
    const char *address;                /* "127.0.0.1:8080", "[::1]:0"; NULL for a Unix socket */
    const char *unix_path;              /* created 0600; a stale one is replaced */
    /* Ends with a NULL method. Known path, other method: 405; unknown path: 404. HEAD goes with GET. */
    const struct http_route *routes;
    void (*lost)(struct http_call *call, void *context); /* looks at a call that no route takes; NULL: nobody does */
    void *context;
    unsigned threads;                   /* that serve connections; at least 2 */
    unsigned connections_max;           /* 0: 2048; lowered where the limit on open files is near */
    int request_ms;                     /* absolute deadline for headers and body; 0: 15,000 */
    int park_ms;                        /* 0: 30,000 */
    size_t buffered_max;                /* bytes of all bodies kept together; beyond: 503; 0: 64 MiB */
};

/* The config and what it points to, save the routes and the context, need not outlive the call. */
struct http_server *http_start(const struct http_config *config, struct error *error);
int http_port(const struct http_server *server);               /* the bound TCP port; 0 for a Unix socket */
void http_drain(struct http_server *server, int wait_ms);    /* no new connections; waits for those at work */
void http_stop(struct http_server *server);                    /* frees the server; NULL is nothing */

/* The request, for admit and handle; borrowed, valid until they return. */
const char *http_method(const struct http_call *call);
const char *http_path(const struct http_call *call);      /* decoded; without NUL, control bytes, backslash */
const char *http_path_rest(const struct http_call *call); /* what a prefix route's * stood for, or "" */
const char *http_header(const struct http_call *call, const char *name); /* the first; NULL when absent */
const char *http_query(const struct http_call *call, const char *name);  /* decoded; NULL: absent; "?x": "" */
const char *http_body(const struct http_call *call, size_t *len);        /* NUL behind; valid until settled */
char *http_take_body(struct http_call *call, size_t *len); /* the same, without a copy: free() it */

/* `type` is the media type (up to 79 bytes); `retry_after_s` 0 sends no such header. The body is copied. */
void http_answer(struct http_call *call, int status, const char *type, const char *body, size_t len,
                 int retry_after_s);
/* One more header, before http_answer, at most two; name under 32 bytes, value under 128: our own words. */
void http_add_header(struct http_call *call, const char *name, const char *value);
void http_park(struct http_call *call);
void http_settle(struct http_call *call, int status, const char *type, const char *body, size_t len,
                 int retry_after_s);

const char *http_library_version(void); /* "0.9.75" */

struct http_stats {
    uint64_t requests, connections, refused_by_gate, refused_slow, refused_size;
    uint64_t refused_full; /* 503 because of buffered_max */
    uint64_t unsettled;    /* 503 because nobody settled in time, or the server stopped */
    size_t buffered;       /* bytes of bodies kept now */
    unsigned open_connections, parked;
};
void http_stats(struct http_server *server, struct http_stats *stats);

#endif
