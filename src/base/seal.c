/*
 * seal: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/seal.h"
#include "base/sha256.h"

static const char PREFIX[] = "whsec_";
static const char VERSION[] = "v1,";
static const char BETWEEN[] = ", \t\r\n";

/* Base64 */

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void seal_add_base64(const void *bytes, size_t len, struct buf *out)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < len; i += 3) {
        size_t rest = len - i;
        uint32_t group = (uint32_t)at[i] << 16 | (rest > 1 ? (uint32_t)at[i + 1] << 8 : 0) | (rest > 2 ? at[i + 2] : 0u);

        buf_add_char(out, LETTERS[group >> 18]);
        buf_add_char(out, LETTERS[group >> 12 & 63]);
        buf_add_char(out, rest > 1 ? LETTERS[group >> 6 & 63] : '=');
        buf_add_char(out, rest > 2 ? LETTERS[group & 63] : '=');
    }
}

/* Padding may be left out, as some do; what stands behind the last whole byte is nothing. */
bool seal_from_base64(const char *text, size_t len, uint8_t *bytes, size_t max, size_t *count)
{
    uint32_t group = 0;
    int bits = 0;

    *count = 0;
    for (int i = 0; i < 2 && len > 0 && (len + (size_t)i) % 4 == 0 && text[len - 1] == '='; i++)
        len--;
    for (size_t i = 0; i < len; i++) {
        const char *letter = text[i] != '\0' ? strchr(LETTERS, text[i]) : NULL;

        if (letter == NULL)
            return false;
        group = group << 6 | (uint32_t)(letter - LETTERS);
        bits += 6;
        if (bits < 8)
            continue;
        if (*count == max)
            return false;
        bits -= 8;
        bytes[(*count)++] = (uint8_t)(group >> bits);
        group &= (1u << bits) - 1;
    }
    return bits != 6 && group == 0;
}

/* Secrets */

static int add_key(struct seal_keys *keys, const char *secret, size_t len, struct error *error)
{
    static const size_t PREFIX_LEN = sizeof PREFIX - 1;
    struct seal_key *key = &keys->keys[keys->count];

    if (keys->count == SEAL_SECRETS_MAX)
        return error_set(error, "it holds more than %d secrets", SEAL_SECRETS_MAX);
    if (len <= PREFIX_LEN || strncmp(secret, PREFIX, PREFIX_LEN) != 0 ||
        !seal_from_base64(secret + PREFIX_LEN, len - PREFIX_LEN, key->bytes, sizeof key->bytes, &key->len) ||
        key->len < SEAL_KEY_MIN)
        return error_set(error, "a secret is written whsec_ and %d to %d bytes in base64; make one with: echo whsec_$(openssl "
                                "rand -base64 32)",
                         SEAL_KEY_MIN, SEAL_KEY_MAX);
    keys->count++;
    return 0;
}

int seal_read(const char *secrets, struct seal_keys *keys, struct error *error)
{
    keys->count = 0;
    for (const char *at = secrets; *at != '\0';) {
        size_t skip = strspn(at, BETWEEN), len = strcspn(at + skip, BETWEEN);

        if (len > 0 && add_key(keys, at + skip, len, error) != 0) {
            seal_forget(keys);
            return -1;
        }
        at += skip + len;
    }
    return keys->count > 0 ? 0 : error_set(error, "it holds no secret");
}

void seal_forget(struct seal_keys *keys)
{
    explicit_bzero(keys, sizeof *keys);
}

/* Signing */

static void add_one(const struct seal_key *key, const struct seal_webhook *webhook, struct buf *signature)
{
    struct buf text = { 0 };
    uint8_t digest[SHA256_SIZE];

    buf_addf(&text, "%s.%s.", webhook->id, webhook->timestamp);
    buf_add(&text, webhook->body, webhook->body_len);
    sha256_hmac(key->bytes, key->len, buf_text(&text), text.len, digest);
    buf_add_text(signature, VERSION);
    seal_add_base64(digest, sizeof digest, signature);
    buf_release(&text);
}

void seal_sign(const struct seal_keys *keys, const struct seal_webhook *webhook, struct buf *signature)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (i > 0)
            buf_add_char(signature, ' ');
        add_one(&keys->keys[i], webhook, signature);
    }
}

/* Verifying */

static bool read_timestamp(const char *text, int64_t *seconds)
{
    size_t len = strspn(text, "0123456789");

    if (len == 0 || len > 12 || text[len] != '\0')
        return false;
    *seconds = strtoll(text, NULL, 10);
    return true;
}

/* All are compared, also behind one that fits. */
static bool fits(const struct seal_key *key, const struct seal_webhook *webhook, const char *signature)
{
    struct buf wanted = { 0 };
    unsigned found = 0;

    add_one(key, webhook, &wanted);
    for (const char *at = signature; *at != '\0';) {
        size_t skip = strspn(at, " "), len = strcspn(at + skip, " ");

        found |= env_secret_equal(at + skip, len, buf_text(&wanted), wanted.len);
        at += skip + len;
    }
    buf_release(&wanted);
    return found != 0;
}

enum seal_verdict seal_verify(const struct seal_keys *keys, const struct seal_webhook *webhook, const char *signature,
                              int64_t now_s)
{
    unsigned found = 0;
    int64_t at_s;

    if (webhook->id == NULL || webhook->timestamp == NULL || signature == NULL)
        return SEAL_LACKING;
    if (*webhook->id == '\0' || strchr(webhook->id, '.') != NULL || !read_timestamp(webhook->timestamp, &at_s))
        return SEAL_MALFORMED;
    for (size_t i = 0; i < keys->count; i++)
        found |= fits(&keys->keys[i], webhook, signature);
    if (found == 0)
        return SEAL_WRONG;
    return at_s < now_s - SEAL_TOLERANCE_S || at_s > now_s + SEAL_TOLERANCE_S ? SEAL_OLD : SEAL_FINE;
}

const char *seal_words(enum seal_verdict verdict)
{
    static const char *const WORDS[] = {
        [SEAL_FINE] = "signed as it should be",
        [SEAL_LACKING] = "webhook-id, webhook-timestamp and webhook-signature are wanted, all three",
        [SEAL_MALFORMED] = "webhook-id is empty or holds a dot, or webhook-timestamp is no number of seconds",
        [SEAL_OLD] = "it was signed more than five minutes ago, or ahead",
        [SEAL_WRONG] = "no signature in webhook-signature fits the secret",
    };

    return WORDS[verdict];
}
