/*
 * contact: see the header. The usual message costs one read of the contact and one of the phone; rows are
 * written only when something about the person changed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/contact.h"
#include "store/query_number.h"

/* Identities */

static const char BY_IDENTITY[] = "SELECT contact FROM identity WHERE kind = ?1 AND value = ?2";

static int find_by_id(struct db *db, const char *kind, const char *value, int64_t *contact,
                      struct error *error)
{
    struct query *q;

    if (*value == '\0')
        return 0;
    q = db_query(db, BY_IDENTITY);
    query_bind_text(q, 1, kind);
    query_bind_text(q, 2, value);
    return query_find(q, contact, error);
}

/* A contact without an external id comes first, then the newest. */
static const char BY_PHONE[] =
    "SELECT p.contact, e.contact IS NOT NULL AS has_external FROM identity p "
    "LEFT JOIN identity e ON e.contact = p.contact AND e.kind = 'external' "
    "WHERE p.kind = 'phone' AND p.value = ?1 ORDER BY has_external, p.contact DESC LIMIT 1";

static int find_by_phone(struct db *db, const char *phone, int64_t *contact, bool *has_external,
                         struct error *error)
{
    struct query *q;
    int found;

    if (*phone == '\0')
        return 0;
    q = db_query(db, BY_PHONE);
    query_bind_text(q, 1, phone);
    found = query_step(q, error);
    if (found == 1) {
        *contact = query_int(q, 0);
        *has_external = query_int(q, 1) != 0;
    }
    query_end(q);
    return found;
}

static const char HAS_EXTERNAL[] = "SELECT 1 FROM identity WHERE contact = ?1 AND kind = 'external'";

static int has_external_id(struct db *db, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, HAS_EXTERNAL);

    query_bind_int(q, 1, contact);
    return query_is_there(q, error);
}

/* An external id that nobody has yet: whose is it? A contact known without one, by Braze's id or by the
 * phone. */
static int find_to_promote(struct db *db, const struct contact_claim *claim, int64_t *contact,
                           struct error *error)
{
    bool has_external = false;
    int found = find_by_id(db, "braze", claim->braze_id, contact, error);

    if (found == 1) {
        int taken = has_external_id(db, *contact, error);

        if (taken != 1)
            return taken < 0 ? -1 : 1;
        found = 0;
    }
    if (found == 0)
        found = find_by_phone(db, claim->phone, contact, &has_external, error);
    return found == 1 && has_external ? 0 : found;
}

static int find(struct db *db, const struct contact_claim *claim, int64_t *contact, struct error *error)
{
    bool has_external;
    int found;

    if (*claim->external_id != '\0') {
        found = find_by_id(db, "external", claim->external_id, contact, error);
        return found != 0 ? found : find_to_promote(db, claim, contact, error);
    }
    found = find_by_id(db, "braze", claim->braze_id, contact, error);
    return found != 0 ? found : find_by_phone(db, claim->phone, contact, &has_external, error);
}

static const char ADD_IDENTITY[] =
    "INSERT INTO identity (kind, value, contact, added_at) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT DO NOTHING";

/* 1 when it is new. */
static int add_identity(struct db *db, const char *kind, const char *value, int64_t contact, int64_t now,
                        struct error *error)
{
    struct query *q;

    if (*value == '\0')
        return 0;
    q = db_query(db, ADD_IDENTITY);
    query_bind_text(q, 1, kind);
    query_bind_text(q, 2, value);
    query_bind_int(q, 3, contact);
    query_bind_int(q, 4, now);
    return query_run(q, error) != 0 ? -1 : db_changes(db) == 1;
}

/* Contacts */

/* Replies go to the profile that wrote: the identity as received. */
static void address_of(const struct contact_claim *claim, const char **kind, const char **address)
{
    *kind = *claim->external_id != '\0' ? "external" : *claim->phone != '\0' ? "phone" : "braze";
    *address = *claim->external_id != '\0' ? claim->external_id
               : *claim->phone != '\0'     ? claim->phone
                                           : claim->braze_id;
}

static const char CREATE[] = "INSERT INTO contact (id, created_at, address_kind, address) VALUES (?1, ?2, ?3, ?4)";

static int create(struct db *db, const struct contact_claim *claim, int64_t now, int64_t *contact,
                  struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("contact");
    const char *kind, *address;
    struct query *q;

    if (db_next_id(db, NEWEST_ID, contact, error) != 0)
        return -1;
    address_of(claim, &kind, &address);
    q = db_query(db, CREATE);
    query_bind_int(q, 1, *contact);
    query_bind_int(q, 2, now);
    query_bind_text(q, 3, kind);
    query_bind_text(q, 4, address);
    return query_run(q, error);
}

/* Nobody can be written to by a Braze id alone: a better address that is known stays. */
static const char UPDATE[] =
    "UPDATE contact SET first_name = ?2, language = ?3, time_zone = ?4, profile_name = ?5, "
    "address = iif (?6 = 'braze' AND address_kind <> 'braze', address, ?7), "
    "address_kind = iif (?6 = 'braze' AND address_kind <> 'braze', address_kind, ?6) WHERE id = ?1";

static int update(struct db *db, int64_t id, const struct contact_claim *now, struct error *error)
{
    struct query *q = db_query(db, UPDATE);
    const char *kind, *address;

    address_of(now, &kind, &address);
    query_bind_int(q, 1, id);
    query_bind_text(q, 2, now->first_name);
    query_bind_text(q, 3, now->language);
    query_bind_text(q, 4, now->time_zone);
    query_bind_text(q, 5, now->profile_name);
    query_bind_text(q, 6, kind);
    query_bind_text(q, 7, address);
    return query_run(q, error);
}

/* What is said now, or else what was known. */
static const char *newer(const char *said, const char *known)
{
    return *said != '\0' ? said : known;
}

/* The person with some of his identities: a row for each. More of them than are read here are looked up by
 * their insert. */
static const char READ[] =
    "SELECT first_name, language, time_zone, profile_name, address_kind, address, opted_out_at IS NOT NULL, kind, value "
    "FROM contact LEFT JOIN identity ON identity.contact = contact.id WHERE contact.id = ?1 LIMIT 16";

/* What the row holds beside the contact itself. */
struct known {
    char *profile_name;
    bool has_changed;                        /* the claim says something new about the person */
    bool has_external, has_braze, has_phone; /* what the claim says is known as the person's */
};

static void note_identity(const struct query *q, const struct contact_claim *claim, struct known *known)
{
    const char *kind = query_text(q, 7), *value = query_text(q, 8);

    known->has_external |= strcmp(kind, "external") == 0 && strcmp(value, claim->external_id) == 0;
    known->has_braze |= strcmp(kind, "braze") == 0 && strcmp(value, claim->braze_id) == 0;
    known->has_phone |= strcmp(kind, "phone") == 0 && strcmp(value, claim->phone) == 0;
}

/* Takes the texts of the row, newer ones of the claim first. */
static void merge(const struct query *q, const struct contact_claim *claim, struct contact *contact,
                  struct known *known)
{
    const char *kind, *address;

    address_of(claim, &kind, &address);
    contact->first_name = alloc_text(newer(claim->first_name, query_text(q, 0)));
    contact->language = alloc_text(newer(claim->language, query_text(q, 1)));
    contact->time_zone = alloc_text(newer(claim->time_zone, query_text(q, 2)));
    known->profile_name = alloc_text(newer(claim->profile_name, query_text(q, 3)));
    contact->is_opted_out = query_int(q, 6) != 0;
    known->has_changed = strcmp(contact->first_name, query_text(q, 0)) != 0 ||
                         strcmp(contact->language, query_text(q, 1)) != 0 ||
                         strcmp(contact->time_zone, query_text(q, 2)) != 0 ||
                         strcmp(known->profile_name, query_text(q, 3)) != 0 ||
                         strcmp(kind, query_text(q, 4)) != 0 || strcmp(address, query_text(q, 5)) != 0;
}

static int read_merged(struct db *db, const struct contact_claim *claim, struct contact *contact,
                       struct known *known, struct error *error)
{
    struct query *q = db_query(db, READ);
    int more;

    query_bind_int(q, 1, contact->id);
    while ((more = query_step(q, error)) == 1) {
        if (known->profile_name == NULL)
            merge(q, claim, contact, known);
        note_identity(q, claim, known);
    }
    query_end(q);
    if (more == 0 && known->profile_name == NULL)
        return error_set(error, "contact %lld has vanished", (long long)contact->id);
    return more;
}

static const char PHONE_ONLY[] =
    "SELECT p.contact, c.opted_out_at IS NOT NULL FROM identity p JOIN contact c ON c.id = p.contact "
    "WHERE p.kind = 'phone' AND p.value = ?1 AND p.contact <> ?2 AND NOT EXISTS "
    "(SELECT 1 FROM identity e WHERE e.contact = p.contact AND e.kind = 'external')";
static const char DROP_PHONE[] = "DELETE FROM identity WHERE kind = 'phone' AND value = ?1 AND contact = ?2";
/* Of cases, she was told by that phone. */
static const char MOVE_TOLD[] = "UPDATE OR IGNORE told SET contact = ?1 WHERE contact = ?2";
static const char MOVE_NOTICES[] = "UPDATE notice SET contact = ?1 WHERE contact = ?2 AND is_over = 0 AND handover <> 0";
static const char MOVE_COLLEAGUE[] = "UPDATE OR IGNORE colleague SET contact = ?1 WHERE contact = ?2";

static int move_cases(struct db *db, int64_t to, int64_t from, struct error *error)
{
    static const char *const MOVES[] = { MOVE_TOLD, MOVE_NOTICES, MOVE_COLLEAGUE };

    for (size_t i = 0; i < sizeof MOVES / sizeof *MOVES; i++) {
        struct query *q = db_query(db, MOVES[i]);

        query_bind_int(q, 1, to);
        query_bind_int(q, 2, from);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

static int find_phone_only(struct db *db, const char *phone, int64_t except, int64_t *other, bool *is_opted_out,
                           struct error *error)
{
    struct query *q = db_query(db, PHONE_ONLY);
    int found;

    query_bind_text(q, 1, phone);
    query_bind_int(q, 2, except);
    found = query_step(q, error);
    if (found == 1) {
        *other = query_int(q, 0);
        *is_opted_out = query_int(q, 1) != 0;
    }
    query_end(q);
    return found;
}

static int absorb(struct db *db, const char *phone, struct contact *contact, int64_t other, struct error *error)
{
    struct query *q = db_query(db, DROP_PHONE);

    query_bind_text(q, 1, phone);
    query_bind_int(q, 2, other);
    if (query_run(q, error) != 0 || move_cases(db, contact->id, other, error) != 0)
        return -1;
    contact->absorbed = alloc_resize(contact->absorbed, contact->absorbed_count + 1, sizeof *contact->absorbed);
    contact->absorbed[contact->absorbed_count++] = other;
    return 0;
}

/*
 * A contact with an external id has shown a phone that others without one are known by: the same person, however many they
 * are (one for each Braze id). The phone is the contact's from now on, and so is the wish to hear nothing.
 */
static int absorb_phone_only(struct db *db, const char *phone, struct contact *contact, int64_t now,
                             struct error *error)
{
    bool is_opted_out, has_opted_out = false;
    int64_t other;
    int found;

    while ((found = find_phone_only(db, phone, contact->id, &other, &is_opted_out, error)) == 1) {
        has_opted_out |= is_opted_out;
        if (absorb(db, phone, contact, other, error) != 0)
            return -1;
    }
    contact->is_opted_out |= has_opted_out;
    return found == 0 && has_opted_out ? contact_set_opt_out(db, contact->id, true, now, error) : found;
}

static int keep_identities(struct db *db, const struct contact_claim *claim, const struct known *known,
                           struct contact *contact, int64_t now, struct error *error)
{
    int promoted = known->has_external ? 0 : add_identity(db, "external", claim->external_id, contact->id, now, error);
    int shown;

    if (promoted < 0 ||
        (!known->has_braze && add_identity(db, "braze", claim->braze_id, contact->id, now, error) < 0))
        return -1;
    shown = known->has_phone ? 0 : add_identity(db, "phone", claim->phone, contact->id, now, error);
    if (shown < 0 || *claim->external_id == '\0' || *claim->phone == '\0' || (promoted == 0 && shown == 0))
        return shown < 0 ? -1 : 0;
    return absorb_phone_only(db, claim->phone, contact, now, error);
}

int contact_resolve(struct db *db, const struct contact_claim *claim, int64_t now, struct contact *contact,
                    struct error *error)
{
    struct contact_claim merged = *claim;
    struct known known = { 0 };
    int result = find(db, claim, &contact->id, error);

    contact->is_new = result == 0;
    contact->absorbed = NULL;
    contact->absorbed_count = 0;
    if (result == 0)
        result = create(db, claim, now, &contact->id, error);
    if (result < 0 || read_merged(db, claim, contact, &known, error) != 0) {
        free(known.profile_name);
        return -1;
    }
    merged.first_name = contact->first_name;
    merged.language = contact->language;
    merged.time_zone = contact->time_zone;
    merged.profile_name = known.profile_name;
    result = keep_identities(db, claim, &known, contact, now, error);
    if (result == 0 && known.has_changed)
        result = update(db, contact->id, &merged, error);
    free(known.profile_name);
    return result;
}

int contact_by_external(struct db *db, const char *external_id, int64_t now, int64_t *contact, struct error *error)
{
    struct contact_claim claim = { external_id, "", "", "", "", "", "" };
    int found = find_by_id(db, "external", external_id, contact, error);

    if (found != 0)
        return found < 0 ? -1 : 0;
    if (create(db, &claim, now, contact, error) != 0)
        return -1;
    return add_identity(db, "external", external_id, *contact, now, error) < 0 ? -1 : 0;
}

void contact_release(struct contact *contact)
{
    free(contact->first_name);
    free(contact->language);
    free(contact->time_zone);
    free(contact->absorbed);
    memset(contact, 0, sizeof *contact);
}

static const char GET[] =
    "SELECT first_name, language, time_zone, opted_out_at IS NOT NULL, coalesce ((SELECT value FROM identity "
    "WHERE contact = ?1 AND kind = 'phone' ORDER BY added_at DESC LIMIT 1), '') FROM contact WHERE id = ?1";

int contact_get(struct db *db, int64_t id, struct contact *contact, struct buf *phone, struct error *error)
{
    struct query *q = db_query(db, GET);
    int found;

    query_bind_int(q, 1, id);
    found = query_step(q, error);
    if (found == 1) {
        *contact = (struct contact){ .id = id,
                                     .first_name = alloc_text(query_text(q, 0)),
                                     .language = alloc_text(query_text(q, 1)),
                                     .time_zone = alloc_text(query_text(q, 2)),
                                     .is_opted_out = query_int(q, 3) != 0 };
        buf_add_text(phone, query_text(q, 4));
    }
    query_end(q);
    return found;
}

static const char SET_OPT_OUT[] = "UPDATE contact SET opted_out_at = ?2 WHERE id = ?1";

int contact_set_opt_out(struct db *db, int64_t contact, bool is_opted_out, int64_t now, struct error *error)
{
    struct query *q = db_query(db, SET_OPT_OUT);

    query_bind_int(q, 1, contact);
    if (is_opted_out)
        query_bind_int(q, 2, now);
    else
        query_bind_null(q, 2);
    return query_run(q, error);
}

static const char IS_OPTED_OUT[] = "SELECT opted_out_at IS NOT NULL FROM contact WHERE id = ?1";

int contact_is_opted_out(struct db *db, int64_t contact, bool *is_opted_out, struct error *error)
{
    struct query *q = db_query(db, IS_OPTED_OUT);
    int found;

    query_bind_int(q, 1, contact);
    found = query_step(q, error);
    *is_opted_out = found == 1 && query_int(q, 0) != 0;
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char MEET_MACHINE[] = "UPDATE contact SET met_machine_at = ?2 WHERE id = ?1 AND met_machine_at IS NULL";

int contact_meet_machine(struct db *db, int64_t contact, int64_t now, struct error *error)
{
    struct query *q = db_query(db, MEET_MACHINE);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, now);
    return query_run(q, error) == 0 ? db_changes(db) == 1 : -1;
}

static const char HAS_MET_MACHINE[] = "SELECT 1 FROM contact WHERE id = ?1 AND met_machine_at IS NOT NULL";

int contact_has_met_machine(struct db *db, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, HAS_MET_MACHINE);

    query_bind_int(q, 1, contact);
    return query_is_there(q, error);
}

static const char TOOK_OVER[] =
    "SELECT 1 FROM contact c JOIN identity s ON s.kind = 'phone' AND s.value = c.address AND s.contact = ?2 "
    "WHERE c.id = ?1 AND c.address_kind = 'phone' AND NOT EXISTS "
    "(SELECT 1 FROM identity p WHERE p.kind = 'phone' AND p.value = c.address AND p.contact = c.id)";

int contact_is_same(struct db *db, int64_t former, int64_t contact, struct error *error)
{
    struct query *q;

    if (former == contact)
        return 1;
    q = db_query(db, TOOK_OVER);
    query_bind_int(q, 1, former);
    query_bind_int(q, 2, contact);
    return query_is_there(q, error);
}
