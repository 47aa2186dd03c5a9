/*
 * who: see the header.
 */
#include <string.h>

#include "store/listing.h"
#include "store/who.h"

/* ?1 as typed, ?2 as a phone is stored, ?3 of which kind; '': of any. */
static const char CANDIDATES[] =
    "SELECT contact FROM identity WHERE kind IN ('external', 'braze') AND value = ?1 AND ?3 IN ('', kind) "
    "UNION SELECT contact FROM identity WHERE kind = 'phone' AND value IN (?1, ?2, '+' || ?2) AND ?3 IN ('', kind) "
    "UNION SELECT contact FROM conversation WHERE id = CAST (?1 AS INTEGER) AND ?1 <> '' AND ?1 NOT GLOB '*[^0-9]*' "
    "AND ?3 IN ('', 'conversation') "
    "UNION SELECT v.contact FROM handover h JOIN conversation v ON v.id = h.conversation "
    "WHERE h.number = CAST (?1 AS INTEGER) AND ?3 = 'case' ORDER BY contact LIMIT 11";
static const char NAME[] =
    "SELECT coalesce((SELECT 'external:' || value FROM identity WHERE contact = ?1 AND kind = 'external' "
    "ORDER BY added_at DESC LIMIT 1), (SELECT 'conversation:' || max(id) FROM conversation WHERE contact = ?1), "
    "(SELECT kind || ':' || value FROM identity WHERE contact = ?1 LIMIT 1), 'contact ' || ?1)";

static int add_name(struct db *db, int64_t contact, struct buf *names, struct error *error)
{
    struct query *q = db_query(db, NAME);
    int found;

    query_bind_int(q, 1, contact);
    found = query_step(q, error);
    if (found == 1)
        buf_addf(names, "%s%s", names->len > 0 ? ", " : "", query_text(q, 0));
    query_end(q);
    return found < 0 ? -1 : 0;
}

enum { CANDIDATES_MAX = 10 };

const char *who_kind(const char **typed)
{
    static const char *const KINDS[] = { "external", "braze", "phone", "conversation", "case" };

    if ((*typed)[0] == '#' && (*typed)[1] != '\0' && (*typed)[1 + strspn(*typed + 1, "0123456789")] == '\0') {
        (*typed)++;
        return "case";
    }
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        size_t len = strlen(KINDS[i]);

        if (strncmp(*typed, KINDS[i], len) == 0 && (*typed)[len] == ':') {
            *typed += len + 1;
            return KINDS[i];
        }
    }
    return "";
}

/* How many contacts are meant, CANDIDATES_MAX + 1 at most. */
static int find_all(struct db *db, const char *typed, int64_t contacts[CANDIDATES_MAX + 1], struct error *error)
{
    const char *kind = who_kind(&typed);
    struct query *q = db_query(db, CANDIDATES);
    struct buf phone = { 0 };
    int count = 0, more;

    listing_clean_phone(typed, &phone);
    query_bind_text(q, 1, typed);
    query_bind_text(q, 2, buf_text(&phone));
    query_bind_text(q, 3, kind);
    while ((more = query_step(q, error)) == 1)
        contacts[count++] = query_int(q, 0);
    query_end(q);
    buf_release(&phone);
    return more < 0 ? -1 : count;
}

int who_find(struct db *db, const char *typed, int64_t *contact, struct buf *names, struct error *error)
{
    int64_t contacts[CANDIDATES_MAX + 1];
    int count = find_all(db, typed, contacts, error);

    if (count <= 0)
        return count;
    *contact = contacts[0];
    for (int i = 0; i < count && i < CANDIDATES_MAX && count > 1; i++)
        if (add_name(db, contacts[i], names, error) != 0)
            return -1;
    if (count > CANDIDATES_MAX)
        buf_add_text(names, " and more");
    return count == 1 ? 1 : 2;
}
