/*
 * sandbox_service: the sandbox as a whole, without its sockets: workspace, people, script, counters, limits.
 */
#ifndef TOOLS_SANDBOX_SERVICE_H
#define TOOLS_SANDBOX_SERVICE_H

#include <stdint.h>

#include "base/buf.h"

#include "sandbox_ai.h"
#include "sandbox_braze.h"
#include "sandbox_calls.h"
#include "sandbox_conn.h"
#include "sandbox_desk.h"
#include "sandbox_event.h"
#include "sandbox_later.h"
#include "sandbox_people.h"
#include "sandbox_profile.h"
#include "sandbox_script.h"
#include "sandbox_shop.h"

enum { STATUS_MAX = 600 };

struct counters {
    int64_t requests, accepted, refused, limited, faults;
    int64_t messages;  /* sent to customers */
    int64_t dropped;   /* accepted, not sent */
    int64_t collapsed; /* recipients given twice */
    int64_t liquid;    /* messages and objects with Liquid in them */
    int64_t tracked, untracked;
    int64_t by_status[STATUS_MAX]; /* [0]: no answer at all */
};

struct rate {
    int64_t limit; /* 0: no limit */
    bool has_seconds; /* told as seconds left, and when it is used up by X-Ratelimit-Retry-After alone */
    int64_t window_ms, window_at_ms, used;
};

struct service {
    struct workspace workspace;
    struct people people;
    struct profiles profiles;
    struct events events;
    struct calls calls;
    struct later later; /* taken, and not written yet */
    struct script script;
    struct shop shop;
    struct ai ai;
    struct other_desk desk;
    struct counters counters;
    struct rate sends, track;
    int64_t latency_ms;
    int64_t ahead_s; /* of the right time: what answers say in Date */
    int journal;   /* --requests, or -1 */
    uint64_t seed; /* of the ids given out */
    struct verdict verdict; /* of the request at hand; kept for its memory */
    struct buf scratch;
    void (*wake)(void *waker); /* something was sent: ask parked requests again */
    void *waker;
};

void service_init(struct service *service, int64_t now_ms);
void service_release(struct service *service);

/* Back to the state after the start, but for the numbering of messages. */
void service_reset(struct service *service);

/* The http_handler; context is the service. */
void service_handle(void *context, struct http_request *request, struct http_answer *answer);

/* The http_ended: the answer that was given this ticket is out, or nobody waits for it any more. */
void service_ended(void *context, int64_t ticket);

/* Appends the report of GET /_sandbox/report. */
void service_report(const struct service *service, struct buf *out);

/* Answers the paths below /_sandbox/ (sandbox_control.c). */
void control_handle(struct service *service, struct http_request *request, struct http_answer *answer);

#endif
