/*
 * profile: the custom attributes that a contact's Braze profile should hold, what Braze has taken of them, and what is
 * under way (table profile). Values are JSON literals, always in the same form (rules/attribute.h), so that equal values
 * are equal texts; `null` means that the attribute is removed.
 *
 * Only what is news is sent: a value that is not what the profile holds, or may not be, since an attempt's fate is
 * unknown; and everything when another profile turns out to be the contact's (who was known by the phone has become
 * known by an external id). What Braze has refused is no news before its value changes or somebody asks.
 *
 * Entries (store/entry.h) change what was set. Under one name the two take effect in the order in which they were decided:
 *   - A set makes past what was to be done to that name before it. What of it waits is forgotten; what is under way is not
 *     repeated, whatever becomes of it. `wanted_after` tells what is past, by ids: no clock has a say in it.
 *   - So all that waits under a name was decided behind what is set there. It follows when that is no news any more.
 *   - A value is news when it is set while entries of its name are open, or have changed it (`is_changed`), though it may
 *     be what Braze took last.
 *
 * All inside the caller's transaction.
 */
#ifndef STORE_PROFILE_H
#define STORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

/* By which way a value goes (schema/009-close.sql: profile.way). */
enum profile_way { PROFILE_TRACK, PROFILE_REPLY, PROFILE_REPLY_ONLY, PROFILE_AFTER_REPLIES };

struct profile_want { /* borrowed */
    int64_t contact;
    const char *name, *value;
    const char *rule;
    bool with_reply; /* it also travels in the call that sends a reply */
    enum profile_way way; /* PROFILE_TRACK: as with_reply says */
    int64_t message; /* 0: no message's doing */
    int64_t now;
};

/* What was wanted before under that name, or was to be done to it, is forgotten. */
int profile_want(struct db *db, const struct profile_want *want, struct error *error);

/*
 * Whose profile it is, appended: "external:ana", else "braze:…", else "phone:+82…"; what is known by an id that Braze
 * has given before what is known by the phone alone.
 */
int profile_addressee(struct db *db, int64_t contact, struct buf *addressee, struct error *error);

/* What was wanted under that name, and was to go with a text, is wanted no more. What may have gone is not forgotten. */
int profile_withdraw(struct db *db, int64_t contact, const char *name, struct error *error);

/* Has the contact anything to be sent there, by itself, now or later? 1, 0, -1. */
int profile_has_news(struct db *db, int64_t contact, const char *addressee, struct error *error);

/* What waits for the contact's texts to have left may go from not_before on, if none is on its way. */
int profile_ripen(struct db *db, int64_t contact, int64_t not_before, struct error *error);

/* Appends what is news and may go by itself now as a JSON object, at most PROFILE_NEWS_MAX attributes. *count: how many. */
enum { PROFILE_NEWS_MAX = 100 };
int profile_news(struct db *db, int64_t contact, const char *addressee, int64_t now, struct buf *attributes, size_t *count,
                 struct error *error);

/*
 * The same for what rides with a text, while the object has at most `bytes_max` bytes. has_riders: may there be any? 1, 0,
 * -1. `but`: a name that this text cannot carry, or NULL.
 */
int profile_has_riders(struct db *db, int64_t contact, struct error *error);
int profile_riders(struct db *db, int64_t contact, const char *addressee, const char *but, size_t bytes_max,
                   struct buf *attributes, size_t *count, struct error *error);

/* When the first of those that have to wait for their not_before may go; INT64_MAX: none has to. */
int profile_paused_until(struct db *db, int64_t contact, int64_t now, int64_t *until, struct error *error);

/* Is a text under way that some ride with? 1, 0, -1. */
int profile_rides(struct db *db, int64_t contact, struct error *error);

/* The text cannot carry that value: it goes by itself then. *changed: there was such a one. */
int profile_unride(struct db *db, int64_t contact, const char *name, bool *changed, struct error *error);

/* These attributes leave with that row of the outbox. */
int profile_send(struct db *db, int64_t contact, const char *addressee, int64_t outbox, const char *attributes,
                 struct error *error);

/* Braze took what that row carried; or refused it, which is no longer news unless it has changed meanwhile. */
int profile_accept(struct db *db, int64_t contact, int64_t outbox, int64_t now, struct error *error);
int profile_refuse(struct db *db, int64_t contact, int64_t outbox, struct error *error);

/*
 * The text that they rode with was taken. is_early: a call of its own may still be writing, and may come later: what they set
 * stays uncertain, and goes by itself as well. Or it was refused with them: they go by themselves, but what may not is refused.
 */
int profile_accept_riders(struct db *db, int64_t contact, int64_t outbox, bool is_early, int64_t now, struct error *error);
int profile_refuse_riders(struct db *db, int64_t contact, int64_t outbox, const char *reason, int64_t now,
                          struct error *error);

/* Did a text leave without that value for good, since Braze had refused it? 1, 0, -1. */
int profile_was_left_out(struct db *db, int64_t contact, const char *name, struct error *error);

/*
 * What was refused is to be sent after all (*count: how many values); nothing of what is news is to be sent, for the reason
 * that the row tells: but for what goes with texts only, and what rides with one that is under way.
 */
int profile_insist(struct db *db, int64_t contact, int64_t *count, struct error *error);
int profile_give_up(struct db *db, int64_t contact, const char *addressee, int64_t outbox, struct error *error);

struct profile_row { /* borrowed until the callback returns */
    const char *name, *wanted, *rule;
    const char *accepted; /* NULL: nothing */
    const char *state;    /* accepted, waiting (for the call), claimed (it is under way), refused, withdrawn (it may have gone) */
    const char *addressee; /* whose profile it went to last: 'external:…', 'phone:…'; "" nobody's */
    const char *reason;   /* of the outbox row that brings it, or why it was refused */
    int64_t wanted_at, accepted_at, message, outbox;
    int64_t due_at;       /* not before this; 0: it goes with a text, or there is nothing to bring it */
    bool is_uncertain;    /* a value may be there that is neither: an attempt's fate is unknown */
};
typedef void profile_each(void *context, const struct profile_row *row);

/* All attributes of a contact by name. Reads only, readers too. The number of rows, or -1. */
int profile_list(struct db *db, int64_t contact, profile_each *each, void *context, struct error *error);

#endif
