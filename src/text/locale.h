/*
 * locale: how a language writes dates and sums. Private to text/ and rules/. Pure; any thread.
 *
 * Names and forms are those of CLDR, the short names without their points, since a text has its own. Which language a
 * text is in says its author (`money: 'EUR', 'es'`): a rule's sentence is Spanish whoever reads it.
 */
#ifndef TEXT_LOCALE_H
#define TEXT_LOCALE_H

#include <stdbool.h>

#include "base/error.h"

struct locale {
    const char *language; /* a canonical tag, base/language.h */
    const char *weekdays[7], *short_weekdays[7];
    const char *months[12], *short_months[12];
    const char *morning, *afternoon; /* AM and PM */
    const char *point, *group;       /* 1,234.50: "." and "," */
    int grouped_from;                /* digits before the point from which on they are grouped: 4, or 5 */
    const char *sign_gap;            /* between a currency's sign and the number; "" where they touch */
    bool is_sign_behind;
};

/* English, which is what holds where nobody names a language. */
const struct locale *locale_english(void);

/* "es", "ES", "pt_br"; the language alone where its region has no row. NULL when there is none. */
const struct locale *locale_find(const char *tag);

/* The same, with a sentence that lists the known ones. */
const struct locale *locale_named(const char *tag, struct error *error);

#endif
