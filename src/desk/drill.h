/*
 * drill: what would a customer see if a backend failed? A rehearsal on paper: the message is decided as it would be, and
 * the chain of backends walked as desk/consult walks it, by the same rules (desk/consult_fate.h). Nobody is asked, nothing
 * is written. Pure; the ruleset's own thread.
 *
 * The backend in question fails as told. The FAQ, which needs no network, answers for real. Backends before it in the chain
 * are taken to have failed at once, or it would not be asked at all. What those behind it would say nobody knows: the first
 * of them is `perhaps`, and the walk goes on as if they did not answer in time, so that its end is the latest there can be.
 * Circuits and caps are not looked at.
 */
#ifndef DESK_DRILL_H
#define DESK_DRILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/backend.h"
#include "base/buf.h"
#include "desk/decide.h"
#include "rules/ruleset.h"
#include "text/pattern.h"

enum drill_fault {
    DRILL_TIMEOUT, /* no answer within its deadline */
    DRILL_500,
    DRILL_429,
    DRILL_GARBAGE, /* a 200 that is no answer */
    DRILL_SLOW     /* the right answer, just within its deadline */
};
extern const char *const drill_fault_names[]; /* by enum drill_fault, closed by NULL */

enum drill_what {
    DRILL_SETTLES,   /* the message is there; a burst is waited for */
    DRILL_SAYS,      /* the customer reads a text */
    DRILL_SKIPPED,   /* taken to have failed */
    DRILL_ASKED,
    DRILL_FAILED,    /* and nobody is asked for it any more */
    DRILL_AGAIN,     /* it failed, and is asked once more */
    DRILL_PERHAPS,   /* it would be asked; what it says is not known */
    DRILL_NO_ENTRY,  /* the FAQ has none */
    DRILL_ANSWERED,
    DRILL_TIME_OVER, /* of the turn */
    DRILL_HANDS_OVER /* a person of `text` takes over */
};
extern const char *const drill_what_names[]; /* by enum drill_what */

struct drill_step {
    enum drill_what what;
    int64_t at_ms;                 /* since the message came */
    const struct backend *backend; /* NULL: of none */
    char *text;                    /* a sentence for people, or what is said; owned */
};

struct drill_question { /* borrowed */
    const struct ruleset *rules;
    struct matcher *matcher;
    const struct decide_state *state;
    const char *text;
    int64_t now;
    bool is_first; /* no backend has answered this customer before */
    const struct backend *backend;
    enum drill_fault fault;
};

struct drill { /* owned; the zero value is releasable */
    struct buf wanted_by;           /* the rule or step that asks */
    const struct backend *wanted;   /* whom; NULL: nobody, and `why` says so */
    struct buf why;                 /* the backend is not asked; a sentence */
    struct drill_step *steps;
    size_t count, room;
    size_t end;                     /* the first of those that happen at the end */
    const struct backend *perhaps;  /* answers, unless it fails as well; by perhaps_ms */
    int64_t perhaps_ms;
    const struct backend *answered; /* in the end; NULL: nobody */
    int64_t end_ms;
    bool is_unknown;                /* `answered` is asked outside, and only it knows what it says */
};

/* 1: it comes to the backend; 0: it does not. */
int drill_rehearse(const struct drill_question *question, struct drill *drill);
void drill_release(struct drill *drill);

#endif
