/*
 * seal: signatures of webhooks, as Standard Webhooks (standardwebhooks.com) has them. Pure; any thread.
 *
 *     webhook-id         names the webhook; the same each time it is sent
 *     webhook-timestamp  seconds since 1970, of this try
 *     webhook-signature  "v1," and BASE64 (HMAC-SHA256 (secret, "ID.TIMESTAMP.BODY")), one per secret, a blank between
 *
 * A secret is written whsec_BASE64 and stands for 24 to 64 bytes. Several, with commas or blanks between, are for the time
 * in which one takes over from another: what is sent is signed by each of them, and whoever gets it looks for one that fits.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum { SEAL_SECRETS_MAX = 8, SEAL_KEY_MIN = 24, SEAL_KEY_MAX = 64, SEAL_TOLERANCE_S = 5 * 60 };

struct seal_keys { /* no heap; seal_forget wipes it */
    struct seal_key {
        uint8_t bytes[SEAL_KEY_MAX];
        size_t len;
    } keys[SEAL_SECRETS_MAX];
    size_t count;
};

/* -1 and why: none, too many, or one that is not of this form. The sentence never repeats a secret. */
int seal_read(const char *secrets, struct seal_keys *keys, struct error *error);
void seal_forget(struct seal_keys *keys);

struct seal_webhook { /* borrowed */
    const char *id, *timestamp;
    const char *body;
    size_t body_len;
};

/* Appends the value of webhook-signature. */
void seal_sign(const struct seal_keys *keys, const struct seal_webhook *webhook, struct buf *signature);

enum seal_verdict {
    SEAL_FINE,
    SEAL_LACKING,   /* one of the three headers is not there */
    SEAL_MALFORMED, /* the id is empty or holds a dot, or the timestamp is no whole number */
    SEAL_OLD,       /* signed longer than SEAL_TOLERANCE_S ago, or as far ahead */
    SEAL_WRONG      /* no signature fits */
};

/* Each signature is compared in constant time. NULL: the header was not there. */
enum seal_verdict seal_verify(const struct seal_keys *keys, const struct seal_webhook *webhook, const char *signature,
                              int64_t now_s);
const char *seal_words(enum seal_verdict verdict);

/* Standard base64 with its padding; and back: false when it is none, or longer than `max` bytes. */
void seal_add_base64(const void *bytes, size_t len, struct buf *out);
bool seal_from_base64(const char *text, size_t len, uint8_t *bytes, size_t max, size_t *count);

#endif
