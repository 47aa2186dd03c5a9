/*
 * mask: what a customer types without being asked for it, and what should stand in no note about him: card numbers, of which
 * the last four digits stay ("•••• 1111"), and what he says a password is ("••••", however long it is).
 *
 * A card number is 13 to 19 digits whose check digit is right (Luhn) and that begins as one may, with blanks, a dash or a
 * point between their groups. A password stands behind its name, with "is", ":" and the like between them. From folded text
 * (fold.h), or several of them in lines: a line break is a blank, so that a secret is found that goes on in the next line, and
 * every line stays, be it empty. Takes time in proportion to the length. Pure; any thread.
 */
#ifndef TEXT_MASK_H
#define TEXT_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

extern const char MASK_DOTS[]; /* "••••" */

/* Appends the text; was there anything to mask? */
bool mask_text(const char *folded, size_t len, struct buf *out);

/* Is it the name of something that is to be masked as a whole, as in "wifi_password"? */
bool mask_is_name(const char *folded, size_t len);

#endif
