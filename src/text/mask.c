/*
 * mask: see the header.
 */
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/mask.h"
#include "text/plain.h"

enum { CARD_LEAST = 13, CARD_MOST = 19, CARD_SHOWN = 4, DOTS = 4 };

static const char DOT[] = "•";

static void add_dots(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count && i < DOTS; i++)
        buf_add_text(out, DOT);
}

/* Card numbers
 * ----------------------------------------------------------------------------------------------------- */

struct digits {
    char list[CARD_MOST];
    size_t count;
};

/* 0 and 1 begin telephone numbers and points in time, and hardly a card. */
static bool is_card(const struct digits *digits)
{
    int sum = 0;

    if (digits->count < CARD_LEAST || digits->list[0] <= '1')
        return false;
    for (size_t i = 0; i < digits->count; i++) {
        int digit = digits->list[digits->count - 1 - i] - '0';

        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

/*
 * The length of the longest card number that begins at text[0], 0: none does. It ends where a group of digits does, so that
 * what stands behind it (its date, a code) does not hide it.
 */
static size_t card_length(const char *text, size_t len, struct digits *digits)
{
    struct digits read = { 0 };
    size_t at = 0, found = 0;

    while (at < len && ascii_is_digit((unsigned char)text[at])) {
        for (; at < len && ascii_is_digit((unsigned char)text[at]); at++) {
            if (read.count == CARD_MOST)
                return found;
            read.list[read.count++] = text[at];
        }
        if (is_card(&read)) {
            found = at;
            *digits = read;
        }
        if (at < len && (text[at] == ' ' || text[at] == '-'))
            at++;
    }
    return found;
}

/* Passwords
 * ----------------------------------------------------------------------------------------------------- */

static const char *const NAMES[] = { "password", "passcode", "passwd", "contraseña", "contraseÑa", "contrasena", NULL };
static const char *const KOREAN_NAMES[] = { "비밀번호", "패스워드", "비번", NULL };
static const char *const JOINERS[] = { "is", "es", NULL };
static const char *const KOREAN_JOINERS[] = { "는", "은", "가", "이", NULL };
/* They say how it is, not what. */
static const char *const STATES[] = { "not", "no", "wrong", "incorrect", "invalid", "expired", "blocked", "locked", "required",
                                      "too", "the", "incorrecta", "inválida", NULL };

static size_t one_of(const char *text, size_t len, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strlen(*list) <= len && strncasecmp(text, *list, strlen(*list)) == 0)
            return strlen(*list);
    return 0;
}

static size_t blanks(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && text[at] == ' ')
        at++;
    return at;
}

/* A word of the list with no letter behind it. */
static size_t word_of(const char *text, size_t len, const char *const *list)
{
    size_t end = one_of(text, len, list);
    uint32_t code;

    if (end > 0 && end < len && utf8_decode(text + end, len - end, &code) > 0 && plain_kind(code) == PLAIN_LETTER)
        return 0;
    return end;
}

/* Up to the next blank; a Korean ending behind it is none of it. */
static size_t secret_length(const char *text, size_t len)
{
    size_t at = 0, step;
    uint32_t code;

    for (; at < len && text[at] != ' '; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0 || plain_kind(code) == PLAIN_HANGUL)
            break;
    }
    return at;
}

static bool holds_digit(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ascii_is_digit((unsigned char)text[i]))
            return true;
    return false;
}

/* Where the password stands behind its name, at text[0]: how far from there, and how long it is; 0: none. */
static size_t secret_behind(const char *text, size_t len, size_t *from)
{
    bool is_korean = false, is_said = false;
    size_t at = word_of(text, len, NAMES), joiner, length;

    if (at == 0) {
        at = one_of(text, len, KOREAN_NAMES);
        is_korean = at > 0;
    }
    if (at == 0)
        return 0;
    if (is_korean)
        at += one_of(text + at, len - at, KOREAN_JOINERS);
    at += blanks(text + at, len - at);
    joiner = at < len && (text[at] == ':' || text[at] == '=') ? 1 : word_of(text + at, len - at, JOINERS);
    is_said = joiner > 0;
    at += joiner;
    at += blanks(text + at, len - at);
    length = secret_length(text + at, len - at);
    *from = at;
    if (is_korean)
        return length;
    return holds_digit(text + at, length) || (is_said && word_of(text + at, length, STATES) == 0) ? length : 0;
}

/* All of it
 * ----------------------------------------------------------------------------------------------------- */

/* Goes on behind the card number or the password that begins at `at`, or behind the character. */
static size_t step_on(const char *text, size_t len, size_t at, bool *is_masked, struct buf *out)
{
    bool is_inside = at > 0 && ascii_is_digit((unsigned char)text[at - 1]);
    struct digits digits;
    size_t length = is_inside ? 0 : card_length(text + at, len - at, &digits), from;
    uint32_t code;

    if (length > 0) {
        add_dots(out, DOTS);
        buf_add_char(out, ' ');
        buf_add(out, digits.list + digits.count - CARD_SHOWN, CARD_SHOWN);
        *is_masked = true;
        return at + length;
    }
    length = at > 0 && ascii_is_letter((unsigned char)text[at - 1]) ? 0 : secret_behind(text + at, len - at, &from);
    if (length > 0) {
        buf_add(out, text + at, from);
        add_dots(out, utf8_count(text + at + from, length));
        *is_masked = true;
        return at + from + length;
    }
    length = utf8_decode(text + at, len - at, &code);
    length = length > 0 ? length : 1;
    buf_add(out, text + at, length);
    return at + length;
}

bool mask_text(const char *folded, size_t len, struct buf *out)
{
    bool is_masked = false;

    for (size_t at = 0; at < len;)
        at = step_on(folded, len, at, &is_masked, out);
    return is_masked;
}
