/*
 * mask: see the header.
 *
 * Whatever is looked at behind a place is either stepped over, or bounded (a card's digits, SECRET_JUDGED), or, as blanks and
 * joiners, holds no beginning of another secret: so the work stays linear.
 */
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/mask.h"
#include "text/plain.h"

enum {
    CARD_LEAST = 13,
    CARD_MOST = 19,
    CARD_SHOWN = 4,
    SECRET_JUDGED = 128 /* bytes by which a word is told to be a password, or none */
};

const char MASK_DOTS[] = "••••";

static size_t blanks(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && (text[at] == ' ' || text[at] == '\n'))
        at++;
    return at;
}

/* In the place of the text, whose lines stay. */
static void add_dots(const char *text, size_t len, const char *shown, size_t shown_len, struct buf *out)
{
    buf_add_text(out, MASK_DOTS);
    if (shown_len > 0)
        buf_add_char(out, ' ');
    buf_add(out, shown, shown_len);
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\n')
            buf_add_char(out, '\n');
}

/* Card numbers */

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

/* Between two groups of digits. */
static size_t gap(const char *text, size_t len)
{
    size_t at = blanks(text, len);

    if (len > 0 && text[0] == '.')
        return 1;
    if (at < len && text[at] == '-')
        at++;
    return at + blanks(text + at, len - at);
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
        at += gap(text + at, len - at);
    }
    return found;
}

/* Passwords */

static const char *const NAMES[] = { "password", "passcode", "passwd", "contraseña", "contraseÑa", "contrasena", NULL };
static const char *const KOREAN_NAMES[] = { "비밀번호", "패스워드", "비번", NULL };
/* Between the name and the password. */
static const char *const JOINERS[] = { "is", "was", "'s", "es", "era", ":", "=", NULL };
static const char *const FILLERS[] = { "now", "still", "nueva", "actual", "ahora", "-", NULL };
static const char *const KOREAN_JOINERS[] = { "는", "은", "가", "이", "를", NULL };
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

static enum plain_kind kind_at(const char *text, size_t len)
{
    uint32_t code;

    return utf8_decode(text, len, &code) > 0 ? plain_kind(code) : PLAIN_BLANK;
}

/* A word of the list with no letter behind it, or a sign of it. */
static size_t word_of(const char *text, size_t len, const char *const *list)
{
    size_t end = one_of(text, len, list);

    if (end > 0 && (ascii_is_letter((unsigned char)text[end - 1]) || (unsigned char)text[end - 1] >= 0x80) &&
        kind_at(text + end, len - end) == PLAIN_LETTER)
        return 0;
    return end;
}

struct secret {
    size_t from, len;
    bool is_korean; /* its name */
    bool is_said;   /* by a joiner */
    char quote;     /* that opened just before it; 0 */
};

/* What stands between the name and the password: words, signs and blanks, in any order. */
static void join(const char *text, size_t len, struct secret *secret)
{
    size_t at = secret->from, step;

    do {
        at += blanks(text + at, len - at);
        step = word_of(text + at, len - at, JOINERS);
        secret->is_said |= step > 0;
        if (step == 0)
            step = word_of(text + at, len - at, FILLERS);
        if (step > 0)
            secret->quote = '\0';
        if (step == 0 && at < len && (text[at] == '"' || text[at] == '\''))
            secret->quote = text[at + step++];
        at += step;
    } while (step > 0);
    secret->from = at;
}

/* To the sign that closes what `quote` has opened; 0: there is none. */
static size_t quoted_length(const char *text, size_t len, char quote)
{
    const char *end = quote != '\0' ? memchr(text, quote, len < SECRET_JUDGED ? len : SECRET_JUDGED) : NULL;

    return end != NULL ? (size_t)(end - text) : 0;
}

static bool is_over(const char *text, size_t len, size_t at)
{
    return at >= len || text[at] == ' ' || text[at] == '\n';
}

/*
 * To the end of the word, but for a Korean ending: behind the last letter of an alphabet, or digit, and the signs that follow
 * it. 0: it has neither. Of a long word no more than can be judged.
 */
static size_t word_length(const char *text, size_t len)
{
    size_t found = 0, step;
    uint32_t code;

    for (size_t at = 0; at < SECRET_JUDGED && !is_over(text, len, at); at += step) {
        step = utf8_decode(text + at, len - at, &code);
        step = step > 0 ? step : 1;
        enum plain_kind kind = plain_kind(code);

        if (kind == PLAIN_LETTER || kind == PLAIN_DIGIT || (kind == PLAIN_SIGN && found == at && at > 0))
            found = at + step;
    }
    return found;
}

static bool holds_digit(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ascii_is_digit((unsigned char)text[i]))
            return true;
    return false;
}

static bool name_at(const char *text, size_t len, struct secret *secret)
{
    size_t name = word_of(text, len, NAMES);

    *secret = (struct secret){ .from = name };
    if (name > 0)
        return true;
    name = one_of(text, len, KOREAN_NAMES);
    secret->from = name + one_of(text + name, len - name, KOREAN_JOINERS);
    secret->is_korean = name > 0;
    return secret->is_korean;
}

/* Is it said to be the password, or looks like one? */
static bool is_meant(const char *word, const struct secret *secret)
{
    return secret->is_korean || holds_digit(word, secret->len) ||
           (secret->is_said && word_of(word, secret->len, STATES) == 0);
}

/* Does a name begin at text[0], and a password stand behind it? */
static bool find_secret(const char *text, size_t len, struct secret *secret)
{
    struct digits card;
    const char *word;
    size_t left;

    if (!name_at(text, len, secret))
        return false;
    join(text, len, secret);
    word = text + secret->from;
    left = len - secret->from;
    secret->len = quoted_length(word, left, secret->quote);
    if (word_length(word, secret->len) == 0)
        secret->len = word_length(word, left);
    if (secret->len == 0 || !is_meant(word, secret) || card_length(word, left, &card) > 0)
        return false;
    while (secret->len >= SECRET_JUDGED && !is_over(word, left, secret->len))
        secret->len++;
    return true;
}

bool mask_is_name(const char *folded, size_t len)
{
    for (size_t at = 0; at < len; at++)
        if (one_of(folded + at, len - at, NAMES) > 0 || one_of(folded + at, len - at, KOREAN_NAMES) > 0)
            return true;
    return false;
}

/* All of it */

/* Goes on behind the card number or the password that begins at `at`, or behind the character. */
static size_t step_on(const char *text, size_t len, size_t at, bool *is_masked, struct buf *out)
{
    char before = at > 0 ? text[at - 1] : '\0';
    struct digits digits;
    struct secret secret;
    size_t length = ascii_is_digit((unsigned char)before) ? 0 : card_length(text + at, len - at, &digits);
    uint32_t code;

    if (length > 0) {
        add_dots(text + at, length, digits.list + digits.count - CARD_SHOWN, CARD_SHOWN, out);
        *is_masked = true;
        return at + length;
    }
    if (!ascii_is_letter((unsigned char)before) && find_secret(text + at, len - at, &secret)) {
        buf_add(out, text + at, secret.from);
        add_dots(text + at + secret.from, secret.len, "", 0, out);
        *is_masked = true;
        return at + secret.from + secret.len;
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
