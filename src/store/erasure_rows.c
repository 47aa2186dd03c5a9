/*
 * erasure_rows: see the header. ?1 is the erasure in all statements.
 */
#include "store/erasure_private.h"
#include "store/erasure_rows.h"
#include "store/outbox.h"
#include "store/query_number.h"

enum { CONTACTS_EACH = 10000 };

static int run(struct db *db, const char *sql, int64_t erasure, struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, erasure);
    return query_run(q, error);
}

static int read_int(struct db *db, const char *sql, int64_t erasure, int64_t *value, struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, erasure);
    return query_find(q, value, error);
}

/* Nothing leaves any more */

#define NOT_LEFT " contact IN " CONTACTS " AND settled_at IS NULL AND state <> 'claimed'"
#define HELD " contact IN " CONTACTS " AND state = 'held'"

static const char END_WAITING[] =
    "UPDATE turn SET state = 'erased', closed_at = coalesce(closed_at, ?2) WHERE id IN ("
    "SELECT turn FROM outbox WHERE" NOT_LEFT " UNION SELECT turn FROM outbox WHERE" HELD
    " UNION SELECT m.turn FROM behind b CROSS JOIN conversation v ON v.id = b.conversation AND v.contact IN " CONTACTS
    " CROSS JOIN message m ON m.id = b.message)";
/* Few wait behind something; of conversations she may have had very many. */
static const char DROP_BEHIND[] = "DELETE FROM behind WHERE ?2 > 0 AND (SELECT v.contact FROM conversation v "
                                  "WHERE v.id = behind.conversation) IN " CONTACTS;
/* Of a text that was sent once without an answer nobody can tell. */
#define NOT_SENT "state = iif (kind = 'send' AND is_ambiguous = 1, 'unknown', 'withheld'), reason = ''"
static const char WITHHOLD[] = "UPDATE outbox SET " NOT_SENT ", settled_at = ?2 WHERE" NOT_LEFT;
static const char WITHHOLD_HELD[] = "UPDATE outbox SET " NOT_SENT " WHERE ?2 > 0 AND" HELD;
static const char OPEN_NOTICE[] =
    "SELECT o.id, o.contact FROM outbox o WHERE o.message IN " NOTICES
    " AND o.settled_at IS NULL AND o.state <> 'claimed' LIMIT 1";

/* One by one: what stands behind them in the line of their recipient steps forward. */
static int withhold_notices(struct db *db, int64_t erasure, int64_t now, struct error *error)
{
    int found = 1;

    while (found == 1) {
        struct query *q = db_query(db, OPEN_NOTICE);
        int64_t id = 0, contact = 0;

        query_bind_int(q, 1, erasure);
        found = query_step(q, error);
        if (found == 1) {
            id = query_int(q, 0);
            contact = query_int(q, 1);
        }
        query_end(q);
        if (found == 1 && outbox_settle(db, id, contact, 0, "withheld", "whom it tells of was erased", now, error) != 0)
            return -1;
    }
    return found;
}

int erasure_rows_withhold(struct db *db, int64_t erasure, int64_t now, struct error *error)
{
    static const char *const STATEMENTS[] = { END_WAITING, DROP_BEHIND, WITHHOLD, WITHHOLD_HELD };

    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++) {
        struct query *q = db_query(db, STATEMENTS[i]);

        query_bind_int(q, 1, erasure);
        query_bind_int(q, 2, now);
        if (query_run(q, error) != 0)
            return -1;
    }
    return withhold_notices(db, erasure, now, error);
}

static const char UNDER_WAY[] =
    "SELECT 1 FROM outbox WHERE contact IN " CONTACTS " AND settled_at IS NULL AND state = 'claimed' "
    "UNION ALL SELECT 1 FROM outbox o WHERE o.message IN " NOTICES " AND o.settled_at IS NULL LIMIT 1";

int erasure_rows_are_under_way(struct db *db, int64_t erasure, struct error *error)
{
    int64_t ignored;

    return read_int(db, UNDER_WAY, erasure, &ignored, error);
}

static const char DROP_PARTINGS[] = "DELETE FROM parting WHERE conversation IN " CONVERSATIONS;
static const char SUMMED_UP[] = "UPDATE conversation SET summary_at = coalesce(closed_at, 0) WHERE contact IN " CONTACTS
                                " AND owner = 'closed' AND (summary_at IS NULL OR summary_at < closed_at)";
static const char OPEN[] = "SELECT id FROM conversation WHERE contact IN " CONTACTS " AND owner <> 'closed' LIMIT 1";

int erasure_rows_open_conversation(struct db *db, int64_t erasure, int64_t *conversation, struct error *error)
{
    return read_int(db, OPEN, erasure, conversation, error);
}

int erasure_rows_sum_up_none(struct db *db, int64_t erasure, struct error *error)
{
    return run(db, DROP_PARTINGS, erasure, error) == 0 ? run(db, SUMMED_UP, erasure, error) : -1;
}

/* Former contacts */

/*
 * A contact with an address and without identities, but for ids of Braze's own, was taken over by one that showed the same
 * phone. Where somebody else has that phone now, he took it over.
 */
static const char FORMER[] =
    "SELECT c.id FROM contact c WHERE c.id > ?2 AND c.id <= ?3 AND c.address <> '' "
    "AND (c.address_kind, c.address) IN (SELECT kind, value FROM erasure_identity WHERE erasure = ?1) "
    "AND c.id NOT IN " CONTACTS " AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.contact = c.id AND i.kind <> 'braze') "
    "AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.kind = c.address_kind AND i.value = c.address) LIMIT 1";
static const char PIECE_OF_CONTACTS[] =
    "SELECT max(id) FROM (SELECT id FROM contact WHERE id > ?2 AND ?1 > 0 ORDER BY id LIMIT ?3)";

static int piece_end(struct db *db, int64_t erasure, int64_t upto, int64_t *end, struct error *error)
{
    struct query *q = db_query(db, PIECE_OF_CONTACTS);

    query_bind_int(q, 1, erasure);
    query_bind_int(q, 2, upto);
    query_bind_int(q, 3, CONTACTS_EACH);
    return query_number(q, 0, end, error);
}

int erasure_rows_find_former(struct db *db, int64_t erasure, int64_t *upto, struct error *error)
{
    int64_t end, former = 0;
    struct query *q;
    int found;

    if (piece_end(db, erasure, *upto, &end, error) != 0)
        return -1;
    if (end == 0)
        return 0;
    q = db_query(db, FORMER);
    query_bind_int(q, 1, erasure);
    query_bind_int(q, 2, *upto);
    query_bind_int(q, 3, end);
    found = query_find(q, &former, error);
    if (found == 1 && erasure_add_contact(db, erasure, former, error) != 0)
        return -1;
    *upto = found == 1 ? former : end;
    return found < 0 ? -1 : 1;
}

/* The profile at Braze */

/* Not whether the person is subscribed: that is Braze's to know, and no attribute. */
static const char NOTE_SETS[] =
    "INSERT INTO erasure_attribute (erasure, contact, addressee, name) SELECT ?1, contact, addressee, name FROM profile "
    "WHERE contact IN " CONTACTS " AND addressee <> '' AND name <> 'subscription_groups' "
    "AND NOT (accepted IS 'null' AND sent IS NULL AND is_changed = 0) ON CONFLICT DO NOTHING";
/* Of whoever has lived with us for years they are many: so many at a time. In this order all statements find the same. */
#define SOME_ENTRIES                                                                                                \
    "(SELECT id FROM entry INDEXED BY entry_contact WHERE contact IN " CONTACTS " ORDER BY contact, name, id LIMIT 1000)"

static const char NOTE_CHANGES[] =
    "INSERT INTO erasure_attribute (erasure, contact, addressee, name) SELECT ?1, e.contact, t.addressee, e.name FROM entry e "
    "JOIN track t ON t.outbox = e.outbox WHERE e.id IN " SOME_ENTRIES " AND e.kind <> 'event' AND e.state <> 'refused' "
    "AND t.addressee <> '' ON CONFLICT DO NOTHING";
/* No id is given twice, also when the newest are deleted. */
static const char KEEP_IDS[] =
    "INSERT INTO book (name, value) SELECT 'first_id', CAST (max(id) AS TEXT) FROM entry "
    "WHERE id IN " SOME_ENTRIES " HAVING max(id) IS NOT NULL "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE CAST (value AS INTEGER) < CAST (excluded.value AS INTEGER)";
static const char DROP_ENTRIES[] = "DELETE FROM entry WHERE id IN " SOME_ENTRIES;
static const char DROP_PROFILE[] = "DELETE FROM profile WHERE contact IN " CONTACTS;

static int run_counted(struct db *db, const char *sql, int64_t erasure, const char *table, struct error *error)
{
    return run(db, sql, erasure, error) == 0 ? erasure_count(db, erasure, table, db_changes(db), error) : -1;
}

/* The profile last: what a value made past is told by the numbers of entries. */
int erasure_rows_drop_profile(struct db *db, int64_t erasure, struct error *error)
{
    int64_t dropped;

    if (run(db, KEEP_IDS, erasure, error) != 0 || run(db, DROP_ENTRIES, erasure, error) != 0)
        return -1;
    dropped = db_changes(db);
    if (erasure_count(db, erasure, "entry", dropped, error) != 0)
        return -1;
    return dropped > 0 ? 1 : run_counted(db, DROP_PROFILE, erasure, "profile", error);
}

int erasure_rows_note_attributes(struct db *db, int64_t erasure, struct error *error)
{
    if (run(db, NOTE_SETS, erasure, error) != 0 || run(db, NOTE_CHANGES, erasure, error) != 0)
        return -1;
    return erasure_rows_drop_profile(db, erasure, error);
}

#define FIRST_PROFILE                                                                                              \
    "(SELECT contact, addressee FROM erasure_attribute WHERE erasure = ?1 ORDER BY contact, addressee LIMIT 1)"

static const char FIRST[] =
    "SELECT contact, (SELECT max(id) FROM conversation v WHERE v.contact = f.contact) FROM " FIRST_PROFILE " f";
static const char ADDRESS[] =
    "UPDATE contact SET address_kind = substr(f.addressee, 1, instr(f.addressee, ':') - 1), "
    "address = substr(f.addressee, instr(f.addressee, ':') + 1) FROM " FIRST_PROFILE " f WHERE contact.id = f.contact";
/* Who has the same profile and is somebody new may have written there since: that stays. */
static const char WANT_NOTHING[] =
    "INSERT INTO profile (contact, name, wanted, wanted_at, rule) SELECT a.contact, a.name, 'null', ?2, 'erase' "
    "FROM erasure_attribute a JOIN " FIRST_PROFILE " f ON f.contact = a.contact AND f.addressee = a.addressee "
    "WHERE a.erasure = ?1 AND NOT EXISTS (SELECT 1 FROM identity i JOIN profile p ON p.contact = i.contact "
    "WHERE i.kind = substr(a.addressee, 1, instr(a.addressee, ':') - 1) "
    "AND i.value = substr(a.addressee, instr(a.addressee, ':') + 1) AND p.name = a.name)";

int erasure_rows_begin_clearing(struct db *db, int64_t erasure, int64_t now, int64_t *contact, int64_t *conversation,
                                struct error *error)
{
    struct query *q = db_query(db, FIRST);
    int found;

    query_bind_int(q, 1, erasure);
    found = query_step(q, error);
    if (found == 1) {
        *contact = query_int(q, 0);
        *conversation = query_int(q, 1);
    }
    query_end(q);
    if (found != 1)
        return found;
    if (run(db, ADDRESS, erasure, error) != 0)
        return -1;
    q = db_query(db, WANT_NOTHING);
    query_bind_int(q, 1, erasure);
    query_bind_int(q, 2, now);
    return query_run(q, error) == 0 ? 1 : -1;
}

/* Not in each round: half of the time is enough. */
static const char PUT_OFF[] =
    "UPDATE outbox SET due_at = ?3 WHERE seq = 0 AND settled_at IS NULL AND state = 'due' AND due_at < (?2 + ?3) / 2 "
    "AND contact IN (SELECT i.contact FROM erasure_identity e CROSS JOIN identity i ON i.kind = e.kind AND i.value = e.value "
    "WHERE e.erasure = ?1)";

int erasure_rows_put_off(struct db *db, int64_t erasure, int64_t now, int64_t until, struct error *error)
{
    struct query *q = db_query(db, PUT_OFF);

    query_bind_int(q, 1, erasure);
    query_bind_int(q, 2, now);
    query_bind_int(q, 3, until);
    return query_run(q, error);
}

static const char KEEP_PROFILE[] =
    "SELECT 1 FROM erasure r CROSS JOIN erasure_identity e ON e.erasure = r.id CROSS JOIN identity i ON i.kind = e.kind "
    "AND i.value = e.value WHERE r.done_at IS NULL AND (r.phase = 'asked' OR r.phase = 'clearing') AND i.contact = ?1 LIMIT 1";

int erasure_rows_keep_profile(struct db *db, int64_t contact, struct error *error)
{
    int64_t ignored;

    return read_int(db, KEEP_PROFILE, contact, &ignored, error);
}

static const char CALL[] =
    "SELECT o.state, o.reason FROM outbox o JOIN " FIRST_PROFILE " f ON f.contact = o.contact "
    "WHERE o.seq = 0 AND o.settled_at IS NULL";
static const char ENTER[] =
    "UPDATE erasure SET cleared = cleared + n.done, uncleared = uncleared + n.missing FROM ("
    "SELECT coalesce(sum(accepted IS 'null' AND is_refused = 0), 0) AS done, "
    "coalesce(sum(NOT (accepted IS 'null' AND is_refused = 0)), 0) AS missing FROM profile "
    "WHERE contact = (SELECT contact FROM " FIRST_PROFILE ")) n WHERE erasure.id = ?1";
static const char DROP_CLEARED[] =
    "DELETE FROM erasure_attribute WHERE erasure = ?1 AND (contact, addressee) IN " FIRST_PROFILE;

int erasure_rows_end_clearing(struct db *db, int64_t erasure, bool *is_open, struct buf *why, struct error *error)
{
    struct query *q = db_query(db, CALL);
    int found;

    query_bind_int(q, 1, erasure);
    found = query_step(q, error);
    *is_open = found == 1;
    if (found == 1)
        buf_add_text(why, query_text(q, 1));
    query_end(q);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (run(db, ENTER, erasure, error) != 0 || run(db, DROP_PROFILE, erasure, error) != 0)
        return -1;
    return run(db, DROP_CLEARED, erasure, error);
}
