/*
 * call: one request on its way through the server, as far as that needs nothing of libmicrohttpd: its
 * shares, its body within the bounds, its answer. For http.c; handlers see it through daemon/http.h.
 */
#ifndef DAEMON_CALL_H
#define DAEMON_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "daemon/gate.h"
#include "daemon/http.h"
#include "daemon/parking.h"

struct MHD_Connection;
struct connection;

/* What the calls of one server share. Any thread. */
struct call_totals {
    size_t buffered_max;
    _Atomic size_t buffered; /* bytes of bodies kept now */
    _Atomic uint64_t requests, refused_by_gate, refused_size, refused_full, unsettled;
};

struct call_header {
    char name[32], value[128];
};

struct call_answer {
    int status;              /* 0: none yet */
    int retry_after_s;
    char type[80];
    char *body;
    size_t len;
    struct call_header headers[2];
    unsigned header_count;
};

enum call_stage { CALL_NEW, CALL_READING, CALL_PARKED, CALL_ANSWERED };

struct http_call {
    struct parked parked;    /* first: a parked is its call */
    atomic_int shares;       /* the connection's, and once parked the settler's */
    struct http_server *server;
    struct call_totals *totals;
    struct connection *connection;
    struct MHD_Connection *link;
    enum call_stage stage;   /* of the connection's thread only */
    struct gate gate;
    const struct http_route *route; /* NULL: none fits */
    const char *method, *path, *rest;
    struct buf body;
    size_t received;         /* body bytes that came */
    size_t buffered;         /* those that count in totals->buffered */
    struct call_answer answer;
};

struct http_call *call_new(struct call_totals *totals);
void call_drop_share(struct http_call *call);
/* The body counts no longer: given away, answered, or the connection is done. While the server lives. */
void call_forget_body(struct http_call *call);

/* How many bytes are read past at most to deliver a refusal. */
size_t call_read_past_max(const struct http_call *call);
size_t call_body_max(const struct http_call *call);
/* Keeps the bytes, or refuses the call by an answer and keeps nothing. False: more than is even read past. */
bool call_receive(struct http_call *call, const char *bytes, size_t len);

void call_set_answer(struct http_call *call, int status, const char *type, const char *body, size_t len,
                     int retry_after_s);
/* {"error": sentence}: words of our own, without quotes or backslashes. */
void call_set_error(struct http_call *call, int status, const char *sentence, int retry_after_s);
void call_set_too_large(struct http_call *call);
void call_set_unsettled(struct http_call *call);

#endif
