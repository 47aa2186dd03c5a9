/*
 * sandbox_conn: connections, from the first byte of a request to the last of its answer. The handler says not
 * only what to answer but how the answer should look on the wire, which is where the faults live. One thread.
 */
#ifndef TOOLS_SANDBOX_CONN_H
#define TOOLS_SANDBOX_CONN_H

#include <stdint.h>

#include "base/buf.h"

#include "sandbox_http.h"

enum http_manner {
    HTTP_PLAIN,  /* head, headers, body */
    HTTP_RAW,    /* the body's bytes and nothing else, then close */
    HTTP_LYING,  /* Content-Length says `amount`, the body is what it is, then close */
    HTTP_HUGE,   /* a chunked body of `amount` bytes, or until the peer has had enough */
    HTTP_SILENT, /* nothing for delay_ms, then close */
    HTTP_RESET,  /* a TCP reset instead of an answer */
    HTTP_PARK,   /* ask again when server_wake is called, and a last time after delay_ms */
    HTTP_DOWN,   /* reset all connections and refuse new ones for delay_ms */
};

struct http_answer {
    enum http_manner manner;
    int status;
    const char *type;   /* Content-Type */
    struct buf headers; /* finished lines, "name: value\r\n" */
    struct buf body;
    int64_t delay_ms; /* before the first byte */
    int64_t drip_ms;  /* > 0: only drip_bytes at a time, this far apart */
    int64_t drip_bytes;
    int64_t amount;
    int64_t ticket; /* not 0: to be told of by http_ended */
};

/* Fills the answer, which comes empty: HTTP_PLAIN, 200, application/json. */
typedef void http_handler(void *context, struct http_request *request, struct http_answer *answer);

/* The last byte of the answer with this ticket has left, or its connection is gone. */
typedef void http_ended(void *context, int64_t ticket);

struct conn;

struct pool {
    int epoll;
    http_handler *handler;
    http_ended *ended;
    void *context;
    struct conn *conns;
    int count, parked;
    int64_t next_due_ms; /* INT64_MAX: nothing is due */
    int64_t down_ms;     /* > 0: an HTTP_DOWN was answered, and the server must act on it */
    struct http_answer answer;
};

/* Takes a connected, non-blocking descriptor; its events will carry the struct conn as data.ptr. */
void pool_add(struct pool *pool, int fd, int64_t now);
void pool_event(struct pool *pool, struct conn *conn, uint32_t events, int64_t now);

/* Steps between batches of events: ask parked requests again; do what is due; reset every connection. */
void pool_wake(struct pool *pool, int64_t now);
void pool_due(struct pool *pool, int64_t now);
void pool_reset(struct pool *pool);

void pool_release(struct pool *pool);

#endif
