/*
 * consult_fate: what becomes of a question whose attempt has failed: the same backend once more, the next of the chain, or
 * its end. Pure; for desk/consult, which asks, and for desk/drill, which only says what would happen.
 */
#ifndef DESK_CONSULT_FATE_H
#define DESK_CONSULT_FATE_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/vendor.h"

enum {
    CONSULT_TRIES_MAX = 2, /* at one backend */
    CONSULT_LEAST_MS = 500 /* of the turn's time; with less nobody is asked any more */
};

enum consult_fate {
    FATE_AGAIN, /* after consult_pause_ms; of one that is too busy, when its circuit lets a trial through */
    FATE_NEXT,  /* the backend's fallback, at once */
    FATE_END    /* nobody is left: a person, or the phrase `sorry` */
};

struct consult_failure { /* of an attempt that brought no answer */
    enum vendor_class class;
    bool is_hopeless; /* it never left, and never will */
    bool is_cut;      /* it was longer than BACKEND_ANSWER_MAX */
    bool is_open;     /* the backend's circuit is open now, behind it */
    int64_t took_ms;
    int failures;    /* at this backend before it */
    int64_t left_ms; /* of the turn's time */
};

enum consult_fate consult_fate(const struct backend *backend, const struct consult_failure *failure);

/* Before another try at the same backend: half of CONSULT_PAUSE_MS to one and a half of it. */
enum { CONSULT_PAUSE_MS = 500 };
int64_t consult_pause_ms(uint32_t random);

#endif
