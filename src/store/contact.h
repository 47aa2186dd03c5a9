/*
 * contact: people and what they are known by (tables contact, identity).
 *
 * Who wrote? The external id decides. Without one: the Braze id, then the phone (a contact known by the phone
 * alone before one that has an external id too; else the newest). A phone-only contact is promoted by the
 * first external id that comes with its phone, and whoever else is known by that phone alone is the same person then; two
 * external ids never merge by phone.
 */
#ifndef STORE_CONTACT_H
#define STORE_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct contact_claim { /* what a webhook says about its sender; "" where it says nothing. Borrowed */
    const char *external_id, *braze_id, *phone;
    const char *first_name, *language, *time_zone, *profile_name;
};

struct contact { /* owned texts */
    int64_t id;
    char *first_name, *language, *time_zone;
    bool is_opted_out;
    bool is_new; /* made by this resolve */
    int64_t *absorbed; /* contacts known by their phone alone, whom this resolve has found to be the same person */
    size_t absorbed_count;
};

/* Finds or makes the sender, and keeps what is new about him. contact_release afterwards. */
int contact_resolve(struct db *db, const struct contact_claim *claim, int64_t now, struct contact *contact,
                    struct error *error);
void contact_release(struct contact *contact);

/* Somebody whom we write to first: finds or makes the contact with that external id, and changes nothing about him. */
int contact_by_external(struct db *db, const char *external_id, int64_t now, int64_t *contact, struct error *error);

/* 1 with *contact (released by the caller) and, appended, a phone of his or nothing; 0, -1. */
int contact_get(struct db *db, int64_t id, struct contact *contact, struct buf *phone, struct error *error);

/* Are they the same person: the contact itself, or one who was known by a phone that is the contact's now? 1, 0, -1. */
int contact_is_same(struct db *db, int64_t former, int64_t contact, struct error *error);

int contact_set_opt_out(struct db *db, int64_t contact, bool is_opted_out, int64_t now, struct error *error);
int contact_is_opted_out(struct db *db, int64_t contact, bool *is_opted_out, struct error *error);

/* A backend answers: 1 when that is the first time, 0, -1. */
int contact_meet_machine(struct db *db, int64_t contact, int64_t now, struct error *error);
int contact_has_met_machine(struct db *db, int64_t contact, struct error *error); /* 1, 0, -1 */

#endif
