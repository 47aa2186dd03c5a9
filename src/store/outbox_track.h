/*
 * outbox_track: the rows of the outbox that write into Braze profiles (kind 'track', tables outbox and track).
 *
 * They stand in no line: a contact's texts never wait for them. A contact has one at most that is due or claimed; what
 * it carries is put together when it is claimed (store/profile.h, store/entry.h), so what is wanted in the meantime goes
 * with it, or in a row that is put when it has ended. They have no deadline, for what they say stays true.
 *
 * All inside the caller's transaction.
 */
#ifndef STORE_OUTBOX_TRACK_H
#define STORE_OUTBOX_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum { TRACK_APART_MS = 5000 }; /* between two requests that touch one profile */

/* Is anything to be written into his profile: values, or entries? 1, 0, -1. */
int outbox_track_has_news(struct db *db, int64_t contact, struct error *error);

/* A call that may have written into the contact's profile has ended, or nobody will hear of its end. */
int outbox_track_note(struct db *db, int64_t contact, int64_t now, struct error *error);

/*
 * A row for the contact, when there is news for his profile and none is open. It may leave TRACK_APART_MS after the last call
 * that may have written there (outbox_track_note), since what follows too closely may be applied in the wrong order. One that
 * is open and waits for something else may leave then, for what is new need not wait for the same.
 * *is_put (may be NULL): there is one now that was not.
 */
int outbox_track_queue(struct db *db, int64_t contact, int64_t conversation, int64_t now, bool *is_put, struct error *error);

struct outbox_track_row {
    int64_t id, contact, conversation;
    int failures;
    bool is_single, is_ambiguous;
    bool is_parted; /* one object at a time */
    int64_t noted_at; /* when a call that may have written into the contact's profile ended last; 0: never */
};

/* Up to `max` rows that are due, those first that have waited longest. */
int outbox_track_due(struct db *db, int64_t now, size_t max, struct outbox_track_row *rows, size_t *count,
                     struct error *error);

/*
 * When the nth of the due rows may leave (1: the next); INT64_MAX: there are not so many. *is_single, where it is asked for:
 * it goes alone.
 */
int outbox_track_next_due(struct db *db, int nth, int64_t *due_at, bool *is_single, struct error *error);

/* When the contact's next text may leave; 0: it is under way; INT64_MAX: none is on its way. */
int outbox_track_text_due(struct db *db, int64_t contact, int64_t *due_at, struct error *error);

/* Is a row claimed, which is: is a call under way? 1, 0, -1. */
int outbox_track_is_claimed(struct db *db, struct error *error);

/* It leaves for that addressee with these attributes, a JSON object, and events, a JSON array. */
int outbox_track_claim(struct db *db, int64_t id, const char *addressee, const char *attributes, const char *events,
                       struct error *error);

/* A text leaves, and these attributes ride with it; what rode with that row; it goes without from now on. */
int outbox_track_ride(struct db *db, int64_t id, const char *addressee, const char *attributes, struct error *error);
int outbox_track_bar(struct db *db, int64_t id, struct error *error);
int outbox_track_is_barred(struct db *db, int64_t id, struct error *error); /* 1, 0, -1 */

/* Is a call for the contact under way? 1, 0, -1. */
int outbox_track_is_claimed_for(struct db *db, int64_t contact, struct error *error);

/* When a call that may have written into the contact's profile ended last; 0: never. */
int outbox_track_noted(struct db *db, int64_t contact, int64_t *at, struct error *error);

/* Attributes went with a text: the row that waits has nothing left to carry, or goes TRACK_APART_MS later. */
int outbox_track_spare(struct db *db, int64_t contact, int64_t now, struct error *error);

/* All that it carried was refused in one: from now on it carries one object at a time. */
int outbox_track_part(struct db *db, int64_t id, struct error *error);

/*
 * At start, of what was claimed when the last owner of the book died: what writes into a profile, texts that values ride with
 * too, may have done so until now (before outbox_recover); then rows go again, from due_at on. *recovered: how many.
 */
int outbox_track_note_claimed(struct db *db, int64_t now, struct error *error);
int outbox_track_recover(struct db *db, int64_t due_at, int64_t *recovered, struct error *error);

/* Another row of the contact is open? Then an ended one cannot come back. 1, 0, -1. */
int outbox_track_is_open(struct db *db, int64_t contact, struct error *error);
int outbox_track_revive(struct db *db, int64_t id, int64_t now, struct error *error);

#endif
