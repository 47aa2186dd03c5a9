/*
 * sandbox_profile: the profiles of the workspace's users, as far as /users/track and the attributes of recipients have written
 * into them.
 */
#ifndef TOOLS_SANDBOX_PROFILE_H
#define TOOLS_SANDBOX_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

#include "sandbox_braze.h"
#include "sandbox_ring.h"
#include "sandbox_value.h"

struct profile;
struct known_type;

struct profiles { /* the zero value is empty */
    const struct id_list *blocked; /* names of attributes of which nothing is written; borrowed, may be NULL */
    struct profile **list;    /* in the order in which they came up */
    struct profile **buckets; /* the same by a hash; `room` of them */
    size_t count, room;
    struct known_type *types; /* of the attributes, in all profiles */
    size_t type_count;
    struct ring left_out; /* what Braze would say success to and not write, by user */
    int64_t left_out_count;
};

enum subscribed { SUBSCRIBED_UNKNOWN, SUBSCRIBED_YES, SUBSCRIBED_NO };

void profiles_release(struct profiles *profiles);
void profiles_forget(struct profiles *profiles);

/*
 * One object of an accepted request. Of attributes all is written but what Braze would silently leave out; of an event only the
 * profile is made, where it may be. False: there is no such profile, and none was made.
 */
bool profiles_apply(struct profiles *profiles, const struct track_update *update, int64_t at_ms);

bool profiles_have(const struct profiles *profiles, enum address address, const char *user);

/* In this group; NULL: in any, where one "unsubscribed" counts for more than all others. */
enum subscribed profiles_subscription(const struct profiles *profiles, enum address address, const char *user,
                                      const char *group);

/*
 * Appends the member "profiles":[{"user","kind","attributes":{name: value, …},"types":{name: type, …},
 * "subscription_groups":{id: "subscribed"|"unsubscribed", …},"updates":N,"updated_at":MS,"may_create":BOOL}] of one user, or
 * (NULL) of all. A type is text, number, boolean, time, array or object; may_create: some object would have made this profile,
 * had there been none.
 */
void profiles_format(const struct profiles *profiles, const char *user, struct jsonw *w);

/* Is this member of an object no attribute: whom it is about, and how it is meant? */
bool profile_is_identity(const char *name);

#endif
