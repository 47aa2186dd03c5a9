/*
 * sandbox_value: what a member of an object for /users/track does to an attribute, by Braze's rules and, where these are not
 * written down, by the strict reading of them. Pure.
 *
 *     scalar                     sets; a text that reads like a date sets a time
 *     null                       removes
 *     {"inc": n}                 adds a whole number to a whole number, or to nothing
 *     ["a", "b"]                 replaces; 25 elements at most
 *     {"add": […]}               each moves to the end; over 25 the oldest are dropped
 *     {"remove": […]}
 *     {"$time": "2026-05-12"}    sets a time
 *     any other object           replaces, or (merge) goes deeply into the object that is there
 */
#ifndef TOOLS_SANDBOX_VALUE_H
#define TOOLS_SANDBOX_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

enum { VALUE_TEXT_MAX = 255, VALUE_ELEMENTS_MAX = 25, VALUE_OBJECT_MAX = 50 * 1024 };

/* An attribute keeps the type of its first value, in all profiles. */
enum value_type { VALUE_NONE, VALUE_TEXT, VALUE_NUMBER, VALUE_BOOLEAN, VALUE_TIME, VALUE_ARRAY, VALUE_OBJECT };

const char *value_type_name(enum value_type type);

/* That the member would give its attribute; VALUE_NONE: it removes. */
enum value_type value_type(const struct json *member);

/* Why the whole object is refused, visibly, because of this member; or NULL. */
const char *value_refusal(const struct json *member);

/* Why Braze says success and leaves this member out, whatever stands in the profile; or NULL. Of a member that is not refused. */
const char *value_omission(const struct json *member);

/*
 * Appends what stands in the profile afterwards as JSON: nothing, when nothing does. `before` is what stood there, or NULL; of
 * the member's type. Why it is left out after all, or NULL.
 */
const char *value_change(const char *before, const struct json *member, bool merge, struct buf *after);

/* Would this text become a time? */
bool value_is_time(const char *text);

/* Unix milliseconds of "2026-05-12T09:30:00.250+09:00", "2026-05-12T09:30:00:250Z": with a date, a time and a zone; 0, or -1. */
int value_moment(const char *text, int64_t *at_ms);

#endif
