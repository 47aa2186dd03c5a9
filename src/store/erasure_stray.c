/*
 * erasure_stray: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "store/erasure_stray.h"
#include "text/phone.h"

/* In a piece: how many webhooks, and in all how often one is looked through for one thing. */
enum { LOOKED_AT_EACH = 50, LOOKS_EACH = 3200 };

/* What a body says */

static int hex_of(const char *at, size_t count)
{
    int value = 0;

    for (size_t i = 0; i < count; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* One escape at `at`, written out: its length, or 0 where there is none. Halves of a pair are put together. */
static size_t read_escape(const char *at, size_t left, struct buf *out)
{
    int unit, low;

    if (left >= 3 && at[0] == '%' && (unit = hex_of(at + 1, 2)) >= 0) {
        buf_add_char(out, (char)unit);
        return 3;
    }
    if (left >= 2 && at[0] == '\\' && (at[1] == '/' || at[1] == '"' || at[1] == '\\')) {
        buf_add_char(out, at[1]);
        return 2;
    }
    if (left < 6 || at[0] != '\\' || at[1] != 'u' || (unit = hex_of(at + 2, 4)) < 0)
        return 0;
    if (unit >= 0xd800 && unit < 0xdc00 && left >= 12 && at[6] == '\\' && at[7] == 'u' && (low = hex_of(at + 8, 4)) >= 0xdc00 &&
        low < 0xe000) {
        utf8_encode(0x10000u + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00), out);
        return 12;
    }
    if (unit < 0xd800 || unit >= 0xe000)
        utf8_encode((uint32_t)unit, out);
    return 6;
}

static void write_out(const char *body, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len;) {
        size_t escape = read_escape(body + i, len - i, out);

        if (escape == 0)
            buf_add_char(out, body[i++]);
        i += escape;
    }
}

/* A letter of any script is a part of a word; beside a phone only a digit is. */
static bool goes_on(unsigned char c, bool is_phone)
{
    return ascii_is_digit(c) || (!is_phone && (ascii_is_letter(c) || c == '_' || c >= 0x80));
}

static bool stands_alone(const char *text, size_t len, const char *value, bool is_phone)
{
    size_t size = strlen(value);
    const char *end = text + len, *at = text;

    while (size > 0 && (at = memmem(at, (size_t)(end - at), value, size)) != NULL) {
        bool begins = at == text || !goes_on((unsigned char)at[-1], is_phone);
        bool ends = at + size == end || !goes_on((unsigned char)at[size], is_phone);

        if (begins && ends)
            return true;
        at++;
    }
    return false;
}

/* The end of what begins at `at` and is that phone, whatever stands between its digits; 0: it is not. */
static size_t end_of_phone(const char *text, size_t len, size_t at, const char *phone)
{
    for (; *phone != '\0'; phone++, at++) {
        while (at < len && text[at] != *phone && phone_is_filler(text[at]))
            at++;
        if (at == len || text[at] != *phone)
            return 0;
    }
    return at;
}

static bool stands_spaced(const char *text, size_t len, const char *phone)
{
    for (size_t at = 0; *phone != '\0' && at < len; at++) {
        bool begins = text[at] == *phone && (at == 0 || !ascii_is_digit((unsigned char)text[at - 1]));
        size_t end = begins ? end_of_phone(text, len, at, phone) : 0;

        if (end > 0 && (end == len || !ascii_is_digit((unsigned char)text[end])))
            return true;
    }
    return false;
}

bool erasure_stray_mentions(const char *body, size_t len, const char *value, bool is_phone)
{
    const char *sought = is_phone && *value == '+' ? value + 1 : value;
    struct buf written = { 0 };
    bool is_there = stands_alone(body, len, sought, is_phone);

    if (!is_there) {
        write_out(body, len, &written);
        is_there = stands_alone(buf_text(&written), written.len, sought, is_phone);
    }
    if (!is_there && is_phone)
        is_there = stands_spaced(buf_text(&written), written.len, sought);
    buf_release(&written);
    return is_there;
}

/* Whom it is looked for */

struct known_by {
    struct name {
        char *value;
        bool is_phone;
    } *names;
    size_t count;
};

static void known_release(struct known_by *known)
{
    for (size_t i = 0; i < known->count; i++)
        free(known->names[i].value);
    free(known->names);
}

static const char IDENTITIES[] = "SELECT kind = 'phone', value FROM erasure_identity WHERE erasure = ?1";

static int read_identities(struct db *db, int64_t erasure, struct known_by *known, struct error *error)
{
    struct query *q = db_query(db, IDENTITIES);
    int more;

    query_bind_int(q, 1, erasure);
    while ((more = query_step(q, error)) == 1) {
        known->names = alloc_resize(known->names, known->count + 1, sizeof *known->names);
        known->names[known->count++] = (struct name){ alloc_text(query_text(q, 1)), query_int(q, 0) != 0 };
    }
    query_end(q);
    return more;
}

static bool speaks_of(const struct known_by *known, const char *text, size_t len)
{
    for (size_t i = 0; i < known->count; i++)
        if (erasure_stray_mentions(text, len, known->names[i].value, known->names[i].is_phone))
            return true;
    return false;
}

/* The rows */

struct found {
    int64_t ids[LOOKED_AT_EACH];
    size_t count;
};

static const char STRAYS[] =
    "SELECT id, body, coalesce(claimed_user, ''), reason FROM webhook "
    "WHERE state <> 'read' AND state <> 'duplicate' AND id > ?1 ORDER BY id LIMIT ?2";

static int look(struct db *db, const struct known_by *known, int64_t *upto, struct found *found, struct error *error)
{
    struct query *q = db_query(db, STRAYS);
    int64_t most = LOOKS_EACH / (int64_t)(known->count + 1) + 1;
    int more, looked_at = 0;

    query_bind_int(q, 1, *upto);
    query_bind_int(q, 2, most < LOOKED_AT_EACH ? most : LOOKED_AT_EACH);
    while ((more = query_step(q, error)) == 1) {
        size_t len;
        const char *body = query_bytes(q, 1, &len), *user = query_text(q, 2), *reason = query_text(q, 3);

        *upto = query_int(q, 0);
        looked_at++;
        if (speaks_of(known, body, len) || speaks_of(known, user, strlen(user)) || speaks_of(known, reason, strlen(reason)))
            found->ids[found->count++] = *upto;
    }
    query_end(q);
    return more < 0 ? -1 : looked_at > 0;
}

static const char EMPTY[] = "UPDATE webhook SET body = x'', claimed_user = NULL, reason = 'it was from somebody who was erased' "
                            "WHERE id = ?1";

static int empty(struct db *db, const struct found *found, struct error *error)
{
    for (size_t i = 0; i < found->count; i++) {
        struct query *q = db_query(db, EMPTY);

        query_bind_int(q, 1, found->ids[i]);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

int erasure_stray_empty(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    struct known_by known = { 0 };
    struct found found = { 0 };
    int result = read_identities(db, erasure->id, &known, error);

    (void)now;
    *upto = erasure->upto;
    if (result == 0)
        result = look(db, &known, upto, &found, error);
    known_release(&known);
    if (result <= 0)
        return result;
    if (empty(db, &found, error) != 0 || erasure_count(db, erasure->id, "webhook", (int64_t)found.count, error) != 0)
        return -1;
    return 1;
}
