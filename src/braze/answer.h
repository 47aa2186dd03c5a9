/*
 * answer: what an attempt at Braze means. A pure function of what was seen on the wire.
 *
 *     ANSWER_ACCEPTED     2xx
 *     ANSWER_ACCEPTED_BUT 2xx that says in the same breath that nothing, or not all, will go out: a notice
 *                         (a paused campaign), errors; they are in `problem`
 *     ANSWER_NOT_SENT     the request never left (DNS, refused, TLS …): retry, the target is unwell
 *     ANSWER_NOT_DONE     an answered 5xx, 408: nothing was sent; retry, the target is unwell
 *     ANSWER_LATER        429: wait until `wait_ms`; costs no attempt
 *     ANSWER_AMBIGUOUS    the request left and no sound answer came
 *     ANSWER_REFUSED      400, 413, 422 …: this request will never be taken (of a batch: try singly)
 *     ANSWER_STOPPED      401, 403, 404, 415, any redirect, "Invalid Campaign ID": a configuration fault;
 *                         stop `scope`, keep the rows
 */
#ifndef BRAZE_ANSWER_H
#define BRAZE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum answer_class {
    ANSWER_ACCEPTED, ANSWER_ACCEPTED_BUT, ANSWER_NOT_SENT, ANSWER_NOT_DONE, ANSWER_LATER, ANSWER_AMBIGUOUS,
    ANSWER_REFUSED, ANSWER_STOPPED,
};

/* 401, 3xx | 403, 404, 415 | Invalid Campaign ID */
enum answer_scope { SCOPE_WORKSPACE, SCOPE_ENDPOINT, SCOPE_CAMPAIGN };

/* Which list of a request an error's index counts in: input_array. */
enum answer_list { LIST_UNTOLD, LIST_ATTRIBUTES, LIST_EVENTS, LIST_OTHER };

enum wire_end { WIRE_ANSWERED, WIRE_NEVER_LEFT, WIRE_LEFT_NO_ANSWER };

struct wire { /* what the transport saw; borrowed, header texts NULL when absent */
    enum wire_end end;
    int status;
    const char *body; /* capped by the transport; may be cut, garbage, HTML */
    size_t body_len;
    const char *retry_after, *ratelimit_retry_after;
    const char *ratelimit_limit, *ratelimit_remaining, *ratelimit_reset, *request_id, *date;
    const char *failure; /* the transport's own words when not answered, or when is_broken */
    bool is_cut;         /* answered, at greater length than was wanted */
    bool is_broken;      /* answered, but not to the end */
    bool is_barred;      /* never left, for its address may not be called */
};

struct answer {
    enum answer_class class;
    enum answer_scope scope;
    int64_t wait_ms;         /* without jitter. ANSWER_LATER: 1 s … 1 h; ANSWER_NOT_DONE: the same, 0 when not told */
    int64_t remaining, limit, reset_in_ms; /* the hourly budget as told, -1 when not told */
    char dispatch_id[65];    /* "" when none */
    char request_id[65];
    char problem[300];       /* for people, in Braze's own words; but a 401 repeats the key */
    bool is_notice; /* ANSWER_ACCEPTED_BUT: of the whole request nothing will go out (a paused campaign) */
    size_t bad_count;        /* recipients or objects named by "errors": their indexes, when Braze gives them */
    int bad_index[75];
    enum answer_list bad_list[75]; /* of each */
};

void answer_read(const struct wire *wire, int64_t now_ms, struct answer *answer);
const char *answer_class_name(enum answer_class class);

/*
 * How long to wait after `failures` failures in a row: the ladder 1 s, 5 s, 30 s, 2 m, 10 m, 30 m, then
 * hourly, with full jitter from `random` (0 … 2^32-1), never under 100 ms. For the health of a target the
 * ladder 1, 2, 4 … 60 s (half to full).
 */
int64_t answer_row_delay_ms(int failures, uint32_t random);
int64_t answer_target_delay_ms(int failures, uint32_t random);

#endif
