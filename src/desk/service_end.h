/*
 * service_end: what came of a call to a service, and what that means for its row. Pure.
 *
 *     END_ACCEPTED   a 2xx, whole
 *     END_AGAIN      once more: the request never left; or nobody can tell whether it was carried out, which does no harm
 *                    twice (a GET changes nothing, a POST brings its Idempotency-Key). A GET also after a 5xx
 *     END_DEAD       any other answer; or nothing that a second try would change
 *     END_EXPIRED    its time was over before an answer came
 *     END_UNKNOWN    a POST that left, and nobody can tell whether it was carried out: by this attempt, or by the one before it,
 *                    of which one that never left, or a 5xx, says nothing
 *
 * Two attempts are made at most, the second one only while there is time.
 */
#ifndef DESK_SERVICE_END_H
#define DESK_SERVICE_END_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "braze/answer.h"

enum {
    SERVICE_ANSWER_MAX = 1024 * 1024,
    SERVICE_AGAIN_MS = 375, /* at most, before the second attempt */
    SERVICE_LEAST_MS = 500  /* with less time left none is begun: it would leave, and nobody would wait for its end */
};

struct service_end { /* owned */
    enum wire_end end;
    int status;
    bool is_whole;       /* answered, to the end, within SERVICE_ANSWER_MAX */
    bool is_cut;         /* answered, and longer than that */
    bool is_hopeless;    /* it cannot leave, however often it is tried */
    struct json *answer; /* NULL: none, or no JSON */
    int64_t took_ms;
    char reason[300]; /* why not; also beside a 2xx that is no JSON; "" */
};

/* *end is empty. */
void service_end_read(const struct wire *wire, int64_t took_ms, struct service_end *end);
/* A call that was not even started. */
void service_end_refuse(const char *reason, struct service_end *end);
void service_end_release(struct service_end *end);

enum service_fate { END_ACCEPTED, END_AGAIN, END_DEAD, END_EXPIRED, END_UNKNOWN };

struct service_try { /* the attempt that has ended */
    bool is_post;
    bool is_ambiguous;    /* nobody can tell what the one before it has done */
    int failures;         /* attempts before it */
    int64_t now, expires_at;
};

/* Its time is over, or so nearly that nothing more can be tried. */
bool service_end_is_late(const struct service_try *try);

enum service_fate service_end_fate(const struct service_end *end, const struct service_try *try);

/* The word for an attempt (table attempt): of enum answer_class. */
const char *service_end_class(const struct service_end *end);

#endif
