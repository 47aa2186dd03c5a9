/*
 * key: one table of the known field names.
 *
 * The order is that of the template in README: identifiers first, what a customer types himself last. The
 * name that WhatsApp shows (profile_name) and the first name (often from a sign-up form) are such texts as
 * much as the message is: in a template that does not escape, each of them can end its string and go on
 * with keys of its own.
 */
#include <string.h>

#include "braze/key.h"

static const struct {
    const char *name;
    bool is_typed;
} KEYS[KEY_OTHER] = {
    [KEY_USER_ID] = { "user_id", false },
    [KEY_BRAZE_ID] = { "braze_id", false },
    [KEY_PHONE_NUMBER] = { "phone_number", false },
    [KEY_DISPATCH_ID] = { "dispatch_id", false },
    [KEY_CAMPAIGN] = { "campaign", false },
    [KEY_SENT_AT] = { "sent_at", false },
    [KEY_FIRST_NAME] = { "first_name", true },
    [KEY_LANGUAGE] = { "language", false },
    [KEY_TIME_ZONE] = { "time_zone", false },
    [KEY_PROFILE_NAME] = { "profile_name", true },
    [KEY_MEDIA_URLS] = { "media_urls", false },
    [KEY_MESSAGE] = { "message", true },
};

enum key key_find(const char *name, size_t len)
{
    for (enum key key = 0; key < KEY_OTHER; key++)
        if (strlen(KEYS[key].name) == len && memcmp(KEYS[key].name, name, len) == 0)
            return key;
    return KEY_OTHER;
}

bool key_is_typed(enum key key)
{
    return key < KEY_OTHER && KEYS[key].is_typed;
}
