/*
 * erasure_stage: see the header. ?1 is the erasure in all statements.
 */
#include "base/buf.h"
#include "store/erasure_piece.h"
#include "store/erasure_private.h"
#include "store/erasure_rows.h"
#include "store/erasure_stage.h"
#include "store/erasure_stray.h"
#include "store/late.h"
#include "store/query_number.h"
#include "store/search.h"

/* A piece is some milliseconds long: the road waits for it. */
enum { MESSAGES_EACH = 25, KEYS_EACH = 2000, CASES_EACH = 50, CALLS_EACH = 250, ROWS_EACH = 1000 };

struct emptying {
    const char *table; /* for the receipt; NULL: it is not counted */
    const char *sql;   /* ?1 the erasure, ?2 < row <= ?3 or ?2 the piece, ?4 now */
};

struct piece { /* either, or */
    int64_t behind, end;
    const char *ids; /* borrowed */
};

static int run_one(struct db *db, const struct emptying *one, const struct erasure *erasure, const struct piece *piece,
                   int64_t now, struct error *error)
{
    struct query *q = db_query(db, one->sql);

    query_bind_int(q, 1, erasure->id);
    if (piece->ids != NULL)
        query_bind_text(q, 2, piece->ids);
    else
        query_bind_int(q, 2, piece->behind);
    query_bind_int(q, 3, piece->end);
    query_bind_int(q, 4, now);
    if (query_run(q, error) != 0)
        return -1;
    return one->table != NULL ? erasure_count(db, erasure->id, one->table, db_changes(db), error) : 0;
}

static int run_list(struct db *db, const struct emptying *list, size_t count, const struct erasure *erasure,
                    const struct piece *piece, int64_t now, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (run_one(db, &list[i], erasure, piece, now, error) != 0)
            return -1;
    return 0;
}

static int run_piece(struct db *db, const struct emptying *list, size_t count, const struct erasure *erasure, int64_t end,
                     int64_t now, struct error *error)
{
    return run_list(db, list, count, erasure, &(struct piece){ .behind = erasure->upto, .end = end }, now, error);
}

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

/* Every statement binds all four: those that need fewer name the rest in a condition that is always true. */
#define ALL_BOUND " AND ?1 + ?2 + ?3 + ?4 IS NOT NULL"

/* Of messages and events: ?2 is the piece, a JSON array of ids (store/erasure_piece.h). */
#define PIECE "(SELECT value FROM json_each (?2))"
#define OF_PIECE(column) "(SELECT m." column " FROM message m WHERE m.id IN " PIECE " AND m." column " IS NOT NULL)"

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

/* The search index knows a message by its text: before that goes. */
static int forget_words(struct db *db, const char *sql, const struct erasure *erasure, const struct piece *piece,
                        struct error *error)
{
    struct query *q = db_query(db, sql);
    int more;

    query_bind_int(q, 1, erasure->id);
    if (piece->ids != NULL) {
        query_bind_text(q, 2, piece->ids);
    } else {
        query_bind_int(q, 2, piece->behind);
        query_bind_int(q, 3, piece->end);
    }
    while ((more = query_step(q, error)) == 1 && search_forget(db, query_int(q, 0), query_text(q, 1), error) == 0)
        ;
    query_end(q);
    return more == 0 ? 0 : -1;
}

static int empty_messages(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    struct buf ids = { 0 };
    struct piece piece = { 0 };
    int more;

    *upto = erasure->upto;
    more = erasure_piece(db, &ERASURE_MESSAGES, erasure->id, MESSAGES_EACH, upto, &ids, error);
    piece.ids = buf_text(&ids);
    if (more == 1 && (forget_words(db, WORDS, erasure, &piece, error) != 0 ||
                      forget_words(db, RELAYED_WORDS, erasure, &piece, error) != 0 ||
                      run_list(db, OF_MESSAGES, sizeof OF_MESSAGES / sizeof *OF_MESSAGES, erasure, &piece, now, error) != 0))
        more = -1;
    buf_release(&ids);
    return more;
}

/* What others were told of her. `upto` is a message. */
#define NOTICE_PIECE "(SELECT p.message FROM " NOTICES " p WHERE p.message > ?2 AND p.message <= ?3)"

static const char PIECE_OF_NOTICES[] =
    "SELECT max(message) FROM (SELECT p.message FROM " NOTICES " p WHERE p.message > ?2 ORDER BY p.message LIMIT ?3)";
static const char NOTICE_ATTEMPTS[] = "UPDATE attempt SET reason = '', dispatch_id = '', request_id = '' "
                                      "WHERE outbox IN (SELECT o.id FROM outbox o WHERE o.message IN " NOTICE_PIECE ")" ALL_BOUND;
static const char NOTICE_OUTBOX[] = "UPDATE outbox SET reason = '' WHERE message IN " NOTICE_PIECE ALL_BOUND;
static const char NOTICE_MESSAGES[] =
    "UPDATE message SET text = '', buttons = '[]', properties = '{}' WHERE id IN " NOTICE_PIECE ALL_BOUND;
static const char NOTICE_WORDS[] = "SELECT id, text FROM message WHERE text <> '' AND id IN " NOTICE_PIECE;

static const struct emptying OF_NOTICES[] = {
    { "attempt", NOTICE_ATTEMPTS }, { "outbox", NOTICE_OUTBOX }, { "message", NOTICE_MESSAGES },
};

/* The words in the piece that takes the texts: what the index has not come to yet it would take in between the two. */
static int empty_notices(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    if (piece_end(db, PIECE_OF_NOTICES, erasure->id, erasure->upto, CALLS_EACH, upto, error) != 0)
        return -1;
    if (*upto == 0)
        return 0;
    if (forget_words(db, NOTICE_WORDS, erasure, &(struct piece){ .behind = erasure->upto, .end = *upto }, error) != 0)
        return -1;
    return run_piece(db, OF_NOTICES, sizeof OF_NOTICES / sizeof *OF_NOTICES, erasure, *upto, now, error) == 0 ? 1 : -1;
}

/* Calls that carry no text of a message. `upto` is a row of the outbox. */
#define BESIDE                                                                                                      \
    "(SELECT o.id FROM outbox o WHERE o.kind <> 'send' AND o.contact IN " CONTACTS " AND o.id > ?2 AND o.id <= ?3)"

static const char PIECE_OF_CALLS[] =
    "SELECT max(id) FROM (SELECT o.id FROM outbox o WHERE o.kind <> 'send' AND o.contact IN " CONTACTS
    " AND o.id > ?2 ORDER BY o.id LIMIT ?3)";
static const char BESIDE_ATTEMPTS[] =
    "UPDATE attempt SET reason = '', dispatch_id = '', request_id = '' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_TRACKS[] =
    "UPDATE track SET addressee = '', attributes = '{}', events = '[]' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_CALLS[] = "UPDATE service_call SET url = '', body = NULL, answer = '' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_CONSULTS[] = "UPDATE consult SET did = '' WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_NOTIFICATIONS[] = "UPDATE notification SET body = NULL WHERE outbox IN " BESIDE ALL_BOUND;
static const char BESIDE_OUTBOX[] = "UPDATE outbox SET reason = '' WHERE id IN " BESIDE ALL_BOUND;

static const struct emptying OF_CALLS[] = {
    { "attempt", BESIDE_ATTEMPTS }, { "track", BESIDE_TRACKS },   { "service_call", BESIDE_CALLS },
    { "consult", BESIDE_CONSULTS }, { "outbox", BESIDE_OUTBOX }, { "notification", BESIDE_NOTIFICATIONS },
};

/* `upto` is an event. */
static const char EVENTS[] = "UPDATE event SET detail = '' WHERE id IN " PIECE ALL_BOUND;
static const struct emptying OF_EVENTS = { "event", EVENTS };

/* `upto` is a conversation. The tally's texts are numbers that stand for them, and whoever guesses a text could tell whether it
 * was that. */
static const char PIECE_OF_CONVERSATIONS[] =
    "SELECT max(id) FROM (SELECT id FROM conversation WHERE contact IN " CONTACTS " AND id > ?2 ORDER BY id LIMIT ?3)";
static const char EMPTY_CONVERSATIONS[] =
    "UPDATE conversation SET variables = '{}', summary = '', summary_by = '', tally_text = 0, tally_ours = 0, "
    "tally_before = 0 WHERE contact IN " CONTACTS " AND id > ?2 AND id <= ?3" ALL_BOUND;
static const struct emptying OF_CONVERSATIONS[] = { { "conversation", EMPTY_CONVERSATIONS } };

/* Where a piece is so many rows, found by their ids. */
struct stage {
    const char *piece;
    int64_t max;
    const struct emptying *list;
    size_t count;
};

static int empty_by_id(struct db *db, const struct stage *stage, const struct erasure *erasure, int64_t now, int64_t *upto,
                       struct error *error)
{
    if (piece_end(db, stage->piece, erasure->id, erasure->upto, stage->max, upto, error) != 0)
        return -1;
    if (*upto == 0)
        return 0;
    return run_piece(db, stage->list, stage->count, erasure, *upto, now, error) == 0 ? 1 : -1;
}

static int empty_calls(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    static const struct stage STAGE = { PIECE_OF_CALLS, CALLS_EACH, OF_CALLS, sizeof OF_CALLS / sizeof *OF_CALLS };

    return empty_by_id(db, &STAGE, erasure, now, upto, error);
}

static int empty_events(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    struct buf ids = { 0 };
    int more;

    *upto = erasure->upto;
    more = erasure_piece(db, &ERASURE_EVENTS, erasure->id, ROWS_EACH, upto, &ids, error);
    if (more == 1 && run_one(db, &OF_EVENTS, erasure, &(struct piece){ .ids = buf_text(&ids) }, now, error) != 0)
        more = -1;
    buf_release(&ids);
    return more;
}

static int empty_conversations(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    static const struct stage STAGE = { PIECE_OF_CONVERSATIONS, ROWS_EACH, OF_CONVERSATIONS, 1 };

    return empty_by_id(db, &STAGE, erasure, now, upto, error);
}

/* What there is few of. */
static const char AGENT_CALLS[] = "DELETE FROM agent_call WHERE conversation IN " CONVERSATIONS ALL_BOUND;
static const char RUNS[] = "DELETE FROM run WHERE conversation IN " CONVERSATIONS ALL_BOUND;
/* The person may be a colleague, who is told of others' cases. */
static const char KEPT[] = "DELETE FROM kept WHERE contact IN " CONTACTS ALL_BOUND;
static const char TOLD[] = "DELETE FROM told WHERE contact IN " CONTACTS ALL_BOUND;
static const char COLLEAGUES[] = "DELETE FROM colleague WHERE contact IN " CONTACTS ALL_BOUND;
static const char SESSIONS[] = "DELETE FROM consult_session WHERE conversation IN " CONVERSATIONS ALL_BOUND;
static const char COOLDOWNS[] = "DELETE FROM cooldown WHERE contact IN " CONTACTS ALL_BOUND;
static const char EMPTY_CONTACTS[] =
    "UPDATE contact SET first_name = '', language = '', time_zone = '', profile_name = '', address = '' "
    "WHERE id IN " CONTACTS ALL_BOUND;
/* A sentence of Braze's about a lane may name whom it was about. */
static const char EMPTY_LANES[] =
    "UPDATE lane SET reason = '' WHERE EXISTS (SELECT 1 FROM erasure_identity i WHERE i.erasure = ?1 "
    "AND instr(lane.reason, i.value) > 0)" ALL_BOUND;

static const struct emptying OF_CONTACTS[] = {
    { "agent_call", AGENT_CALLS }, { "kept", KEPT },
    { "told", TOLD },              { "colleague", COLLEAGUES },
    { "run", RUNS },               { "consult_session", SESSIONS },
    { "cooldown", COOLDOWNS },     { "contact", EMPTY_CONTACTS },
    { "lane", EMPTY_LANES },
};

/* What was written down for her profile meanwhile goes first. `upto` says that the rest is done. */
static int empty_contacts(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    int more = erasure->upto == 0 ? erasure_rows_drop_profile(db, erasure->id, error) : 0;

    *upto = erasure->upto;
    if (more != 0 || erasure->upto != 0)
        return more;
    *upto = 1;
    return run_piece(db, OF_CONTACTS, sizeof OF_CONTACTS / sizeof *OF_CONTACTS, erasure, 0, now, error) == 0 ? 1 : -1;
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

int erasure_stage_run(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error)
{
    static int (*const STAGES[ERASURE_STAGES])(struct db *, const struct erasure *, int64_t, int64_t *, struct error *) = {
        empty_messages, drop_keys,    erasure_stray_empty, leave_cases,    empty_notices,
        empty_calls,    empty_events, empty_conversations, empty_contacts,
    };

    return STAGES[erasure->stage](db, erasure, now, upto, error);
}
