/*
 * consult_fate: see the header.
 */
#include "desk/consult_fate.h"

enum { PAUSE_LEAST_MS = CONSULT_PAUSE_MS / 2, PAUSE_MOST_MS = PAUSE_LEAST_MS + CONSULT_PAUSE_MS, WORTH_WAITING_MS = 3000 };

/* May the same backend come to another end, soon enough? */
static bool is_worth_a_try(const struct backend *backend, const struct consult_failure *failure)
{
    bool may_change = failure->class == VENDOR_EMPTY || failure->class == VENDOR_GARBAGE || failure->class == VENDOR_FAILED;
    bool was_slow = failure->took_ms >= WORTH_WAITING_MS && backend->fallback != NULL;

    return may_change && !failure->is_hopeless && !failure->is_cut && !failure->is_open && !was_slow &&
           failure->failures + 1 < CONSULT_TRIES_MAX &&
           failure->left_ms > PAUSE_MOST_MS + 2 * CONSULT_LEAST_MS;
}

/* Told to come later, where nobody else can be asked: its circuit says when, and whoever asks whether that is soon enough. */
static bool is_worth_the_wait(const struct backend *backend, const struct consult_failure *failure)
{
    return failure->class == VENDOR_BUSY && backend->fallback == NULL && failure->failures + 1 < CONSULT_TRIES_MAX;
}

enum consult_fate consult_fate(const struct backend *backend, const struct consult_failure *failure)
{
    if (is_worth_a_try(backend, failure) || is_worth_the_wait(backend, failure))
        return FATE_AGAIN;
    return backend->fallback != NULL ? FATE_NEXT : FATE_END;
}

int64_t consult_pause_ms(uint32_t random)
{
    return PAUSE_LEAST_MS + random % CONSULT_PAUSE_MS;
}
