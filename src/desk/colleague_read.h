/*
 * colleague_read: what a colleague wants by what she wrote, and which customer it is for. Pure; the rules of desk/colleague.h
 * stand in colleague_choose, and nowhere else.
 */
#ifndef DESK_COLLEAGUE_READ_H
#define DESK_COLLEAGUE_READ_H

#include <stddef.h>
#include <stdint.h>

#include "rules/ruleset.h"
#include "store/handover.h"
#include "text/pattern.h"

enum colleague_wish {
    WISH_TEXT,
    WISH_PICK,      /* the number alone */
    WISH_LIST,
    WISH_RELEASE,
    WISH_CLOSE,
    WISH_TWO_NUMBERS,
    WISH_UNKNOWN    /* # and what is neither a number nor a word that there is */
};

struct colleague_said { /* borrows from the text */
    enum colleague_wish wish;
    bool has_number;
    int64_t number;   /* INT64_MAX: higher than any */
    const char *text; /* behind the number and what divides it from the text */
};

/* Signs that look like # and digits, as some keyboards write them, count as these. */
void colleague_read(const struct ruleset *ruleset, struct matcher *matcher, const char *text, struct colleague_said *said);

/* How things stand for her. */
struct colleague_view { /* borrowed */
    const struct colleague *colleague;
    const struct told_list *cases;
    int64_t sent_at, now; /* sent_at 0: not known */
};

enum colleague_way {
    WAY_TO_CASE,    /* to the case *chosen */
    WAY_ASK,        /* it could be for several, or for none any more */
    WAY_NOT_YOURS,  /* she has no such case */
    WAY_OTHERS      /* somebody else has *chosen */
};

enum colleague_way colleague_choose(const struct colleague_view *view, const struct colleague_said *said,
                                    const struct told_case **chosen);

#endif
