/*
 * ask_email: the one address in a text.
 *
 * Around each @ the address is as long as its characters allow; what cannot begin or end one (quotes,
 * brackets, a full stop) is left out, and so is Hangul that is glued to it (ana@example.com입니다). The
 * domain may be in any script, but each last part of it in one. Kept as typed, but for the capitals of an
 * ASCII domain; the part before the @ is ASCII.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "flow/ask_read.h"
#include "text/fold.h"
#include "text/plain.h"

enum { LOCAL_MAX = 64, LABEL_MAX = 63, ADDRESS_MAX = 254 };

struct address {
    const char *text; /* the folded text */
    size_t start, at, end;
};

static bool is_local(char c)
{
    return ascii_is_letter((unsigned char)c) || ascii_is_digit((unsigned char)c) ||
           (c != '\0' && strchr("._%+-'", c) != NULL);
}

/* The kind of what stands at a byte: letters of all scripts are those of names. */
static size_t domain_step(const char *text, size_t len, size_t at, bool *is_ascii)
{
    uint32_t code;
    size_t step = utf8_decode(text + at, len - at, &code);
    enum plain_kind kind = plain_kind(code);

    *is_ascii = code < 0x80;
    if (step == 0 || (kind != PLAIN_LETTER && kind != PLAIN_DIGIT && kind != PLAIN_HANGUL &&
                      kind != PLAIN_UNSPACED && code != '-' && code != '.'))
        return 0;
    return step;
}

/* An accent before the local part means that it was cut out of a word: josé@… */
static bool begins_well(const struct address *address)
{
    size_t before = address->start;
    uint32_t code;

    if (before == 0 || address->start == address->at)
        return address->start < address->at;
    before = utf8_floor(address->text, strlen(address->text), before - 1);
    utf8_decode(address->text + before, address->start - before, &code);
    return plain_kind(code) != PLAIN_LETTER && code != '@';
}

static void find_local(struct address *address)
{
    address->start = address->at;
    while (address->start > 0 && is_local(address->text[address->start - 1]))
        address->start--;
    while (address->start < address->at && strchr("'-%", address->text[address->start]) != NULL)
        address->start++;
}

static bool is_good_local(const struct address *address)
{
    const char *local = address->text + address->start;
    size_t len = address->at - address->start;

    if (len == 0 || len > LOCAL_MAX || !begins_well(address) || local[0] == '.' || local[len - 1] == '.' ||
        local[len - 1] == '\'')
        return false;
    for (size_t i = 1; i < len; i++)
        if (local[i] == '.' && local[i - 1] == '.')
            return false;
    return true;
}

/* Its end: where a letter of another script is glued to its last, ASCII part, that part ends. */
static void find_domain(struct address *address, size_t len)
{
    size_t at = address->at + 1, label = at;
    bool is_ascii, label_is_ascii = true;

    for (size_t step; at < len; at += step) {
        step = domain_step(address->text, len, at, &is_ascii);
        if (step == 0)
            break;
        if (address->text[at] == '.') {
            label = at + 1;
            label_is_ascii = true;
        } else if (!is_ascii && at > label && label_is_ascii) {
            uint32_t code;
            utf8_decode(address->text + at, len - at, &code);
            if (plain_kind(code) == PLAIN_HANGUL)
                break;
        }
        label_is_ascii &= is_ascii;
    }
    while (at > address->at + 1 && (address->text[at - 1] == '.' || address->text[at - 1] == '-'))
        at--;
    address->end = at;
}

static bool is_good_label(const char *label, size_t len, bool is_last)
{
    bool has_letter = false;

    if (len == 0 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        has_letter |= !ascii_is_digit((unsigned char)label[i]) && label[i] != '-';
    return !is_last || (has_letter && utf8_count(label, len) >= 2);
}

static bool is_good_domain(const struct address *address, size_t len)
{
    const char *label = address->text + address->at + 1;
    const char *end = address->text + address->end;
    size_t count = 0;

    for (;;) {
        const char *dot = memchr(label, '.', (size_t)(end - label));
        const char *stop = dot != NULL ? dot : end;

        if (!is_good_label(label, (size_t)(stop - label), dot == NULL))
            return false;
        count++;
        if (dot == NULL)
            break;
        label = dot + 1;
    }
    return count >= 2 && (address->end == len || (*end != '@' && *end != '_'));
}

static void add_address(const struct address *address, struct buf *out)
{
    buf_add(out, address->text + address->start, address->at + 1 - address->start);
    for (size_t i = address->at + 1; i < address->end; i++) {
        char c = address->text[i];
        buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
}

/* Every @ must belong to the same address. */
static bool read_addresses(const char *text, size_t len, struct buf *value)
{
    for (const char *sign = strchr(text, '@'); sign != NULL; sign = strchr(sign + 1, '@')) {
        struct address address = { .text = text, .at = (size_t)(sign - text) };
        struct buf found = { 0 };

        find_local(&address);
        find_domain(&address, len);
        bool is_good = is_good_local(&address) && is_good_domain(&address, len) &&
                       address.end - address.start <= ADDRESS_MAX;
        if (is_good)
            add_address(&address, &found);
        is_good = is_good && (value->len == 0 || strcasecmp(value->data, found.data) == 0);
        if (is_good && value->len == 0)
            buf_add(value, found.data, found.len);
        buf_release(&found);
        if (!is_good)
            return false;
    }
    return value->len > 0;
}

enum ask_result ask_read_email(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    struct buf folded = { 0 };
    bool is_read;

    (void)ask;
    fold_text(text, strlen(text), &folded);
    is_read = folded.len > 0 && folded.len <= MATCH_MAX &&
              read_addresses(folded.data, folded.len, &answer->value);
    buf_release(&folded);
    if (!is_read)
        buf_release(&answer->value);
    return is_read ? ASK_READ : ASK_NO;
}
