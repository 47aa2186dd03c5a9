/*
 * inbound: reading what Braze's webhook brings, whatever state it is in (reference: Braze's
 * "WhatsApp and external systems" recipe, which publishes an unescaped template).
 *
 * The order of attempts: JSON by strict scan (whatever the Content-Type says; a BOM and surrounding blanks
 * are forgiven, bad UTF-8 is repaired, NUL and lone surrogates in the text become U+FFFD), form-encoded,
 * then the salvage of the known broken shape. A duplicated key is hostile until proven careless: the first
 * occurrence counts, INBOUND_DUPLICATE_KEY is flagged. Identity from the caller (query or header) outranks
 * the body, an empty one included. An identifier that stands behind the customer's own text, in a body that
 * was broken or names a key twice, is not believed (the rules are on top of inbound.c); and one that is still Liquid, which Braze
 * did not work out, is none, from wherever it came. Pure; any thread.
 */
#ifndef BRAZE_INBOUND_H
#define BRAZE_INBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum inbound_flag {
    INBOUND_SALVAGED = 1,        /* the JSON was broken: read by the salvage */
    INBOUND_DUPLICATE_KEY = 2,
    INBOUND_REPAIRED = 4,        /* bytes that were no UTF-8, NUL, or lone surrogates became U+FFFD */
    INBOUND_FORM = 8,
    INBOUND_IDENTITY_DIFFERS = 16, /* query or header said one user, the body another: the former counts */
    INBOUND_CUT = 32,            /* the text was longer than INBOUND_TEXT_MAX */
    INBOUND_FIELDS_CUT = 64,     /* fields were more, longer, or of longer names than there is room for: those are left out */
};

enum {
    INBOUND_TEXT_MAX = 64 * 1024,
    INBOUND_ID_MAX = 987,
    INBOUND_NAME_MAX = 255,
    INBOUND_FIELDS_MAX = 64 * 1024,
};

/* All strings are valid UTF-8 without NUL, never NULL after inbound_read ("" when absent). */
struct inbound {
    char *texts;                             /* owned: the block in which all the others lie */
    char *user_id, *braze_id, *phone_number; /* phone: blanks, dots, dashes, brackets dropped; "+" kept */
    char *dispatch_id;                       /* "" also for Braze's preview placeholder */
    char *campaign;
    char *message;                           /* the text as typed */
    char *first_name, *language, *time_zone, *profile_name;
    char *media_urls;                        /* JSON array of texts, "[]" when none */
    char *fields;                            /* JSON object of all others; nested values as their JSON text */
    int64_t sent_at;                         /* unix milliseconds, 0 when absent or senseless */
    int flags;
};

/*
 * Reads one body. `claimed_user` is the identity from query or header, NULL when neither was there. Returns
 * 1 when a message was read (an identity, and a text or media), 0 when nothing could be read: then `error`
 * says why (kept with the webhook, shown to the operator). Call inbound_release after both.
 */
int inbound_read(const char *body, size_t len, const char *content_type, const char *claimed_user,
                 struct inbound *inbound, struct error *error);
void inbound_release(struct inbound *inbound);

/* A body read before its turn comes: what inbound_read returned, with the reason when that is 0. */
struct inbound_result {
    int result;
    struct inbound in;
    struct error why;
};

struct inbound_result *inbound_result_new(const char *body, size_t len, const char *content_type, const char *claimed_user);
void inbound_result_free(struct inbound_result *read);

/* "salvaged, duplicate key": the flags in words, for the operator; "" for 0. */
void inbound_format_flags(int flags, struct buf *out);

#endif
