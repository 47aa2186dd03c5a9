/*
 * outbox: see the header. The predicates `settled_at IS NULL` are written exactly as the partial indexes
 * have them: SQLite takes such an index only where the query repeats its condition.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/outbox.h"
#include "store/query_number.h"
#include "store/turn.h"

/* Into the line */

/* Two statements: RETURNING would set up a table for its one row each time. */
static const char RAISE_SEQ[] = "UPDATE contact SET seq = seq + 1 WHERE id = ?1";
static const char READ_SEQ[] = "SELECT seq FROM contact WHERE id = ?1";

int outbox_next_seq(struct db *db, int64_t contact, int64_t *seq, struct error *error)
{
    struct query *q = db_query(db, RAISE_SEQ);
    int found;

    query_bind_int(q, 1, contact);
    if (query_run(q, error) != 0)
        return -1;
    q = db_query(db, READ_SEQ);
    query_bind_int(q, 1, contact);
    found = query_find(q, seq, error);
    return found == 1  ? 0
           : found < 0 ? -1
                       : error_set(error, "contact %lld has vanished", (long long)contact);
}

int outbox_next_id(struct db *db, int64_t *id, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("outbox");

    return db_next_id(db, NEWEST_ID, id, error);
}

/* The head of a line that has none: its first waiting row. */
static const char STEP_FORWARD[] =
    "UPDATE outbox SET state = 'due' WHERE id = (SELECT id FROM outbox WHERE contact = ?1 AND seq > 0 "
    "AND settled_at IS NULL ORDER BY seq, part LIMIT 1) "
    "AND NOT EXISTS (SELECT 1 FROM outbox WHERE contact = ?1 AND seq > 0 AND settled_at IS NULL "
    "AND state <> 'waiting')";

static int step_forward(struct db *db, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, STEP_FORWARD);

    query_bind_int(q, 1, contact);
    return query_run(q, error);
}

/* Which notice keeps a row back that could leave now, while it may not itself. */
static const char IN_THE_WAY[] =
    "SELECT o.seq FROM outbox o JOIN notice n ON n.message = o.message "
    "WHERE o.contact = ?1 AND o.seq > 0 AND o.settled_at IS NULL AND o.state = 'due' AND o.due_at > ?2 AND n.handover = 0 "
    "AND EXISTS (SELECT 1 FROM outbox w WHERE w.contact = ?1 AND w.seq > 0 AND w.settled_at IS NULL "
    "AND w.seq <> o.seq AND w.due_at <= ?2) LIMIT 1";
static const char GO_BEHIND[] =
    "UPDATE outbox SET seq = ?3, state = 'waiting' WHERE contact = ?1 AND seq = ?2 AND settled_at IS NULL";

static int go_behind(struct db *db, int64_t contact, int64_t seq, struct error *error)
{
    struct query *q;
    int64_t last;

    if (outbox_next_seq(db, contact, &last, error) != 0)
        return -1;
    q = db_query(db, GO_BEHIND);
    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, seq);
    query_bind_int(q, 3, last);
    return query_run(q, error) == 0 ? step_forward(db, contact, error) : -1;
}

/* Each time round one that may not leave gives way, until one stands first that may. */
int outbox_give_way(struct db *db, int64_t contact, int64_t now, struct error *error)
{
    for (;;) {
        struct query *q = db_query(db, IN_THE_WAY);
        int64_t seq = 0;
        int found;

        query_bind_int(q, 1, contact);
        query_bind_int(q, 2, now);
        found = query_step(q, error);
        if (found == 1)
            seq = query_int(q, 0);
        query_end(q);
        if (found != 1)
            return found;
        if (go_behind(db, contact, seq, error) != 0)
            return -1;
    }
}

static const char PUT[] =
    "INSERT INTO outbox (kind, contact, seq, conversation, turn, part, message, campaign, epoch, is_consent, state, "
    "created_at, due_at, expires_at, id, settled_at, reason) VALUES ('send', ?1, ?2, ?3, nullif(?4, 0), ?5, ?6, ?7, ?8, ?9, "
    "CASE WHEN ?13 IS NOT NULL THEN 'withheld' "
    "WHEN EXISTS (SELECT 1 FROM outbox WHERE contact = ?1 AND seq > 0 AND settled_at IS NULL) "
    "THEN 'waiting' ELSE 'due' END, ?10, ?10, ?11, ?12, iif(?13 IS NULL, NULL, ?10), coalesce(?13, ''))";

int outbox_put(struct db *db, const struct outbox_new *row, struct error *error)
{
    struct query *q;
    int64_t id;

    if (outbox_next_id(db, &id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, row->contact);
    query_bind_int(q, 2, row->seq);
    query_bind_int(q, 3, row->conversation);
    query_bind_int(q, 4, row->turn);
    query_bind_int(q, 5, row->part);
    query_bind_int(q, 6, row->message);
    query_bind_text(q, 7, row->campaign);
    query_bind_int(q, 8, row->epoch);
    query_bind_int(q, 9, row->is_consent);
    query_bind_int(q, 10, row->now);
    query_bind_int(q, 11, row->expires_at);
    query_bind_int(q, 12, id);
    query_bind_text(q, 13, row->withheld);
    if (query_run(q, error) != 0)
        return -1;
    return row->withheld != NULL || row->part > 1 ? 0 : outbox_give_way(db, row->contact, row->now, error);
}

/* Out of the line */

/* Who has written in a newer conversation since has opened the window for what is left of a closed one. */
#define WINDOW                                                                                                      \
    "CASE WHEN v.owner <> 'closed' THEN v.last_in_at ELSE (SELECT w.last_in_at FROM conversation w "                \
    "WHERE w.contact = v.contact AND w.channel = v.channel ORDER BY w.id DESC LIMIT 1) END"

/* Who has shown the phone that a contact was known by: the same person (store/contact.h). What the bot owes by that phone still
 * goes there, but only as long as he listens to it. */
#define SAME_PERSON                                                                                                 \
    "(SELECT s.contact FROM identity s WHERE c.address_kind = 'phone' AND s.kind = 'phone' AND s.value = c.address "  \
    "AND NOT EXISTS (SELECT 1 FROM identity p WHERE p.kind = 'phone' AND p.value = c.address AND p.contact = c.id))"
#define OPTED_OUT                                                                                                   \
    "c.opted_out_at IS NOT NULL OR EXISTS (SELECT 1 FROM contact w WHERE w.id IN " SAME_PERSON                        \
    " AND w.opted_out_at IS NOT NULL)"

/* Of notices, and of what is left of a closed conversation. Where it only waits for a person the hand-over's own notice still
 * goes. */
#define WITH_PERSON                                                                                                 \
    "((n.message IS NOT NULL OR (v.owner = 'closed' AND m.kind = 'out')) AND EXISTS (SELECT 1 FROM conversation h "   \
    "WHERE h.contact = v.contact AND h.channel = v.channel AND h.owner = 'agent' AND (h.id <> v.id OR h.agent <> ''))) " \
    "OR (m.kind = 'out' AND EXISTS (SELECT 1 FROM conversation h WHERE h.contact IN " SAME_PERSON                     \
    " AND h.channel = v.channel AND h.owner = 'agent')) "

#define ROW_COLUMNS                                                                                                \
    "SELECT o.id, o.contact, o.conversation, coalesce(o.turn, 0), m.text, o.campaign, v.channel, c.address_kind, " \
    "c.address, m.kind, o.epoch, v.epoch, o.is_consent, o.is_single, o.is_ambiguous, " OPTED_OUT ", " \
    "o.failures, o.expires_at, " WINDOW ", m.buttons, m.properties, c.language, n.message IS NOT NULL, "              \
    "a.contact <> o.contact OR n.handover <> 0, " WITH_PERSON "FROM outbox o "                                        \
    "JOIN conversation v ON v.id = o.conversation JOIN contact c ON c.id = o.contact "                              \
    "JOIN message m ON m.id = o.message LEFT JOIN notice n ON n.message = o.message "                               \
    "LEFT JOIN conversation a ON a.id = n.conversation "

static void take_row(const struct query *q, struct outbox_row *row)
{
    row->id = query_int(q, 0);
    row->contact = query_int(q, 1);
    row->conversation = query_int(q, 2);
    row->turn = query_int(q, 3);
    row->text = alloc_text(query_text(q, 4));
    row->campaign = alloc_text(query_text(q, 5));
    row->channel = alloc_text(query_text(q, 6));
    row->address_kind = alloc_text(query_text(q, 7));
    row->address = alloc_text(query_text(q, 8));
    query_copy(q, 9, row->kind, sizeof row->kind);
    row->epoch = query_int(q, 10);
    row->conversation_epoch = query_int(q, 11);
    row->is_consent = query_int(q, 12) != 0;
    row->is_single = query_int(q, 13) != 0;
    row->is_ambiguous = query_int(q, 14) != 0;
    row->is_opted_out = query_int(q, 15) != 0;
    row->failures = (int)query_int(q, 16);
    row->expires_at = query_int(q, 17);
    row->last_in_at = query_int(q, 18);
    row->buttons = alloc_text(query_text(q, 19));
    row->properties = alloc_text(query_text(q, 20));
    row->language = alloc_text(query_text(q, 21));
    row->is_notice = query_int(q, 22) != 0;
    row->is_to_business = query_int(q, 23) != 0;
    row->is_with_person = query_int(q, 24) != 0;
}

void outbox_row_release(struct outbox_row *row)
{
    free(row->text);
    free(row->campaign);
    free(row->channel);
    free(row->address_kind);
    free(row->address);
    free(row->buttons);
    free(row->properties);
    free(row->language);
    memset(row, 0, sizeof *row);
}

static bool is_taken(const struct outbox_row *rows, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].id == id)
            return true;
    return false;
}

static int take_rows(struct query *q, int64_t now, size_t max, struct outbox_row *rows, size_t *count,
                     struct error *error)
{
    size_t known = *count;
    int more = 1;

    query_bind_int(q, 1, now);
    query_bind_int(q, 2, (int64_t)(max + known));
    while (*count < known + max && (more = query_step(q, error)) == 1)
        if (!is_taken(rows, known, query_int(q, 0)))
            take_row(q, &rows[(*count)++]);
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char OLDEST[] = ROW_COLUMNS
    "WHERE o.state = 'due' AND o.kind = 'send' AND o.due_at <= ?1 AND NOT rests (o.id) ORDER BY o.due_at, o.id LIMIT ?2";
static const char NEWEST[] = ROW_COLUMNS
    "WHERE o.state = 'due' AND o.kind = 'send' AND o.due_at <= ?1 AND NOT rests (o.id) "
    "ORDER BY o.due_at DESC, o.id DESC LIMIT ?2";

int outbox_due(struct db *db, int64_t now, size_t max, struct outbox_row *rows, size_t *count,
               struct error *error)
{
    size_t oldest = (max + 1) / 2, before = *count;

    if (take_rows(db_query(db, OLDEST), now, oldest, rows, count, error) != 0)
        return -1;
    /* Fewer than asked for: that was all. */
    if (*count - before < oldest || max == oldest)
        return 0;
    return take_rows(db_query(db, NEWEST), now, max - oldest, rows, count, error);
}

static const char NEXT_DUE[] = "SELECT min(due_at) FROM outbox WHERE state = 'due' AND kind = 'send' AND NOT rests (id)";

int outbox_next_due(struct db *db, int64_t *due_at, struct error *error)
{
    return query_number(db_query(db, NEXT_DUE), INT64_MAX, due_at, error);
}

static const char CLAIM[] =
    "UPDATE outbox SET state = 'claimed', sent_by = ?2 WHERE id = ?1 AND state = 'due'";

int outbox_claim(struct db *db, int64_t id, const char *sent_by, struct error *error)
{
    struct query *q = db_query(db, CLAIM);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, sent_by);
    return query_run(q, error);
}

static const char RETRY[] = "UPDATE outbox SET state = 'due', due_at = ?2, failures = ?3, is_single = ?4, "
                            "is_ambiguous = ?5, reason = ?6 WHERE id = ?1 AND state IN ('due', 'claimed')";

int outbox_retry(struct db *db, const struct outbox_again *again, struct error *error)
{
    struct query *q = db_query(db, RETRY);

    query_bind_int(q, 1, again->id);
    query_bind_int(q, 2, again->due_at);
    query_bind_int(q, 3, again->failures);
    query_bind_int(q, 4, again->is_single);
    query_bind_int(q, 5, again->is_ambiguous);
    query_bind_text(q, 6, again->reason);
    return query_run(q, error);
}

/* Those that wait as well: a notice that gave way keeps its time. */
static const char CLAMP[] =
    "UPDATE outbox SET due_at = ?2 WHERE settled_at IS NULL AND state <> 'claimed' AND due_at > ?1 AND seq > -2";

int outbox_clamp(struct db *db, int64_t latest, int64_t now, struct error *error)
{
    struct query *q = db_query(db, CLAMP);

    query_bind_int(q, 1, latest);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char PULL[] =
    "UPDATE outbox SET due_at = ?2 WHERE state = 'due' AND kind = 'send' AND due_at > ?2 AND reason = ?1";

int outbox_pull(struct db *db, const char *reason, int64_t now, struct error *error)
{
    struct query *q = db_query(db, PULL);

    query_bind_text(q, 1, reason);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char SETTLE[] = "UPDATE outbox SET state = ?2, reason = ?3, settled_at = ?4 WHERE id = ?1";

int outbox_settle(struct db *db, int64_t id, int64_t contact, int64_t turn, const char *state,
                  const char *reason, int64_t now, struct error *error)
{
    struct query *q = db_query(db, SETTLE);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, state);
    query_bind_text(q, 3, reason);
    query_bind_int(q, 4, now);
    if (query_run(q, error) != 0 || step_forward(db, contact, error) != 0)
        return -1;
    return turn_refresh(db, turn, contact, now, error);
}

/* Back into the line */

static const char REVIVE[] =
    "UPDATE outbox SET state = 'waiting', due_at = ?2, settled_at = NULL, failures = 0, reason = '' WHERE id = ?1";

int outbox_revive(struct db *db, int64_t id, int64_t now, struct error *error)
{
    struct outbox_brief brief;
    struct query *q;

    if (outbox_get(db, id, &brief, error) != 1)
        return -1;
    q = db_query(db, REVIVE);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, now);
    if (query_run(q, error) != 0 || step_forward(db, brief.contact, error) != 0 ||
        outbox_give_way(db, brief.contact, now, error) != 0)
        return -1;
    return turn_refresh(db, brief.turn, brief.contact, now, error);
}

static const char RENEW[] =
    "UPDATE outbox SET expires_at = max(expires_at, ?2), is_ambiguous = 0, "
    "epoch = (SELECT epoch FROM conversation WHERE id = outbox.conversation) WHERE id = ?1";

int outbox_renew(struct db *db, int64_t id, int64_t until, struct error *error)
{
    struct query *q = db_query(db, RENEW);

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, until);
    return query_run(q, error);
}

static const char HELD[] = "SELECT id FROM outbox "
                           "WHERE settled_at IS NOT NULL AND state <> 'accepted' AND state = 'held' "
                           "ORDER BY id LIMIT 200";
static const char HELD_OF[] =
    "SELECT id FROM outbox WHERE state = 'held' AND contact = ?1 ORDER BY id LIMIT 200";

/* Ids first, changes afterwards: a statement is not read while its table changes. */
static int list_held(struct db *db, int64_t contact, int64_t *ids, int *count, struct error *error)
{
    struct query *q = db_query(db, contact != 0 ? HELD_OF : HELD);
    int more;

    *count = 0;
    if (contact != 0)
        query_bind_int(q, 1, contact);
    while ((more = query_step(q, error)) == 1)
        ids[(*count)++] = query_int(q, 0);
    query_end(q);
    return more;
}

int outbox_release_held(struct db *db, int64_t contact, int64_t now, struct error *error)
{
    int64_t ids[200];
    int count;

    do {
        if (list_held(db, contact, ids, &count, error) < 0)
            return -1;
        for (int i = 0; i < count; i++)
            if (outbox_revive(db, ids[i], now, error) != 0)
                return -1;
    } while (count == 200);
    return 0;
}

static const char OVERDUE[] = "SELECT id, contact, coalesce(turn, 0), is_ambiguous FROM outbox WHERE settled_at IS NULL "
                              "AND state <> 'claimed' AND seq > 0 AND expires_at <= ?1 AND NOT rests (id) LIMIT ?2";
static const char OVERDUE_HELD[] =
    "SELECT id, contact, coalesce(turn, 0), is_ambiguous FROM outbox WHERE state = 'held' AND expires_at <= ?1 "
    "AND NOT rests (id) LIMIT ?2";

static int find_overdue(struct db *db, const char *sql, int64_t now, int max, struct outbox_brief *rows, int *count,
                        struct error *error)
{
    struct query *q = db_query(db, sql);
    int more;

    query_bind_int(q, 1, now);
    query_bind_int(q, 2, max - *count);
    while ((more = query_step(q, error)) == 1)
        rows[(*count)++] = (struct outbox_brief){ .id = query_int(q, 0), .contact = query_int(q, 1), .turn = query_int(q, 2),
                                                  .is_ambiguous = query_int(q, 3) != 0 };
    query_end(q);
    return more;
}

int outbox_overdue(struct db *db, int64_t now, int max, struct outbox_brief *rows, int *count, struct error *error)
{
    *count = 0;
    if (find_overdue(db, OVERDUE, now, max, rows, count, error) < 0)
        return -1;
    return find_overdue(db, OVERDUE_HELD, now, max, rows, count, error);
}

#define NO_CONVERSATION "NOT EXISTS (SELECT 1 FROM conversation v WHERE v.id = o.conversation)"
static const char ORPHAN[] =
    "SELECT o.id FROM outbox o WHERE o.state = 'due' AND o.kind = 'consult' AND NOT rests (o.id) "
    "AND (NOT EXISTS (SELECT 1 FROM consult c WHERE c.outbox = o.id) OR " NO_CONVERSATION ") "
    "UNION ALL SELECT o.id FROM outbox o WHERE o.state = 'due' AND o.kind = 'call' AND NOT rests (o.id) "
    "AND (NOT EXISTS (SELECT 1 FROM service_call s WHERE s.outbox = o.id) OR " NO_CONVERSATION ") LIMIT 1";

int outbox_orphan(struct db *db, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, ORPHAN);
    int found = query_step(q, error);

    if (found == 1)
        *id = query_int(q, 0);
    query_end(q);
    return found;
}

/* At start */

static const char RECOVER_ATTEMPTS[] =
    "INSERT INTO attempt (id, outbox, at, took_ms, class, status, batch, reason) "
    "SELECT (" DB_NEWEST_ID("attempt") ") + row_number() OVER (ORDER BY id), "
    "id, ?1, 0, 'ambiguous', 0, 1, 'the daemon ended while the call was under way' FROM outbox WHERE state = 'claimed'";
static const char RECOVER_AGAIN[] = "UPDATE outbox SET state = 'due', due_at = ?1, is_ambiguous = 1 "
                                    "WHERE state = 'claimed' AND is_ambiguous = 0 AND seq > 0";
static const char RECOVER_LOST[] =
    "SELECT id, contact, coalesce(turn, 0) FROM outbox WHERE state = 'claimed' AND seq > 0 LIMIT 1";

static int settle_lost(struct db *db, int64_t now, struct error *error)
{
    struct query *q = db_query(db, RECOVER_LOST);
    int64_t id = 0, contact = 0, turn = 0;
    int found = query_step(q, error);

    if (found == 1) {
        id = query_int(q, 0);
        contact = query_int(q, 1);
        turn = query_int(q, 2);
    }
    query_end(q);
    if (found != 1)
        return found;
    return outbox_settle(db, id, contact, turn, "unknown",
                         "sent twice, and both times nobody can tell whether it arrived", now, error) == 0
               ? 1
               : -1;
}

int outbox_recover(struct db *db, int64_t now, int64_t *recovered, struct error *error)
{
    struct query *q = db_query(db, RECOVER_ATTEMPTS);
    int found;

    query_bind_int(q, 1, now);
    if (query_run(q, error) != 0)
        return -1;
    *recovered = db_changes(db);
    q = db_query(db, RECOVER_AGAIN);
    query_bind_int(q, 1, now);
    if (query_run(q, error) != 0)
        return -1;
    while ((found = settle_lost(db, now, error)) == 1)
        continue;
    return found;
}

static const char NEXT_UNKNOWN[] =
    "SELECT id FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' AND state = 'unknown' AND id > ?2 "
    "AND settled_at = ?1 AND seq > 0 ORDER BY id LIMIT 1";

int outbox_next_unknown(struct db *db, int64_t at, int64_t after, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, NEXT_UNKNOWN);

    query_bind_int(q, 1, at);
    query_bind_int(q, 2, after);
    return query_find(q, id, error);
}

/* Looking */

static const char GET[] =
    "SELECT id, contact, conversation, coalesce(turn, 0), state, kind FROM outbox WHERE id = ?1";

int outbox_get(struct db *db, int64_t id, struct outbox_brief *brief, struct error *error)
{
    struct query *q = db_query(db, GET);
    int found;

    query_bind_int(q, 1, id);
    found = query_step(q, error);
    if (found == 1) {
        brief->id = query_int(q, 0);
        brief->contact = query_int(q, 1);
        brief->conversation = query_int(q, 2);
        brief->turn = query_int(q, 3);
        query_copy(q, 4, brief->state, sizeof brief->state);
        query_copy(q, 5, brief->kind, sizeof brief->kind);
    }
    query_end(q);
    return found;
}

static const char FATE[] = "SELECT id, state, reason FROM outbox WHERE id = ?1";
static const char FATE_OF_MESSAGE[] = "SELECT id, state, reason FROM outbox WHERE message = ?1 ORDER BY id LIMIT 1";

int outbox_fate(struct db *db, int64_t id, int64_t message, struct outbox_fate *fate, struct error *error)
{
    struct query *q = db_query(db, id != 0 ? FATE : FATE_OF_MESSAGE);
    int found;

    query_bind_int(q, 1, id != 0 ? id : message);
    found = query_step(q, error);
    if (found == 1) {
        fate->id = query_int(q, 0);
        query_copy(q, 1, fate->state, sizeof fate->state);
        query_copy(q, 2, fate->reason, sizeof fate->reason);
    }
    query_end(q);
    return found;
}

static const char PENDING[] = "SELECT count(*) FROM outbox WHERE settled_at IS NULL AND seq > 0";

int outbox_count_pending(struct db *db, int64_t *pending, struct error *error)
{
    return query_number(db_query(db, PENDING), 0, pending, error);
}

static const char ATTEMPT_PUT[] =
    "INSERT INTO attempt (outbox, at, took_ms, class, status, batch, dispatch_id, request_id, reason, id) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

int attempt_put(struct db *db, const struct attempt *attempt, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("attempt");
    struct query *q;
    int64_t id;

    if (db_next_id(db, NEWEST_ID, &id, error) != 0)
        return -1;
    q = db_query(db, ATTEMPT_PUT);
    query_bind_int(q, 1, attempt->outbox);
    query_bind_int(q, 2, attempt->at);
    query_bind_int(q, 3, attempt->took_ms);
    query_bind_text(q, 4, attempt->class);
    query_bind_int(q, 5, attempt->status);
    query_bind_int(q, 6, (int64_t)attempt->batch);
    query_bind_text(q, 7, attempt->dispatch_id);
    query_bind_text(q, 8, attempt->request_id);
    query_bind_text(q, 9, attempt->reason);
    query_bind_int(q, 10, id);
    return query_run(q, error);
}
