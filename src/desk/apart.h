/*
 * apart: what a round does beside its mails, one thing after the other. A round in which something fails is rolled back as a
 * whole, and done once more with desk->is_apart: each thing in a savepoint of its own, so that one that meets a missing or
 * broken row is undone alone, noted (store/defect.h) and put out of the way by its caller, while all others are done. In all
 * other rounds nothing is marked and nothing costs.
 *
 *     if (apart_begin(desk, error) != 0)
 *         return -1;
 *     done = apart_end(desk, close_one(desk, id, now, error), "closing conversation", id, now, error);
 *     if (done == 1)
 *         done = put_off(desk, id, now + APART_AGAIN_MS, error);
 *
 * Things may stand within things; what fails inside is undone inside.
 */
#ifndef DESK_APART_H
#define DESK_APART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"

struct apart_row { /* borrowed */
    int64_t outbox, contact;
    const char *state;
};

enum { APART_AGAIN_MS = 3600 * 1000 /* what failed like that is tried again after so long */ };

int apart_begin(struct desk *desk, struct error *error);

/*
 * `result`: of what was done since apart_begin, and its sentence in `error`. 0: it is done. 1: it has failed, is undone and
 * noted. -1: the round has failed.
 */
int apart_end(struct desk *desk, int result, const char *what, int64_t id, int64_t now, struct error *error);

/*
 * The same about a row of the outbox, which then ends as `state`, and with it nothing but its place in the contact's line
 * (`contact` 0: it has none). Where not even that goes, it stays as it is, and is passed over for APART_AGAIN_MS. 0 or -1.
 */
extern const char APART_ROW_FAILED[]; /* its reason */
int apart_end_row(struct desk *desk, int result, const char *what, const struct apart_row *row, int64_t now, struct error *error);

/*
 * A whole step of the round, for what is not caught within it: where it fails it rests for APART_REST_MS. A step that rests is
 * passed over. apart_allow: when something may be done that is due at `at`.
 */
enum { APART_REST_MS = 60 * 1000 };

int apart_run(struct desk *desk, enum desk_step step, int (*run)(struct desk *desk, int64_t now, struct error *error),
              int64_t now, struct error *error);
bool apart_rests(const struct desk *desk, enum desk_step step, int64_t now);
int apart_end_step(struct desk *desk, enum desk_step step, int result, int64_t now, struct error *error);
int64_t apart_allow(const struct desk *desk, enum desk_step step, int64_t at);

#endif
