/*
 * sandbox_fault: how a fault looks on the wire.
 */
#ifndef TOOLS_SANDBOX_FAULT_H
#define TOOLS_SANDBOX_FAULT_H

#include <stdint.h>

#include "base/buf.h"

#include "sandbox_conn.h"
#include "sandbox_script.h"

/* Turns the right answer, complete with headers, into the one that the fault asks for. */
void fault_dress(const struct fault *fault, int64_t now_ms, struct http_answer *answer);

/* Appends a gzip file that unpacks to `size` zero bytes. */
void fault_gzip_zeros(int64_t size, struct buf *out);

#endif
