/*
 * profile: see the header.
 *
 * `sent` is set by every claim and only taken back when Braze accepts: an attempt that surely failed leaves it, and the
 * value is sent once more though it need not be. To tell the two apart would save a call once in a blue moon.
 */
#include <string.h>

#include "base/json.h"
#include "store/profile.h"
#include "store/profile_private.h"
#include "store/query_number.h"

/* Wanting ----------------------------------------------------------------------------------------------------- */

/* What was accepted may not stand there any more, or not for long. */
#define IS_CHANGED                                                                                                 \
    "(p.is_changed = 1 OR EXISTS (SELECT 1 FROM entry e INDEXED BY entry_open "                                    \
    "WHERE e.contact = p.contact AND e.name = p.name AND e.settled_at IS NULL AND e.kind <> 'event'))"

/* A row that was given up has taken nothing. */
#define TAKER "iif(p.is_refused = 1 AND p.sent IS NULL, NULL, p.outbox)"

/* What has to be set again, though it is what was set before, is told by `sent`. */
static const char WANT[] =
    "INSERT INTO profile AS p (contact, name, wanted, wanted_at, rule, message, way) "
    "VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0), ?7) "
    "ON CONFLICT (contact, name) DO UPDATE SET wanted = excluded.wanted, wanted_at = excluded.wanted_at, "
    "rule = excluded.rule, message = excluded.message, way = excluded.way, not_before = 0, is_refused = 0, is_changed = 0, "
    "outbox = " TAKER ", "
    "sent = coalesce(p.sent, iif(p.way = 'withdrawn' OR " IS_CHANGED ", excluded.wanted, NULL)) "
    "WHERE p.wanted <> excluded.wanted OR p.way = 'withdrawn' OR " IS_CHANGED;

static const char *way_of(const struct profile_want *want)
{
    static const char *const WAYS[] = {
        [PROFILE_TRACK] = "track",
        [PROFILE_REPLY] = "reply",
        [PROFILE_REPLY_ONLY] = "reply_only",
        [PROFILE_AFTER_REPLIES] = "after_replies",
    };

    return WAYS[want->way == PROFILE_TRACK && want->with_reply ? PROFILE_REPLY : want->way];
}

static int want_value(struct db *db, const struct profile_want *want, struct error *error)
{
    struct query *q = db_query(db, WANT);

    query_bind_int(q, 1, want->contact);
    query_bind_text(q, 2, want->name);
    query_bind_text(q, 3, want->value);
    query_bind_int(q, 4, want->now);
    query_bind_text(q, 5, want->rule);
    query_bind_int(q, 6, want->message);
    query_bind_text(q, 7, way_of(want));
    return query_run(q, error);
}

static const char NEWEST_ENTRY[] = "SELECT max(id) FROM entry INDEXED BY entry_contact WHERE contact = ?1 AND name = ?2";

static int newest_entry(struct db *db, const struct profile_want *want, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, NEWEST_ENTRY);

    query_bind_int(q, 1, want->contact);
    query_bind_text(q, 2, want->name);
    return query_number(q, 0, id, error);
}

static const char PASS[] = "UPDATE profile SET wanted_after = ?3 WHERE contact = ?1 AND name = ?2 AND wanted_after < ?3";
static const char DROP_PAST[] = "DELETE FROM entry INDEXED BY entry_open WHERE contact = ?1 AND name = ?2 AND settled_at IS NULL "
                             "AND state = 'waiting' AND kind <> 'event'";

/* All entries up to that one are past; those that are under way, or may be asked for once more, are told by `wanted_after`. */
static int pass_entries(struct db *db, const struct profile_want *want, int64_t newest, struct error *error)
{
    struct query *q = db_query(db, PASS);

    query_bind_int(q, 1, want->contact);
    query_bind_text(q, 2, want->name);
    query_bind_int(q, 3, newest);
    if (query_run(q, error) != 0)
        return -1;
    q = db_query(db, DROP_PAST);
    query_bind_int(q, 1, want->contact);
    query_bind_text(q, 2, want->name);
    return query_run(q, error);
}

int profile_want(struct db *db, const struct profile_want *want, struct error *error)
{
    int64_t newest;

    if (want_value(db, want, error) != 0 || newest_entry(db, want, &newest, error) != 0)
        return -1;
    return newest == 0 ? 0 : pass_entries(db, want, newest, error);
}

/* One that a text could not carry goes by itself; but what has waited for the texts to leave never was to go with one. */
#define GOES_WITH_A_TEXT "contact = ?1 AND name = ?2 AND (way = 'reply_only' OR (way = 'track' AND not_before = 0))"

static const char FORGET[] = "DELETE FROM profile WHERE " GOES_WITH_A_TEXT " AND accepted IS NULL AND sent IS NULL";
static const char WITHDRAW[] = "UPDATE profile SET way = 'withdrawn' "
                               "WHERE " GOES_WITH_A_TEXT " AND (accepted IS NOT wanted OR sent IS NOT NULL)";

int profile_withdraw(struct db *db, int64_t contact, const char *name, struct error *error)
{
    static const char *const STATEMENTS[] = { FORGET, WITHDRAW };

    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++) {
        struct query *q = db_query(db, STATEMENTS[i]);

        query_bind_int(q, 1, contact);
        query_bind_text(q, 2, name);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

/* An identity that was given away to another contact leaves the address that replies go to. */
static const char ADDRESSEE[] =
    "SELECT kind || ':' || value FROM identity WHERE contact = ?1 "
    "ORDER BY kind = 'external' DESC, kind = 'braze' DESC, added_at DESC LIMIT 1";
static const char ADDRESS[] = "SELECT address_kind || ':' || address FROM contact WHERE id = ?1";

static int read_text(struct query *q, int64_t contact, struct buf *text, struct error *error)
{
    int found;

    query_bind_int(q, 1, contact);
    found = query_step(q, error);
    if (found == 1)
        buf_add_text(text, query_text(q, 0));
    query_end(q);
    return found;
}

int profile_addressee(struct db *db, int64_t contact, struct buf *addressee, struct error *error)
{
    int found = read_text(db_query(db, ADDRESSEE), contact, addressee, error);

    if (found == 0)
        found = read_text(db_query(db, ADDRESS), contact, addressee, error);
    return found == 0 ? error_set(error, "contact %lld has vanished", (long long)contact) : found < 0 ? -1 : 0;
}

static const char HAS_NEWS[] =
    "SELECT 1 FROM profile p WHERE p.way <> 'reply_only' AND " PROFILE_IS_NEWS " LIMIT 1";

int profile_has_news(struct db *db, int64_t contact, const char *addressee, struct error *error)
{
    struct query *q = db_query(db, HAS_NEWS);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, addressee);
    return query_is_there(q, error);
}

/* Sending ----------------------------------------------------------------------------------------------------- */

/* A clock that was set back makes nobody wait longer. */
static const char RIPEN[] = "UPDATE profile SET way = 'track', not_before = ?2 WHERE contact = ?1 "
                            "AND (not_before > ?2 OR (way = 'after_replies' AND NOT " PROFILE_TEXT_IS_OPEN "))";

int profile_ripen(struct db *db, int64_t contact, int64_t not_before, struct error *error)
{
    struct query *q = db_query(db, RIPEN);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, not_before);
    return query_run(q, error);
}

/* The rows of q, name and value, as an object, while it has at most bytes_max bytes. */
static int write_object(struct query *q, size_t bytes_max, struct buf *attributes, size_t *count, struct error *error)
{
    struct jsonw w = { .out = attributes };
    int more;

    *count = 0;
    jsonw_object(&w, NULL);
    while ((more = query_step(q, error)) == 1) {
        size_t before = attributes->len;

        jsonw_raw(&w, query_text(q, 0), query_text(q, 1));
        if (attributes->len > bytes_max) {
            buf_truncate(attributes, before);
            more = 0;
            break;
        }
        ++*count;
    }
    jsonw_end_object(&w);
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char NEWS[] =
    "SELECT p.name, p.wanted FROM profile p WHERE " PROFILE_IS_NEWS " AND p.not_before <= ?4 "
    "AND (p.way = 'track' OR (p.way = 'reply' AND NOT " PROFILE_TEXT_IS_OPEN ")) "
    "ORDER BY p.wanted_at, p.name LIMIT ?3";

int profile_news(struct db *db, int64_t contact, const char *addressee, int64_t now, struct buf *attributes, size_t *count,
                 struct error *error)
{
    struct query *q = db_query(db, NEWS);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, addressee);
    query_bind_int(q, 3, PROFILE_NEWS_MAX);
    query_bind_int(q, 4, now);
    return write_object(q, SIZE_MAX, attributes, count, error);
}

static int is_there(struct query *q, int64_t contact, struct error *error)
{

    query_bind_int(q, 1, contact);
    return query_is_there(q, error);
}

static const char HAS_RIDERS[] =
    "SELECT 1 FROM profile p WHERE p.contact = ?1 AND (p.way = 'reply' OR p.way = 'reply_only') "
    "AND p.is_refused = 0 AND (p.sent IS NOT NULL OR p.accepted IS NOT p.wanted) LIMIT 1";

int profile_has_riders(struct db *db, int64_t contact, struct error *error)
{
    return is_there(db_query(db, HAS_RIDERS), contact, error);
}

static const char RIDERS[] =
    "SELECT p.name, p.wanted FROM profile p WHERE " PROFILE_IS_NEWS " AND (p.way = 'reply' OR p.way = 'reply_only') "
    "AND p.name IS NOT ?4 ORDER BY p.way = 'reply', p.wanted_at, p.name LIMIT ?3";

int profile_riders(struct db *db, int64_t contact, const char *addressee, const char *but, size_t bytes_max,
                   struct buf *attributes, size_t *count, struct error *error)
{
    struct query *q = db_query(db, RIDERS);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, addressee);
    query_bind_int(q, 3, PROFILE_NEWS_MAX);
    query_bind_text(q, 4, but);
    return write_object(q, bytes_max, attributes, count, error);
}

static const char PAUSE[] = "SELECT min(not_before) FROM profile WHERE contact = ?1 AND way = 'track' AND not_before > ?2";

int profile_paused_until(struct db *db, int64_t contact, int64_t now, int64_t *until, struct error *error)
{
    struct query *q = db_query(db, PAUSE);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, now);
    return query_number(q, INT64_MAX, until, error);
}

static const char RIDES[] =
    "SELECT 1 FROM profile p JOIN outbox o ON o.id = p.outbox "
    "WHERE p.contact = ?1 AND p.sent IS NOT NULL AND o.kind = 'send' AND o.state = 'claimed' LIMIT 1";

int profile_rides(struct db *db, int64_t contact, struct error *error)
{
    return is_there(db_query(db, RIDES), contact, error);
}

static const char UNRIDE[] = "UPDATE profile SET way = 'track' WHERE contact = ?1 AND name = ?2 AND way = 'reply_only' "
                             "AND is_refused = 0 AND (sent IS NOT NULL OR accepted IS NOT wanted)";

int profile_unride(struct db *db, int64_t contact, const char *name, bool *changed, struct error *error)
{
    struct query *q = db_query(db, UNRIDE);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, name);
    if (query_run(q, error) != 0)
        return -1;
    *changed = db_changes(db) > 0;
    return 0;
}

static const char SEND[] = "UPDATE profile SET sent = wanted, outbox = ?3, addressee = ?4, is_refused = 0 "
                           "WHERE contact = ?1 AND name = ?2";

static int send_one(struct db *db, int64_t contact, const char *name, const char *addressee, int64_t outbox,
                    struct error *error)
{
    struct query *q = db_query(db, SEND);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, name);
    query_bind_int(q, 3, outbox);
    query_bind_text(q, 4, addressee);
    return query_run(q, error);
}

/* What only an earlier attempt of that row carried stays uncertain, and nobody settles it with this one. */
static const char LET_GO[] = "UPDATE profile SET outbox = NULL WHERE contact = ?1 AND outbox = ?2 AND sent IS NOT NULL";

static int let_go(struct db *db, int64_t contact, int64_t outbox, struct error *error)
{
    struct query *q = db_query(db, LET_GO);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, outbox);
    return query_run(q, error);
}

int profile_send(struct db *db, int64_t contact, const char *addressee, int64_t outbox, const char *attributes,
                 struct error *error)
{
    struct json *object;
    int result = json_parse(attributes, strlen(attributes), JSON_LARGE, &object, error);

    if (result != 0)
        return -1;
    result = let_go(db, contact, outbox, error);
    for (const struct json *item = json_first(object); item != NULL && result == 0; item = json_next(item))
        result = send_one(db, contact, json_key(item), addressee, outbox, error);
    json_free(object);
    return result;
}

static const char ACCEPT[] = "UPDATE profile SET accepted = sent, accepted_at = ?3, sent = NULL, is_changed = 0 "
                             "WHERE contact = ?1 AND outbox = ?2 AND sent IS NOT NULL";

int profile_accept(struct db *db, int64_t contact, int64_t outbox, int64_t now, struct error *error)
{
    struct query *q = db_query(db, ACCEPT);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, outbox);
    query_bind_int(q, 3, now);
    return query_run(q, error);
}

static const char REFUSE[] = "UPDATE profile SET is_refused = 1 WHERE contact = ?1 AND outbox = ?2 AND sent = wanted";

int profile_refuse(struct db *db, int64_t contact, int64_t outbox, struct error *error)
{
    struct query *q = db_query(db, REFUSE);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, outbox);
    return query_run(q, error);
}

static const char ACCEPT_RIDERS[] =
    "UPDATE profile SET accepted = sent, accepted_at = ?3, sent = iif(?4, sent, NULL), is_changed = 0, "
    "way = iif(?4 AND way = 'reply_only', 'track', way) "
    "WHERE contact = ?1 AND outbox = ?2 AND sent IS NOT NULL";

int profile_accept_riders(struct db *db, int64_t contact, int64_t outbox, bool is_early, int64_t now, struct error *error)
{
    struct query *q = db_query(db, ACCEPT_RIDERS);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, outbox);
    query_bind_int(q, 3, now);
    query_bind_int(q, 4, is_early);
    return query_run(q, error);
}

static const char REFUSE_RIDERS[] =
    "UPDATE profile SET is_refused = iif(way IN ('reply_only', 'withdrawn') AND sent = wanted, 1, is_refused), "
    "refused_at = iif(way IN ('reply_only', 'withdrawn') AND sent = wanted, ?4, refused_at), "
    "refusal = iif(way IN ('reply_only', 'withdrawn') AND sent = wanted, ?3, refusal), "
    "way = iif(way = 'reply', 'track', way) WHERE contact = ?1 AND outbox = ?2 AND sent IS NOT NULL";

int profile_refuse_riders(struct db *db, int64_t contact, int64_t outbox, const char *reason, int64_t now,
                          struct error *error)
{
    struct query *q = db_query(db, REFUSE_RIDERS);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, outbox);
    query_bind_text(q, 3, reason);
    query_bind_int(q, 4, now);
    return query_run(q, error);
}

static const char WAS_LEFT_OUT[] = "SELECT 1 FROM profile WHERE contact = ?1 AND name = ?2 "
                                   "AND is_refused = 1 AND way = 'reply_only'";

int profile_was_left_out(struct db *db, int64_t contact, const char *name, struct error *error)
{
    struct query *q = db_query(db, WAS_LEFT_OUT);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, name);
    return query_is_there(q, error);
}

static const char INSIST[] =
    "UPDATE profile AS p SET is_refused = 0, outbox = " TAKER " WHERE contact = ?1 AND is_refused = 1";

int profile_insist(struct db *db, int64_t contact, int64_t *count, struct error *error)
{
    struct query *q = db_query(db, INSIST);

    query_bind_int(q, 1, contact);
    if (query_run(q, error) != 0)
        return -1;
    *count = db_changes(db);
    return 0;
}

static const char GIVE_UP[] =
    "UPDATE profile AS p SET is_refused = 1, addressee = ?2, outbox = ?3 "
    "WHERE " PROFILE_IS_NEWS " AND p.way <> 'reply_only' AND (p.sent IS NULL OR NOT EXISTS "
    "(SELECT 1 FROM outbox o WHERE o.id = p.outbox AND o.kind = 'send' AND o.state = 'claimed'))";

int profile_give_up(struct db *db, int64_t contact, const char *addressee, int64_t outbox, struct error *error)
{
    struct query *q = db_query(db, GIVE_UP);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, addressee);
    query_bind_int(q, 3, outbox);
    return query_run(q, error);
}

/* Looking ----------------------------------------------------------------------------------------------------- */

/* The row that brings it is the open one of the contact, whichever carried it before. */
static const char LIST[] =
    "WITH open AS (SELECT id, reason, due_at FROM outbox "
    "WHERE contact = ?1 AND seq = 0 AND settled_at IS NULL LIMIT 1) "
    "SELECT p.name, p.wanted, p.rule, p.accepted, "
    "CASE WHEN p.is_refused THEN 'refused' WHEN p.sent IS NULL AND p.accepted IS p.wanted THEN 'accepted' "
    "WHEN o.state = 'claimed' AND p.sent = p.wanted THEN 'claimed' WHEN p.way = 'withdrawn' THEN 'withdrawn' "
    "ELSE 'waiting' END, "
    "iif(p.is_refused, iif(p.way IN ('reply_only', 'withdrawn'), p.refusal, coalesce(o.reason, '')), "
    "coalesce(n.reason, '')), p.wanted_at, p.accepted_at, p.message, "
    "iif(p.is_refused OR n.id IS NULL OR p.way = 'withdrawn', p.outbox, n.id), "
    "iif(p.way IN ('reply_only', 'withdrawn'), NULL, max(n.due_at, p.not_before)), "
    "p.sent IS NOT NULL, p.addressee "
    "FROM profile p LEFT JOIN open n LEFT JOIN outbox o ON o.id = p.outbox WHERE p.contact = ?1 ORDER BY p.name";

int profile_list(struct db *db, int64_t contact, profile_each *each, void *context, struct error *error)
{
    struct query *q = db_query(db, LIST);
    int count = 0, more;

    query_bind_int(q, 1, contact);
    while ((more = query_step(q, error)) == 1) {
        struct profile_row row = {
            .name = query_text(q, 0),
            .wanted = query_text(q, 1),
            .rule = query_text(q, 2),
            .accepted = query_is_null(q, 3) ? NULL : query_text(q, 3),
            .state = query_text(q, 4),
            .reason = query_text(q, 5),
            .wanted_at = query_int(q, 6),
            .accepted_at = query_int(q, 7),
            .message = query_int(q, 8),
            .outbox = query_int(q, 9),
            .due_at = query_int(q, 10),
            .is_uncertain = query_int(q, 11) != 0,
            .addressee = query_text(q, 12),
        };

        each(context, &row);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
