/*
 * sandbox_ai_sign: see the header.
 *
 * What is signed is the method, the path with every byte that is not plain escaped once more than it came over the wire
 * (a model's colon arrives as %3A and is signed as %253A), the query, the headers that are named, and a hash of the body.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/env.h"

#include "sandbox_ai_sign.h"

enum { BLOCK = 64, HEX_SIZE = SHA256_SIZE * 2 + 1, FIELD_SIZE = 1024 };

static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t word, int bits)
{
    return word >> bits | word << (32 - bits);
}

static void digest_block(uint32_t state[8], const uint8_t block[BLOCK])
{
    uint32_t w[64], s[8];

    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[i * 4] << 24 | (uint32_t)block[i * 4 + 1] << 16 | (uint32_t)block[i * 4 + 2] << 8 |
               block[i * 4 + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
               (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t first = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
                         ROUND[i] + w[i];
        uint32_t second = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) +
                          ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += first;
        s[0] = first + second;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

void sha256(const void *bytes, size_t len, uint8_t digest[SHA256_SIZE])
{
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    const uint8_t *at = bytes;
    uint8_t tail[BLOCK * 2] = { 0 };
    size_t left = len % BLOCK, tail_len = left < BLOCK - 8 ? BLOCK : BLOCK * 2;
    uint64_t bits = (uint64_t)len * 8;

    for (size_t i = 0; i < len / BLOCK; i++)
        digest_block(state, at + i * BLOCK);
    if (left > 0)
        memcpy(tail, at + (len - left), left);
    tail[left] = 0x80;
    for (size_t i = 0; i < 8; i++)
        tail[tail_len - 1 - i] = (uint8_t)(bits >> (8 * i));
    for (size_t i = 0; i < tail_len; i += BLOCK)
        digest_block(state, tail + i);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static void hmac(const void *key, size_t key_len, const char *text, uint8_t digest[SHA256_SIZE])
{
    uint8_t block[BLOCK] = { 0 }, inner[BLOCK + SHA256_SIZE];
    struct buf outer = { 0 };

    if (key_len > BLOCK)
        sha256(key, key_len, block);
    else
        memcpy(block, key, key_len);
    for (size_t i = 0; i < BLOCK; i++)
        buf_add_char(&outer, (char)(block[i] ^ 0x36));
    buf_add_text(&outer, text);
    for (size_t i = 0; i < BLOCK; i++)
        inner[i] = block[i] ^ 0x5c;
    sha256(outer.data, outer.len, inner + BLOCK);
    sha256(inner, sizeof inner, digest);
    buf_release(&outer);
}

static void to_hex(const uint8_t digest[SHA256_SIZE], char hex[HEX_SIZE])
{
    for (size_t i = 0; i < SHA256_SIZE; i++)
        snprintf(hex + i * 2, 3, "%02x", digest[i]);
}

/* The Authorization header */

struct sign { /* AWS4-HMAC-SHA256 Credential=ID/DAY/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=HEX */
    char id[129], day[9], region[65];
    char headers[FIELD_SIZE], signature[HEX_SIZE];
    const char *date;
};

/* "NAME=value" up to a comma or the end; false when it is not there or too long. */
static bool read_field(const char *text, const char *name, char *value, size_t size)
{
    const char *at = strstr(text, name);

    if (at == NULL)
        return false;
    at += strlen(name);
    size_t len = strcspn(at, ", ");
    if (len == 0 || len >= size)
        return false;
    memcpy(value, at, len);
    value[len] = '\0';
    return true;
}

static bool read_scope(const char *scope, struct sign *sign)
{
    char service[33], end[33];

    return sscanf(scope, "%128[^/]/%8[0-9]/%64[a-z0-9-]/%32[^/]/%32s", sign->id, sign->day, sign->region, service, end) == 5 &&
           strlen(sign->day) == 8 && strcmp(service, "bedrock") == 0 && strcmp(end, "aws4_request") == 0;
}

/* "20260512T093000Z", and of the day that was signed */
static bool is_date(const char *date, const char *day)
{
    static const char SHAPE[] = "00000000T000000Z";

    for (size_t i = 0; i < sizeof SHAPE; i++)
        if (SHAPE[i] == '0' ? !ascii_is_digit((unsigned char)date[i]) : date[i] != SHAPE[i])
            return false;
    return strncmp(date, day, 8) == 0;
}

static bool signs(const struct sign *sign, const char *header)
{
    struct buf list = { 0 }, name = { 0 };

    buf_addf(&list, ";%s;", sign->headers);
    buf_addf(&name, ";%s;", header);
    bool is_there = strstr(buf_text(&list), buf_text(&name)) != NULL;
    buf_release(&list);
    buf_release(&name);
    return is_there;
}

static int read_sign(const struct http_request *request, struct sign *sign, struct ai_trouble *trouble)
{
    static const char ALGORITHM[] = "AWS4-HMAC-SHA256 ";
    const char *given = http_header(request, "Authorization");
    char scope[FIELD_SIZE];

    if (given == NULL)
        return trouble_set(trouble, AI_NO_KEY, NULL, "The request brings no signature.");
    if (strncmp(given, ALGORITHM, sizeof ALGORITHM - 1) != 0 || !read_field(given, "Credential=", scope, sizeof scope) ||
        !read_field(given, "SignedHeaders=", sign->headers, sizeof sign->headers) ||
        !read_field(given, "Signature=", sign->signature, sizeof sign->signature) ||
        strspn(sign->signature, "0123456789abcdef") != SHA256_SIZE * 2)
        return trouble_set(trouble, AI_WRONG_SIGN, NULL,
                           "Authorization reads: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=….");
    if (!read_scope(scope, sign))
        return trouble_set(trouble, AI_WRONG_SIGN, NULL, "Credential reads: ID/YYYYMMDD/REGION/bedrock/aws4_request.");
    sign->date = http_header(request, "X-Amz-Date");
    if (sign->date == NULL || !is_date(sign->date, sign->day))
        return trouble_set(trouble, AI_WRONG_SIGN, NULL, "X-Amz-Date is needed, of the day that was signed.");
    if (!signs(sign, "host") || !signs(sign, "x-amz-date"))
        return trouble_set(trouble, AI_WRONG_SIGN, NULL, "SignedHeaders must name host and x-amz-date.");
    return 0;
}

/* What was signed */

static void add_escaped(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (ascii_is_letter(c) || ascii_is_digit(c) || strchr("-._~/", c) != NULL)
            buf_add_char(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

/* Runs of blanks count as one. */
static void add_value(const char *value, struct buf *out)
{
    for (; *value != '\0'; value++)
        if (*value != ' ' || value[1] != ' ')
            buf_add_char(out, *value);
}

static bool add_headers(const struct http_request *request, const struct sign *sign, struct buf *out)
{
    const char *at = sign->headers;
    char name[101];

    while (*at != '\0') {
        size_t len = strcspn(at, ";");

        snprintf(name, sizeof name, "%.*s", (int)len, at);
        const char *value = http_header(request, name);
        if (value == NULL)
            return false;
        buf_addf(out, "%s:", name);
        add_value(value, out);
        buf_add_char(out, '\n');
        at += len + (at[len] == ';');
    }
    return true;
}

static bool work_out(const char *secret, const struct http_request *request, const struct sign *sign,
                     char signature[HEX_SIZE])
{
    struct buf text = { 0 }, key = { 0 };
    uint8_t digest[SHA256_SIZE];
    char hex[HEX_SIZE];

    buf_addf(&text, "%s\n", request->method);
    add_escaped(request->path, &text);
    buf_addf(&text, "\n%s\n", request->query);
    bool is_whole = add_headers(request, sign, &text);
    sha256(request->body, request->body_len, digest);
    to_hex(digest, hex);
    buf_addf(&text, "\n%s\n%s", sign->headers, hex);
    sha256(buf_text(&text), text.len, digest);
    to_hex(digest, hex);
    buf_clear(&text);
    buf_addf(&text, "AWS4-HMAC-SHA256\n%s\n%s/%s/bedrock/aws4_request\n%s", sign->date, sign->day, sign->region, hex);
    buf_addf(&key, "AWS4%s", secret);
    hmac(buf_text(&key), key.len, sign->day, digest);
    hmac(digest, SHA256_SIZE, sign->region, digest);
    hmac(digest, SHA256_SIZE, "bedrock", digest);
    hmac(digest, SHA256_SIZE, "aws4_request", digest);
    hmac(digest, SHA256_SIZE, buf_text(&text), digest);
    to_hex(digest, signature);
    buf_release(&text);
    buf_release(&key);
    return is_whole;
}

int sign_check(const char *key, const struct http_request *request, struct ai_trouble *trouble)
{
    struct sign sign = { 0 };
    const char *colon = strchr(key, ':');
    char signature[HEX_SIZE];

    if (read_sign(request, &sign, trouble) != 0)
        return -1;
    if (colon == NULL)
        return 0;
    if (!env_secret_equal(sign.id, strlen(sign.id), key, (size_t)(colon - key)))
        return trouble_set(trouble, AI_WRONG_KEY, NULL, "There is no such access key.");
    if (!work_out(colon + 1, request, &sign, signature) ||
        !env_secret_equal(sign.signature, strlen(sign.signature), signature, strlen(signature)))
        return trouble_set(trouble, AI_WRONG_SIGN, NULL,
                           "The signature is not the one that was worked out here. Look at the secret, and at how the path "
                           "is escaped: over the wire once, signed twice.");
    return 0;
}
