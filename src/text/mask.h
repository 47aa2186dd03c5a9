/*
 * mask: what a customer types without being asked for it, and what should stand in no note about him: card numbers, of which
 * the last four digits stay ("•••• 1111"), and what he says a password is ("••••").
 *
 * A card number is 13 to 19 digits, with single blanks or dashes between their groups, whose check digit is right (Luhn) and
 * that begins as one may. From folded text (fold.h). Never longer than the text, in characters. Pure; any thread.
 */
#ifndef TEXT_MASK_H
#define TEXT_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends the text; was there anything to mask? */
bool mask_text(const char *folded, size_t len, struct buf *out);

#endif
