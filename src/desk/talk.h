/*
 * talk: plays a talk (rules/talk.h) on a stage, and tells the first line that did not go as it should: what was expected
 * there, and what was said. Pure, and the same whenever it is played; bounded by the bounds of flows and of stages.
 *
 * What a talk does not say: Wednesday noon, open (with a start of its own it goes by the hours), a known contact, whom a
 * machine has answered before, in the default language, on the channel of the first campaign. No rule is disabled.
 */
#ifndef DESK_TALK_H
#define DESK_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "rules/talk.h"
#include "text/pattern.h"

enum talk_who {
    TALK_CUSTOMER,
    TALK_BOT,
    TALK_TIME,    /* passes: "10 minutes" */
    TALK_EXPECT,  /* a condition, and what its names stood for */
    TALK_SERVICE, /* that was asked, and has no answer in the talk; likewise: */
    TALK_BACKEND,
};

struct talk_part { /* of the exchange; owned texts */
    enum talk_who who;
    char *expected, *said; /* NULL: nothing */
    bool differs;
};

/* The zero value or a released one goes in. */
struct talk_report {
    struct talk_part *parts; /* up to the one that differs, which is the last */
    size_t count, room;
    const struct talk_line *failed; /* NULL: the talk holds */
    struct buf sentence;            /* "talks.sql:12: in the talk …"; empty when it holds */
    size_t place;                   /* … so many bytes of it are the place */
};

/* Does it go as it should? */
bool talk_play(const struct ruleset *ruleset, struct matcher *matcher, const struct talk *talk,
               struct talk_report *report);
void talk_report_release(struct talk_report *report);

const char *talk_who_name(enum talk_who who); /* customer, bot, time, expect, service, backend */

#endif
