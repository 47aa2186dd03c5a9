/*
 * width: how many columns of a terminal a text takes. A grapheme cluster (an emoji family, a flag, a letter
 * with its accents) counts once: as wide as its widest character, or two columns when it asks for the emoji
 * form. Control characters count as nothing: they have no business on a terminal and are escaped before. Bad
 * bytes count one column each. Pure; any thread.
 */
#ifndef TEXT_WIDTH_H
#define TEXT_WIDTH_H

#include <stddef.h>

size_t width_text(const char *text, size_t len);

/*
 * The greatest offset behind whole clusters that take at most `columns`; *taken (may be NULL) is what they
 * take.
 */
size_t width_cut(const char *text, size_t len, size_t columns, size_t *taken);

#endif
