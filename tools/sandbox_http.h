/*
 * sandbox_http: HTTP/1.1 requests read strictly, and the heads of answers. Pure: no sockets, no clock.
 */
#ifndef TOOLS_SANDBOX_HTTP_H
#define TOOLS_SANDBOX_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { HTTP_HEAD_MAX = 16 * 1024, HTTP_HEADERS_MAX = 48, HTTP_BODY_MAX = 4 * 1024 * 1024 };

struct http_header {
    const char *name, *value;
};

struct http_request {                  /* texts lie in the bytes that were parsed */
    const char *method, *path, *query; /* query: "" when there is none; neither is decoded */
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    const char *body; /* not NUL-terminated */
    size_t body_len;
    bool keep_alive, wants_continue;
    int bad_status; /* > 0: nothing that could be read (all texts ""); what to answer, and why */
    const char *bad_why;
    bool is_last_call; /* a parked request's time is up: answer with what there is */
    int64_t resume;    /* a parked request's own note, 0 at first */
};

enum http_progress { HTTP_MORE, HTTP_READY, HTTP_BAD };

/*
 * Looks for one request at the start of bytes[0 … len-1]. HTTP_MORE: not all there yet (only `wants_continue`
 * and `body_len`, 0 or what is promised, may be looked at). HTTP_READY: *used bytes make up the request, and
 * its texts are NUL-terminated in place. HTTP_BAD: *status and *why (a literal) say what to answer before
 * closing; nothing can be read after it.
 */
enum http_progress http_parse(char *bytes, size_t len, struct http_request *request, size_t *used,
                              int *status, const char **why);

/* The value of a header (any case), or NULL. */
const char *http_header(const struct http_request *request, const char *name);

/* 1 and the decoded value appended ("+" stays a plus), 0 when the name is absent, -1 for broken escapes. */
int http_query(const char *query, const char *name, struct buf *value);

/* The whole number of a query parameter within [least, most]; 1, 0 absent, -1 not such a number. */
int http_query_int(const char *query, const char *name, int64_t least, int64_t most, int64_t *number);

/* Appends status line and headers up to the empty line; `headers` are finished lines. length < 0: chunked. */
void http_format_head(int status, const char *type, const char *headers, int64_t length, bool keep_alive,
                      struct buf *out);

const char *http_reason(int status);

#endif
