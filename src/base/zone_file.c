/*
 * zone_file: one time zone as tzdata stores it.
 *
 * A file is a header with six counts and a body of as many moments, types and so on. From version 2 on
 * it is followed by a second header and body with 64-bit moments, and by a line with the rule for all
 * later times; the first body is then skipped, for it says the same with 32 bits.
 *
 * The files are the system's own, yet nothing in them is believed: counts are checked against the bytes
 * that are there before anything is allocated, indexes against counts, moments must ascend and offsets
 * be less than 26 hours. A file that fails is refused whole; its zone is then unknown, which is better
 * than a wrong time. Files that count leap seconds ("right/") are refused as well: our seconds have none.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/zone_file.h"

enum {
    HEADER_SIZE = 44,
    TYPE_SIZE = 6,
    MAX_TYPES = 256,
    MAX_RULE = 100,
    MAX_OFFSET = 26 * 3600,
};

struct header {
    int version;
    size_t utc_flags, standard_flags, leaps, moments, types, letters;
};

/* What is yet to be read. */
struct input {
    const unsigned char *bytes;
    size_t len;
};

static uint32_t read_u32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t read_moment(const unsigned char *bytes, size_t size)
{
    if (size == 4)
        return (int32_t)read_u32(bytes);
    return (int64_t)((uint64_t)read_u32(bytes) << 32 | read_u32(bytes + 4));
}

static void skip(struct input *input, size_t len)
{
    input->bytes += len;
    input->len -= len;
}

static int read_header(struct input *input, struct header *header)
{
    const unsigned char *bytes = input->bytes;

    if (input->len < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
        return -1;
    header->version = bytes[4] == '\0' ? 1 : bytes[4] - '0';
    size_t *const counts[] = { &header->utc_flags, &header->standard_flags, &header->leaps,
                               &header->moments,   &header->types,          &header->letters };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        *counts[i] = read_u32(bytes + 20 + 4 * i);
        if (*counts[i] > input->len)
            return -1;
    }
    skip(input, HEADER_SIZE);
    return header->types > 0 && header->types <= MAX_TYPES && header->letters > 0 ? 0 : -1;
}

static size_t body_size(const struct header *header, size_t moment_size)
{
    return header->moments * (moment_size + 1) + header->types * TYPE_SIZE + header->letters +
           header->leaps * (moment_size + 4) + header->standard_flags + header->utc_flags;
}

static int parse_type(const unsigned char *bytes, const char *letters, size_t letter_count,
                      struct zone_type *type)
{
    type->offset_seconds = (int32_t)read_u32(bytes);
    if (type->offset_seconds <= -MAX_OFFSET || type->offset_seconds >= MAX_OFFSET || bytes[5] >= letter_count)
        return -1;
    const char *name = letters + bytes[5];
    size_t len = strnlen(name, letter_count - bytes[5]);
    if (len >= sizeof type->abbreviation)
        len = sizeof type->abbreviation - 1;
    memcpy(type->abbreviation, name, len);
    type->abbreviation[len] = '\0';
    return 0;
}

static int parse_moments(const unsigned char *bytes, const struct header *header, size_t size,
                         struct zone_file *file)
{
    const unsigned char *types = bytes + header->moments * size;

    for (size_t i = 0; i < header->moments; i++) {
        file->moments[i] = read_moment(bytes + i * size, size);
        file->type_of[i] = types[i];
        if (types[i] >= header->types || (i > 0 && file->moments[i] <= file->moments[i - 1]))
            return -1;
    }
    return 0;
}

static int parse_body(struct input *input, const struct header *header, size_t size, struct zone_file *file)
{
    if (header->leaps > 0 || body_size(header, size) > input->len)
        return -1;
    file->count = header->moments;
    file->type_count = header->types;
    file->moments = alloc_array(header->moments, sizeof *file->moments);
    file->type_of = alloc_array(header->moments, 1);
    file->types = alloc_array(header->types, sizeof *file->types);
    const unsigned char *types = input->bytes + header->moments * (size + 1);
    const char *letters = (const char *)types + header->types * TYPE_SIZE;
    for (size_t i = 0; i < header->types; i++)
        if (parse_type(types + i * TYPE_SIZE, letters, header->letters, &file->types[i]) != 0)
            return -1;
    if (parse_moments(input->bytes, header, size, file) != 0)
        return -1;
    skip(input, body_size(header, size));
    return 0;
}

/* The rule stands between two line breaks; an empty one says that nothing is known of later times. */
static int parse_rule(const struct input *input, struct zone_file *file)
{
    char text[MAX_RULE];

    if (input->len < 2 || input->bytes[0] != '\n')
        return -1;
    const char *from = (const char *)input->bytes + 1;
    const char *to = memchr(from, '\n', input->len - 1);
    if (to == NULL || (size_t)(to - from) >= sizeof text)
        return -1;
    memcpy(text, from, (size_t)(to - from));
    text[to - from] = '\0';
    file->has_rule = text[0] != '\0';
    return file->has_rule ? zone_rule_parse(text, &file->rule) : 0;
}

static int parse(struct input *input, struct zone_file *file)
{
    struct header header;

    if (read_header(input, &header) != 0)
        return -1;
    if (header.version < 2)
        return parse_body(input, &header, 4, file);
    if (body_size(&header, 4) > input->len)
        return -1;
    skip(input, body_size(&header, 4));
    if (read_header(input, &header) != 0 || parse_body(input, &header, 8, file) != 0)
        return -1;
    return parse_rule(input, file);
}

int zone_file_parse(const unsigned char *bytes, size_t len, struct zone_file *file)
{
    struct input input = { bytes, len };

    *file = (struct zone_file){ 0 };
    if (parse(&input, file) == 0)
        return 0;
    zone_file_release(file);
    return -1;
}

void zone_file_release(struct zone_file *file)
{
    free(file->moments);
    free(file->type_of);
    free(file->types);
    *file = (struct zone_file){ 0 };
}

/* How many moments are not after `at`. */
static size_t count_until(const struct zone_file *file, int64_t at)
{
    size_t low = 0, high = file->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->moments[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void zone_file_span(const struct zone_file *file, int64_t at, struct zone_span *span)
{
    size_t passed = count_until(file, at);
    int64_t start = passed > 0 ? file->moments[passed - 1] : INT64_MIN;

    if (passed == file->count && file->has_rule) {
        zone_rule_span(&file->rule, at, span);
        if (span->start < start)
            span->start = start;
        return;
    }
    span->start = start;
    span->end = passed < file->count ? file->moments[passed] : INT64_MAX;
    span->type = &file->types[passed > 0 ? file->type_of[passed - 1] : 0];
}
