/*
 * outbox_track: see the header. `seq = 0` marks these rows; it is written exactly as the partial index outbox_track has it.
 */
#include "base/buf.h"
#include "store/entry.h"
#include "store/outbox.h"
#include "store/outbox_track.h"
#include "store/profile.h"
#include "store/query_number.h"

static const int64_t NEVER = 253402300799000; /* expires_at: the end of the year 9999 */

static const char IS_OPEN[] = "SELECT 1 FROM outbox WHERE contact = ?1 AND seq = 0 AND settled_at IS NULL";

static int is_there(struct query *q, int64_t id, struct error *error)
{

    query_bind_int(q, 1, id);
    return query_is_there(q, error);
}

int outbox_track_is_open(struct db *db, int64_t contact, struct error *error)
{
    return is_there(db_query(db, IS_OPEN), contact, error);
}

static const char PUT[] =
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at) "
    "VALUES (?1, 'track', ?2, 0, ?3, (SELECT epoch FROM conversation WHERE id = ?3), 'due', ?4, ?5, ?6)";

static int put(struct db *db, int64_t contact, int64_t conversation, int64_t due_at, int64_t now, struct error *error)
{
    struct query *q;
    int64_t id;

    if (outbox_next_id(db, &id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, contact);
    query_bind_int(q, 3, conversation);
    query_bind_int(q, 4, now);
    query_bind_int(q, 5, due_at);
    query_bind_int(q, 6, NEVER);
    return query_run(q, error);
}

static const char NOTE[] = "UPDATE contact SET tracked_at = ?2 WHERE id = ?1";

int outbox_track_note(struct db *db, int64_t contact, int64_t now, struct error *error)
{
    struct query *q = db_query(db, NOTE);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char NOTED[] = "SELECT tracked_at FROM contact WHERE id = ?1";

int outbox_track_noted(struct db *db, int64_t contact, int64_t *at, struct error *error)
{
    struct query *q = db_query(db, NOTED);

    query_bind_int(q, 1, contact);
    return query_number(q, 0, at, error);
}

/* A clock that was set back makes nobody wait longer than the distance. */
static int may_leave_at(struct db *db, int64_t contact, int64_t now, int64_t *at, struct error *error)
{
    int64_t noted_at;

    if (outbox_track_noted(db, contact, &noted_at, error) != 0)
        return -1;
    if (noted_at > now)
        *at = now + TRACK_APART_MS;
    else
        *at = now - noted_at < TRACK_APART_MS ? noted_at + TRACK_APART_MS : now;
    return 0;
}

/* One that has failed keeps its back-off. */
static const char HASTEN[] = "UPDATE outbox SET due_at = ?2 WHERE contact = ?1 AND seq = 0 AND settled_at IS NULL "
                             "AND state = 'due' AND failures = 0 AND due_at > ?2";

static int hasten(struct db *db, int64_t contact, int64_t at, struct error *error)
{
    struct query *q = db_query(db, HASTEN);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, at);
    return query_run(q, error);
}

int outbox_track_has_news(struct db *db, int64_t contact, struct error *error)
{
    struct buf addressee = { 0 };
    int found = profile_addressee(db, contact, &addressee, error);

    if (found == 0)
        found = profile_has_news(db, contact, buf_text(&addressee), error);
    buf_release(&addressee);
    return found == 0 ? entry_waits(db, contact, error) : found;
}

int outbox_track_queue(struct db *db, int64_t contact, int64_t conversation, int64_t now, bool *is_put, struct error *error)
{
    int found = outbox_track_has_news(db, contact, error), is_open = 0;
    int64_t at;

    if (found == 1)
        is_open = outbox_track_is_open(db, contact, error);
    if (is_put != NULL)
        *is_put = found == 1 && is_open == 0;
    if (found != 1 || is_open < 0)
        return found < 0 || is_open < 0 ? -1 : 0;
    if (may_leave_at(db, contact, now, &at, error) != 0)
        return -1;
    return is_open ? hasten(db, contact, at, error) : put(db, contact, conversation, at, now, error);
}

static const char DUE[] =
    "SELECT o.id, o.contact, o.conversation, o.failures, o.is_single, o.is_ambiguous, "
    "coalesce((SELECT t.is_parted FROM track t WHERE t.outbox = o.id), 0), "
    "(SELECT c.tracked_at FROM contact c WHERE c.id = o.contact) FROM outbox o "
    "WHERE o.state = 'due' AND o.kind = 'track' AND o.due_at <= ?1 AND NOT rests (o.id) ORDER BY o.due_at, o.id LIMIT ?2";

int outbox_track_due(struct db *db, int64_t now, size_t max, struct outbox_track_row *rows, size_t *count,
                     struct error *error)
{
    struct query *q = db_query(db, DUE);
    int more;

    *count = 0;
    query_bind_int(q, 1, now);
    query_bind_int(q, 2, (int64_t)max);
    while ((more = query_step(q, error)) == 1)
        rows[(*count)++] = (struct outbox_track_row){
            .id = query_int(q, 0),
            .contact = query_int(q, 1),
            .conversation = query_int(q, 2),
            .failures = (int)query_int(q, 3),
            .is_single = query_int(q, 4) != 0,
            .is_ambiguous = query_int(q, 5) != 0,
            .is_parted = query_int(q, 6) != 0,
            .noted_at = query_int(q, 7),
        };
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char NEXT_DUE[] = "SELECT due_at, is_single FROM outbox WHERE state = 'due' AND kind = 'track' "
                               "AND NOT rests (id) ORDER BY due_at LIMIT 1 OFFSET ?1";

int outbox_track_next_due(struct db *db, int nth, int64_t *due_at, bool *is_single, struct error *error)
{
    struct query *q = db_query(db, NEXT_DUE);
    int found;

    query_bind_int(q, 1, nth - 1);
    found = query_step(q, error);
    *due_at = found == 1 ? query_int(q, 0) : INT64_MAX;
    if (is_single != NULL)
        *is_single = found == 1 && query_int(q, 1) != 0;
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char TEXT_DUE[] = "SELECT min(iif(state = 'claimed', 0, due_at)) FROM outbox "
                               "WHERE contact = ?1 AND settled_at IS NULL AND seq > 0 AND state IN ('due', 'claimed')";

int outbox_track_text_due(struct db *db, int64_t contact, int64_t *due_at, struct error *error)
{
    struct query *q = db_query(db, TEXT_DUE);

    query_bind_int(q, 1, contact);
    return query_number(q, INT64_MAX, due_at, error);
}

static const char IS_CLAIMED[] = "SELECT 1 FROM outbox WHERE state = 'claimed' AND seq = 0 LIMIT 1";

int outbox_track_is_claimed(struct db *db, struct error *error)
{
    return query_is_there(db_query(db, IS_CLAIMED), error);
}

static const char CLAIM[] = "UPDATE outbox SET state = 'claimed' WHERE id = ?1 AND state = 'due'";
/* Of a text, what rides with it. */
static const char CARRY[] = "INSERT INTO track (outbox, addressee, attributes, events) VALUES (?1, ?2, ?3, ?4) "
                            "ON CONFLICT (outbox) DO UPDATE SET addressee = excluded.addressee, "
                            "attributes = excluded.attributes, events = excluded.events";

static int carry(struct db *db, int64_t id, const char *addressee, const char *attributes, const char *events,
                 struct error *error)
{
    struct query *q = db_query(db, CARRY);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, addressee);
    query_bind_text(q, 3, attributes);
    query_bind_text(q, 4, events);
    return query_run(q, error);
}

int outbox_track_claim(struct db *db, int64_t id, const char *addressee, const char *attributes, const char *events,
                       struct error *error)
{
    struct query *q = db_query(db, CLAIM);

    query_bind_int(q, 1, id);
    return query_run(q, error) == 0 ? carry(db, id, addressee, attributes, events, error) : -1;
}

int outbox_track_ride(struct db *db, int64_t id, const char *addressee, const char *attributes, struct error *error)
{
    return carry(db, id, addressee, attributes, "[]", error);
}

static const char BAR[] = "UPDATE track SET is_barred = 1 WHERE outbox = ?1";

int outbox_track_bar(struct db *db, int64_t id, struct error *error)
{
    struct query *q = db_query(db, BAR);

    query_bind_int(q, 1, id);
    return query_run(q, error);
}

static const char IS_BARRED[] = "SELECT 1 FROM track WHERE outbox = ?1 AND is_barred = 1";

int outbox_track_is_barred(struct db *db, int64_t id, struct error *error)
{
    return is_there(db_query(db, IS_BARRED), id, error);
}

static const char IS_CLAIMED_FOR[] =
    "SELECT 1 FROM outbox WHERE contact = ?1 AND seq = 0 AND settled_at IS NULL AND state = 'claimed'";

int outbox_track_is_claimed_for(struct db *db, int64_t contact, struct error *error)
{
    return is_there(db_query(db, IS_CLAIMED_FOR), contact, error);
}

static const char WAIT_LONGER[] = "UPDATE outbox SET due_at = max(due_at, ?2) "
                                  "WHERE contact = ?1 AND seq = 0 AND settled_at IS NULL AND state = 'due'";
static const char SPARE[] =
    "UPDATE outbox SET state = 'withheld', settled_at = ?2, reason = 'what was to be written went with a text' "
    "WHERE contact = ?1 AND seq = 0 AND settled_at IS NULL AND state = 'due'";

int outbox_track_spare(struct db *db, int64_t contact, int64_t now, struct error *error)
{
    int has_news = outbox_track_has_news(db, contact, error);
    struct query *q;

    if (has_news < 0)
        return -1;
    q = db_query(db, has_news ? WAIT_LONGER : SPARE);
    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, has_news ? now + TRACK_APART_MS : now);
    return query_run(q, error);
}

static const char PART[] = "UPDATE track SET is_parted = 1 WHERE outbox = ?1";

int outbox_track_part(struct db *db, int64_t id, struct error *error)
{
    struct query *q = db_query(db, PART);

    query_bind_int(q, 1, id);
    return query_run(q, error);
}

/* Texts that nothing rides with now, but once did, as well: that costs a call at most. */
static const char NOTE_CLAIMED[] = "UPDATE contact SET tracked_at = ?1 WHERE id IN (SELECT contact FROM outbox "
                                   "WHERE state = 'claimed' AND EXISTS (SELECT 1 FROM track t WHERE t.outbox = outbox.id))";

int outbox_track_note_claimed(struct db *db, int64_t now, struct error *error)
{
    struct query *q = db_query(db, NOTE_CLAIMED);

    query_bind_int(q, 1, now);
    return query_run(q, error);
}

static const char RECOVER[] =
    "UPDATE outbox SET state = 'due', due_at = ?1, is_ambiguous = 1 WHERE state = 'claimed' AND seq = 0";

int outbox_track_recover(struct db *db, int64_t due_at, int64_t *recovered, struct error *error)
{
    struct query *q = db_query(db, RECOVER);

    query_bind_int(q, 1, due_at);
    if (query_run(q, error) != 0)
        return -1;
    *recovered = db_changes(db);
    return 0;
}

static const char REVIVE[] = "UPDATE outbox SET state = 'due', due_at = ?2, settled_at = NULL, failures = 0, "
                             "is_single = 0, reason = '' WHERE id = ?1";

int outbox_track_revive(struct db *db, int64_t id, int64_t now, struct error *error)
{
    struct query *q = db_query(db, REVIVE);

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}
