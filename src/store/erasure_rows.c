/*
 * erasure_rows: see the header. ?1 is the erasure in all statements.
 */
#include "store/erasure_rows.h"
#include "store/erasure_stray.h"
#include "store/late.h"
#include "store/outbox.h"
#include "store/query_number.h"
#include "store/search.h"

enum { MESSAGES_EACH = 25, KEYS_EACH = 2000, CONTACTS_EACH = 10000, CASES_EACH = 50 };

#define CONTACTS "(SELECT contact FROM erasure_contact WHERE erasure = ?1)"
#define CONVERSATIONS "(SELECT id FROM conversation WHERE contact IN " CONTACTS ")"
/*
 * Texts to others that tell of a conversation of hers; also lists of cases, which tell of several people's, with a case of hers
 * among them: they were told while that went on, to somebody who is told of cases.
 */
#define LISTS                                                                                                       \
    "SELECT n.message FROM handover h CROSS JOIN colleague g CROSS JOIN notice n INDEXED BY notice_hour "           \
    "ON n.contact = g.contact AND n.is_over = 0 AND n.handover = -1 "                                               \
    "AND n.at BETWEEN h.at AND coalesce(h.ended_at, 9223372036854775807) JOIN message m ON m.id = n.message "       \
    "WHERE h.conversation IN " CONVERSATIONS " AND instr(m.text, '#' || h.number || ' ') > 0"
#define NOTICES                                                                                                     \
    "(SELECT n.message FROM notice n WHERE n.conversation IN " CONVERSATIONS " AND n.contact NOT IN " CONTACTS          \
    " UNION ALL " LISTS ")"

static int run(struct db *db, const char *sql, int64_t erasure, struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, erasure);
    return query_run(q, error);
}

static int read_int(struct db *db, const char *sql, int64_t erasure, int64_t *value, struct error *error)
{
    struct query *q = db_query(db, sql);
    int found;

    query_bind_int(q, 1, erasure);
    found = query_step(q, error);
    if (found == 1)
        *value = query_int(q, 0);
    query_end(q);
    return found;
}

/* Nothing leaves any more */

#define NOT_LEFT " contact IN " CONTACTS " AND settled_at IS NULL AND state <> 'claimed'"
#define HELD " contact IN " CONTACTS " AND state = 'held'"

static const char END_WAITING[] =
    "UPDATE turn SET state = 'erased', closed_at = coalesce(closed_at, ?2) WHERE id IN ("
    "SELECT turn FROM outbox WHERE" NOT_LEFT " UNION SELECT turn FROM outbox WHERE" HELD
    " UNION SELECT m.turn FROM behind b JOIN message m ON m.id = b.message WHERE b.conversation IN " CONVERSATIONS ")";
static const char DROP_BEHIND[] = "DELETE FROM behind WHERE ?2 > 0 AND conversation IN " CONVERSATIONS;
static const char WITHHOLD[] = "UPDATE outbox SET state = 'withheld', settled_at = ?2, reason = '' WHERE" NOT_LEFT;
static const char WITHHOLD_HELD[] = "UPDATE outbox SET state = 'withheld', reason = '' WHERE ?2 > 0 AND" HELD;
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

/* What waits to be decided, or summed up, is not any more: nobody may speak from it. */
int erasure_rows_open_conversation(struct db *db, int64_t erasure, int64_t *conversation, struct error *error)
{
    static const char *const STATEMENTS[] = { DROP_PARTINGS, SUMMED_UP };

    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++)
        if (run(db, STATEMENTS[i], erasure, error) != 0)
            return -1;
    return read_int(db, OPEN, erasure, conversation, error);
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

/* The last row of the next piece behind `upto`; 0: there is none. */
static int piece_end(struct db *db, const char *sql, int64_t erasure, int64_t upto, int64_t max, int64_t *end,
                     struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, erasure);
    query_bind_int(q, 2, upto);
    query_bind_int(q, 3, max);
    return query_number(q, 0, end, error);
}

int erasure_rows_find_former(struct db *db, int64_t erasure, int64_t *upto, struct error *error)
{
    int64_t end, former = 0;
    struct query *q;
    int found;

    if (piece_end(db, PIECE_OF_CONTACTS, erasure, *upto, CONTACTS_EACH, &end, error) != 0)
        return -1;
    if (end == 0)
        return 0;
    q = db_query(db, FORMER);
    query_bind_int(q, 1, erasure);
    query_bind_int(q, 2, *upto);
    query_bind_int(q, 3, end);
    found = query_step(q, error);
    if (found == 1)
        former = query_int(q, 0);
    query_end(q);
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
static const char NOTE_CHANGES[] =
    "INSERT INTO erasure_attribute (erasure, contact, addressee, name) SELECT ?1, e.contact, t.addressee, e.name FROM entry e "
    "JOIN track t ON t.outbox = e.outbox WHERE e.contact IN " CONTACTS " AND e.kind <> 'event' AND e.state <> 'refused' "
    "AND t.addressee <> '' ON CONFLICT DO NOTHING";
/* No id is given twice, also when the newest are deleted. */
static const char KEEP_IDS[] =
    "INSERT INTO book (name, value) SELECT 'first_id', CAST (max(id) AS TEXT) FROM entry "
    "WHERE contact IN " CONTACTS " HAVING max(id) IS NOT NULL "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE CAST (value AS INTEGER) < CAST (excluded.value AS INTEGER)";
static const char DROP_ENTRIES[] = "DELETE FROM entry WHERE contact IN " CONTACTS;
static const char DROP_PROFILE[] = "DELETE FROM profile WHERE contact IN " CONTACTS;

static int run_counted(struct db *db, const char *sql, int64_t erasure, const char *table, struct error *error)
{
    return run(db, sql, erasure, error) == 0 ? erasure_count(db, erasure, table, db_changes(db), error) : -1;
}

int erasure_rows_note_attributes(struct db *db, int64_t erasure, struct error *error)
{
    if (run(db, NOTE_SETS, erasure, error) != 0 || run(db, NOTE_CHANGES, erasure, error) != 0 ||
        run(db, KEEP_IDS, erasure, error) != 0)
        return -1;
    /* Both at once: what a value made past is told by the numbers of entries. */
    return run_counted(db, DROP_ENTRIES, erasure, "entry", error) == 0
               ? run_counted(db, DROP_PROFILE, erasure, "profile", error)
               : -1;
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

/* The rows, stage by stage */

struct emptying {
    const char *table; /* for the receipt; NULL: it is not counted */
    const char *sql;   /* ?1 the erasure, ?2 < row <= ?3, ?4 now */
};

static int run_piece(struct db *db, const struct emptying *list, size_t count, const struct erasure *erasure, int64_t end,
                     int64_t now, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct query *q = db_query(db, list[i].sql);

        query_bind_int(q, 1, erasure->id);
        query_bind_int(q, 2, erasure->upto);
        query_bind_int(q, 3, end);
        query_bind_int(q, 4, now);
        if (query_run(q, error) != 0 ||
            (list[i].table != NULL && erasure_count(db, erasure->id, list[i].table, db_changes(db), error) != 0))
            return -1;
    }
    return 0;
}

/* Every statement binds all four: those that need fewer name the rest in a condition that is always true. */
#define ALL_BOUND " AND ?1 + ?2 + ?3 + ?4 IS NOT NULL"

#define PIECE                                                                                                       \
    "(SELECT m.id FROM message m WHERE m.conversation IN " CONVERSATIONS " AND m.id > ?2 AND m.id <= ?3)"
#define OF_PIECE(column)                                                                                            \
    "(SELECT m." column " FROM message m WHERE m.conversation IN " CONVERSATIONS " AND m.id > ?2 AND m.id <= ?3 "    \
    "AND m." column " IS NOT NULL)"

/*
 * What a colleague wrote to her by phone stands in the colleague's conversation as well: it came in the moment in which it was
 * passed on, with the number of the case before it; or it was kept, and went on to her within ten minutes.
 */
#define RELAYED_AT_ONCE                                                                                             \
    "(h.at = a.at AND (substr(rtrim(h.text), -length(a.text)) = a.text OR (length(a.text) > 1000 AND instr(h.text, a.text) > 0)))"
#define RELAYED_LATER                                                                                               \
    "(h.text = a.text AND h.at BETWEEN a.at - 600000 AND a.at AND NOT EXISTS (SELECT 1 FROM message o "               \
    "WHERE o.id BETWEEN h.id AND h.id + 20 AND o.kind = 'agent' AND o.at = h.at AND o.actor = a.actor))"
#define RELAYED                                                                                                     \
    "(SELECT h.id FROM message a CROSS JOIN identity i ON i.kind IN ('external', 'phone', 'braze') AND i.value = a.actor " \
    "CROSS JOIN conversation c ON c.contact = i.contact "                                                            \
    "CROSS JOIN message h ON h.conversation = c.id AND h.id BETWEEN a.id - 50000 AND a.id "                          \
    "WHERE a.id IN " PIECE " AND a.kind = 'agent' AND a.text <> '' AND h.kind = 'in' AND h.text <> '' "              \
    "AND (" RELAYED_AT_ONCE " OR " RELAYED_LATER "))"

static const char PIECE_OF_MESSAGES[] =
    "SELECT max(id) FROM (SELECT id FROM message WHERE conversation IN " CONVERSATIONS " AND id > ?2 ORDER BY id LIMIT ?3)";
static const char EMPTY_WEBHOOKS[] = "UPDATE webhook SET body = x'', claimed_user = NULL, reason = '' "
                                     "WHERE id IN " OF_PIECE("webhook") ALL_BOUND;
static const char EMPTY_DUPLICATES[] = "UPDATE webhook SET body = x'', claimed_user = NULL, reason = '' "
                                       "WHERE state = 'duplicate' AND message IN " PIECE ALL_BOUND;
static const char EMPTY_ATTEMPTS[] =
    "UPDATE attempt SET reason = '', dispatch_id = '', request_id = '' "
    "WHERE outbox IN (SELECT o.id FROM outbox o WHERE o.message IN " PIECE ")" ALL_BOUND;
static const char EMPTY_OUTBOX[] = "UPDATE outbox SET reason = '' WHERE message IN " PIECE ALL_BOUND;
static const char EMPTY_TRACKS[] =
    "UPDATE track SET addressee = '', attributes = '{}', events = '[]' "
    "WHERE outbox IN (SELECT o.id FROM outbox o WHERE o.message IN " PIECE ")" ALL_BOUND;
static const char EMPTY_DECISIONS[] = "UPDATE decision SET state = '{}', trace = '{}' WHERE message IN " PIECE ALL_BOUND;
static const char END_TURNS[] = "UPDATE turn SET state = 'erased', closed_at = coalesce(closed_at, ?4) "
                                "WHERE id IN " OF_PIECE("turn") ALL_BOUND;
static const char EMPTY_MESSAGES[] =
    "UPDATE message SET text = '', media = '[]', fields = '{}', buttons = '[]', tags = '[]', properties = '{}', "
    "sent_at = NULL, campaign = '' WHERE id IN " PIECE ALL_BOUND;

static const char RELAYED_WEBHOOKS[] = "UPDATE webhook SET body = x'', claimed_user = NULL "
                                       "WHERE id IN (SELECT w.webhook FROM message w WHERE w.id IN " RELAYED ")" ALL_BOUND;
static const char RELAYED_DUPLICATES[] = "UPDATE webhook SET body = x'', claimed_user = NULL "
                                          "WHERE state = 'duplicate' AND message IN " RELAYED ALL_BOUND;
static const char RELAYED_DECISIONS[] = "UPDATE decision SET state = '{}', trace = '{}' WHERE message IN " RELAYED ALL_BOUND;
static const char RELAYED_MESSAGES[] = "UPDATE message SET text = '' WHERE id IN " RELAYED ALL_BOUND;

static const struct emptying OF_MESSAGES[] = {
    { "webhook", RELAYED_WEBHOOKS }, { "webhook", RELAYED_DUPLICATES }, { "decision", RELAYED_DECISIONS },
    { "message", RELAYED_MESSAGES },
    { "webhook", EMPTY_WEBHOOKS }, { "webhook", EMPTY_DUPLICATES }, { "attempt", EMPTY_ATTEMPTS }, { "outbox", EMPTY_OUTBOX },
    { "track", EMPTY_TRACKS },     { "decision", EMPTY_DECISIONS }, { "turn", END_TURNS },         { "message", EMPTY_MESSAGES },
};

static const char WORDS[] = "SELECT id, text FROM message WHERE text <> '' AND id IN " PIECE;
static const char RELAYED_WORDS[] = "SELECT id, text FROM message WHERE id IN " RELAYED;
static const char NOTICE_WORDS[] =
    "SELECT id, text FROM message WHERE text <> '' AND id IN " NOTICES " AND ?2 + ?3 IS NOT NULL";

/* The search index knows a message by its text: before that goes. */
static int forget_words(struct db *db, const char *sql, const struct erasure *erasure, int64_t end, struct error *error)
{
    struct query *q = db_query(db, sql);
    int more;

    query_bind_int(q, 1, erasure->id);
    query_bind_int(q, 2, erasure->upto);
    query_bind_int(q, 3, end);
    while ((more = query_step(q, error)) == 1 && search_forget(db, query_int(q, 0), query_text(q, 1), error) == 0)
        ;
    query_end(q);
    return more == 0 ? 0 : -1;
}

static int empty_messages(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    if (piece_end(db, PIECE_OF_MESSAGES, erasure->id, erasure->upto, MESSAGES_EACH, upto, error) != 0)
        return -1;
    if (*upto == 0)
        return 0;
    if (forget_words(db, WORDS, erasure, *upto, error) != 0 || forget_words(db, RELAYED_WORDS, erasure, *upto, error) != 0)
        return -1;
    return run_piece(db, OF_MESSAGES, sizeof OF_MESSAGES / sizeof *OF_MESSAGES, erasure, *upto, now, error) == 0 ? 1 : -1;
}

#define BESIDE "(SELECT o.id FROM outbox o WHERE o.kind <> 'send' AND o.contact IN " CONTACTS ")"

static const char NOTICE_ATTEMPTS[] = "UPDATE attempt SET reason = '', dispatch_id = '', request_id = '' "
                                      "WHERE outbox IN (SELECT o.id FROM outbox o WHERE o.message IN " NOTICES ")" ALL_BOUND;
static const char NOTICE_OUTBOX[] = "UPDATE outbox SET reason = '' WHERE message IN " NOTICES ALL_BOUND;
static const char NOTICE_MESSAGES[] =
    "UPDATE message SET text = '', buttons = '[]', properties = '{}' WHERE id IN " NOTICES ALL_BOUND;
static const char BESIDE_ATTEMPTS[] =
    "UPDATE attempt SET reason = '', dispatch_id = '', request_id = '' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_TRACKS[] =
    "UPDATE track SET addressee = '', attributes = '{}', events = '[]' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_CALLS[] = "UPDATE service_call SET url = '', body = NULL, answer = '' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_CONSULTS[] = "UPDATE consult SET did = '' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_NOTIFICATIONS[] = "UPDATE notification SET body = NULL WHERE outbox IN " BESIDE ALL_BOUND;
static const char AGENT_CALLS[] = "DELETE FROM agent_call WHERE conversation IN " CONVERSATIONS ALL_BOUND;
static const char BESIDE_OUTBOX[] =
    "UPDATE outbox SET reason = '' WHERE kind <> 'send' AND contact IN " CONTACTS ALL_BOUND;
static const char EVENTS[] = "UPDATE event SET detail = '' WHERE conversation IN " CONVERSATIONS ALL_BOUND;
static const char RUNS[] = "DELETE FROM run WHERE conversation IN " CONVERSATIONS ALL_BOUND;
/* The person may be a colleague, who is told of others' cases. */
static const char KEPT[] = "DELETE FROM kept WHERE contact IN " CONTACTS ALL_BOUND;
static const char TOLD[] = "DELETE FROM told WHERE contact IN " CONTACTS ALL_BOUND;
static const char COLLEAGUES[] = "DELETE FROM colleague WHERE contact IN " CONTACTS ALL_BOUND;
static const char SESSIONS[] = "DELETE FROM consult_session WHERE conversation IN " CONVERSATIONS ALL_BOUND;
static const char COOLDOWNS[] = "DELETE FROM cooldown WHERE contact IN " CONTACTS ALL_BOUND;
/* The tally's texts are numbers that stand for them, and whoever guesses a text could tell whether it was that. */
static const char EMPTY_CONVERSATIONS[] =
    "UPDATE conversation SET variables = '{}', summary = '', summary_by = '', tally_text = 0, tally_ours = 0, "
    "tally_before = 0 WHERE contact IN " CONTACTS ALL_BOUND;
static const char EMPTY_CONTACTS[] =
    "UPDATE contact SET first_name = '', language = '', time_zone = '', profile_name = '', address = '' "
    "WHERE id IN " CONTACTS ALL_BOUND;
/* A sentence of Braze's about a lane may name whom it was about. */
static const char EMPTY_LANES[] =
    "UPDATE lane SET reason = '' WHERE EXISTS (SELECT 1 FROM erasure_identity i WHERE i.erasure = ?1 "
    "AND instr(lane.reason, i.value) > 0)" ALL_BOUND;

static const struct emptying OF_CONTACTS[] = {
    { "attempt", NOTICE_ATTEMPTS }, { "outbox", NOTICE_OUTBOX },     { "message", NOTICE_MESSAGES },
    { "attempt", BESIDE_ATTEMPTS }, { "track", BESIDE_TRACKS },      { "service_call", BESIDE_CALLS },
    { "consult", BESIDE_CONSULTS }, { "outbox", BESIDE_OUTBOX },     { "event", EVENTS },
    { "notification", BESIDE_NOTIFICATIONS }, { "agent_call", AGENT_CALLS },
    { "kept", KEPT },               { "told", TOLD },                { "colleague", COLLEAGUES },
    { "run", RUNS },                { "consult_session", SESSIONS }, { "cooldown", COOLDOWNS },
    { "conversation", EMPTY_CONVERSATIONS }, { "contact", EMPTY_CONTACTS }, { "lane", EMPTY_LANES },
};

static int drop_profile(struct db *db, const struct erasure *erasure, struct error *error)
{
    if (run(db, KEEP_IDS, erasure->id, error) != 0 ||
        run_counted(db, DROP_ENTRIES, erasure->id, "entry", error) != 0)
        return -1;
    return run_counted(db, DROP_PROFILE, erasure->id, "profile", error);
}

/* Here `upto` counts the statements that are done: one is a piece. */
static int empty_contacts(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    size_t done = (size_t)erasure->upto;

    if (done == sizeof OF_CONTACTS / sizeof *OF_CONTACTS)
        return 0;
    *upto = erasure->upto + 1;
    if (done == 0 && drop_profile(db, erasure, error) != 0)
        return -1;
    /* In the piece that takes the texts: what the index has not come to yet it would take in between the two. */
    if (OF_CONTACTS[done].sql == NOTICE_MESSAGES && forget_words(db, NOTICE_WORDS, erasure, 0, error) != 0)
        return -1;
    return run_piece(db, &OF_CONTACTS[done], 1, erasure, 0, now, error) == 0 ? 1 : -1;
}

/* Keys for duplicates, by the message that they stand for: others may have the same phone. `upto` is their time. */
static const char PIECE_OF_KEYS[] =
    "SELECT max(at) FROM (SELECT at FROM seen WHERE at > ?2 AND ?1 > 0 ORDER BY at LIMIT ?3)";
#define OF_PIECE_OF_KEYS                                                                                            \
    "at > ?2 AND at <= ?3 AND (SELECT v.contact FROM message m JOIN conversation v ON v.id = m.conversation "        \
    "WHERE m.id = seen.message) IN " CONTACTS " AND identity <> 'erased'"
static const char KEYS[] = "SELECT channel, identity, dispatch_id, message, at FROM seen WHERE " OF_PIECE_OF_KEYS;
static const char DROP_KEYS[] = "DELETE FROM seen WHERE " OF_PIECE_OF_KEYS ALL_BOUND;
static const struct emptying OF_KEYS[] = { { "seen", DROP_KEYS } };

/* Digests stand for the same messages (store/late.h), and stay. */
static int leave_digests(struct db *db, const struct erasure *erasure, int64_t end, int64_t now, struct error *error)
{
    struct query *q = db_query(db, KEYS);
    int more;

    query_bind_int(q, 1, erasure->id);
    query_bind_int(q, 2, erasure->upto);
    query_bind_int(q, 3, end);
    while ((more = query_step(q, error)) == 1) {
        const struct seen key = { query_text(q, 0), query_text(q, 1), query_text(q, 2), query_int(q, 3), query_int(q, 4) };

        if (late_leave(erasure->late, db, &key, now, error) != 0)
            break;
    }
    query_end(q);
    return more == 0 ? 0 : -1;
}

static int drop_keys(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    if (piece_end(db, PIECE_OF_KEYS, erasure->id, erasure->upto, KEYS_EACH, upto, error) != 0)
        return -1;
    if (*upto == 0)
        return 0;
    if (leave_digests(db, erasure, *upto, now, error) != 0)
        return -1;
    return run_piece(db, OF_KEYS, 1, erasure, *upto, now, error) == 0 ? 1 : -1;
}

/* In others' conversations: the person may be a colleague, who answered there by her address. `upto` is a case. */
#define CASES "(SELECT conversation FROM handover WHERE number > ?2 AND number <= ?3)"
#define VALUES "(SELECT value FROM erasure_identity WHERE erasure = ?1)"

static const char PIECE_OF_CASES[] =
    "SELECT max(number) FROM (SELECT number FROM handover WHERE number > ?2 AND EXISTS (SELECT 1 FROM colleague "
    "WHERE contact IN " CONTACTS ") ORDER BY number LIMIT ?3)";
static const char ACTORS_OF_MESSAGES[] =
    "UPDATE message SET actor = 'erased' WHERE conversation IN " CASES " AND actor IN " VALUES ALL_BOUND;
static const char ACTORS_OF_EVENTS[] =
    "UPDATE event SET actor = 'erased' WHERE conversation IN " CASES " AND actor IN " VALUES ALL_BOUND;
static const char TOLD_EVENTS[] =
    "UPDATE event SET detail = '' WHERE conversation IN " CASES " AND kind = 'told' AND EXISTS (SELECT 1 FROM erasure_identity i "
    "WHERE i.erasure = ?1 AND substr(detail, -length(i.value) - 4) = ' to ' || i.value)" ALL_BOUND;
/* What she has goes back to the queue (desk/handover.h has done so, but where a book was restored). */
static const char WAITING_AGAIN[] =
    "UPDATE handover SET state = 'untold', due_at = ?4 WHERE number > ?2 AND number <= ?3 AND state = 'taken' "
    "AND conversation IN (SELECT id FROM conversation WHERE owner = 'agent' AND agent IN " VALUES ")" ALL_BOUND;
static const char AGENTS[] = "UPDATE conversation SET agent = '' WHERE id IN " CASES " AND agent IN " VALUES ALL_BOUND;

static const struct emptying OF_CASES[] = {
    { "message", ACTORS_OF_MESSAGES }, { "event", ACTORS_OF_EVENTS }, { "event", TOLD_EVENTS },
    { "handover", WAITING_AGAIN },     { "conversation", AGENTS },
};

static int leave_cases(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    if (piece_end(db, PIECE_OF_CASES, erasure->id, erasure->upto, CASES_EACH, upto, error) != 0)
        return -1;
    if (*upto == 0)
        return 0;
    return run_piece(db, OF_CASES, sizeof OF_CASES / sizeof *OF_CASES, erasure, *upto, now, error) == 0 ? 1 : -1;
}

/* The stages */

int erasure_rows_empty(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    static int (*const STAGES[ERASURE_STAGES])(struct db *, const struct erasure *, int64_t, int64_t *, struct error *) = {
        empty_messages, drop_keys, erasure_stray_empty, leave_cases, empty_contacts,
    };

    return STAGES[erasure->stage](db, erasure, now, upto, error);
}
