/*
 * marks: one line of styled text, written with WhatsApp's marks.
 *
 * A mark is put where WhatsApp (whatsapp.h) will read it and nowhere else:
 * - Blanks at the ends of a style are left outside of it.
 * - Hangul that follows joins in: **주문**은 is *주문은*, for a particle is part of the word. A style that
 * begins or ends inside any other word is dropped, so in Chinese, Japanese and Thai wherever no sign stands
 * beside it.
 * - A style of signs alone is dropped, and code that holds a backtick.
 * Where marks of the text itself would be read together with others, they are written as characters that only
 * look like them (∗＿∼｀); all that stay alone stay what they are: 2 * 3 * 4, snake_case, 10~20. Nothing is
 * ever changed in an address or in code.
 *
 * Pure; any thread.
 */
#ifndef TEXT_MARKS_H
#define TEXT_MARKS_H

#include <stdint.h>

#include "base/buf.h"

/* Appends the line; styles (ink.h) has a byte for each of the text. */
void marks_write(const char *text, const uint8_t *styles, size_t len, struct buf *out);

#endif
