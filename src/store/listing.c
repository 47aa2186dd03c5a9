/*
 * listing: see the header.
 */
#include <string.h>

#include "base/buf.h"
#include "store/listing.h"
#include "store/query_number.h"
#include "store/who.h"
#include "text/phone.h"

/* Finding */

/* Digits that fit an id; 0: it is none. */
static int64_t number_of(const char *typed)
{
    int64_t number = 0;

    if (strlen(typed) > 18 || typed[strspn(typed, "0123456789")] != '\0')
        return 0;
    for (; *typed != '\0'; typed++)
        number = number * 10 + (*typed - '0');
    return number;
}

void listing_clean_phone(const char *typed, struct buf *phone)
{
    for (; *typed != '\0'; typed++)
        if (!phone_is_filler(*typed))
            buf_add_char(phone, *typed);
}

static const char BY_NUMBER[] = "SELECT id FROM conversation WHERE id = ?1";
static const char BY_CASE[] = "SELECT conversation FROM handover WHERE number = ?1";
static const char BY_USER[] = "SELECT v.id FROM identity i JOIN conversation v ON v.contact = i.contact "
                              "WHERE ((i.kind IN ('external', 'braze') AND i.value = ?1) OR (i.kind = 'phone' "
                              "AND i.value IN (?1, ?2, '+' || ?2))) AND ?3 IN ('', i.kind) "
                              "ORDER BY i.kind = 'phone', v.owner = 'closed', v.owner <> 'agent', v.last_in_at DESC, v.id DESC "
                              "LIMIT 1";

static int find_number(struct db *db, const char *literal, const char *typed, int64_t *id, struct error *error)
{
    struct query *q;

    if (number_of(typed) == 0)
        return 0;
    q = db_query(db, literal);
    query_bind_int(q, 1, number_of(typed));
    return query_find(q, id, error);
}

static int find_user(struct db *db, const char *kind, const char *typed, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, BY_USER);
    struct buf phone = { 0 };
    int found;

    listing_clean_phone(typed, &phone);
    query_bind_text(q, 1, typed);
    query_bind_text(q, 2, buf_text(&phone));
    query_bind_text(q, 3, kind);
    found = query_find(q, id, error);
    buf_release(&phone);
    return found;
}

/* Behind a kind only that is looked for; but an external id may begin like a kind. */
int listing_find(struct db *db, const char *typed, int64_t *id, struct error *error)
{
    const char *name = typed, *kind = who_kind(&name);
    int found = 0;

    if (strcmp(kind, "case") == 0)
        found = find_number(db, BY_CASE, name, id, error);
    else if (kind[0] == '\0' || strcmp(kind, "conversation") == 0)
        found = find_number(db, BY_NUMBER, name, id, error);
    if (found == 0)
        found = find_user(db, kind, name, id, error);
    if (found == 0 && name != typed)
        found = find_user(db, "", typed, id, error);
    return found;
}

static const char AMBIGUOUS[] = "SELECT 1 FROM conversation v JOIN identity i "
                                "ON i.kind = 'external' AND i.value = ?2 "
                                "WHERE v.id = ?1 AND i.contact <> v.contact";

static int is_there(struct query *q, int64_t id, const char *typed, struct error *error)
{
    query_bind_int(q, 1, id);
    query_bind_text(q, 2, typed);
    return query_is_there(q, error);
}

int listing_is_ambiguous(struct db *db, int64_t id, const char *typed, struct error *error)
{
    return is_there(db_query(db, AMBIGUOUS), id, typed, error);
}

static const char AMBIGUOUS_MESSAGE[] = "SELECT 1 FROM message m JOIN conversation v ON v.id = m.conversation JOIN identity i "
                                        "ON i.kind = 'external' AND i.value = ?2 "
                                        "WHERE m.id = ?1 AND i.contact <> v.contact";

int listing_is_ambiguous_message(struct db *db, int64_t id, const char *typed, struct error *error)
{
    return is_there(db_query(db, AMBIGUOUS_MESSAGE), id, typed, error);
}

void listing_format_typed(struct db *db, int64_t id, struct buf *out)
{
    struct buf number = { 0 };

    buf_addf(&number, "%lld", (long long)id);
    buf_addf(out, "%s%s", listing_is_ambiguous(db, id, buf_text(&number), NULL) == 1 ? "conversation:" : "", buf_text(&number));
    buf_release(&number);
}

/* By what finds them: an external id, else a conversation's number. */
static const char SHARERS[] =
    "SELECT coalesce(group_concat(name, ', '), '') FROM (SELECT coalesce((SELECT x.value FROM identity x "
    "WHERE x.contact = i.contact AND x.kind = 'external' ORDER BY x.added_at DESC LIMIT 1), "
    "(SELECT max(v.id) FROM conversation v WHERE v.contact = i.contact)) AS name FROM identity i "
    "WHERE i.kind = 'phone' AND i.value IN (?1, ?2, '+' || ?2) AND i.contact <> ?3 AND EXISTS (SELECT 1 FROM identity m "
    "WHERE m.kind = 'phone' AND m.value = i.value AND m.contact = ?3) ORDER BY i.contact LIMIT 10)";

int listing_sharers(struct db *db, const char *typed, int64_t contact, struct buf *names, struct error *error)
{
    struct query *q = db_query(db, SHARERS);
    struct buf phone = { 0 };
    int found;

    listing_clean_phone(typed, &phone);
    query_bind_text(q, 1, typed);
    query_bind_text(q, 2, buf_text(&phone));
    query_bind_int(q, 3, contact);
    found = query_step(q, error);
    if (found == 1)
        buf_add_text(names, query_text(q, 0));
    query_end(q);
    buf_release(&phone);
    return found < 0 ? -1 : 0;
}

/* Outbox */

/* What a row writes into a profile: as it left last, or as it would leave now. Where there is more than attributes, both. */
#define CARRIED                                                                                                   \
    "iif(o.state <> 'due', (SELECT iif(t.events = '[]', t.attributes, json_object('attributes', json(t.attributes), " \
    "'events', json(t.events))) FROM track t WHERE t.outbox = o.id), " WAITING_SETS WAITING_ENTRIES ")"

#define WAITING_SETS                                                                                              \
    "(SELECT json_group_object(p.name, json(p.wanted)) FROM profile p WHERE p.contact = o.contact "               \
    "AND p.is_refused = 0 AND p.way NOT IN ('reply_only', 'withdrawn') AND (p.sent IS NOT NULL OR p.accepted IS NOT p.wanted))"

#define WAITING_ENTRIES                                                                                           \
    " || coalesce((SELECT ' ' || group_concat(e.kind || ' ' || e.name || ' ' || e.value, ', ') FROM entry e "       \
    "WHERE e.contact = o.contact AND e.settled_at IS NULL AND e.state = 'waiting'), '')"

/* What a row asks a service for. */
#define ASKED                                                                                                     \
    "(SELECT s.method || ' ' || s.url || coalesce(' ' || s.body, '') FROM service_call s WHERE s.outbox = o.id) "

/* What a backend is asked, by whom, how often with more, and the customer's words. */
#define QUESTION                                                                                                  \
    "(SELECT o.sent_by || iif(k.wanted = o.sent_by, '', ' instead of ' || k.wanted) || ' for ' || k.wanted_by "      \
    "|| iif(k.round > 1, ', round ' || k.round, '') || coalesce(': ' || (SELECT group_concat(w.text, ' / ') "        \
    "FROM (SELECT i.text FROM message i WHERE i.conversation = o.conversation AND i.turn = k.turn AND i.kind = 'in' " \
    "ORDER BY i.id) w), '') FROM consult k WHERE k.outbox = o.id) "

/* What another desk is told. */
#define TOLD                                                                                                      \
    "(SELECT n.type || coalesce(': ' || (SELECT i.text FROM message i WHERE i.id = n.message AND n.type = 'message'), '') " \
    "FROM notification n WHERE n.outbox = o.id) "

#define OUTBOX                                                                                                    \
    "SELECT o.id, o.contact, o.seq, o.conversation, o.turn, o.message, o.part, o.epoch, o.created_at, o.due_at, " \
    "o.expires_at, o.settled_at, o.failures, (SELECT count(*) FROM attempt a WHERE a.outbox = o.id), o.kind, "    \
    "c.address, o.state, o.campaign, o.sent_by, o.reason, CASE o.kind WHEN 'track' THEN " CARRIED " "             \
    "WHEN 'call' THEN " ASKED "WHEN 'consult' THEN " QUESTION "WHEN 'notify' THEN " TOLD                          \
    " ELSE iif(m.text = '', m.properties, m.text) END, "                                                          \
    "o.is_consent, o.is_single, o.is_ambiguous FROM outbox o JOIN contact c ON c.id = o.contact "                 \
    "LEFT JOIN message m ON m.id = o.message "

static const char OUTBOX_ONE[] = OUTBOX "WHERE o.id = ?1";

static int each_outbox(struct query *q, listing_outbox_row *row, void *context, struct error *error)
{
    int count = 0, more;

    while ((more = query_step(q, error)) == 1) {
        struct listing_outbox found = {
            .id = query_int(q, 0),
            .contact = query_int(q, 1),
            .seq = query_int(q, 2),
            .conversation = query_int(q, 3),
            .turn = query_int(q, 4),
            .message = query_int(q, 5),
            .part = query_int(q, 6),
            .epoch = query_int(q, 7),
            .created_at = query_int(q, 8),
            .due_at = query_int(q, 9),
            .expires_at = query_int(q, 10),
            .settled_at = query_int(q, 11),
            .failures = query_int(q, 12),
            .attempts = query_int(q, 13),
            .kind = query_text(q, 14),
            .user = query_text(q, 15),
            .state = query_text(q, 16),
            .campaign = query_text(q, 17),
            .sent_by = query_text(q, 18),
            .reason = query_text(q, 19),
            .text = query_text(q, 20),
            .is_consent = query_int(q, 21) != 0,
            .is_single = query_int(q, 22) != 0,
            .is_ambiguous = query_int(q, 23) != 0,
        };

        row(context, &found);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

int listing_outbox_one(struct db *db, int64_t id, listing_outbox_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, OUTBOX_ONE);

    query_bind_int(q, 1, id);
    return each_outbox(q, row, context, error);
}

static const char ATTEMPTS[] =
    "SELECT id, at, took_ms, status, batch, class, dispatch_id, request_id, reason "
    "FROM attempt WHERE outbox = ?1 ORDER BY id";

int listing_attempts(struct db *db, int64_t outbox, listing_attempt_row *row, void *context,
                     struct error *error)
{
    struct query *q = db_query(db, ATTEMPTS);
    int count = 0, more;

    query_bind_int(q, 1, outbox);
    while ((more = query_step(q, error)) == 1) {
        struct listing_attempt found = {
            .id = query_int(q, 0),
            .at = query_int(q, 1),
            .took_ms = query_int(q, 2),
            .status = query_int(q, 3),
            .batch = query_int(q, 4),
            .class = query_text(q, 5),
            .dispatch_id = query_text(q, 6),
            .request_id = query_text(q, 7),
            .reason = query_text(q, 8),
        };

        row(context, &found);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

/* Webhooks */

#define WEBHOOK                                                                                    \
    "SELECT id, received_at, tries, message, channel, claimed_user, content_type, state, reason, " \
    "length(body), "

static const char WEBHOOK_HEAD[] = WEBHOOK "substr(body, 1, 200) FROM webhook WHERE id = ?1";
static const char WEBHOOK_ONE[] = WEBHOOK "body FROM webhook WHERE id = ?1";

static int each_webhook(struct query *q, listing_webhook_row *row, void *context, struct error *error)
{
    int count = 0, more;

    while ((more = query_step(q, error)) == 1) {
        struct listing_webhook found = {
            .id = query_int(q, 0),
            .received_at = query_int(q, 1),
            .tries = query_int(q, 2),
            .message = query_int(q, 3),
            .channel = query_text(q, 4),
            .claimed_user = query_is_null(q, 5) ? NULL : query_text(q, 5),
            .content_type = query_text(q, 6),
            .state = query_text(q, 7),
            .reason = query_text(q, 8),
            .body_bytes = (size_t)query_int(q, 9),
        };

        found.body = query_bytes(q, 10, &found.body_len);
        row(context, &found);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

int listing_webhook_head(struct db *db, int64_t id, listing_webhook_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, WEBHOOK_HEAD);

    query_bind_int(q, 1, id);
    return each_webhook(q, row, context, error);
}

int listing_webhook_one(struct db *db, int64_t id, listing_webhook_row *row, void *context,
                        struct error *error)
{
    struct query *q = db_query(db, WEBHOOK_ONE);

    query_bind_int(q, 1, id);
    return each_webhook(q, row, context, error);
}
