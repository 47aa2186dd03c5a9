/*
 * entry: see the header.
 *
 * Increments are kept within 15 digits, which a double holds exactly (JSON's readers have nothing better); what would leave
 * that, or would make an array longer than ENTRY_ARRAY_MAX, starts an entry of its own, for a later call.
 */
#include <string.h>

#include "base/json.h"
#include "store/entry.h"
#include "store/profile_private.h"
#include "store/query_number.h"

static const int64_t WHOLE_MAX = INT64_C(999999999999999);

/* What waits of one attribute ------------------------------------------------------------------------------------- */

enum { WAITING_MAX = 100 };

struct waiting {
    int64_t id;
    bool is_same; /* the kind that is being put */
    struct json *value;
};

static void release_waiting(struct waiting *waiting, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_free(waiting[i].value);
}

static const char WAITING[] =
    "SELECT id, kind = ?3, value FROM entry INDEXED BY entry_open WHERE contact = ?1 AND name = ?2 AND settled_at IS NULL "
    "AND state = 'waiting' AND kind <> 'event' ORDER BY id DESC LIMIT ?4";

/* The newest first. */
static int read_waiting(struct db *db, const struct entry_new *entry, struct waiting *waiting, size_t *count,
                        struct error *error)
{
    struct query *q = db_query(db, WAITING);
    int more;

    *count = 0;
    query_bind_int(q, 1, entry->contact);
    query_bind_text(q, 2, entry->name);
    query_bind_text(q, 3, entry->kind);
    query_bind_int(q, 4, WAITING_MAX);
    while ((more = query_step(q, error)) == 1) {
        struct waiting *row = &waiting[*count];
        const char *value = query_text(q, 2);

        *row = (struct waiting){ query_int(q, 0), query_int(q, 1) != 0, NULL };
        if (json_parse(value, strlen(value), JSON_STRICT, &row->value, error) != 0)
            break;
        ++*count;
    }
    query_end(q);
    return more == 0 ? 0 : -1;
}

static const char CHANGE[] = "UPDATE entry SET value = ?2, wanted_by = coalesce(?3, wanted_by), "
                             "message = iif(?3 IS NULL, message, nullif(?4, 0)) WHERE id = ?1";
static const char TAKE_AWAY[] = "DELETE FROM entry WHERE id = ?1";

/* `by`: whose doing it is now; NULL: whose it was. */
static int change(struct db *db, int64_t id, const struct buf *value, const struct entry_new *by, struct error *error)
{
    struct query *q = db_query(db, CHANGE);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, buf_text(value));
    query_bind_text(q, 3, by != NULL ? by->wanted_by : NULL);
    query_bind_int(q, 4, by != NULL ? by->message : 0);
    return query_run(q, error);
}

static int take_away(struct db *db, int64_t id, struct error *error)
{
    struct query *q = db_query(db, TAKE_AWAY);

    query_bind_int(q, 1, id);
    return query_run(q, error);
}

static const char PUT[] =
    "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, message, state) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0), 'waiting')";

static int put(struct db *db, const struct entry_new *entry, const char *value, struct error *error)
{
    /* Those above the ids that sets have left behind, though the entries may be gone. */
    static const char NEWEST_ID[] = DB_NEWEST_ID("(SELECT max (id) AS id FROM entry UNION ALL "
                                                 "SELECT max (wanted_after) FROM profile WHERE wanted_after > 0)");
    struct query *q;
    int64_t id;

    if (db_next_id(db, NEWEST_ID, &id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, entry->contact);
    query_bind_int(q, 3, entry->conversation);
    query_bind_text(q, 4, entry->kind);
    query_bind_text(q, 5, entry->name);
    query_bind_text(q, 6, value);
    query_bind_int(q, 7, entry->now);
    query_bind_text(q, 8, entry->wanted_by);
    query_bind_int(q, 9, entry->message);
    return query_run(q, error);
}

/* Increments ------------------------------------------------------------------------------------------------------- */

static bool add_up(int64_t a, int64_t b, int64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum) && *sum >= -WHOLE_MAX && *sum <= WHOLE_MAX;
}

static int put_increment(struct db *db, const struct entry_new *entry, const struct json *value,
                         const struct waiting *waiting, size_t count, struct error *error)
{
    int64_t step, before = 0, sum;
    struct buf text = { 0 };
    int result;

    if (json_kind(value) != JSON_NUMBER || !json_int(value, &step) || !add_up(step, 0, &sum))
        return error_set(error, "the increment of %s is a whole number, not %s", entry->name, entry->value);
    if (count == 0 || !waiting[0].is_same || !json_int(waiting[0].value, &before) || !add_up(before, step, &sum)) {
        buf_addf(&text, "%lld", (long long)step);
        result = step == 0 ? 0 : put(db, entry, buf_text(&text), error);
    } else {
        buf_addf(&text, "%lld", (long long)sum);
        result = sum == 0 ? take_away(db, waiting[0].id, error) : change(db, waiting[0].id, &text, entry, error);
    }
    buf_release(&text);
    return result;
}

/* Arrays ------------------------------------------------------------------------------------------------------------ */

static bool has_text(const struct json *array, const char *text)
{
    for (const struct json *item = json_first(array); item != NULL; item = json_next(item))
        if (strcmp(json_text(item), text) == 0)
            return true;
    return false;
}

static bool is_texts(const struct json *array)
{
    if (json_kind(array) != JSON_ARRAY || json_count(array) == 0 || json_count(array) > ENTRY_ARRAY_MAX)
        return false;
    for (const struct json *item = json_first(array); item != NULL; item = json_next(item))
        if (json_text(item) == NULL)
            return false;
    return true;
}

/* Those of `array` that are not in `except`, each once: as Braze does it, the last place counts. How many. */
static size_t write_texts(struct jsonw *w, const struct json *array, const struct json *except)
{
    size_t count = 0;

    for (const struct json *item = json_first(array); item != NULL; item = json_next(item)) {
        bool comes_again = false;

        for (const struct json *later = json_next(item); later != NULL && !comes_again; later = json_next(later))
            comes_again = strcmp(json_text(later), json_text(item)) == 0;
        if (comes_again || has_text(except, json_text(item)))
            continue;
        jsonw_text(w, NULL, json_text(item));
        count++;
    }
    return count;
}

/* What `old` has, and then `value`; how many. */
static size_t join(const struct json *old, const struct json *value, struct buf *out)
{
    struct jsonw w = { .out = out };
    size_t count;

    jsonw_array(&w, NULL);
    count = write_texts(&w, old, value);
    count += write_texts(&w, value, NULL);
    jsonw_end_array(&w);
    return count;
}

/* The new word counts: what it names is dropped from those that said the opposite. */
static int drop_from(struct db *db, const struct waiting *row, const struct json *value, struct error *error)
{
    struct buf text = { 0 };
    struct jsonw w = { .out = &text };
    size_t count;
    int result = 0;

    jsonw_array(&w, NULL);
    count = write_texts(&w, row->value, value);
    jsonw_end_array(&w);
    if (count == 0)
        result = take_away(db, row->id, error);
    else if (count < json_count(row->value))
        result = change(db, row->id, &text, NULL, error);
    buf_release(&text);
    return result;
}

static int put_array(struct db *db, const struct entry_new *entry, const struct json *value, const struct waiting *waiting,
                     size_t count, struct error *error)
{
    const struct waiting *same = NULL;
    struct buf text = { 0 };
    int result = 0;

    if (!is_texts(value))
        return error_set(error, "what is %s %s is an array of 1 to %d texts, not %s",
                         strcmp(entry->kind, "array_add") == 0 ? "added to" : "removed from", entry->name, ENTRY_ARRAY_MAX,
                         entry->value);
    for (size_t i = 0; i < count && result == 0; i++)
        if (!waiting[i].is_same)
            result = drop_from(db, &waiting[i], value, error);
        else if (same == NULL)
            same = &waiting[i];
    if (result == 0 && same != NULL && join(same->value, value, &text) <= ENTRY_ARRAY_MAX) {
        result = change(db, same->id, &text, entry, error);
    } else if (result == 0) {
        buf_clear(&text);
        join(NULL, value, &text);
        result = put(db, entry, buf_text(&text), error);
    }
    buf_release(&text);
    return result;
}

/* Putting ----------------------------------------------------------------------------------------------------------- */

static int put_attribute(struct db *db, const struct entry_new *entry, const struct json *value, struct error *error)
{
    struct waiting waiting[WAITING_MAX];
    size_t count;
    int result = read_waiting(db, entry, waiting, &count, error);

    if (result == 0 && strcmp(entry->kind, "increment") == 0)
        result = put_increment(db, entry, value, waiting, count, error);
    else if (result == 0)
        result = put_array(db, entry, value, waiting, count, error);
    release_waiting(waiting, count);
    return result;
}

int entry_put(struct db *db, const struct entry_new *entry, struct error *error)
{
    bool is_event = strcmp(entry->kind, "event") == 0;
    struct json *value;
    int result;

    if (json_parse(entry->value, strlen(entry->value), JSON_STRICT, &value, error) != 0)
        return error_prefix(error, "what is to be done to %s is no JSON", entry->name);
    if (is_event && json_kind(value) != JSON_OBJECT)
        result = error_set(error, "the properties of the event %s are an object, not %s", entry->name, entry->value);
    else
        result = is_event ? put(db, entry, entry->value, error) : put_attribute(db, entry, value, error);
    json_free(value);
    return result;
}

static const char WAITS[] =
    "SELECT 1 FROM entry WHERE contact = ?1 AND settled_at IS NULL AND state = 'waiting' LIMIT 1";

int entry_waits(struct db *db, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, WAITS);

    query_bind_int(q, 1, contact);
    return query_is_there(q, error);
}

/* Leaving ------------------------------------------------------------------------------------------------------------ */

/* The oldest of its attribute, and what is set under that name is no news: it was decided before all that waits. */
static const char TURN_HAS_COME[] =
    "SELECT e.id, json_quote(e.name) || ':{\"' || CASE e.kind WHEN 'increment' THEN 'inc' WHEN 'array_add' THEN 'add' "
    "ELSE 'remove' END || '\":' || e.value || '}' FROM entry e INDEXED BY entry_open "
    "WHERE e.contact = ?1 AND e.settled_at IS NULL AND e.state = 'waiting' AND e.kind <> 'event' "
    "AND NOT EXISTS (SELECT 1 FROM entry f INDEXED BY entry_open WHERE f.contact = e.contact AND f.name = e.name "
    "AND f.settled_at IS NULL AND f.state = 'waiting' AND f.kind <> 'event' AND f.id < e.id) "
    "AND NOT EXISTS (SELECT 1 FROM profile p WHERE p.name = e.name AND " PROFILE_IS_NEWS ") ORDER BY e.id LIMIT ?3";
static const char CLAIM[] = "UPDATE entry SET state = 'claimed', outbox = ?2 WHERE id = ?1";

static int claim(struct db *db, const int64_t *ids, size_t count, int64_t outbox, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct query *q = db_query(db, CLAIM);

        query_bind_int(q, 1, ids[i]);
        query_bind_int(q, 2, outbox);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

int entry_claim_attributes(struct db *db, int64_t contact, const char *addressee, int64_t outbox, struct buf *members,
                           struct error *error)
{
    struct query *q = db_query(db, TURN_HAS_COME);
    int64_t ids[ENTRY_ATTRIBUTES_MAX];
    size_t count = 0;
    int more;

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, addressee);
    query_bind_int(q, 3, ENTRY_ATTRIBUTES_MAX);
    while ((more = query_step(q, error)) == 1) {
        buf_add_text(members, count > 0 ? "," : "");
        buf_add_text(members, query_text(q, 1));
        ids[count++] = query_int(q, 0);
    }
    query_end(q);
    return more == 0 ? claim(db, ids, count, outbox, error) : -1;
}

static const char EVENTS[] = "SELECT id, name, value, at FROM entry WHERE contact = ?1 AND settled_at IS NULL "
                             "AND state = 'waiting' AND kind = 'event' ORDER BY id LIMIT ?2";

int entry_claim_events(struct db *db, int64_t contact, int64_t outbox, size_t max, size_t *count, entry_event_each *each,
                       void *context, struct error *error)
{
    struct query *q = db_query(db, EVENTS);
    int64_t ids[ENTRY_EVENTS_MAX];
    int more;

    *count = 0;
    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, (int64_t)(max < ENTRY_EVENTS_MAX ? max : ENTRY_EVENTS_MAX));
    while ((more = query_step(q, error)) == 1) {
        struct entry_event event = { query_text(q, 1), query_text(q, 2), query_int(q, 3) };

        each(context, &event);
        ids[(*count)++] = query_int(q, 0);
    }
    query_end(q);
    return more == 0 ? claim(db, ids, *count, outbox, error) : -1;
}

/* Ending ------------------------------------------------------------------------------------------------------------- */

static const char REFUSE_ATTRIBUTES[] = "UPDATE entry SET state = 'refused', settled_at = ?3, reason = ?4 "
                                        "WHERE outbox = ?1 AND state = 'claimed' AND kind <> 'event' AND ?2 < 0";
static const char REFUSE_EVENT[] =
    "UPDATE entry SET state = 'refused', settled_at = ?3, reason = ?4 WHERE id = "
    "(SELECT id FROM entry WHERE outbox = ?1 AND state = 'claimed' AND kind = 'event' ORDER BY id LIMIT 1 OFFSET ?2)";

int entry_refuse(struct db *db, int64_t outbox, int event, const char *reason, int64_t now, struct error *error)
{
    struct query *q = db_query(db, event == ENTRY_ATTRIBUTES ? REFUSE_ATTRIBUTES : REFUSE_EVENT);

    query_bind_int(q, 1, outbox);
    query_bind_int(q, 2, event);
    query_bind_int(q, 3, now);
    query_bind_text(q, 4, reason);
    return query_run(q, error);
}

/* Braze has done, or may have, what that row has claimed: what was set there is not what stands there. */
static const char CHANGE_VALUES[] = "UPDATE profile SET is_changed = 1 WHERE (contact, name) IN (SELECT contact, name "
                                    "FROM entry WHERE outbox = ?1 AND state = 'claimed' AND kind <> 'event')";
static const char ACCEPT[] =
    "UPDATE entry SET state = 'accepted', settled_at = ?2, reason = '' WHERE outbox = ?1 AND state = 'claimed'";

static int change_values(struct db *db, int64_t outbox, struct error *error)
{
    struct query *q = db_query(db, CHANGE_VALUES);

    query_bind_int(q, 1, outbox);
    return query_run(q, error);
}

int entry_accept(struct db *db, int64_t outbox, int64_t now, struct error *error)
{
    struct query *q;

    if (change_values(db, outbox, error) != 0)
        return -1;
    q = db_query(db, ACCEPT);
    query_bind_int(q, 1, outbox);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

#define IS_PAST                                                                                                    \
    "kind <> 'event' AND id <= "                                                                                   \
    "(SELECT p.wanted_after FROM profile p WHERE p.contact = entry.contact AND p.name = entry.name)"

static const char FORGET_PAST[] =
    "DELETE FROM entry WHERE outbox = ?1 AND (settled_at IS NULL) = ?2 AND state <> 'accepted' AND " IS_PAST;

/* Of what that row has claimed, or of what it has left behind. */
static int forget_past(struct db *db, int64_t outbox, bool is_claimed, struct error *error)
{
    struct query *q = db_query(db, FORGET_PAST);

    query_bind_int(q, 1, outbox);
    query_bind_int(q, 2, is_claimed);
    return query_run(q, error);
}

static const char RETURN[] = "UPDATE entry SET state = 'waiting' WHERE outbox = ?1 AND state = 'claimed'";

int entry_return(struct db *db, int64_t outbox, struct error *error)
{
    struct query *q;

    if (forget_past(db, outbox, true, error) != 0)
        return -1;
    q = db_query(db, RETURN);
    query_bind_int(q, 1, outbox);
    return query_run(q, error);
}

static const char LOSE[] = "UPDATE entry SET state = 'unknown', settled_at = ?2, reason = ?3 "
                           "WHERE outbox = ?1 AND state = 'claimed' AND (kind = 'increment' OR kind = 'event')";

int entry_lose(struct db *db, int64_t outbox, const char *reason, int64_t now, int64_t *lost, struct error *error)
{
    struct query *q;

    if (change_values(db, outbox, error) != 0 || forget_past(db, outbox, true, error) != 0)
        return -1;
    q = db_query(db, LOSE);
    query_bind_int(q, 1, outbox);
    query_bind_int(q, 2, now);
    query_bind_text(q, 3, reason);
    if (query_run(q, error) != 0)
        return -1;
    *lost = db_changes(db);
    return entry_return(db, outbox, error);
}

static const char RECOVER_VALUES[] = "UPDATE profile SET is_changed = 1 WHERE (contact, name) IN (SELECT contact, name "
                                     "FROM entry WHERE settled_at IS NULL AND state = 'claimed' AND kind <> 'event')";
static const char RECOVER_PAST[] = "DELETE FROM entry WHERE settled_at IS NULL AND state = 'claimed' AND " IS_PAST;
static const char RECOVER_LOST[] =
    "UPDATE entry SET state = 'unknown', settled_at = ?1, reason = 'the daemon ended while the call was under way' "
    "WHERE settled_at IS NULL AND state = 'claimed' AND (kind = 'increment' OR kind = 'event')";
static const char RECOVER_AGAIN[] =
    "UPDATE entry SET state = 'waiting' WHERE settled_at IS NULL AND state = 'claimed'";

int entry_recover(struct db *db, int64_t now, struct error *error)
{
    struct query *q;

    if (query_run(db_query(db, RECOVER_VALUES), error) != 0 || query_run(db_query(db, RECOVER_PAST), error) != 0)
        return -1;
    q = db_query(db, RECOVER_LOST);
    query_bind_int(q, 1, now);
    return query_run(q, error) == 0 ? query_run(db_query(db, RECOVER_AGAIN), error) : -1;
}

static const char IS_UNKNOWN[] = "SELECT 1 FROM entry WHERE outbox = ?1 AND state = 'unknown' LIMIT 1";

int entry_is_unknown(struct db *db, int64_t outbox, struct error *error)
{
    struct query *q = db_query(db, IS_UNKNOWN);

    query_bind_int(q, 1, outbox);
    return query_is_there(q, error);
}

static const char INSIST[] = "UPDATE entry SET state = 'waiting', settled_at = NULL, reason = '' "
                             "WHERE outbox = ?1 AND (state = 'refused' OR state = 'unknown')";

int entry_insist(struct db *db, int64_t outbox, int64_t *count, struct error *error)
{
    struct query *q;

    if (forget_past(db, outbox, false, error) != 0)
        return -1;
    q = db_query(db, INSIST);
    query_bind_int(q, 1, outbox);
    if (query_run(q, error) != 0)
        return -1;
    *count = db_changes(db);
    return 0;
}

static const char FORGO[] = "UPDATE entry SET state = 'refused', settled_at = ?2, reason = ?3 "
                            "WHERE outbox = ?1 AND state = 'unknown'";

int entry_forgo(struct db *db, int64_t outbox, const char *reason, int64_t now, struct error *error)
{
    struct query *q = db_query(db, FORGO);

    query_bind_int(q, 1, outbox);
    query_bind_int(q, 2, now);
    query_bind_text(q, 3, reason);
    return query_run(q, error);
}

static const char GIVE_UP[] = "UPDATE entry SET state = 'refused', settled_at = ?2, reason = ?3, outbox = ?4 "
                              "WHERE contact = ?1 AND settled_at IS NULL AND state = 'waiting'";

int entry_give_up(struct db *db, int64_t contact, int64_t outbox, const char *reason, int64_t now, struct error *error)
{
    struct query *q = db_query(db, GIVE_UP);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, now);
    query_bind_text(q, 3, reason);
    query_bind_int(q, 4, outbox);
    return query_run(q, error);
}

/* Looking ------------------------------------------------------------------------------------------------------------ */

/* What waits is brought by the open row of the contact, whichever carried it before. */
static const char LIST[] =
    "WITH open AS (SELECT id, reason, due_at FROM outbox WHERE contact = ?1 AND seq = 0 AND settled_at IS NULL LIMIT 1) "
    "SELECT e.id, e.at, e.settled_at, e.message, iif(e.state = 'waiting', n.id, e.outbox), e.conversation, "
    "iif(e.state = 'waiting', n.due_at, NULL), e.kind, e.name, e.value, e.wanted_by, e.state, "
    "iif(e.state = 'waiting', coalesce(n.reason, ''), e.reason), iif(e.state = 'waiting', '', coalesce(t.addressee, '')) "
    "FROM entry e LEFT JOIN open n LEFT JOIN track t ON t.outbox = e.outbox WHERE e.contact = ?1 "
    "ORDER BY e.state = 'accepted', e.id DESC LIMIT ?2";

int entry_list(struct db *db, int64_t contact, int64_t max, entry_each *each, void *context, struct error *error)
{
    struct query *q = db_query(db, LIST);
    int count = 0, more;

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, max);
    while ((more = query_step(q, error)) == 1) {
        struct entry_row row = {
            .id = query_int(q, 0),
            .at = query_int(q, 1),
            .settled_at = query_int(q, 2),
            .message = query_int(q, 3),
            .outbox = query_int(q, 4),
            .conversation = query_int(q, 5),
            .due_at = query_int(q, 6),
            .kind = query_text(q, 7),
            .name = query_text(q, 8),
            .value = query_text(q, 9),
            .wanted_by = query_text(q, 10),
            .state = query_text(q, 11),
            .reason = query_text(q, 12),
            .addressee = query_text(q, 13),
        };

        each(context, &row);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
