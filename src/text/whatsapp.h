/*
 * whatsapp: how WhatsApp reads the marks in a text: *bold*, _italic_, ~struck~, `code`.
 *
 * A mark opens where the character before it is no part of a word (or there is none) and the one behind it is
 * no blank; it closes where the one before it is no blank and the one behind it no part of a word. Both stand
 * in one line, with something between. Letters and digits of all scripts are parts of words, Hangul too:
 * *주문*은 stays as it is. Three backticks in a row open and close a block of code, over any number of lines.
 *
 * Pure; any thread.
 */
#ifndef TEXT_WHATSAPP_H
#define TEXT_WHATSAPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHATSAPP_MARKS "*_~`"
#define WHATSAPP_FENCE "```"

/* Does the character touch a mark so that it is none? Letters, digits, the marks on letters. */
bool whatsapp_is_word(uint32_t code);

/* May the marks at text[start … end-1], all of one kind, open or close a run in this line of text? */
bool whatsapp_may_open(const char *line, size_t len, size_t start, size_t end);
bool whatsapp_may_close(const char *line, size_t len, size_t start, size_t end);

enum { WHATSAPP_OPEN_MAX = sizeof WHATSAPP_MARKS }; /* each kind of mark once, and the NUL */

/* Writes the marks of the line that are open at offset `at`, in the order of their opening, as a string. */
void whatsapp_open_at(const char *line, size_t len, size_t at, char open[WHATSAPP_OPEN_MAX]);

#endif
