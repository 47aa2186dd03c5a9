/*
 * gate: requests that libmicrohttpd 0.9.75 takes and we refuse, for they smuggle: more than one
 * Content-Length, Transfer-Encoding or Host; Content-Length beside Transfer-Encoding; a Transfer-Encoding
 * other than exactly "chunked", or any in HTTP/1.0; a Content-Length that is no plain number; a blank or
 * another byte that is no part of a token in a header's name; control bytes in a header's value; %00,
 * control bytes or a backslash in the target. Pure.
 */
#ifndef DAEMON_GATE_H
#define DAEMON_GATE_H

#include <stdbool.h>
#include <stddef.h>

struct gate { /* the zero value is an open gate */
    unsigned content_lengths, transfer_encodings, hosts;
    const char *fault; /* a literal: what is wrong; NULL so far so good */
};

void gate_header(struct gate *gate, const char *name, size_t name_len, const char *value, size_t value_len);
/* The target as sent. In its query (behind the first '?') a backslash and escaped control bytes pass. */
void gate_target(struct gate *gate, const char *target);
/* After all headers: `version` is the request line's last word. */
void gate_version(struct gate *gate, const char *version);
/* After all of these: NULL, or what is wrong. */
const char *gate_verdict(const struct gate *gate);

#endif
