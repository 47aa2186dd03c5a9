/*
 * reading: the pairs that were found in a webhook's body, before anybody judges them. Private to the
 * readers of inbound.
 *
 * Pairs must come in the order of the body: what stands behind a text that customers type is remembered as
 * such. Not shared between threads.
 */
#ifndef BRAZE_READING_H
#define BRAZE_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/json.h"

#include "braze/key.h"

enum { READING_FIELDS_MAX = 200 };

struct reading {
    struct buf values[KEY_OTHER]; /* valid UTF-8 without NUL */
    unsigned seen, behind;        /* bits of keys: came; came behind a typed text */
    bool is_behind;
    int flags;                    /* enum inbound_flag */
    struct buf fields;            /* the JSON object of all other keys, not yet closed */
    struct jsonw writer;
    char *names[READING_FIELDS_MAX];
    size_t name_count;
};

void reading_init(struct reading *reading);
void reading_release(struct reading *reading);

/* A value of any bytes. The first of one name counts, a second is flagged; bad UTF-8 is repaired, flagged. */
void reading_put(struct reading *reading, const char *name, size_t name_len, const char *value, size_t len);

/* A member of a JSON object. */
void reading_put_member(struct reading *reading, const struct json *member);

/* Did this key come, and out of the reach of what customers type? */
bool reading_has(const struct reading *reading, enum key key);
bool reading_is_behind(const struct reading *reading, enum key key);

/* Appends valid UTF-8 without NUL; true when that took a repair. */
bool reading_repair(const char *text, size_t len, struct buf *out);

#endif
