/*
 * sandbox_profile: the profiles of the workspace's users, as far as /users/track has written into them.
 */
#ifndef TOOLS_SANDBOX_PROFILE_H
#define TOOLS_SANDBOX_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_braze.h"

struct profile;

struct profiles { /* the zero value is empty */
    struct profile **list;
    size_t count, room;
};

void profiles_forget(struct profiles *profiles);

/* One object of an accepted request. What Braze would silently leave out is left out. */
void profiles_apply(struct profiles *profiles, const struct track_update *update, int64_t at_ms);

/*
 * Appends {"format":1,"profiles":[{"user","kind","attributes":{name: value, …},"types":{name: type, …},"updates":N,
 * "updated_at":MS,"may_create":BOOL}]} of one user, or (NULL) of all. A type is text, number, boolean, time, array or
 * object; may_create: some object would have made this profile, had there been none.
 */
void profiles_format(const struct profiles *profiles, const char *user, struct buf *out);

/* Is this member of an object no attribute: whom it is about, and how it is meant? */
bool profile_is_identity(const char *name);

/* Does Braze say success and not write it: a name or text over 255 characters? */
bool profile_leaves_out(const struct json *member);

/* Would this text become a time? */
bool profile_is_time(const char *text);

#endif
