/*
 * json_scan: the strict reading that stands before cJSON. Private to base/json.c and its tests.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * A number travels through cJSON as a string that begins with this byte, which no UTF-8 text contains: so
 * cJSON never computes one, and its digits stay as they were written.
 */
enum { JSON_NUMBER_MARK = 0xFF };

/*
 * Checks `text` by the rules of base/json.h and appends to `clean` the same value as JSON for cJSON:
 * numbers marked as above, large ones as plain strings, later members of the same key (where
 * JSON_FIRST_KEY_WINS) blanked out. Returns 0, 1 (there were such members) or -1; then `clean` holds
 * nothing of use.
 */
int json_scan(const char *text, size_t len, int flags, struct buf *clean, struct error *error);

#endif
