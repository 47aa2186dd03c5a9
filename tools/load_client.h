/*
 * load_client: many connections that post messages as fast as they are answered, or at a given rate. One
 * thread.
 */
#ifndef TOOLS_LOAD_CLIENT_H
#define TOOLS_LOAD_CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/error.h"

enum { LOAD_STATUS_MAX = 600, LOAD_BUCKETS = 64 * 40 };

struct load_plan {
    struct sockaddr_storage where;
    socklen_t where_len;
    const char *host, *path; /* Host header and request target */
    const char *token;       /* NULL: no Authorization */
    const char *prefix;      /* of dispatch ids */
    const char *user;        /* of the customers' external ids; behind it stands a number of six digits or more */
    const char *const *texts;
    size_t text_count;
    int connections;
    int64_t users;
    int64_t count;      /* messages; 0: until seconds are over */
    int64_t seconds;    /* 0: until count is reached */
    int64_t rate;       /* messages per second; 0: as fast as it goes */
    int64_t timeout_ms; /* per request */
    int tries;          /* per message, 1: no retry */
    FILE *acks;         /* or NULL */
    volatile sig_atomic_t *stop;
};

struct load_totals {
    int64_t messages, acked, given_up, retried;
    int64_t by_status[LOAD_STATUS_MAX];
    int64_t connect_failed, reset, timed_out, garbled;
    int64_t buckets[LOAD_BUCKETS]; /* of acknowledged messages, by microseconds */
    int64_t max_us, elapsed_us;
};

int load_run(const struct load_plan *plan, struct load_totals *totals, struct error *error);

/* The time under which `share` (0 … 1) of the acknowledged messages stayed, good to 2 percent. */
int64_t load_percentile_us(const struct load_totals *totals, double share);

#endif
