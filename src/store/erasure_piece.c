/*
 * erasure_piece: see the header. The way goes by contact, channel, conversation and row.
 */
#include <inttypes.h>
#include <stdbool.h>

#include "base/json.h"
#include "store/erasure_piece.h"

struct erasure_table {
    const char *place; /* ?1 a row: contact, channel, conversation */
    const char *rows;  /* of the conversation ?1 behind ?2, at most ?3 */
};

static const char PLACE_OF_MESSAGE[] =
    "SELECT v.contact, v.channel, v.id FROM message m JOIN conversation v ON v.id = m.conversation WHERE m.id = ?1";
static const char MESSAGES[] = "SELECT id FROM message WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
static const char PLACE_OF_EVENT[] =
    "SELECT v.contact, v.channel, v.id FROM event e JOIN conversation v ON v.id = e.conversation WHERE e.id = ?1";
static const char EVENTS[] = "SELECT id FROM event WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

const struct erasure_table ERASURE_MESSAGES = { PLACE_OF_MESSAGE, MESSAGES }, ERASURE_EVENTS = { PLACE_OF_EVENT, EVENTS };

struct place {
    int64_t contact, conversation;
    struct buf channel;
};

/* A row that is gone since, by retention, is no place: from the first on, then, once more. */
static int find_place(struct db *db, const struct erasure_table *table, int64_t row, struct place *place, struct error *error)
{
    struct query *q = db_query(db, table->place);
    int found;

    query_bind_int(q, 1, row);
    found = query_step(q, error);
    if (found == 1) {
        place->contact = query_int(q, 0);
        buf_add_text(&place->channel, query_text(q, 1));
        place->conversation = query_int(q, 2);
    }
    query_end(q);
    return found;
}

/* Two, since SQLite walks all of a channel for the pair (channel, id) > (?2, ?3). */
static const char NEXT_ON_CHANNEL[] =
    "SELECT channel, id FROM conversation WHERE contact = ?1 AND channel = ?2 AND id > ?3 ORDER BY id LIMIT 1";
static const char NEXT_CHANNEL[] =
    "SELECT channel, id FROM conversation WHERE contact = ?1 AND channel > ?2 AND ?3 >= 0 ORDER BY channel, id LIMIT 1";

static int step_on(struct db *db, const char *sql, struct place *place, struct error *error)
{
    struct query *q = db_query(db, sql);
    struct buf channel = { 0 };
    int found;

    query_bind_int(q, 1, place->contact);
    query_bind_text(q, 2, buf_text(&place->channel));
    query_bind_int(q, 3, place->conversation);
    found = query_step(q, error);
    if (found == 1) {
        buf_add_text(&channel, query_text(q, 0));
        place->conversation = query_int(q, 1);
    }
    query_end(q);
    if (found == 1) {
        buf_release(&place->channel);
        place->channel = channel;
    }
    return found;
}

static int next_conversation(struct db *db, struct place *place, struct error *error)
{
    int found = step_on(db, NEXT_ON_CHANNEL, place, error);

    return found != 0 ? found : step_on(db, NEXT_CHANNEL, place, error);
}

static const char NEXT_CONTACT[] =
    "SELECT contact FROM erasure_contact WHERE erasure = ?1 AND contact > ?2 ORDER BY contact LIMIT 1";

static int next_contact(struct db *db, int64_t erasure, struct place *place, struct error *error)
{
    struct query *q = db_query(db, NEXT_CONTACT);
    int found;

    query_bind_int(q, 1, erasure);
    query_bind_int(q, 2, place->contact);
    found = query_step(q, error);
    if (found == 1)
        *place = (struct place){ .contact = query_int(q, 0), .channel = place->channel };
    query_end(q);
    buf_clear(&place->channel);
    return found;
}

/* To the next conversation, whosever it is: 1, 0, -1. */
static int go_on(struct db *db, int64_t erasure, struct place *place, struct error *error)
{
    int found = place->contact != 0 ? next_conversation(db, place, error) : 0, contact = 1;

    while (found == 0 && contact == 1) {
        contact = next_contact(db, erasure, place, error);
        if (contact == 1)
            found = next_conversation(db, place, error);
    }
    return contact < 0 ? -1 : found;
}

static int take_rows(struct db *db, const struct erasure_table *table, const struct place *place, int64_t behind, int64_t max,
                     struct jsonw *ids, int64_t *last, struct error *error)
{
    struct query *q = db_query(db, table->rows);
    int more, count = 0;

    query_bind_int(q, 1, place->conversation);
    query_bind_int(q, 2, behind);
    query_bind_int(q, 3, max);
    while ((more = query_step(q, error)) == 1) {
        *last = query_int(q, 0);
        jsonw_int(ids, NULL, *last);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

int erasure_piece(struct db *db, const struct erasure_table *table, int64_t erasure, int64_t max, int64_t *upto, struct buf *ids,
                  struct error *error)
{
    struct place place = { 0 };
    struct jsonw w = { .out = ids };
    int64_t last = 0, left = max;
    int found = *upto < 0 ? find_place(db, table, -*upto, &place, error) : 0, count = 0;
    int64_t behind = found == 1 ? -*upto : 0;

    jsonw_array(&w, NULL);
    if (found == 0)
        found = go_on(db, erasure, &place, error);
    while (found == 1 && left > 0) {
        count = take_rows(db, table, &place, behind, left, &w, &last, error);
        if (count < 0)
            break;
        left -= count;
        behind = 0;
        if (left > 0)
            found = go_on(db, erasure, &place, error);
    }
    jsonw_end_array(&w);
    buf_release(&place.channel);
    if (found < 0 || count < 0)
        return -1;
    *upto = -last;
    return last != 0;
}
