/*
 * attribute: what Braze allows in a custom attribute: names, types, values. A value leaves here as the JSON literal
 * that is sent, stored and shown, always in the same form, so that equal values are equal texts. Pure; any thread.
 *
 *     text     at most ATTRIBUTE_TEXT_MAX characters, cut between graphemes; one line, no control characters, Liquid
 *              broken apart; a bare date goes in quotation marks, since Braze would make a time of it
 *     number   12, -3.5: digits, with a point; at most 15 of them
 *     boolean  yes, no, true, false, 1, 0
 *     time     what text/moment.h reads, as "2026-05-12T09:30:00Z"; a date alone as "2026-05-12", which Braze takes for
 *              its midnight in UTC
 *     array    texts with commas between them, as ["a","b"]: each as a text is, once, at most ATTRIBUTE_MEMBERS_MAX;
 *              array_add and array_remove alike
 *     increment  a whole number other than 0
 */
#ifndef RULES_ATTRIBUTE_H
#define RULES_ATTRIBUTE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/zone.h"
#include "rules/ruleset.h"

enum { ATTRIBUTE_TEXT_MAX = 255, ATTRIBUTE_MEMBERS_MAX = 25 };

/* Appends the literal and returns NULL, or says why the text is no value of the type: "is no number". */
const char *attribute_format(enum attribute_type type, const char *text, const struct zone *zone, struct buf *json);

/* What is wrong with a name, as in "is a field of Braze's own"; NULL: nothing. */
const char *attribute_name_fault(const char *name);

/* Is it done to the profile once, as an entry? Else the attribute is set. */
bool attribute_is_entry(enum attribute_type type);

extern const char *const attribute_type_names[]; /* by enum attribute_type, NULL-terminated */
extern const char *const property_type_names[];  /* the first four */
extern const char *const entry_kind_names[];     /* by enum entry_kind */

#endif
