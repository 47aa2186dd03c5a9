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
 */
#ifndef RULES_ATTRIBUTE_H
#define RULES_ATTRIBUTE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/zone.h"
#include "rules/ruleset.h"

enum { ATTRIBUTE_TEXT_MAX = 255 };

/* Appends the literal and returns NULL, or says why the text is no value of the type: "is no number". */
const char *attribute_format(enum attribute_type type, const char *text, const struct zone *zone, struct buf *json);

/* What is wrong with a name, as in "is a field of Braze's own"; NULL: nothing. */
const char *attribute_name_fault(const char *name);

/* Appends when it is set, as typed: "rule:order", "handoff". */
void attribute_format_moment(const struct attribute *attribute, struct buf *out);

extern const char *const attribute_moment_names[]; /* by enum attribute_moment; of MOMENT_RULE "rule:" */
extern const char *const attribute_type_names[]; /* by enum attribute_type, NULL-terminated */

#endif
