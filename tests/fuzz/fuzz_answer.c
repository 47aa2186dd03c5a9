/*
 * fuzz_answer: an answer of Braze made of any bytes: a status, six headers, a body, separated by line breaks.
 *
 * The class depends on the status alone, but for the two refinements that the manual names. What is shown
 * fits, is clean, and never repeats a 401; what is waited for lies between a second and an hour.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "braze/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS = 6 };

static void require(int is_true)
{
    if (!is_true)
        abort();
}

/* The next line as a text of its own, or NULL when there is none; a lone "-" stands for a missing header. */
static char *take_line(const char **at, const char *end)
{
    if (*at >= end)
        return NULL;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    size_t len = (size_t)((stop != NULL ? stop : end) - *at);
    char *line = len == 1 && **at == '-' ? NULL : alloc_bytes(*at, len);
    *at += len + (stop != NULL);
    return line;
}

static void check_class(const struct answer *answer, const struct answer *bare)
{
    if (bare->class == ANSWER_ACCEPTED)
        require(answer->class == ANSWER_ACCEPTED || answer->class == ANSWER_ACCEPTED_BUT);
    else if (bare->class == ANSWER_REFUSED && answer->class == ANSWER_STOPPED)
        require(answer->scope == SCOPE_CAMPAIGN);
    else
        require(answer->class == bare->class && answer->scope == bare->scope);
}

static void check_words(const struct answer *answer, const struct answer *bare, int status)
{
    const char *words = answer->problem;

    require(strlen(words) < sizeof answer->problem && utf8_is_valid(words, strlen(words)));
    for (; *words != '\0'; words++)
        require((unsigned char)*words >= ' ' && *words != 0x7F);
    if (status == 401)
        require(strcmp(answer->problem, bare->problem) == 0);
    require((answer->problem[0] == '\0') == (answer->class == ANSWER_ACCEPTED));
}

static void check_numbers(const struct answer *answer)
{
    const size_t max = sizeof answer->bad_index / sizeof answer->bad_index[0];

    if (answer->class == ANSWER_LATER)
        require(answer->wait_ms >= 1000 && answer->wait_ms <= 3600000);
    require(answer->remaining >= -1 && answer->limit >= -1);
    require(answer->reset_in_ms >= -1 && answer->reset_in_ms <= 3600000);
    require(answer->bad_count <= max);
    for (size_t i = 0; i < answer->bad_count; i++)
        require(answer->bad_index[i] >= 0 && answer->bad_index[i] < 75);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *headers[HEADERS];
    struct answer answer, bare;

    if (size < 3)
        return 0;
    const char *at = (const char *)data + 3, *end = (const char *)data + size;
    for (size_t i = 0; i < HEADERS; i++)
        headers[i] = take_line(&at, end);
    struct wire wire = {
        .end = data[0] < 230 ? WIRE_ANSWERED : data[0] < 240 ? WIRE_NEVER_LEFT : WIRE_LEFT_NO_ANSWER,
        .status = (data[1] % 7) * 100 + data[2] % 32, .body = at, .body_len = (size_t)(end - at),
        .retry_after = headers[0], .ratelimit_retry_after = headers[1], .ratelimit_limit = headers[2],
        .ratelimit_remaining = headers[3], .ratelimit_reset = headers[4], .request_id = headers[5],
        .failure = headers[5],
    };
    struct wire without = { .end = wire.end, .status = wire.status, .body = "" };
    answer_read(&wire, 1592425800000, &answer);
    answer_read(&without, 1592425800000, &bare);
    check_class(&answer, &bare);
    check_words(&answer, &bare, wire.end == WIRE_ANSWERED ? wire.status : 0);
    check_numbers(&answer);
    for (size_t i = 0; i < HEADERS; i++)
        free(headers[i]);
    return 0;
}
