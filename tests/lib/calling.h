/*
 * calling: a desk whose calls to Braze are made by the test. Nothing is called: the test takes what would leave, and says how
 * it ended. Its clock stands still but for what the test adds to fixture->now.
 */
#ifndef TESTS_CALLING_H
#define TESTS_CALLING_H

#include "desk/dispatch.h"
#include "tests/lib/setup.h"

static inline void must(int result, const struct error *error)
{
    if (result != 0)
        fail_msg("%s", error->text);
}

/* All calls that may start now, while so many are under way. */
static inline struct call *claim_beside(struct fixture *f, int under_way)
{
    struct error error = { 0 };
    struct call *calls;

    must(desk_begin(&f->desk, &error), &error);
    must(dispatch_claim(&f->desk, f->now, under_way, &calls, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    return calls;
}

static inline struct call *claim(struct fixture *f)
{
    return claim_beside(f, 0);
}

static inline struct answer of(enum answer_class class)
{
    return (struct answer){ .class = class, .remaining = -1, .limit = -1, .reset_in_ms = -1,
                            .wait_ms = class == ANSWER_LATER ? 7000 : 0 };
}

/* Takes the call. */
static inline void settle(struct fixture *f, struct call *call, struct answer answer, int status)
{
    struct error error = { 0 };

    assert_non_null(call);
    if (answer.problem[0] == '\0')
        snprintf(answer.problem, sizeof answer.problem, "as the test says");
    must(desk_begin(&f->desk, &error), &error);
    must(dispatch_settle(&f->desk, call, &answer, status, 5, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    call_free(call);
}

/* Takes them all. */
static inline void accept_all(struct fixture *f, struct call *calls)
{
    while (calls != NULL) {
        struct call *next = calls->next;

        calls->next = NULL;
        settle(f, calls, of(ANSWER_ACCEPTED), 201);
        calls = next;
    }
}

/* The call that writes into profiles and may start now, or NULL; the replies, which go first, are accepted at once. */
static inline struct call *claim_track(struct fixture *f, int under_way)
{
    struct call *calls = claim_beside(f, under_way), **last = &calls, *track;

    while (*last != NULL && !(*last)->is_track)
        last = &(*last)->next;
    track = *last;
    *last = NULL;
    if (track != NULL)
        assert_null(track->next);
    accept_all(f, calls);
    return track;
}

#endif
