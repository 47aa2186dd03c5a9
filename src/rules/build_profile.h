/*
 * build_profile: the private side of what the customer's file learns and of the notices, for build_attribute, build_event,
 * build_notice and the checks. Not for other rooms.
 */
#ifndef RULES_BUILD_PROFILE_H
#define RULES_BUILD_PROFILE_H

#include "rules/build_flow.h"

enum {
    PROPERTIES_MAX = 50,     /* of one event or notice: at 255 characters they stay far below what Braze takes */
    CUSTOM_EVENTS_MAX = 200, /* rows; all of them are looked at in each decision */
    NOTICES_MAX = 200
};

struct profile_private {
    struct custom_event *events;
    struct notice *notices;
    struct owned event_rows, notice_rows; /* their properties, by owner */
    struct property *event_properties, *notice_properties;
};

/* A value that is known now, but for {{ now }}: is it of its type? `noun` is what it is of. */
int build_check_fixed(const struct ruleset *ruleset, const struct row *row, const char *noun, const struct template *value,
                      enum attribute_type type, struct error *error);

/* The properties among `list`, made of `rows`, that belong to an owner. */
struct property_list build_properties_of(const struct owned *rows, const struct property *list, size_t owner);

/* Is the property's name there already, among those before it of the same owner? */
int build_check_property(const struct owned *rows, const struct property *list, size_t index, const char *noun,
                         struct error *error);

#endif
