/*
 * sandbox_fault: the costumes.
 *
 * Each fault is one function over the answer that would have been right. Whether the message was taken
 * is not decided here (struct fault says it); whatever answers with a 2xx must take it, since a sender goes
 * by the status.
 *
 * The rate-limit dialects are those that Braze's pages show: a reset as a moment, a reset as seconds left,
 * no reset but X-Ratelimit-Retry-After, the plain Retry-After, and headers that are there and empty.
 *
 * The gzip bomb is written by hand: one deflate block with the fixed codes, a literal zero and then
 * matches of 258 bytes at distance 1, thirteen bits each: 10 MiB of zeros take about 66 KB.
 */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

#include "sandbox_fault.h"

typedef void dress_function(const struct fault *fault, int64_t now_ms, struct http_answer *answer);

static void set_body(struct http_answer *answer, const char *text)
{
    buf_clear(&answer->body);
    buf_add_text(&answer->body, text);
}

static void dress_nothing(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)fault;
    (void)now_ms;
    (void)answer;
}

static void dress_status(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    answer->status = (int)fault->argument;
    buf_clear(&answer->headers);
    buf_add_text(&answer->headers, fault->headers);
    buf_clear(&answer->body);
    if (fault->body != NULL)
        buf_add_text(&answer->body, fault->body);
    else
        buf_addf(&answer->body, "{\"message\":\"%s\"}", http_reason(answer->status));
}

static void dress_late(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    answer->delay_ms += fault->argument;
}

static void dress_drip(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    bool is_slow = fault->argument < 10;
    answer->drip_bytes = is_slow ? 1 : fault->argument / 10;
    answer->drip_ms = is_slow ? 1000 / fault->argument : 100;
}

static void dress_hang(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    answer->manner = HTTP_SILENT;
    answer->delay_ms = fault->argument;
}

static void dress_reset(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)fault;
    (void)now_ms;
    answer->manner = HTTP_RESET;
}

static void dress_garbage(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    static const char GARBAGE[] =
        "\x16\x03\x01\x02 \xff\xfe SSH-2.0-nothing\r\n\x00\x01\x02{\"dispatch_id\":\"";

    (void)fault;
    (void)now_ms;
    answer->manner = HTTP_RAW;
    buf_clear(&answer->body);
    buf_add(&answer->body, GARBAGE, sizeof GARBAGE - 1);
}

static void dress_html(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    answer->status = (int)fault->argument;
    answer->type = "text/html";
    buf_clear(&answer->headers);
    set_body(answer, "<!DOCTYPE html><html><head><title>Service</title></head>"
                     "<body><h1>The service is unavailable</h1><p>Guru meditation</p></body></html>\n");
}

static void dress_huge(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    answer->manner = HTTP_HUGE;
    answer->amount = fault->argument;
}

static void dress_gzip(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    buf_add_text(&answer->headers, "content-encoding: gzip\r\n");
    buf_clear(&answer->body);
    fault_gzip_zeros(fault->argument, &answer->body);
}

static void dress_lying_length(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    answer->manner = HTTP_LYING;
    answer->amount = (int64_t)answer->body.len + fault->argument;
}

/* Puts a member before the closing brace of an answer that is an object. */
static void add_member(struct http_answer *answer, const char *member)
{
    if (answer->status != 201 || answer->body.len < 2 || answer->body.data[answer->body.len - 1] != '}')
        return;
    buf_truncate(&answer->body, answer->body.len - 1);
    buf_addf(&answer->body, ",%s}", member);
}

static void dress_notice(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)fault;
    (void)now_ms;
    add_member(
        answer,
        "\"notice\":\"The campaign is paused. Resume the campaign to ensure trigger requests will take "
        "effect.\"");
}

static void limit(struct http_answer *answer)
{
    answer->status = 429;
    set_body(answer, "{\"message\":\"Rate limit exceeded\"}");
    buf_clear(&answer->headers);
}

static void dress_limit_epoch(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    limit(answer);
    buf_addf(&answer->headers,
             "x-ratelimit-limit: 250000\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-reset: %lld\r\n",
             (long long)(now_ms / 1000 + fault->argument));
}

static void dress_limit_seconds(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    limit(answer);
    buf_addf(&answer->headers,
             "x-ratelimit-limit: 250000\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-reset: %lld\r\n",
             (long long)fault->argument);
}

static void dress_limit_track(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    limit(answer);
    buf_addf(&answer->headers, "x-ratelimit-retry-after: %lld\r\n", (long long)fault->argument);
}

static void dress_limit_retry_after(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    limit(answer);
    buf_addf(&answer->headers, "retry-after: %lld\r\n", (long long)fault->argument);
}

static void dress_limit_empty(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)fault;
    (void)now_ms;
    limit(answer);
    buf_add_text(&answer->headers,
                 "x-ratelimit-limit: \r\nx-ratelimit-remaining: \r\nx-ratelimit-reset: \r\n");
}

static void dress_down(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)now_ms;
    answer->manner = HTTP_DOWN;
    answer->delay_ms = fault->argument;
}

static void dress_empty(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)fault;
    (void)now_ms;
    buf_clear(&answer->body);
}

static void dress_broken(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    (void)fault;
    (void)now_ms;
    buf_truncate(&answer->body, answer->body.len / 2);
}

void fault_dress(const struct fault *fault, int64_t now_ms, struct http_answer *answer)
{
    static dress_function *const DRESSES[FAULT_KIND_COUNT] = {
        [FAULT_PASS] = dress_nothing,
        [FAULT_STATUS] = dress_status,
        [FAULT_LATE] = dress_late,
        [FAULT_DRIP] = dress_drip,
        [FAULT_HANG] = dress_hang,
        [FAULT_TAKE_AND_HANG] = dress_hang,
        [FAULT_RESET_BEFORE] = dress_reset,
        [FAULT_RESET_AFTER] = dress_reset,
        [FAULT_GARBAGE] = dress_garbage,
        [FAULT_HTML] = dress_html,
        [FAULT_HUGE] = dress_huge,
        [FAULT_GZIP] = dress_gzip,
        [FAULT_LYING_LENGTH] = dress_lying_length,
        [FAULT_NOTICE] = dress_notice,
        [FAULT_ERRORS] = dress_nothing, /* sandbox_reject tells them */
        [FAULT_LIMIT_EPOCH] = dress_limit_epoch,
        [FAULT_LIMIT_SECONDS] = dress_limit_seconds,
        [FAULT_LIMIT_TRACK] = dress_limit_track,
        [FAULT_LIMIT_RETRY_AFTER] = dress_limit_retry_after,
        [FAULT_LIMIT_EMPTY] = dress_limit_empty,
        [FAULT_DOWN] = dress_down,
        [FAULT_EMPTY] = dress_empty,
        [FAULT_BROKEN] = dress_broken,
        [FAULT_OVERTAKEN] = dress_nothing,
    };

    if (DRESSES[fault->kind] != NULL) /* what an AI vendor says is no costume */
        DRESSES[fault->kind](fault, now_ms, answer);
}

struct bits {
    struct buf *out;
    uint32_t held;
    int count;
};

/* Deflate packs bits from the low end of each byte; Huffman codes go in with their high bit first. */
static void put_code(struct bits *bits, uint32_t code, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        bits->held |= (code >> i & 1) << bits->count;
        if (++bits->count == 8) {
            buf_add_char(bits->out, (char)bits->held);
            bits->held = 0;
            bits->count = 0;
        }
    }
}

static uint32_t crc_of_zeros(int64_t size)
{
    uint32_t table[256], crc = 0xffffffff;

    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
    }
    for (int64_t i = 0; i < size; i++)
        crc = table[crc & 0xff] ^ crc >> 8;
    return ~crc;
}

static void put_u32(struct buf *out, uint32_t number)
{
    for (int shift = 0; shift < 32; shift += 8)
        buf_add_char(out, (char)(number >> shift & 0xff));
}

void fault_gzip_zeros(int64_t size, struct buf *out)
{
    static const char HEADER[10] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
    enum { LITERAL_ZERO = 0x30, LENGTH_258 = 0xc5, MATCH = 258 };
    struct bits bits = { .out = out };
    int64_t left = size;

    buf_add(out, HEADER, sizeof HEADER);
    put_code(&bits, 1, 1);
    put_code(&bits, 2, 2);
    if (left > 0) {
        put_code(&bits, LITERAL_ZERO, 8);
        left--;
    }
    for (; left >= MATCH; left -= MATCH) {
        put_code(&bits, LENGTH_258, 8);
        put_code(&bits, 0, 5);
    }
    for (; left > 0; left--)
        put_code(&bits, LITERAL_ZERO, 8);
    put_code(&bits, 0, 7);
    while (bits.count != 0)
        put_code(&bits, 0, 1);
    put_u32(out, crc_of_zeros(size));
    put_u32(out, (uint32_t)size);
}
