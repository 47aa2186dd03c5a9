/*
 * talk: a whole conversation as a test: what the customer says, what the bot says, and how much time passes. Made
 * by build_talk from the tables talk, talk_given and talk_line; played by desk/talk.
 *
 * Lines lie in file order. One with `customer` or `after` begins an exchange: time passes, then the customer writes,
 * then the bot says its `bot`; one with neither is a further text of the bot. Owned by the ruleset, immutable.
 */
#ifndef RULES_TALK_H
#define RULES_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "rules/ruleset.h"

enum { TALKS_MAX = 1000, TALK_LINES_MAX = 300, TALK_GIVEN_MAX = 100 }; /* the latter two: of one talk */

struct talk_given { /* how a service or a backend answers; rows of one in turn, the last of them again and again */
    const struct service *service; /* one of the two; the other is NULL */
    const struct backend *backend;
    const char *answer; /* of a service JSON, of a backend as in backend/vendor_given.h; NULL: none */
    int status;         /* HTTP; 0: it did not answer in time */
    const char *file;
    int line;
};

struct talk_line {
    int64_t after_ms;                /* that pass first; 0: none */
    const char *customer;            /* NULL: says nothing */
    const char *bot;                 /* each * stands for any characters, or none; NULL: silence */
    const struct expression *expect; /* true afterwards; NULL: not given */
    const char *source_expect;
    const char *file;
    int line;
};

struct talk {
    const char *name;
    int64_t starts_at;
    enum open_claim open;
    const char *language, *channel, *country; /* NULL: the default language, the channel of examples, unknown */
    bool is_first_contact;
    const struct talk_line *lines;
    size_t line_count;
    const struct talk_given *given;
    size_t given_count;
    const char *file;
    int line;
};

/* The name of the service or the backend. */
const char *talk_given_source(const struct talk_given *given);

/* Does a line begin an exchange? */
bool talk_line_begins(const struct talk_line *line);

/* Does a text of the bot, give or take blanks at its ends, fit what a line expects? */
bool talk_fits(const char *bot, const char *text);

/*
 * Appends INSERT statements that make the talk. `zone` is the business's: what begins between two minutes is written as
 * beginning at the earlier one. Control characters but line feeds are written as char(…), so that the statements may be
 * shown on a terminal.
 */
void talk_format(const struct talk *talk, const struct zone *zone, struct buf *out);

#endif
