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
#include "base/sha256.h"

#include "sandbox_ai_sign.h"

enum { HEX_SIZE = SHA256_SIZE * 2 + 1, FIELD_SIZE = 1024 };

static void hmac(const void *key, size_t key_len, const char *text, uint8_t digest[SHA256_SIZE])
{
    sha256_hmac(key, key_len, text, strlen(text), digest);
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
