/*
 * zone_file: one time zone as tzdata stores it (TZif, RFC 8536). Private to base/zone*.c.
 */
#ifndef BASE_ZONE_FILE_H
#define BASE_ZONE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone_rule.h"

struct zone_file {
    int64_t *moments;         /* count of them, ascending, in unix seconds */
    unsigned char *type_of;   /* for each moment: the type from then on */
    size_t count;
    struct zone_type *types;  /* the first is in force before the first moment */
    size_t type_count;
    bool has_rule;            /* in force from the last moment on */
    struct zone_rule rule;
};

/* 0 and *file filled, or -1 (nothing to release) when the bytes are no sound TZif file. */
int zone_file_parse(const unsigned char *bytes, size_t len, struct zone_file *file);
void zone_file_release(struct zone_file *file);

/* The stretch of one local time that holds `at`. */
void zone_file_span(const struct zone_file *file, int64_t at, struct zone_span *span);

#endif
