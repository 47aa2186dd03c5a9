/*
 * verdict_profile: what a decision brings into the customer's file, and who is told, out of its trace. Part of verdict.
 */
#ifndef CTL_VERDICT_PROFILE_H
#define CTL_VERDICT_PROFILE_H

#include <stdbool.h>

#include "ctl/output.h"

struct json;

/* The tables "attributes", "entries", "notices" and "unset". `has_effects`: people have read them as effects already. */
void verdict_show_profile(struct output *output, const struct json *trace, bool has_effects);

#endif
