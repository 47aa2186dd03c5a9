/*
 * sandbox_record: a line of JSON into --requests for each request, by one write with O_APPEND, before a byte of its answer
 * leaves.
 */
#ifndef TOOLS_SANDBOX_RECORD_H
#define TOOLS_SANDBOX_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox_service.h"

struct exchange { /* what became of one request */
    int64_t at_ms;
    char dispatch_id[33];
    bool is_limited;
    bool is_taken;             /* its messages were delivered */
    const struct fault *fault; /* or NULL */
};

bool verdict_is_accepted(const struct verdict *verdict);

/* The status that the peer sees, 0: none; and in one word how it came to it. */
int record_status(const struct http_answer *answer);
const char *record_outcome(const struct verdict *verdict, const struct exchange *exchange);

void record_exchange(struct service *service, const struct http_request *request, const struct exchange *exchange,
                     const struct http_answer *answer);

/* A line about a request to the shop or to an AI vendor; `name`, `value`: one member more, unless the value is NULL. */
void record_aside(struct service *service, const struct http_request *request, int64_t n, const char *outcome,
                  bool is_taken, int64_t now_ms, const struct http_answer *answer, const char *name, const char *value);

#endif
