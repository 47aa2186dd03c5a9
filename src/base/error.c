/*
 * error: a finished sentence on its way to whoever decides what happens next.
 *
 * Sentences quote what others wrote: file names, a peer's answer, a piece of a rule. Such words may be
 * cut in the middle of a character, or be no UTF-8 at all. So a sentence is first composed in a local
 * buffer and then taken over character by character: bad bytes become U+FFFD, control characters
 * (a quoted line break too) become spaces, and the first character that no longer fits ends it. What
 * lies in `struct error` is thus always one line of valid UTF-8.
 *
 * Composing apart from the target also allows the old sentence to be an argument of the new one,
 * and error_prefix needs it. No allocation: an error must be reportable when memory is short.
 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

enum { ROOM = sizeof((struct error *)0)->text };

static const char BAD_BYTES[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Appends what fits of text to out[*len …], leaving room for the NUL. */
static void append(char *out, size_t *len, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        uint32_t code;
        size_t taken = utf8_decode(text, left, &code);
        const char *piece = taken > 0 ? text : BAD_BYTES;
        size_t piece_len = taken > 0 ? taken : sizeof BAD_BYTES - 1;

        if (code < 0x20 || code == 0x7F) {
            piece = " ";
            piece_len = 1;
        }
        if (*len + piece_len >= ROOM)
            break;
        memcpy(out + *len, piece, piece_len);
        *len += piece_len;
        text += taken > 0 ? taken : 1;
        left -= taken > 0 ? taken : 1;
    }
    out[*len] = '\0';
}

static void finish(struct error *error, const char *words, const char *rest)
{
    char text[ROOM];
    size_t len = 0;

    append(text, &len, words);
    append(text, &len, rest);
    while (len > 0 && text[len - 1] == ' ')
        text[--len] = '\0';
    memcpy(error->text, text, len + 1);
}

int error_set(struct error *error, const char *format, ...)
{
    char words[2 * ROOM];
    va_list args;

    if (error == NULL)
        return -1;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    finish(error, words, "");
    return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
    char words[2 * ROOM];
    char rest[ROOM + 2];
    va_list args;

    if (error == NULL)
        return -1;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    snprintf(rest, sizeof rest, ": %s", error->text);
    finish(error, words, rest);
    return -1;
}
