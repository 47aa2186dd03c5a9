/*
 * colleague_phrase: what the desk says to a person of the business on her own phone, in English, Korean and Spanish: by her
 * language, else the default one, else English.
 *
 * What customers typed stands in these texts as what it is: a name on one line, words with a "> " before each further line, so
 * that nobody can write a line that looks like the desk's own. Pure; any thread.
 */
#ifndef DESK_COLLEAGUE_PHRASE_H
#define DESK_COLLEAGUE_PHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "rules/ruleset.h"

enum colleague_phrase { /* {n} the number, {who} the customer, {text} … as each says */
    COLLEAGUE_SAYS_CASE,       /* {text}: the channel and the address */
    COLLEAGUE_SAYS_SUMMARY,    /* {text} */
    COLLEAGUE_SAYS_ANSWER,     /* how to, where nothing else can be meant */
    COLLEAGUE_SAYS_NUMBER,     /* how to, where it must be said for whom */
    COLLEAGUE_SAYS_REMINDER,   /* nobody has taken it: {text} how long */
    COLLEAGUE_SAYS_HEARD,      /* {text}: the customer's words */
    COLLEAGUE_SAYS_MEDIA,      /* behind these: {text} an address of what he sent */
    COLLEAGUE_SAYS_WORDLESS,   /* in their place: nothing came with it either, as of a sticker */
    COLLEAGUE_SAYS_PICKED,
    COLLEAGUE_SAYS_PICKED_SENT, /* {text}: what was kept, and has gone now */
    COLLEAGUE_SAYS_WHICH,      /* {text}: the list */
    COLLEAGUE_SAYS_WHICH_WORD, /* likewise, of a word that ends a case: nothing is kept */
    COLLEAGUE_SAYS_KEPT_MANY,  /* and nothing more will be kept */
    COLLEAGUE_SAYS_DROPPED,    /* {text}: what was kept, and has not gone */
    COLLEAGUE_SAYS_LIST,       /* {text}: the list */
    COLLEAGUE_SAYS_LIST_NONE,
    COLLEAGUE_SAYS_NOT_YOURS,  /* there is no such case of hers that goes on */
    COLLEAGUE_SAYS_OTHERS,     /* {text}: who has it */
    COLLEAGUE_SAYS_TAKEN,      /* {text}: somebody else took it */
    COLLEAGUE_SAYS_RELEASED,
    COLLEAGUE_SAYS_CLOSED,
    COLLEAGUE_SAYS_ENDED,      /* without her doing */
    COLLEAGUE_SAYS_LAPSED,     /* nobody answered for {text}: the bot has it again */
    COLLEAGUE_SAYS_MOVED,      /* another team has it now: {text} */
    COLLEAGUE_SAYS_LATE,       /* a text, when no case is open any more */
    COLLEAGUE_SAYS_ONE_NUMBER, /* two numbers */
    COLLEAGUE_SAYS_UNKNOWN,    /* {text}: a word with # that is none */
    COLLEAGUE_SAYS_NO_MEDIA,
    COLLEAGUE_SAYS_OPTED_OUT,  /* the customer hears nothing more */
    COLLEAGUE_SAYS_HELD,       /* his window is closed: it waits until he writes */
    COLLEAGUE_SAYS_LOST,       /* {text}: hers, that has not got to the customer, or nobody knows */
    COLLEAGUE_PHRASES
};

struct colleague_values { /* borrowed; NULL and 0 where the phrase has none */
    int64_t number;
    const char *who, *text;
};

/* Appends. `language` is hers, "" when unknown. */
void colleague_say(const struct ruleset *ruleset, const char *language, enum colleague_phrase phrase,
                   const struct colleague_values *values, struct buf *out);

/* What somebody typed, appended: at most `max` bytes of it, "…" behind what was cut. A name is one line. */
void colleague_quote(const char *text, size_t max, struct buf *out);
void colleague_name(const char *name, struct buf *out);

#endif
