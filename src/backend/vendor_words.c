/*
 * vendor_words: see the header.
 *
 * What looks like a key. Vendors repeat parts of one in their errors, and proxies whole requests. A word is taken out
 * when it, or what stands in it behind a sign, begins as their keys begin, or when a piece of it between its hyphens,
 * dots and the like has sixteen characters or more with letters and digits among them; names of models, with their
 * dates, have no piece as long as that.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backend/vendor_words.h"
#include "base/ascii.h"
#include "base/utf8.h"

enum { PIECE_MAX = 15, UNLISTED_MAX = 300 };

static const char *const KEY_STARTS[] = { "sk-", "sk_", "AIza", "AKIA", "ASIA", "gsk_", "xai-", "ABSK", "eyJ", "hf_" };

static bool is_of_word(uint32_t code)
{
    return ascii_is_letter(code) || ascii_is_digit(code) || (code < 0x80 && code != 0 && strchr("-_+/=.*~:", (int)code));
}

static bool begins_as_key(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof KEY_STARTS / sizeof KEY_STARTS[0]; i++) {
        size_t start = strlen(KEY_STARTS[i]);

        if (len > start && strncasecmp(word, KEY_STARTS[i], start) == 0)
            return true;
    }
    return false;
}

static bool holds_key_start(const char *word, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        bool is_inside = at > 0 && (ascii_is_letter((unsigned char)word[at - 1]) || ascii_is_digit((unsigned char)word[at - 1]));

        if (!is_inside && begins_as_key(word + at, len - at))
            return true;
    }
    return false;
}

static bool has_key_piece(const char *word, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t letters = 0, digits = 0, piece = 0;

        for (; at < len && strchr("-./:=", word[at]) == NULL; at++, piece++) {
            letters += ascii_is_letter((unsigned char)word[at]);
            digits += ascii_is_digit((unsigned char)word[at]);
        }
        if (piece > PIECE_MAX && letters > 0 && digits > 0)
            return true;
        at++;
    }
    return false;
}

static size_t word_length(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && is_of_word((unsigned char)text[at]))
        at++;
    return at;
}

static void add_character(uint32_t code, size_t start, struct buf *out)
{
    bool is_gap = code <= ' ' || code == 0xA0 || utf8_is_control(code);

    if (!is_gap)
        utf8_encode(code, out);
    else if (out->len > start && out->data[out->len - 1] != ' ')
        buf_add_char(out, ' ');
}

void vendor_words(const char *text, size_t len, size_t max, struct buf *out)
{
    size_t start = out->len;

    for (size_t step; len > 0 && out->len - start < max; text += step, len -= step) {
        uint32_t code;

        step = word_length(text, len);
        if (step > 0 && (holds_key_start(text, step) || has_key_piece(text, step))) {
            buf_add_text(out, "…");
        } else if (step > 0) {
            buf_add(out, text, step);
        } else {
            step = utf8_decode(text, len, &code);
            step = step > 0 ? step : 1;
            add_character(code, start, out);
        }
    }
    if (out->len - start > max)
        buf_truncate(out, start + utf8_floor(out->data + start, out->len - start, max));
    while (out->len > start && out->data[out->len - 1] == ' ')
        buf_truncate(out, out->len - 1);
}

void vendor_reason(struct vendor_answer *answer, const char *format, ...)
{
    struct buf words = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&words, format, args);
    va_end(args);
    size_t len = utf8_floor(buf_text(&words), words.len, sizeof answer->reason - 1);
    memcpy(answer->reason, buf_text(&words), len);
    answer->reason[len] = '\0';
    buf_release(&words);
}

void vendor_unlisted(struct vendor_answer *answer, const char *format, ...)
{
    struct buf words = { 0 }, all = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&words, format, args);
    va_end(args);
    buf_add_text(&all, answer->unlisted);
    buf_add_text(&all, all.len > 0 ? "; " : "");
    vendor_words(buf_text(&words), words.len, UNLISTED_MAX, &all);
    buf_truncate(&all, utf8_floor(all.data, all.len, UNLISTED_MAX));
    free(answer->unlisted);
    answer->unlisted = buf_detach(&all);
    buf_release(&words);
}
