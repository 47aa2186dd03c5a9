/*
 * key: the field names of a webhook body that frontdesk knows, in the order of the template
 * that README hands out. Shared by the readers of inbound bodies; everything else is a field of the
 * operator's own.
 */
#ifndef BRAZE_KEY_H
#define BRAZE_KEY_H

#include <stdbool.h>
#include <stddef.h>

enum key {
    KEY_USER_ID, KEY_BRAZE_ID, KEY_PHONE_NUMBER, KEY_DISPATCH_ID, KEY_CAMPAIGN, KEY_SENT_AT, KEY_FIRST_NAME,
    KEY_LANGUAGE, KEY_TIME_ZONE, KEY_PROFILE_NAME, KEY_MEDIA_URLS, KEY_MESSAGE,
    KEY_OTHER, /* not one of ours; also the number of those that are */
};

/* The key of that name (exact case), KEY_OTHER when there is none. */
enum key key_find(const char *name, size_t len);

/* Does a customer write this value himself? Then what stands behind it may be his as well. */
bool key_is_typed(enum key key);

#endif
