/*
 * news: see the header. What is asked about one contact goes by way of its conversations: in a large book the messages
 * of all others since then are many.
 */
#include "store/news.h"
#include "store/query_number.h"

/* Runs a statement of one row with one number. */
static int number(struct query *q, int64_t *value, struct error *error)
{
    return query_number(q, 0, value, error);
}

static const char VERSION[] = "PRAGMA data_version";

int news_version(struct db *db, int64_t *version, struct error *error)
{
    return number(db_query(db, VERSION), version, error);
}

static const char TAIL[] = "SELECT id FROM message ORDER BY id DESC LIMIT 1 OFFSET ?1";
static const char TAIL_OF[] = "SELECT m.id FROM conversation v CROSS JOIN message m ON m.conversation = v.id "
                              "WHERE v.contact = ?2 ORDER BY m.id DESC LIMIT 1 OFFSET ?1";

int news_tail(struct db *db, int64_t contact, int64_t count, int64_t *message, struct error *error)
{
    struct query *q = db_query(db, contact != 0 ? TAIL_OF : TAIL);

    query_bind_int(q, 1, count);
    if (contact != 0)
        query_bind_int(q, 2, contact);
    return number(q, message, error);
}

static const char NEWEST_EVENT[] = "SELECT max (id) FROM event";

int news_event(struct db *db, int64_t *event, struct error *error)
{
    return number(db_query(db, NEWEST_EVENT), event, error);
}

#define EVENT                                                                                                       \
    "SELECT e.id, e.at, e.conversation, e.kind, e.actor, e.detail, c.address, c.first_name, v.channel FROM event e " \
    "LEFT JOIN conversation v ON v.id = e.conversation LEFT JOIN contact c ON c.id = v.contact "

static const char EVENTS[] = EVENT "WHERE e.id > ?1 ORDER BY e.id LIMIT ?2";
static const char EVENTS_OF[] = EVENT
    "WHERE e.conversation IN (SELECT id FROM conversation WHERE contact = ?3) AND e.id > ?1 ORDER BY e.id LIMIT ?2";

int news_events(struct db *db, int64_t after, int64_t contact, int64_t limit, news_event_row *row, void *context,
                struct error *error)
{
    struct query *q = db_query(db, contact != 0 ? EVENTS_OF : EVENTS);
    int count = 0, more;

    query_bind_int(q, 1, after);
    query_bind_int(q, 2, limit);
    if (contact != 0)
        query_bind_int(q, 3, contact);
    while ((more = query_step(q, error)) == 1) {
        row(context, &(struct news_event){
                         .id = query_int(q, 0),
                         .at = query_int(q, 1),
                         .conversation = query_int(q, 2),
                         .kind = query_text(q, 3),
                         .actor = query_text(q, 4),
                         .detail = query_text(q, 5),
                         .user = query_text(q, 6),
                         .first_name = query_text(q, 7),
                         .channel = query_text(q, 8),
                     });
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
