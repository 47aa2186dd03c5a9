/*
 * ink: a text with the style of each of its bytes; what Markdown says, before a dialect writes it.
 *
 * Appending keeps out control characters, marks of direction among them; a tab is a blank, a line or
 * paragraph separator a line break. A byte of INK_ADDRESS carries no other style, so that no mark ever
 * touches a link; a byte of INK_CODE neither. The zero value is valid and releasable. Pure; any thread.
 */
#ifndef TEXT_INK_H
#define TEXT_INK_H

#include <stdint.h>

#include "base/buf.h"

enum ink_style {
    INK_BOLD = 1,
    INK_ITALIC = 2,
    INK_STRUCK = 4,
    INK_CODE = 8,
    INK_ADDRESS = 16 /* of a link */
};

struct ink {
    struct buf text;
    struct buf styles; /* one byte for each of text */
};

void ink_release(struct ink *ink);
void ink_clear(struct ink *ink);
void ink_truncate(struct ink *ink, size_t len);

/* Appends valid UTF-8 in one style. */
void ink_add(struct ink *ink, const char *text, size_t len, uint8_t style);

/* Appends text[start … end-1] of another as it is. */
void ink_add_part(struct ink *ink, const struct ink *other, size_t start, size_t end);

/* Adds a style to what has been appended since offset `start`; addresses and code stay what they are. */
void ink_restyle(struct ink *ink, size_t start, uint8_t style);

/* Narrows text[*start … *end-1] by the blanks at both ends. */
void ink_trim(const struct ink *ink, size_t *start, size_t *end);

/* Bare addresses (http://, https://, www.) get their style. */
void ink_find_addresses(struct ink *ink);

/*
 * What stands between two pairs of a sign (~~so~~) gets the style, and the signs go. As on GitHub two signs
 * count, not one (10~20 is a range) and not three; none in code or in an address.
 */
void ink_find_pairs(struct ink *ink, char sign, uint8_t style);

#endif
